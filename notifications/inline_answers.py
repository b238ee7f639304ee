"""Answers that stand under the questions of the quoted mail, quoted with ">" or as Outlook quotes.

Only lines that are word for word the questions we sent begin an answer, and only inside what is quoted;
another line of the quoted mail, or the line that ends the questions, ends it.
"""

import re
from collections.abc import Mapping, Sequence

from notifications.labelled_lines import Place
from notifications.nil import plain
from notifications.questions import ENDS, MOST_LINES, Question

_QUOTED = re.compile(r"^\s*(?:>\s?)+")
_ASKED = re.compile(r"\s*(\d{1,3})\.\s+(.*)")
LONGEST_LINE = 400
ENOUGH = 24
"""So many letters of a question must stand in its line: mail programs break long lines."""


def inline_answers(questions: Sequence[Question], quoted: str) -> dict[Place, str]:
    """The answers that stand in the quoted mail, by the question's place."""
    by_number = {question.number: question for question in questions}
    answers: dict[Place, list[str]] = {}
    current: list[str] | None = None
    marked = False
    for line in quoted.splitlines()[:MOST_LINES]:
        bare = _QUOTED.sub("", line)
        is_quoted = bare != line
        begins = _question(by_number, bare)
        if begins is not None:
            question, value = begins
            current, marked = answers.setdefault(question.place, []), is_quoted
            current.append(value)
        elif (marked and is_quoted and bare.strip()) or _ends(bare):
            current = None
        elif current is not None and not (marked and is_quoted):
            current.append(line.strip())
    return {place: text for place, given in answers.items() if (text := "\n".join(given).strip())}


_ENDINGS = frozenset(plain(text) for text in ENDS.values())


def _ends(line: str) -> bool:
    return len(line) <= LONGEST_LINE and plain(line) in _ENDINGS


def _question(by_number: Mapping[int, Question], line: str) -> tuple[Question, str] | None:
    """(the question that the line is, what stands behind it)."""
    match = _ASKED.fullmatch(line)
    question = by_number.get(int(match[1])) if match else None
    if match is None or question is None:
        return None
    for language in ("da", "en"):
        asked = question.line("", language).partition(". ")[2]
        if match[2].startswith(asked):
            return question, match[2][len(asked) :].strip()
        if len(match[2]) >= ENOUGH and asked.startswith(match[2].strip()):
            return question, ""
    return None
