"""What has to happen to the terms of one post so that they are as a file says: pure."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import NamedTuple

PersonRef = int | tuple[str, str]
"""A stored person's id, or municipality and key of one the import is to make."""


class StoredTerm(NamedTuple):
    """A row of `Appointment` or `Substitute`."""

    id: int
    person_id: int
    valid_from: date
    valid_to: date | None


@dataclass(frozen=True)
class WantedTerm:
    """A person at the post as the file says. No start: since before; `row` is the file's."""

    person: PersonRef
    valid_from: date | None
    valid_to: date | None
    row: int


@dataclass(frozen=True)
class NewTerm:
    """A term to add."""

    person: PersonRef
    valid_from: date
    valid_to: date | None
    row: int


class ChangedTerm(NamedTuple):
    """A stored term with other dates. `row` is the file's; without one the file no longer has the term."""

    term: StoredTerm
    valid_from: date
    valid_to: date | None
    row: int | None = None


@dataclass
class TermChanges:
    """What has to be added, given other dates, ended, and taken back before it began."""

    added: list[NewTerm] = field(default_factory=list)
    changed: list[ChangedTerm] = field(default_factory=list)
    ended: list[ChangedTerm] = field(default_factory=list)
    removed: list[StoredTerm] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.ended or self.removed)


def term_changes(wanted: Iterable[WantedTerm], stored: Iterable[StoredTerm], today: date) -> TermChanges:
    """Compares one post's terms on the local date `today`.

    The file's dates are kept. A term in force that the file does not have ends the day before `today`;
    one that has not begun is taken back; one that is over stays as history.
    """
    open_wanted, open_stored = list(wanted), list(stored)
    changes = TermChanges()
    _pair(open_wanted, open_stored, _same)
    for want, term in _pair(open_wanted, open_stored, lambda want, term: _meet(want, term, today)):
        changes.changed.append(ChangedTerm(term, want.valid_from or term.valid_from, want.valid_to, want.row))
    for want in open_wanted:
        begins = want.valid_from or min(today, want.valid_to or today)
        changes.added.append(NewTerm(want.person, begins, want.valid_to, want.row))
    for term in open_stored:
        if term.valid_to is not None and term.valid_to < today:
            continue
        if term.valid_from >= today:
            changes.removed.append(term)
        else:
            changes.ended.append(ChangedTerm(term, term.valid_from, today - timedelta(days=1)))
    return changes


def _pair(
    wanted: list[WantedTerm], stored: list[StoredTerm], fits: Callable[[WantedTerm, StoredTerm], bool]
) -> list[tuple[WantedTerm, StoredTerm]]:
    """Takes the pairs that fit out of both lists."""
    pairs = []
    for want in tuple(wanted):
        term = next((term for term in stored if fits(want, term)), None)
        if term is not None:
            wanted.remove(want)
            stored.remove(term)
            pairs.append((want, term))
    return pairs


def _same(want: WantedTerm, term: StoredTerm) -> bool:
    return (
        want.person == term.person_id
        and want.valid_from in (None, term.valid_from)
        and want.valid_to == term.valid_to
    )


def _meet(want: WantedTerm, term: StoredTerm, today: date) -> bool:
    """Whether they are one term with other dates: same person, a day in common, no old one reopened."""
    if want.person != term.person_id:
        return False
    ends = term.valid_to or date.max
    begins = want.valid_from or today
    return begins <= ends and term.valid_from <= (want.valid_to or date.max)
