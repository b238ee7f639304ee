"""How people set a question's number or name off from its answer, and which of the ways are sure.

A colon, a tab, "=" or a number with a point or a bracket is sure. A dash, a blank or nothing is not: it
counts only before what is an answer of the question's kind in itself ("1 grøn", "Status – gul, vi er bagud").
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from cycle.tasks.answer_values import READERS, Wrong
from cycle.tasks.forms import FieldType
from notifications.questions import FREE_TEXT, Question
from notifications.typed_values import NUMERIC, Doubtful, typed_value

LONGEST_HEAD = 300
"""Signs before the colon of a line that may be a label: nobody's question is longer."""


class Sign(Enum):
    """What stands between the label and the answer."""

    SURE = "sure"
    DASH = "dash"
    BLANK = "blank"
    NONE = "none"
    ALONE = "alone"


@dataclass(frozen=True)
class Mark:
    """A label at the beginning of a line: what it names, what sets it off, and what follows."""

    name: str
    sign: Sign
    value: str
    letter: str = ""
    called: bool = False
    """A word like "ad" or "spørgsmål" says that the number is a question's."""


_CALLED = r"(?:spørgsmål(?:et)?|question|sp\.?|spm\.?|ad\.?|punkt|pkt\.?|nr\.?|svar (?:på|til)|svar)"
_NUMBERED = re.compile(
    rf"(?P<called>{_CALLED}\s*(?:spørgsmål\s|nr\.?\s)?)?"
    r"(?P<letter>[A-Za-z]|(?-i:[A-Z]) )?(?P<number>\d{1,3})"
    r"(?:(?P<sure>\s*(?:[.)]?:\s*|[.)](?:\s+|$))|\t+|\s*=+>?\s*|\s*$)|(?P<dash>\s*[-–—]+>?\s*|\s*→\s*)"
    r"|(?P<none>[.)](?=[^\W_]))|(?P<blank>\s+))(?P<value>.*)",
    re.IGNORECASE,
)
_SIGN = (
    r"(?:(?P<sure>\s*:\s*|\t+|\s*=+>?\s*)|(?P<dash>\s*[-–—]+>?\s*|\s*→\s*)"
    r"|(?P<blank>\s+(?:er(?=\s)\s*)?)|(?P<alone>\s*$))"
)
_EMPHASIS = re.compile(
    r"((?:[•*–-]\s+)?(?:[A-Za-z]?\d{1,3}[.):]\s*)?)(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]{1,300}?)(?<=\S)\2"
)
_LIGHT_ENDS = re.compile(
    r"\w+\s*(?:$|[,.:;!(–—-]|(?:fordi|da|pga|på grund|idet|men|because|since)\b)", re.IGNORECASE
)
_SHOWS_ITS_KIND = re.compile(r"[^\W\d_]|%|,\d")


def without_emphasis(line: str) -> str:
    """The line without the stars of a bold label: "*Status:* grøn" as Gmail writes it in plain text."""
    return _EMPHASIS.sub(r"\1\3", line[: 2 * LONGEST_HEAD], count=1) + line[2 * LONGEST_HEAD :]


def numbered(line: str) -> Mark | None:
    """The number that the line begins with."""
    match = _NUMBERED.fullmatch(line.strip(" "))
    if match is None:
        return None
    sign = next(
        sign for sign in (Sign.SURE, Sign.DASH, Sign.BLANK, Sign.NONE) if match[sign.value] is not None
    )
    letter = (match["letter"] or "").strip().upper()
    return Mark(match["number"], sign, match["value"], letter, called=bool(match["called"]))


class Beginnings:
    """Names that a line may begin with, without a colon behind them."""

    def __init__(self, names: Iterable[str], before: str = "") -> None:
        longest_first = sorted({name.rstrip(" ?:.") for name in names} - {""}, key=len, reverse=True)
        given = "|".join(r"\s+".join(map(re.escape, name.split())) for name in longest_first) or r"(?!)"
        self._pattern = re.compile(
            rf"{before}(?P<name>{given})\??(?:\s*\((?P<hint>[^()]*)\))?{_SIGN}(?P<value>.*)", re.IGNORECASE
        )

    def at(self, line: str) -> Mark | None:
        """The name that the line begins with, a hint in brackets behind it left out."""
        match = self._pattern.fullmatch(line.strip(" ")) if line else None
        if match is None:
            return None
        sign = next(s for s in (Sign.SURE, Sign.DASH, Sign.BLANK, Sign.ALONE) if match[s.value] is not None)
        if match["hint"] and re.search(r"\d", match["hint"]) and not match["value"].strip():
            return None  # it may be the answer: "Forventet resultat (200.000)"
        return Mark(" ".join(match["name"].split()), sign, match["value"])


def fits(question: Question, mark: Mark) -> bool:
    """Whether what follows an unsure sign can only be an answer to the question."""
    kind, value = question.field.type, mark.value.strip()
    if kind in FREE_TEXT:
        return _text_follows(mark, value)
    if kind in NUMERIC:
        between = "." if mark.sign is Sign.NONE else " "
        one_number = mark.name.isdecimal() and is_answer(
            question, f"{mark.name}{between}{value}"
        )  # "2 500 kr."
        return not one_number and _SHOWS_ITS_KIND.search(value) is not None and is_answer(question, value)
    return any(letter.isalpha() for letter in value) and is_answer(question, value)


def is_answer(question: Question, text: str) -> bool:
    """Whether the text alone is an answer of the question's kind; a light may have its comment behind it."""
    value = text.strip().strip("*_")
    try:
        value = typed_value(question, value)
        READERS[question.field.type](question.field, value)
    except (Wrong, KeyError) as wrong:
        if getattr(wrong, "kind", "") != "no_comment":
            return False
    except Doubtful:
        return True  # it is an answer, and the reader asks which
    return question.field.type is not FieldType.TRAFFIC_LIGHT or _LIGHT_ENDS.match(value) is not None


def may_be_minus(question: Question, mark: Mark) -> bool:
    """Whether a dash before a number may be its sign: "2 - 200.000"."""
    return question.field.type in NUMERIC and mark.sign is Sign.DASH and is_answer(question, mark.value)


def _text_follows(mark: Mark, value: str) -> bool:
    if not value[:1].isalpha():
        return False
    return mark.sign is Sign.DASH or (value[:1].isupper() and (mark.called or mark.sign is Sign.NONE))
