"""The decision ledger: why a mail was sent, or was not."""

from datetime import date, datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.store import enum_type


class Decided(StrEnum):
    """What was decided about one step. `UNDELIVERED`: its mail was refused, given up or came back."""

    SENT = "sent"
    MERGED = "merged"
    ANSWERED = "answered"
    OVERTAKEN = "overtaken"
    ADDRESS_DEAD = "address_dead"
    UNDELIVERED = "undelivered"
    NO_ADDRESS = "no_address"
    NOBODY = "nobody"
    NO_SUPERIOR = "no_superior"
    NOT_OWED = "not_owed"
    CLOSED = "closed"


class ReminderDecision(SQLModel, table=True):
    """One step of one rule for one deadline of one task: decided once, kept with its reason.

    `sent` opened the day's mail, `merged` was added to it; both point to the message. `nominal_on` is
    the local date the rule gives before any move; `reason` is a Danish sentence for the page.
    """

    __tablename__ = "reminder_decision"
    __table_args__ = (
        sa.UniqueConstraint("task_id", "rule_id", "deadline", "ordinal"),
        # What an activity's days are counted from, thousands at a time: no row is read for it.
        sa.Index("ix_reminder_decision_told", "task_id", "verdict", "rule_kind", "decided_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    task_id: int = Field(foreign_key="task.id")
    rule_id: str
    rule_kind: str
    deadline: date
    ordinal: int
    nominal_on: date
    decided_at: datetime = Field(sa_type=Instant)
    verdict: Decided = Field(sa_type=enum_type(Decided))
    reason: str
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    message_id: int | None = Field(default=None, foreign_key="message.id", index=True)
