"""The meetings that a plan's steps hold, who takes part, and what they are given to do.

Not to be confused with `Meeting`, a date in the calendar of a body (BUU) that windows are counted from.
"""

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.gatherings.states import Attendance, Coming, GatheringState
from cycle.store import enum_type


class Gathering(SQLModel, table=True):
    """One meeting of an occurrence. `starts_at` and `ends_at` are instants (UTC).

    `sequence` rises with every change that participants are told of (RFC 5545, 3.8.7.4), `edition` with
    every change at all: whoever writes says which edition they saw. `minutes_file` is {"sha256", "name",
    "size"}. `why` is the reason of a cancellation, `recorded` the answer that was
    taken into it.
    """

    __table_args__ = (
        sa.UniqueConstraint("occurrence_id", "number"),
        sa.Index("ix_gathering_when", "root_id", "starts_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id")
    occurrence_id: int = Field(foreign_key="occurrence.id", index=True)
    number: int
    title: str
    place: str = ""
    link: str = ""
    starts_at: datetime = Field(sa_type=Instant)
    ends_at: datetime = Field(sa_type=Instant)
    agenda: list[str] = Field(default_factory=list, sa_type=sa.JSON)
    state: GatheringState = Field(default=GatheringState.PROPOSED, sa_type=enum_type(GatheringState))
    sequence: int = 0
    edition: int = 1
    minutes: str = ""
    minutes_file: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    why: str = ""
    recorded: str = ""


class GatheringParticipant(SQLModel, table=True):
    """A post, a named person or a body that takes part. Only who has an address is invited.

    `unit_id` and `role` are the post's; `address` a named person's own. `invited_*` is what the newest
    invitation was sent to, empty when none was. `link_generation` is part of the invitation's link.
    """

    __tablename__ = "gathering_participant"
    __table_args__ = (sa.UniqueConstraint("gathering_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    gathering_id: int = Field(foreign_key="gathering.id", index=True)
    key: str
    name: str
    unit_id: str | None = Field(default=None, foreign_key="unit.id")
    role: str = ""
    address: str = ""
    invited_address: str = ""
    invited_person_id: int | None = Field(default=None, foreign_key="person.id")
    link_generation: int = 1
    removed: bool = False
    coming: Coming = Field(default=Coming.UNKNOWN, sa_type=enum_type(Coming))
    attendance: Attendance = Field(default=Attendance.UNKNOWN, sa_type=enum_type(Attendance))


class GatheringHomework(SQLModel, table=True):
    """What participants were given to do. Their tasks have its key as subject."""

    __tablename__ = "gathering_homework"

    id: int | None = Field(default=None, primary_key=True)
    gathering_id: int = Field(foreign_key="gathering.id", index=True)
    text: str
    due_on: date
    by: str
    at: datetime = Field(sa_type=Instant)

    @property
    def subject(self) -> str:
        """The subject of its tasks."""
        return f"hjemmeopgave:{self.id}"
