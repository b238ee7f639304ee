"""Who was told what, and why (or why not): the ledger joined with its mails."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.reminders.wording import still_to_go
from cycle.store import in_pieces
from cycle.tasks.states import WAITING_FOR_HOLDER
from cycle.tasks.tables import Occurrence, Task

UNREACHED = (Decided.NOBODY, Decided.NO_ADDRESS, Decided.ADDRESS_DEAD, Decided.UNDELIVERED)

_DECISION: tuple[Any, ...] = (
    col(ReminderDecision.decided_at).label("at"),
    col(ReminderDecision.task_id),
    col(ReminderDecision.person_id),
    col(ReminderDecision.reason),
    col(ReminderDecision.rule_kind),
    col(ReminderDecision.verdict),
    col(ReminderDecision.deadline),
    col(ReminderDecision.nominal_on),
    col(Message.id).label("message_id"),
    col(Message.kind).label("message_kind"),
    col(Message.state).label("message_state"),
    col(Message.sent_at),
)
TO_GO = frozenset({MessageState.READY, MessageState.CLAIMED, MessageState.WAITING})
_ACT: tuple[Any, ...] = (
    col(Message.created_at).label("at"),
    col(Message.task_id),
    col(Message.person_id),
    col(Message.reason),
    col(Message.id).label("message_id"),
    col(Message.kind).label("message_kind"),
    col(Message.state).label("message_state"),
    col(Message.sent_at),
)


@dataclass(frozen=True, slots=True)
class Told:
    """One row of "why did, or didn't, NN get a mail": a decision, or a mail that answered an act.

    `reason` is a Danish sentence. `rule_kind` and `verdict` are empty for the mail of an act,
    `message_state` when no mail was made.
    """

    at: datetime
    task_id: int | None
    person_id: int | None
    reason: str
    rule_kind: str = ""
    verdict: Decided | None = None
    deadline: date | None = None
    nominal_on: date | None = None
    message_id: int | None = None
    message_kind: str = ""
    message_state: MessageState | None = None
    sent_at: datetime | None = None

    @property
    def came_at(self) -> datetime:
        """When the mail was sent; when it was decided of what was not."""
        return self.sent_at or self.at

    @property
    def why_now(self) -> str:
        """The reason; of a mail that has not gone yet as of what is to come."""
        return still_to_go(self.reason) if self.message_state in TO_GO else self.reason


def why(session: Session, task_id: int) -> list[Told]:
    """Everything that was said about a task, or was not and why, in order of time."""
    acts = sa.select(*_ACT).where(col(Message.task_id) == task_id)
    return _story(session, _decisions().where(col(ReminderDecision.task_id) == task_id), acts)


def story(session: Session, person_id: int) -> list[Told]:
    """Everything that was decided about writing to a person, in order of time."""
    acts = sa.select(*_ACT).where(col(Message.person_id) == person_id)
    return _story(session, _decisions().where(col(ReminderDecision.person_id) == person_id), acts)


def told_in(session: Session, message_ids: Iterable[int]) -> list[Told]:
    """The decisions that these mails tell of, in order of time."""
    return [
        row
        for ids in in_pieces(message_ids)
        for row in _told(session, _decisions().where(col(ReminderDecision.message_id).in_(ids)))
    ]


def unwritten(session: Session, person_id: int) -> list[Told]:
    """The decisions about a person that led to no mail, in order of time."""
    about = (col(ReminderDecision.person_id) == person_id, col(ReminderDecision.message_id).is_(None))
    return _told(session, _decisions().where(*about))


def _told(session: Session, decisions: sa.Select[Any]) -> list[Told]:
    order = (col(ReminderDecision.decided_at), col(ReminderDecision.id))
    return [Told(**row._mapping) for row in session.execute(decisions.order_by(*order))]


def unreached(session: Session, root_id: str) -> list[tuple[int, Decided]]:
    """The waiting tasks whose post could not be written to last time, with what was in the way.

    The secretariat's red rows. They end when a look finds someone (see `cycle.reminders.decide`).
    """
    newest = (
        sa.select(sa.func.max(col(ReminderDecision.id)))
        .where(
            col(ReminderDecision.task_id) == col(Task.id),
            col(ReminderDecision.rule_kind) != ReminderKind.ESCALATE.value,
            col(ReminderDecision.verdict) != Decided.OVERTAKEN,
        )
        .correlate(Task)
        .scalar_subquery()
    )
    query = (
        sa.select(col(Task.id), col(ReminderDecision.verdict))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .join(ReminderDecision, col(ReminderDecision.id) == newest)
        .where(
            col(Occurrence.root_id) == root_id,
            col(Task.state).in_(list(WAITING_FOR_HOLDER)),
            col(ReminderDecision.verdict).in_(UNREACHED),
        )
        .order_by(col(Task.id))
    )
    return [(task_id, verdict) for task_id, verdict in session.execute(query)]


def _decisions() -> sa.Select[Any]:
    return sa.select(*_DECISION).outerjoin(Message, col(Message.id) == col(ReminderDecision.message_id))


def _story(session: Session, decisions: sa.Select[Any], acts: sa.Select[Any]) -> list[Told]:
    rows = [Told(**row._mapping) for row in session.execute(decisions)]
    of_acts = acts.where(col(Message.kind) != MessageKind.DAILY)
    rows += [Told(**row._mapping) for row in session.execute(of_acts)]
    return sorted(rows, key=lambda row: row.at)
