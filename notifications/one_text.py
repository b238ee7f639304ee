"""The answer to a form of one text: what stands above the quoted mail, and what stands under its question."""

import re
from collections.abc import Collection
from dataclasses import dataclass

from cycle.errors import Problem
from notifications.nil import is_courtesy, is_nil, plain, sentences
from notifications.part_answers import points_elsewhere
from notifications.questions import Question

BOTH = {
    "da": "Der står tekst både øverst i mailen og under spørgsmålet. Saml svaret ét sted, eller send det fra "
    "siden.",
    "en": "There is text both at the top of the mail and under the question. Put the answer in one place, or "
    "send it on the page.",
}
NIL_ABOVE = {
    "da": "Øverst i mailen står »{words}«, men der står også et svar under spørgsmålet. Skriv det, der "
    "gælder, eller send det fra siden.",
    "en": "The top of the mail says “{words}”, but there is an answer under the question too. Write what "
    "holds, or send it on the page.",
}
ABOVE = {
    "da": "Øverst i mailen står »{words}«, og der står svar under spørgsmålene. Skriv dem, der gælder, eller "
    "send dem fra siden.",
    "en": "The top of the mail says “{words}”, and there are answers under the questions. Write those that "
    "hold, or send them on the page.",
}
LONGEST_POINTER = 200
LONGEST_QUOTED = 80
_WHERE_LIST = """
hermed her herunder nedenfor nedenunder nede under inde ind indsat indskrevet skrevet skriver
svar svaret svarene svarer besvaret besvarelse besvarelsen bemærkning bemærkninger bemærkningerne kommentar
kommentarer kommentarerne teksten spørgsmål spørgsmålet spørgsmålene mailen tråden
answer answers comment comments below inline"""
_BESIDE_LIST = """
se venligst jf længere i tekst mail med rødt rød blåt blå grønt lilla gult fed skrift farve kursiv mit min
mine vores skolens jeg vi er har står kommer følger det den som aftalt ønsket på til jeres din og direkte
please see my our the in mail is are red blue question"""
_WHERE = frozenset(_WHERE_LIST.split())
_BESIDE = frozenset(_BESIDE_LIST.split())
_NUMBER = re.compile(r"(?:(?:svar|ad|spørgsmål|question)\s)?A?1\s?(?P<sign>[.):])\s*", re.IGNORECASE)
_ANOTHER = re.compile(r"(?:^|[.;,])\s*2\s?[.):]", re.MULTILINE)
_ORDERED = re.compile(
    r"(?:klasse|årgang|kvartal|halvår|trin|sal\b|etage|prioritet|plads|del\b|møde|"
    r"jan|feb|mar|apr|maj|jun|jul|aug|sep|okt|nov|dec)",
    re.IGNORECASE,
)
"""What is counted: "1. klasse", "1. maj"."""

_HINT = re.compile(r"\s*\([^()]{0,200}\)\s*$")


@dataclass(frozen=True)
class OneText:
    """The words that are the answer. `doubt`: they may not be, or not alone; `beside` then stands apart.

    `named`: they stand under the question, or behind its number or name, so that they are meant for it.
    """

    words: str
    named: bool = False
    doubt: Problem | None = None
    beside: str = ""


def one_text(asked: Question, above: str, under: str, language: str) -> OneText:
    """The answer from what stands above the quoted mail and `under` its question, either empty.

    Under the question counts where only a greeting, thanks or "se nedenfor" stands above. Where both say
    something, nobody can know whether the one is meant to stand beside the other or instead of it.
    """
    bare = without_label(asked, above)
    if not under:
        return OneText(bare, named=bare != above.strip())
    if leads_on(above) or plain(bare) == plain(under):
        return OneText(under, named=True)
    if is_nil(above):
        return OneText(under, True, nil_above(above, language), above)
    doubt = Problem("", BOTH["en" if language == "en" else "da"])
    return OneText(f"{bare}\n\n{under}", True, doubt)


def nil_above(above: str, language: str) -> Problem:
    """What is asked where "intet at bemærke" stands above an answer."""
    words = " ".join(above.split())
    return Problem("", NIL_ABOVE["en" if language == "en" else "da"].format(words=words))


def above_answers(above: str, language: str) -> Problem | None:
    """What is asked about words above the answers under several questions; None where they only lead on."""
    if leads_on(above):
        return None
    if is_nil(above):
        return nil_above(above, language)
    words = " ".join(above.split())[:LONGEST_QUOTED]
    return Problem("", ABOVE["en" if language == "en" else "da"].format(words=words))


def leads_on(above: str) -> bool:
    """Whether the words only greet, thank or say where the answer stands: "Hermed.", "Svar med blåt"."""
    if len(above) > LONGEST_POINTER:
        return False
    said = [each for each in sentences(above) if not is_courtesy(each)]
    return all(points_elsewhere(each) or _points(plain(each).split()) for each in said)


def _points(words: Collection[str]) -> bool:
    return not _WHERE.isdisjoint(words) and (_WHERE | _BESIDE).issuperset(words)


def without_label(asked: Question, text: str) -> str:
    """The text without the question's number or name before it: "1: Vi mangler to", "Bemærkninger: …".

    A number stays where a second one follows, for then the text is a list.
    """
    first, _, rest = text.strip().partition("\n")
    number = _NUMBER.match(first)
    bare = first[number.end() :] if number else first
    name, colon, value = bare.partition(":")
    names = {plain(each) for each in (asked.field.id, asked.field.label, asked.field.label_en) if each}
    if colon and plain(_HINT.sub("", name)) in names:
        return f"{value}\n{rest}".strip()
    if number and _is_label(number["sign"], bare) and not _ANOTHER.search(f"{bare}\n{rest}"):
        return f"{bare}\n{rest}".strip()
    return text.strip()


def _is_label(sign: str, words: str) -> bool:
    """Whether a 1 before the words is the question's: not of "1. maj", nor of a list in small letters."""
    if sign != "." or is_nil(words) or not words:
        return True
    return words[0].isupper() and not _ORDERED.match(words)
