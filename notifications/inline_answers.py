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
_ASKED = re.compile(r"\s*(?:[*•–-]\s+)?(\d{1,3})\.\s+(.*)")
_ENDINGS = frozenset(plain(text) for text in ENDS)
_AFTER_TEXT = tuple(text.casefold() for text in ENDS)
LONGEST_LINE = 400
ENOUGH = 24
"""So many letters of a question must stand in its line: mail programs break long lines."""


def inline_answers(questions: Sequence[Question], quoted: str) -> dict[Place, str]:
    """The answers that stand in the quoted mail, by the question's place."""
    lines = quoted.splitlines()[:MOST_LINES]
    reading = _Reading(questions, lines)
    for line in lines:
        reading.take(line)
    return {place: text for place, given in reading.answers.items() if (text := "\n".join(given).strip())}


class _Reading:
    """Line by line. `_rest` is what is still to come of a question that the mail program broke in two.

    Some programs mark as quoted what is typed between quoted lines: where the line stands that ends the
    questions, whatever stands above it and is no question was typed.
    """

    def __init__(self, questions: Sequence[Question], lines: Sequence[str]) -> None:
        self._by_number = {question.number: question for question in questions}
        self._closed = any(map(_is_ending, lines))
        self.answers: dict[Place, list[str]] = {}
        self._current: list[str] | None = None
        self._marked, self._rest = False, ""

    def take(self, line: str) -> None:
        """The next line of the quoted mail."""
        bare = _QUOTED.sub("", line)
        is_quoted = bare != line
        begins = _question(self._by_number, bare)
        if begins is not None:
            question, value, self._rest = begins
            self._current, self._marked = self.answers.setdefault(question.place, []), is_quoted
            self._current.append(value)
        elif self._goes_on(bare):
            return
        elif self._ends(bare) or (self._marked and is_quoted and bare.strip() and not self._closed):
            self._current = None
        elif self._current is not None and (self._closed or not (self._marked and is_quoted)):
            self._current.append(bare.strip() if self._marked else line.strip())

    def _goes_on(self, bare: str) -> bool:
        """Whether the line is the rest of a question; what stands behind it there answers it."""
        words = " ".join(bare.split())
        if not self._rest or not words or self._current is None:
            return False
        if self._rest.startswith(words):
            self._rest = self._rest[len(words) :].strip()
            return True
        whole, rest = words.startswith(self._rest), self._rest
        self._rest = ""
        if whole:
            self._current.append(words[len(rest) :].strip())
        return whole

    def _ends(self, line: str) -> bool:
        """Whether the questions end here; what was typed before it on the line is the answer's."""
        if len(line) > LONGEST_LINE:
            return False
        if _is_ending(line):
            return True
        words = line.strip(" *_.")
        end = next((text for text in _AFTER_TEXT if words.casefold().endswith(text)), "")
        if end and self._current is not None:
            self._current.append(words[: -len(end)].strip())
        return bool(end)


def _is_ending(line: str) -> bool:
    return len(line) <= LONGEST_LINE and plain(line) in _ENDINGS


def _question(by_number: Mapping[int, Question], line: str) -> tuple[Question, str, str] | None:
    """(question that the line is, what stands behind it, what of the question stands on the next line)."""
    match = _ASKED.fullmatch(line)
    question = by_number.get(int(match[1])) if match else None
    if match is None or question is None:
        return None
    words = " ".join(match[2].split())
    for language in ("da", "en"):
        asked = question.line("", language).partition(". ")[2]
        if match[2].startswith(asked):
            return question, match[2][len(asked) :].strip(), ""
        if len(words) >= ENOUGH and asked.startswith(words):
            return question, "", asked[len(words) :].strip()
    return None
