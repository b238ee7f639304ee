"""What differs between two texts, word by word, as a page shows it."""

import re
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

WORDS = re.compile(r"\s+|[^\s]+")
LIMIT = 4_000
"""Words of the longer text above which texts are compared line by line: comparing words takes too long."""


class Change(StrEnum):
    """What became of a piece of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """A run of text that stayed, went or came."""

    change: Change
    text: str


def difference(before: str, after: str) -> tuple[Piece, ...]:
    """The pieces in reading order; without the gone ones they are `after`, without the new ones `before`."""
    old, new = _pieces(before), _pieces(after)
    if max(len(old), len(new)) > LIMIT:
        old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    found = []
    for kind, old_from, old_to, new_from, new_to in SequenceMatcher(None, old, new, False).get_opcodes():
        if kind == "equal":
            found.append(Piece(Change.SAME, "".join(old[old_from:old_to])))
            continue
        found += [
            Piece(change, "".join(words))
            for change, words in (
                (Change.GONE, old[old_from:old_to]),
                (Change.NEW, new[new_from:new_to]),
            )
            if words
        ]
    return tuple(found)


def _pieces(text: str) -> list[str]:
    return WORDS.findall(text)
