"""Another task's letter inside what is said of one: "B svarer Bo på", "og til B har jeg, at …"."""

import re
from collections.abc import Collection

from cycle.errors import Problem
from cycle.tasks.forms import Form
from notifications.questions import MOST_LINES, is_one_text

ANOTHER_LETTER = {
    "da": "»{line}« kan handle om opgave {letter}. Skriv »{mark}:« foran det, der gælder den opgave.",
    "en": "“{line}” may be about task {letter}. Write “{mark}:” before what is about that task.",
}
_AT_BEGINNING = re.compile(r"\W*(?:og |and )?(?P<letter>[A-ZÆØÅ]{1,2}) +[a-zæøå]")
_OF_TASK = re.compile(r"\b(?i:til|opgave|ad|for|vedr\.?|to|task) (?P<letter>[A-ZÆØÅ]{1,2})\b(?! ?[-–/]|\.\w)")
_PRONOUNS = frozenset({"I"})
LONGEST_LINE = 2_000


def another_letter(form: Form, own: str, letters: Collection[str], language: str) -> Problem | None:
    """What is to be asked about a text that may hold words about the tasks of the other `letters`.

    Only where all words would be the answer; in other forms such words belong to no question.
    """
    if not is_one_text(form):
        return None
    for line in own.splitlines()[:MOST_LINES]:
        short = line[:LONGEST_LINE]
        begun = _AT_BEGINNING.match(short)
        at = [begun["letter"]] if begun and begun["letter"] not in _PRONOUNS else []
        named = [each for each in (*at, *_OF_TASK.findall(short)) if each in letters]
        if named:
            return may_be_about(line, named[0], named[0], language)
    return None


def may_be_about(line: str, letter: str, mark: str, language: str) -> Problem:
    """What is asked about a line that may be about the task of the `letter`; `mark` would make it clear."""
    words = ANOTHER_LETTER["en" if language == "en" else "da"]
    return Problem("", words.format(line=line.strip()[:80], letter=letter, mark=mark))
