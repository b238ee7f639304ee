"""A case as values: the documents of one activity or agreement, as a records system knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


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


def in_order(items: Iterable[Item]) -> tuple[Item, ...]:
    """As they came about; of one instant what was asked, then answered, then made of it."""
    kinds = list(ItemKind)
    return tuple(sorted(items, key=lambda item: (item.at, kinds.index(item.kind), item.row_id)))


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
