"""A case as values: the documents of one activity or agreement, as a records system knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Direction(StrEnum):
    """Which way a document went, in the words of Danish records systems."""

    INCOMING = "indgående"
    OUTGOING = "udgående"
    INTERNAL = "internt"


class ItemKind(StrEnum):
    """What a document is."""

    REQUEST = "request"
    LETTER = "letter"
    ANSWER = "answer"
    REVIEW = "review"
    REMARK = "remark"
    MAIL_OUT = "mail_out"
    MAIL_IN = "mail_in"
    RELEASE = "release"
    ACCOUNTS = "accounts"
    COVER = "cover"
    MINUTES = "minutes"
    DECISION = "decision"
    FRAME = "frame"
    STRATEGY = "strategy"
    AGREEMENT = "agreement"


@dataclass(frozen=True)
class Party:
    """Who sent or got a document. `unit_id` and `role` are empty for bodies and the municipality."""

    name: str
    unit_id: str = ""
    unit: str = ""
    role: str = ""


@dataclass(frozen=True)
class Item:
    """One document. `key` names it for ever; `row_id` is the row it is made from.

    `at` is when it was sent or received (aware). `answers` is the key of the document that it answers,
    `files` what is attached: names by digest. `confidential`: of an activity marked so.
    """

    key: str
    kind: ItemKind
    row_id: int
    occurrence_id: int
    title: str
    direction: Direction
    at: datetime
    sender: Party
    receiver: Party
    answers: str = ""
    unit_id: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    confidential: bool = False


class Placed(Protocol):
    """What has a place in a case: a document, or the row that it is made from."""

    @property
    def at(self) -> datetime: ...
    @property
    def kind(self) -> ItemKind: ...
    @property
    def row_id(self) -> int: ...


_KINDS = {kind: place for place, kind in enumerate(ItemKind)}


def place_of(it: Placed) -> tuple[datetime, int, int]:
    """As documents came about; of one instant what was asked, then answered, then made of it."""
    return it.at, _KINDS[it.kind], it.row_id


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """The documents in the order in which they came about."""
    return tuple(sorted(items, key=place_of))


@dataclass(frozen=True)
class Case:
    """What belongs together: `name` is its folder's, `kle` its subject, `number` the case it goes to."""

    root_id: str
    municipality: str
    name: str
    title: str
    kle: str = ""
    number: str = ""
    items: tuple[Item, ...] = field(default=())
