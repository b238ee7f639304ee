"""Brackets behind a question's name in a reply: our own hint, or words that change what the answer says."""

import re

from cycle.tasks.forms import FieldType
from notifications.doubts import BRACKETED, LineDoubt
from notifications.questions import FREE_TEXT, OPTIONAL, Question

_BRACKETED = re.compile(r"\(([^()]*)\)")
_UNITS = {FieldType.AMOUNT: {"kr", "dkk"}, FieldType.PERCENT: {"%", "pct", "procent"}}


def value_with_brackets(question: Question, line: str, value: str) -> str:
    """The answer at the end of the line; a text has before it what stood in strange brackets.

    Raises LineDoubt where brackets that are not ours stand before an answer of another kind: "Forventet
    resultat (underskud): 500.000", "Status (kun SFO): grøn".
    """
    head = line.rstrip().removesuffix(value.strip())
    ours = _ours(question)
    strange = [each for each in _BRACKETED.findall(head) if _said(each) not in ours]
    if not strange:
        return value
    if question.field.type in FREE_TEXT:
        return f"({'; '.join(strange)}) {value.strip()}".strip()
    raise LineDoubt(BRACKETED, question.where, bracket=strange[-1].strip()[:40])


def _ours(question: Question) -> set[str]:
    """What we, or the question's own words, put in brackets."""
    asked = question.field
    labels = (question.row, asked.label, asked.label_en or "", *asked.also)
    within = {_said(each) for label in labels for each in _BRACKETED.findall(label)}
    hints = {_said(question.hint(language)) for language in ("da", "en")}
    optional = set(map(_said, OPTIONAL))
    kinds = {each.removesuffix(end).rstrip(" .,") for each in hints for end in OPTIONAL}
    units = {_said(asked.unit)} | _UNITS.get(asked.type, set())
    return (within | hints | optional | kinds | units) - {""}


def _said(words: str) -> str:
    return re.sub(r"^i (?=\S)", "", " ".join(words.casefold().split()).strip(" .,:"))
