"""The outbox and the inbox: what is to be said to whom, and what came in."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.messages.verdicts import InboundVerdict as InboundVerdict
from cycle.store import enum_type


class MessageKind(StrEnum):
    """Every mail the engine can write. `DAILY` is the one a person gets at most once a day.

    `EXTENSION_WISH` tells a superior that leaders ask for a later date; `EXTENDED` and `REFUSED` answer.
    """

    DAILY = "daily"
    RECEIPT = "receipt"
    RETURNED = "returned"
    EXTENSION_WISH = "extension_wish"
    EXTENDED = "extended"
    REFUSED = "refused"
    DEADLINE_CHANGED = "deadline_changed"
    NUDGE = "nudge"
    WAIVED = "waived"
    NEW_LINK = "new_link"
    DECLINED = "declined"
    STILL_HOLDS = "still_holds"
    REMARKS = "remarks"
    INVITATION = "invitation"
    REPLY_PROBLEM = "reply_problem"
    TRIAL = "trial"
    SIGN_IN_CODE = "sign_in_code"
    ACCOUNT_CHANGED = "account_changed"
    HANDED_OVER = "handed_over"


class MessageState(StrEnum):
    """ready | waiting -> claimed -> sent | rejected | waiting | unknown | withheld | ready (handed back)."""

    READY = "ready"
    CLAIMED = "claimed"
    SENT = "sent"
    REJECTED = "rejected"
    WAITING = "waiting"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"


UNCERTAIN = sa.text("state = 'unknown'")
UNSENT = sa.text("state IN ('ready', 'waiting', 'claimed')")
REFUSED = sa.text("rejected_at IS NOT NULL")
NOT_ARRIVED = sa.text("state != 'sent' OR returned_at IS NOT NULL")
UNSURE = sa.text("unsure > 0")
AWAITED = sa.text("kind IN ('sign_in_code', 'new_link')")
"""Kinds that somebody asked for and sits waiting for; a code is good for ten minutes."""

_AWAITED_UNSENT = sa.text(f"{UNSENT.text} AND {AWAITED.text}")


class Message(SQLModel, table=True):
    """One mail. Until it is sent it is a kind and ids; afterwards also the text, its links blanked.

    `key` says what the message is ("daily:17:2027-04-01", "receipt:99") and makes it unique; the
    Message-ID header is derived from it. `next_at` is the earliest instant of the next try (for a daily
    mail inside the send window). Context holds ids only; the daily mail's content is the decisions
    that point to it. There is no index on `root_id` alone: SQLite would rather walk all of a municipality's
    mail than what is unsent. `fence` rises at every claim; `unsure` counts tries whose outcome never became
    known (connection lost after the final dot, or the claimant's lease ran out). `resent`: how often a
    person has sent it again; with `unsure` it says which try a report is about. `in_hand`: so many
    mails of its claim are begun and not settled at a time; 0 for one that is known not to have gone.
    `tried_at`: when it was first put off (4xx); `suspected_at`: when it was first refused in words that may
    be about us; `rejected_at`: when it was refused for good or given up; `returned_at`: when a genuine report
    came back that it could not be delivered. A person who sends it again clears these four.
    `unencrypted_at`: when a server on its way said that it could go further only without encryption; it then
    waits, and is not handed over again while it has to be encrypted.
    `about_task_id` is written when it is sent: the one task it spoke of, none for a digest; the first such
    mail begins a thread.
    `ix_message_shown` tells a mail's municipality and kind too, so that a list by time and the count of all
    mails read it alone; what was sent and stayed sent is in none of the partial indexes.
    """

    __table_args__ = (
        sa.Index(
            "ix_message_due",
            "next_at",
            sqlite_where=UNSENT,
            postgresql_where=UNSENT,
        ),
        sa.Index(
            "ix_message_awaited",
            "root_id",
            "next_at",
            sqlite_where=_AWAITED_UNSENT,
            postgresql_where=_AWAITED_UNSENT,
        ),
        sa.Index("ix_message_uncertain", "root_id", sqlite_where=UNCERTAIN, postgresql_where=UNCERTAIN),
        sa.Index("ix_message_unsent", "address", sqlite_where=UNSENT, postgresql_where=UNSENT),
        sa.Index("ix_message_sent", "address", "sent_at"),
        sa.Index("ix_message_rejected", "rejected_at", sqlite_where=REFUSED, postgresql_where=REFUSED),
        sa.Index("ix_message_shown", "sent_at", "created_at", "root_id", "kind"),
        sa.Index(
            "ix_message_not_arrived",
            "root_id",
            "state",
            "returned_at",
            sqlite_where=NOT_ARRIVED,
            postgresql_where=NOT_ARRIVED,
        ),
        sa.Index("ix_message_unsure", "root_id", sqlite_where=UNSURE, postgresql_where=UNSURE),
        sa.Index("ix_message_created", "address", "kind", "created_at"),
        sa.Index(
            "ix_message_about",
            "about_task_id",
            sqlite_where=sa.text("about_task_id IS NOT NULL"),
            postgresql_where=sa.text("about_task_id IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id")
    key: str = Field(unique=True)
    kind: MessageKind = Field(sa_type=enum_type(MessageKind))
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    address: str
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)
    context: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    state: MessageState = Field(default=MessageState.READY, sa_type=enum_type(MessageState))
    created_at: datetime = Field(sa_type=Instant)
    next_at: datetime = Field(sa_type=Instant)
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    fence: int = 0
    attempts: int = 0
    unsure: int = 0
    resent: int = 0
    sent_at: datetime | None = Field(default=None, sa_type=Instant)
    tried_at: datetime | None = Field(default=None, sa_type=Instant)
    suspected_at: datetime | None = Field(default=None, sa_type=Instant)
    rejected_at: datetime | None = Field(default=None, sa_type=Instant)
    returned_at: datetime | None = Field(default=None, sa_type=Instant)
    unencrypted_at: datetime | None = Field(default=None, sa_type=Instant)
    about_task_id: int | None = Field(default=None, foreign_key="task.id")
    in_hand: int = 0
    subject: str = ""
    text: str = ""
    reason: str = ""


class DomainPace(SQLModel, table=True):
    """How many mails senders have taken for a domain's addresses in the minute that began at `since`."""

    __tablename__ = "domain_pace"

    domain: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Instant)
    taken: int = 0


class Inbound(SQLModel, table=True):
    """One received mail, kept raw, with its verdict. `received_at` is our server's time, never Date.

    `task_id` is the first task it is about; what it meant for each stands in `InboundTask`. `content` is a
    digest of who wrote what to which address, by which the same reply is known when it comes again under
    another Message-ID. `files` are its attachments: name, size, sha256 when kept, else `why` not. `own_text`
    is what its author wrote, `text` all of its plain text; both bounded, and empty of a mail in quarantine.
    `times`: how often the same Message-ID was delivered, the last time at `again_at`.
    """

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(index=True)
    message_id: str = Field(unique=True)
    received_at: datetime = Field(sa_type=Instant)
    sender: str = Field(index=True)
    subject: str = ""
    own_text: str = ""
    text: str = ""
    raw: bytes
    verdict: InboundVerdict = Field(sa_type=enum_type(InboundVerdict))
    reason: str = ""
    task_id: int | None = Field(default=None, foreign_key="task.id", index=True)
    handled_at: datetime = Field(sa_type=Instant)
    content: str = Field(default="", index=True)
    files: list[dict[str, Any]] = Field(default_factory=list, sa_type=sa.JSON)
    times: int = 1
    again_at: datetime | None = Field(default=None, sa_type=Instant)


class InboundTask(SQLModel, table=True):
    """What one mail meant for one task: taken as its answer, kept as its draft, or neither.

    `answers` are what could be read, canonical; `unplaced` is text that belongs to no question. `by` is who
    had it read so ("engine", or an account that chose the task by hand). `undone_at`: the secretariat
    withdrew the answer that it gave.
    """

    __tablename__ = "inbound_task"

    id: int | None = Field(default=None, primary_key=True)
    inbound_id: int = Field(foreign_key="inbound.id", index=True)
    task_id: int = Field(foreign_key="task.id", index=True)
    verdict: InboundVerdict = Field(sa_type=enum_type(InboundVerdict))
    reason: str = ""
    answers: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    unplaced: str = ""
    submission_id: int | None = Field(default=None, foreign_key="submission.id", index=True)
    by: str
    at: datetime = Field(sa_type=Instant)
    undone_at: datetime | None = Field(default=None, sa_type=Instant)
    undone_by: str = ""
    undone_why: str = ""


class MailboxMark(SQLModel, table=True):
    """How far a mailbox has been read: everything received before `read_until` has been handled.

    `failing_since` and `error` say that it cannot be read now; `next_at` is the next try then. `told_at` is
    when it was last said that something new lies there: a hint, for it is read every two minutes anyway.
    `refused_uid` is the mail that the server did not give, `refused_times` how often in a row.
    """

    __tablename__ = "mailbox_mark"

    root_id: str = Field(primary_key=True)
    read_until: datetime = Field(sa_type=Instant)
    uid_validity: int = 0
    last_uid: int = 0
    failing_since: datetime | None = Field(default=None, sa_type=Instant)
    next_at: datetime | None = Field(default=None, sa_type=Instant)
    told_at: datetime | None = Field(default=None, sa_type=Instant)
    error: str = ""
    refused_uid: int = 0
    refused_times: int = 0
