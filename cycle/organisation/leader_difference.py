"""What an imported file of leaders would change, shown before anything is changed."""

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from cycle.errors import Problem
from cycle.organisation.people import Question
from cycle.organisation.snapshot import Post
from cycle.organisation.terms import PersonRef, TermChanges

END_LIMIT = 0.10
"""A file that ends a larger share of the appointments has to be confirmed."""


class LeaderChanged(StrEnum):
    """What happens at a post."""

    ADDED = "added"
    ENDED = "ended"
    LEADER_CHANGED = "leader_changed"
    DATES_CHANGED = "dates_changed"
    RENAMED = "renamed"
    LANGUAGE_CHANGED = "language_changed"
    ADDRESS_CHANGED = "address_changed"
    MAILBOX_CHANGED = "mailbox_changed"
    SUBSTITUTE_ADDED = "substitute_added"
    SUBSTITUTE_CHANGED = "substitute_changed"
    SUBSTITUTE_ENDED = "substitute_ended"


class LeaderChange(NamedTuple):
    """One change as it is shown. `before` and `after` are names or addresses; dates are local, inclusive."""

    what: LeaderChanged
    root_id: str
    post: Post
    before: str = ""
    after: str = ""
    valid_from: date | None = None
    valid_to: date | None = None
    row: int | None = None


@dataclass(frozen=True)
class NewPerson:
    """A person to make. `key` is unique in the municipality."""

    root_id: str
    key: str
    name: str
    language: str


@dataclass(frozen=True)
class ChangedPerson:
    """A stored person to be known by another key, name or language."""

    id: int
    key: str
    name: str
    language: str


@dataclass(frozen=True)
class ChangedAddress:
    """The address row to end, and the address to put in its place, of a person or of a post."""

    ends: int | None
    email: str | None
    root_id: str
    person: PersonRef | None = None
    post: Post | None = None


@dataclass
class LeadersDifference:
    """All changes as shown, the open questions, what to notice, and the work to be done.

    `changes` is empty when nothing changes.
    """

    roots: tuple[str, ...]
    changes: list[LeaderChange] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    new_people: list[NewPerson] = field(default_factory=list)
    changed_people: list[ChangedPerson] = field(default_factory=list)
    addresses: list[ChangedAddress] = field(default_factory=list)
    appointments: dict[Post, TermChanges] = field(default_factory=dict)
    substitutes: dict[Post, TermChanges] = field(default_factory=dict)
    posts: set[Post] = field(default_factory=set)
    in_force: int = 0

    @property
    def ends(self) -> int:
        """How many appointments in force or to come it ends without the file saying so."""
        return sum(len(found.ended) + len(found.removed) for found in self.appointments.values())

    @property
    def needs_confirmation(self) -> bool:
        """Whether it ends more than 10 % of the appointments."""
        return self.ends > END_LIMIT * self.in_force
