"""The questions a turn asks the store, written once: a turn costs what is due, not what is open.

Each reads an index. A statement that is made anew at every turn would cost more than its answer.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa

from cycle.messages.tables import UNSENT, MailboxMark, Message, MessageState
from cycle.organisation.tables import Unit
from cycle.runs.tables import UNFINISHED, FlowPause, Run, RunState
from cycle.store import table_of
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence, Task

MOST_CLOSINGS = 50

_now: sa.BindParameter[datetime] = sa.bindparam("now")
_after: sa.BindParameter[datetime] = sa.bindparam("after")
_run, _pause = table_of(Run).c, table_of(FlowPause).c
_mark, _message = table_of(MailboxMark).c, table_of(Message).c
_occurrence, _task, _unit = table_of(Occurrence).c, table_of(Task).c, table_of(Unit).c

_NOTHING: sa.ColumnClause[int] = sa.literal_column("0")
"""Added to a column whose index SQLite must not use: it would walk all there is instead of what is due."""

PAUSES = sa.select(_pause.root_id, _pause.flow)
UNDER_WAY = sa.select(_run.root_id, _run.flow, _run.subject, _run.wanted_at).where(UNFINISHED)
LAST_RUNS = (
    sa.select(_run.state, _run.ended_at)
    .where(_run.flow == sa.bindparam("flow"), _run.subject == sa.bindparam("subject"))
    .order_by(_run.wanted_at.desc(), _run.id.desc())
    .limit(sa.bindparam("most"))
)

MARKS = sa.select(_mark.root_id, _mark.read_until)
MAILBOXES_PAUSING = sa.select(_mark.root_id).where(_mark.next_at > _now)
MAILBOXES_WITH_NEWS = sa.select(_mark.root_id).where(_mark.told_at > _mark.read_until)
MUNICIPALITIES = sa.select(table_of(Cycle).c.root_id).distinct()

_planned = _occurrence.state == OccurrenceState.PLANNED
_open = _occurrence.state == OccurrenceState.OPEN
_closed = _occurrence.state == OccurrenceState.CLOSED
_unerased = sa.and_(
    _occurrence.erased_at.is_(None), _occurrence.erase_at.is_not(None), _occurrence.opened_at.is_not(None)
)

_swept = sa.exists().where(
    _run.flow == "remind",
    _run.subject == sa.literal("sweep:") + _occurrence.root_id,
    _run.wanted_at.between(sa.bindparam("since"), _now),
    _run.state != RunState.FAILED,
)
UNSWEPT = sa.select(_occurrence.root_id).where(_open, ~_swept).distinct()
_fetched = sa.exists().where(
    _run.flow == "organisation",
    _run.subject == _unit.id,
    _run.wanted_at.between(sa.bindparam("since"), _now),
    _run.state != RunState.FAILED,
)
UNFETCHED = sa.select(_unit.id).where(_unit.id == sa.bindparam("root_id"), ~_fetched)
_occurrence_due = sa.or_(
    sa.and_(_unerased, _occurrence.erase_at <= _now),
    sa.and_(_open, _occurrence.closes_at <= _now),
    sa.and_(_planned, _occurrence.opens_at <= _now),
    sa.and_(_open, _occurrence.advance_at <= _now),
    sa.and_(_closed, _occurrence.advance_at <= _now),
)
OCCURRENCES_DUE = (
    sa.select(
        _occurrence.id,
        _occurrence.root_id,
        _occurrence.flow,
        _occurrence.state,
        _occurrence.closes_at,
        _occurrence.advance_at,
        sa.and_(_unerased, _occurrence.erase_at <= _now).label("to_be_erased"),
    )
    .where(_occurrence_due)
    .order_by(_occurrence.id)
)

_tasks_due = _task.next_reminder_at <= _now
TASKS_DUE = (
    sa.select(_occurrence.root_id)
    .join_from(table_of(Task), table_of(Occurrence), _occurrence.id == _task.occurrence_id + _NOTHING)
    .where(_tasks_due)
    .distinct()
)

_waiting = _message.state.in_((MessageState.READY, MessageState.WAITING))
_abandoned = sa.and_(_message.state == MessageState.CLAIMED, _message.lease_until <= _now)
_messages_due = (UNSENT, _message.next_at <= _now, sa.or_(_waiting, _abandoned))
MESSAGES_DUE = sa.select(_message.root_id, sa.func.count()).where(*_messages_due).group_by(_message.root_id)
ANY_DUE = sa.select(
    sa.exists().where(_occurrence_due).label("occurrences"),
    sa.exists().where(_tasks_due).label("tasks"),
    sa.exists().where(*_messages_due).label("messages"),
)


def _first(column: sa.Column[Any], *which: sa.ColumnElement[bool] | sa.TextClause) -> sa.ScalarSelect[Any]:
    earliest = sa.select(column).where(*which, column > _after).order_by(column).limit(1)
    return earliest.scalar_subquery()


NEXT_INSTANTS = sa.select(
    _first(_occurrence.opens_at, _planned),
    _first(_occurrence.advance_at, _open),
    _first(_occurrence.erase_at, _unerased),
    _first(_task.next_reminder_at),
    _first(_message.next_at, UNSENT, _waiting),
)
NEXT_CLOSINGS = (
    sa.select(_occurrence.closes_at)
    .where(_open, _occurrence.closes_at > _after)
    .order_by(_occurrence.closes_at)
    .limit(MOST_CLOSINGS)
)
