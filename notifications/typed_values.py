"""Answers as people type them in a mail, made into what a form reads; what may mean two things is not."""

import re
from collections.abc import Mapping

from cycle.danish import has_doubtful_point
from cycle.tasks.answer_sentences import SENTENCES
from cycle.tasks.answer_values import LIGHT_WORDS
from cycle.tasks.forms import Field, FieldType
from notifications.light_comments import is_taken_back, lights_of_parts
from notifications.nil import plain
from notifications.questions import Question

NUMERIC = (FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT)

TWO_LIGHTS = {
    "da": "»{text}« nævner to farver. Skriv den, der gælder.",
    "en": "“{text}” names two colours. Write the one that holds.",
}
TAKEN_BACK = {
    "da": "»{text}«: Vi ved ikke, om farven stadig gælder. Skriv den, der gælder.",
    "en": "“{text}”: we do not know if the colour still holds. Write the one that does.",
}
WHICH_POINT = {language: " ".join(said) for language, said in SENTENCES["which_point"].items()}
WHICH_SCALED_POINT = {
    "da": "»{text}«: Punktummet kan være tusinder eller et komma. Skriv fx 1,5 mio. eller hele beløbet.",
    "en": "“{text}”: the point may mean thousands or decimals. Write 1,5 mio. or the whole amount.",
}
WHICH_SIGN = {
    "da": "»{text}«: Skemaet siger ikke, om det er plus eller minus. Skriv tallet alene, med fortegn.",
    "en": "“{text}”: the form does not say if that is plus or minus. Write the number alone, with its sign.",
}
WHICH_SCALE = {
    "da": "»{text}«: Spørgsmålet er allerede i {unit}. Skriv tallet alene.",
    "en": "“{text}”: the question is in {unit} already. Write the number alone.",
}

NOT_PER_CENT = {
    "da": "»{text}«: Spørgsmålet er et beløb i kr. og ikke procent. Skriv beløbet.",
    "en": "“{text}”: the question is an amount in DKK, not per cent. Write the amount.",
}


class Doubtful(ValueError):
    """A value that may mean two things; `sentences` say which, in both languages."""

    def __init__(self, sentences: Mapping[str, str], text: str, unit: str = "") -> None:
        super().__init__(text)
        self.sentences, self.text, self.unit = sentences, text, unit

    def said(self, language: str) -> str:
        """The sentence for who wrote it."""
        words = self.sentences["en" if language == "en" else "da"]
        return words.format(text=self.text.strip()[:60], line=self.text.strip()[:60], unit=self.unit)


def typed_value(question: Question, text: str) -> str:
    """The text as the form reads it. Raises Doubtful; what is no answer at all comes back as it is."""
    kind = question.field.type
    if kind in NUMERIC:
        return _number(question.field, text)
    if kind is FieldType.TRAFFIC_LIGHT:
        return _light(text)
    if kind in (FieldType.CHOICE, FieldType.CONFIRM, FieldType.DATE):
        return re.sub(r"[.!]$", "", _bare(text))
    return text


_STARS = re.compile(r"([*_]{1,3})(?=\S)([^*_\n]{1,80})\1(.*)", re.DOTALL)


def _bare(text: str) -> str:
    """Without the stars that mail programs write for bold words at its beginning."""
    text = text.strip()
    match = _STARS.fullmatch(text)
    return f"{match[2]}{match[3]}" if match else text


_DOTS = {"🟢": "grøn", "🟡": "gul", "🔴": "rød"}
_DECORATION = re.compile(r"(\w+)[^\w?]*")
_FIRST_LIGHT = re.compile(r"(\w+)(\W.*)?", re.DOTALL)
_TAKES_BACK = frozenset({"nej", "undskyld", "rettelse", "ups", "mener", "no", "sorry"})
_JOINTS = _TAKES_BACK | {"eller", "og", "til", "men", "snarere", "nærmere", "mere", "måske", "jeg", "faktisk"}
_JOINTS |= {"dvs", "or", "and", "to", "but"}
NEAR = 80
"""Signs in which a colour that was taken back is named anew."""


def _light(text: str) -> str:
    given = _bare(text)
    for dot, colour in _DOTS.items():
        given = re.sub(rf"(?:\b{colour}\s*)?{dot}(?:\s*{colour}\b)?", colour, given, flags=re.IGNORECASE)
    match = _FIRST_LIGHT.fullmatch(given)
    first = LIGHT_WORDS.get(match[1].casefold()) if match else None
    if match is None or first is None:
        return given
    between: list[str] = []
    for word in plain((match[2] or "")[:NEAR]).split():
        light = LIGHT_WORDS.get(word)
        if (
            light is not None
            and light != first
            and (_JOINTS.issuperset(between) or _TAKES_BACK & set(between))
        ):
            raise Doubtful(TWO_LIGHTS, given)
        between.append(word)
    if any(light != first for light in lights_of_parts(match[2] or "")):
        raise Doubtful(TWO_LIGHTS, given)
    if is_taken_back(match[2] or ""):
        raise Doubtful(TAKEN_BACK, given)
    return match[1] if _DECORATION.fullmatch(given) else given


_ABOUT = re.compile(
    r"(?:ca\.?|cirka|circa|omkring|omtrent|rundt regnet|around|about)\s*(?=[\d+(÷−–-])", re.IGNORECASE
)
_IN_BRACKETS = re.compile(
    r"\(\s*((?:kr\.?\s*)?\d[\d., ]*[^()]{0,12})\)(\s*(?:[a-zæøå]{1,4}\.?\s*){0,2})", re.IGNORECASE
)
_SCALED = re.compile(
    r"\b(?:tusinde?|t\.? ?kr|tkr|mio|mill|million|millioner|mia|milliard|milliarder)\b", re.IGNORECASE
)
_PER_CENT = re.compile(r"\d\s*(?:%|pct\b|procent)", re.IGNORECASE)
_ONE_DECIMAL = re.compile(r"\D*?\d{1,3},\d(?:\s*kr\.?)?")
"""No amount in kroner has one decimal: "14,5" is more often millions."""

_MILLIONS = re.compile(r"[+−–-]?\s*(?:kr\.?\s*)?\d{1,3}\.(?!000)\d{3}\s*(?:mio|mia|mill)", re.IGNORECASE)
"""A point before three digits of millions: "1.250 mio." from who means 1,25, or 1,25 billion."""

LONGEST_NUMBER = 160
"""Signs of an amount with the words around it; whatever is longer is none."""

_PAIRS = (("merforbrug", "mindreforbrug"), ("overforbrug", "underforbrug"), ("underskud", "overskud"))
_OTHERS = {word: other for pair in _PAIRS for word, other in (pair, pair[::-1])}
_SIGN_WORD = re.compile(rf"\b({'|'.join(_OTHERS)})(?:et)?\b", re.IGNORECASE)
_AROUND = re.compile(r"^(?:et |i |som )+|\s(?:et|i|som|på|er)$|^(?:på|er|i)\b|^:|[()]", re.IGNORECASE)


def _number(field: Field, text: str) -> str:
    if len(text) > LONGEST_NUMBER:
        return text
    given = re.sub(r"^÷", "-", _ABOUT.sub("", re.sub(r"(?<=[\d%])\.$", "", _bare(text)), count=1).strip())
    given = re.sub(r"^minus (?=\d)", "-", re.sub(r"\bmill\b", "mio", given, flags=re.IGNORECASE))
    in_unit = bool(field.unit) and given.lower().endswith(field.unit.lower())
    if (
        not in_unit
        and _SCALED.search(given)
        and (field.type is FieldType.PERCENT or _SCALED.search(field.unit))
    ):
        raise Doubtful(WHICH_SCALE, text, field.unit or "%")
    if _SIGN_WORD.search(given):
        given = _with_sign(field, given, text)
    if field.type is not FieldType.AMOUNT:
        return given
    if _PER_CENT.search(given):
        raise Doubtful(NOT_PER_CENT, given)
    if match := _IN_BRACKETS.fullmatch(given):
        given = f"-{match[1].strip()}{match[2]}"  # how accounts write minus
    if _MILLIONS.match(given):
        raise Doubtful(WHICH_SCALED_POINT, given)
    if has_doubtful_point(given) or (_ONE_DECIMAL.fullmatch(given) and not _SCALED.search(field.unit)):
        raise Doubtful(WHICH_POINT, given)
    return given


def _with_sign(field: Field, given: str, text: str) -> str:
    """ "merforbrug på 200.000 kr." with the sign that the form gives an overspending, when it says so."""
    words = {word.lower() for word in _SIGN_WORD.findall(given)}
    bare = " ".join(_SIGN_WORD.sub(" ", given).split())
    while (shorter := _AROUND.sub("", bare).strip()) != bare:
        bare = shorter
    bare = _ABOUT.sub("", bare, count=1).strip()
    sign = _sign_of(words.pop(), field) if len(words) == 1 else ""
    if bare[:1] in ("-", "−", "–") and sign == "-":
        return bare
    if not sign or re.search(r"\(\s*[\d−–-]", given) or not re.match(r"(?:kr\.? ?)?\d", bare, re.IGNORECASE):
        raise Doubtful(WHICH_SIGN, text)
    return f"-{bare}" if sign == "-" else bare


def _sign_of(word: str, field: Field) -> str:
    """The sign of the word in this question: as its label or its guidance says; empty when neither does."""
    asked = {found.lower() for found in _SIGN_WORD.findall(field.label)}
    if asked == {word}:
        return "+"
    for name, turned in ((word, False), (_OTHERS[word], True)):
        for clause in re.split(r"[.;,]| og |(?<=\w) mens ", field.guidance.lower()):
            named = set(_SIGN_WORD.findall(clause))
            signs = set(re.findall(r"\bplus\b|\bminus\b|\bpositiv|\bnegativ", clause))
            if named == {name} and len(signs) == 1 and not re.search(r"\b(?:ikke|uden|aldrig)\b", clause):
                less = signs.pop() in ("minus", "negativ")
                return "-" if less is not turned else "+"
    return ""
