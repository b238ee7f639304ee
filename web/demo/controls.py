"""What the demo's pages ask of the demo: its clock and its mail server."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol


class Action(StrEnum):
    """How far the demo's clock goes."""

    EVENT = "event"
    WEEK = "week"
    YEAR = "year"
    STOP = "stop"


@dataclass(frozen=True)
class Status:
    """Where the demo stands. `busy`: what it is doing now, if anything; `trouble`: why it stopped."""

    now: datetime
    busy: Action | None
    begun: datetime
    ends: datetime
    answers: int
    mails: int
    trouble: str = ""

    @property
    def percent(self) -> int:
        """How much of the year has been played."""
        whole = (self.ends - self.begun).total_seconds()
        return min(100, round(100 * (self.now - self.begun).total_seconds() / whole))


class Writer(StrEnum):
    """Who writes back to a mail."""

    RECEIVER = "modtager"
    STRANGER = "fremmed"


@dataclass(frozen=True)
class Writing:
    """What is written back to a mail, by whom. `automatic`: their program writes that they are away."""

    text: str = ""
    by: Writer = Writer.RECEIVER
    automatic: bool = False


@dataclass(frozen=True)
class Letter:
    """A mail the demo's server has received. `number` counts from 1; `raw` is the mail as it came.

    `answers_to` is where a reply to it goes; empty when it cannot be answered by mail.
    """

    number: int
    at: datetime
    to: str
    subject: str
    text: str = ""
    raw: bytes = b""
    answers_to: str = ""


class Controls(Protocol):
    """The demo, as its pages see it."""

    @property
    def status(self) -> Status:
        """Where the demo stands."""
        ...

    def start(self, action: Action) -> bool:
        """Begins an action; False when the demo is busy with another."""
        ...

    def letters(self, search: str, *, limit: int) -> Sequence[Letter]:
        """The newest received mails whose receiver or subject has `search` in it, newest first."""
        ...

    def letter(self, number: int) -> Letter | None:
        """One received mail with its text, and as it came."""
        ...

    def write_back(self, number: int, writing: Writing) -> bool:
        """Hands a mail back to a received one in to the engine; False when the mail has no way back."""
        ...
