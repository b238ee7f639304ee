"""Who was told what, and why (or why not): the ledger joined with its mails, tasks and units."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Unit
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence, Task

UNREACHED = (Decided.NOBODY, Decided.NO_ADDRESS, Decided.ADDRESS_DEAD)
CHUNK = 500

_ITEM: tuple[Any, ...] = (
    col(ReminderDecision.message_id),
    col(ReminderDecision.id).label("decision_id"),
    col(ReminderDecision.rule_kind),
    col(ReminderDecision.ordinal),
    col(ReminderDecision.deadline),
    col(ReminderDecision.person_id),
    col(Task.id).label("task_id"),
    col(Task.kind),
    col(Task.title),
    col(Task.subject),
    col(Task.role),
    col(Task.state),
    col(Task.due_on),
    col(Task.due_since),
    col(Task.link_generation),
    col(Task.form_version_id),
    col(Unit.id).label("unit_id"),
    col(Unit.name).label("unit_name"),
    col(Occurrence.id).label("occurrence_id"),
    col(Occurrence.title).label("occurrence_title"),
    col(Occurrence.concerns_year),
    col(Occurrence.state).label("occurrence_state"),
    col(Occurrence.closed_at),
)
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
class DailyItem:
    """One item of a daily mail, with what is needed to write it. Dates are local and inclusive.

    `waiting` is false when the task has been answered or ended since it was decided: leave the item out
    and give `decision_ids` to `cycle.reminders.ledger.take_back`. `upwards`: the reader is told of
    someone else's late task and cannot act on it. `decided_for` is the deadline it was decided for.
    """

    message_id: int
    decision_ids: tuple[int, ...]
    rule_kind: ReminderKind
    ordinal: int
    decided_for: date
    upwards: bool
    person_id: int
    task_id: int
    task_kind: TaskKind
    task_title: str
    subject: str
    role: str
    due_on: date
    link_generation: int
    form_version_id: int | None
    waiting: bool
    unit_id: str
    unit_name: str
    occurrence_id: int
    occurrence_title: str
    concerns_year: int


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


def daily_items(session: Session, message_ids: Sequence[int]) -> dict[int, list[DailyItem]]:
    """The items of daily mails, by message, in the order of activity and unit.

    A task that two decisions put into the same mail is one item, with the newer decision's words. A mail
    all of whose items have `waiting` false is to be withheld (`cycle.messages.claiming.ALL_ANSWERED`).
    """
    found: dict[int, dict[tuple[int, bool], DailyItem]] = {id_: {} for id_ in message_ids}
    for start in range(0, len(message_ids), CHUNK):
        for row in session.execute(_items(message_ids[start : start + CHUNK])):
            item = _item(row)
            place = (item.task_id, item.upwards)
            before = found[item.message_id].pop(place, None)
            if before is not None:
                item = _merged(before, item)
            found[item.message_id][place] = item
    return {id_: list(items.values()) for id_, items in found.items()}


def why(session: Session, task_id: int) -> list[Told]:
    """Everything that was said about a task, or was not and why, in order of time."""
    acts = sa.select(*_ACT).where(col(Message.task_id) == task_id)
    return _story(session, _decisions().where(col(ReminderDecision.task_id) == task_id), acts)


def story(session: Session, person_id: int) -> list[Told]:
    """Everything that was decided about writing to a person, in order of time."""
    acts = sa.select(*_ACT).where(col(Message.person_id) == person_id)
    return _story(session, _decisions().where(col(ReminderDecision.person_id) == person_id), acts)


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


def _items(message_ids: Sequence[int]) -> sa.Select[Any]:
    return (
        sa.select(*_ITEM)
        .join(Task, col(Task.id) == col(ReminderDecision.task_id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(col(ReminderDecision.message_id).in_(message_ids))
        .order_by(col(Occurrence.due_on), col(Occurrence.id), col(Unit.path), col(ReminderDecision.id))
    )


def _item(row: sa.Row[Any]) -> DailyItem:
    kind = ReminderKind(row.rule_kind)
    return DailyItem(
        message_id=row.message_id,
        decision_ids=(row.decision_id,),
        rule_kind=kind,
        ordinal=row.ordinal,
        decided_for=row.deadline,
        upwards=kind is ReminderKind.ESCALATE,
        person_id=row.person_id,
        task_id=row.task_id,
        task_kind=row.kind,
        task_title=row.title,
        subject=row.subject,
        role=row.role,
        due_on=row.due_on,
        link_generation=row.link_generation,
        form_version_id=row.form_version_id,
        waiting=_waits(row),
        unit_id=row.unit_id,
        unit_name=row.unit_name,
        occurrence_id=row.occurrence_id,
        occurrence_title=row.occurrence_title,
        concerns_year=row.concerns_year,
    )


def _waits(row: sa.Row[Any]) -> bool:
    """Whether the post still owes it: the activity is open, or the task was extended after the close."""
    if row.state not in WAITING_FOR_HOLDER:
        return False
    if row.occurrence_state is OccurrenceState.OPEN:
        return True
    return row.closed_at is not None and row.due_since is not None and row.due_since >= row.closed_at


def _merged(before: DailyItem, item: DailyItem) -> DailyItem:
    return replace(item, decision_ids=(*before.decision_ids, *item.decision_ids))


def _decisions() -> sa.Select[Any]:
    return sa.select(*_DECISION).outerjoin(Message, col(Message.id) == col(ReminderDecision.message_id))


def _story(session: Session, decisions: sa.Select[Any], acts: sa.Select[Any]) -> list[Told]:
    rows = [Told(**row._mapping) for row in session.execute(decisions)]
    of_acts = acts.where(col(Message.kind) != MessageKind.DAILY)
    rows += [Told(**row._mapping) for row in session.execute(of_acts)]
    return sorted(rows, key=lambda row: row.at)
