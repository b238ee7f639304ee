"""What two versions of an agreement say differently, goal by goal and word by word."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from documents.agreement_text import Chapter, Entry
from web.difference import Piece, difference


@dataclass(frozen=True)
class Passage:
    """One thing told of a goal, in both versions."""

    label: str
    pieces: tuple[Piece, ...]


@dataclass(frozen=True)
class ChangedEntry:
    """A goal that is not as it was: new, gone, or with passages that differ."""

    title: str
    is_new: bool
    is_gone: bool
    passages: tuple[Passage, ...]


def changes(before: Sequence[Chapter], after: Sequence[Chapter]) -> list[ChangedEntry]:
    """The goals that differ, in the order of the later version; those that are gone come last."""
    old, new = _entries(before), _entries(after)
    found = [_changed(old.get(key), entry) for key, entry in new.items() if old.get(key) != entry]
    return found + [_changed(entry, None) for key, entry in old.items() if key not in new]


def _entries(chapters: Sequence[Chapter]) -> dict[tuple[str, str], Entry]:
    return {
        (chapter.title, entry.code or entry.title): entry for chapter in chapters for entry in chapter.entries
    }


def _changed(before: Entry | None, after: Entry | None) -> ChangedEntry:
    old, new = _told(before), _told(after)
    labels = [*new, *(label for label in old if label not in new)]
    differs = (label for label in labels if old.get(label) != new.get(label))
    known = after or before
    return ChangedEntry(
        known.title if known else "",
        is_new=before is None,
        is_gone=after is None,
        passages=tuple(Passage(name, difference(old.get(name, ""), new.get(name, ""))) for name in differs),
    )


def _told(entry: Entry | None) -> Mapping[str, str]:
    return dict(_words(entry)) if entry else {}


def _words(entry: Entry) -> Iterator[tuple[str, str]]:
    """The title under no heading, then what is told under its headings."""
    yield "", entry.title
    for number, words in enumerate(entry.words):
        yield words.label or str(number), "\n".join(words.texts)
