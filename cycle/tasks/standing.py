"""How a task stands against its deadline: computed from dates, never stored (DESIGN, "States")."""

from datetime import date, datetime, timedelta
from typing import Protocol

from cycle.calendar import WorkingCalendar
from cycle.reminders.decide import Standing
from cycle.tasks.states import (
    AGREEMENT_STEPS,
    WAITING_FOR_HOLDER,
    OccurrenceState,
    TaskKind,
    TaskState,
    Timeliness,
)
from cycle.tasks.tables import Occurrence

DUE_SOON_DAYS = 5
ASKED_LATE = AGREEMENT_STEPS | {TaskKind.DRAFT, TaskKind.TAKE_IN}


class Owed(Protocol):
    """What of a task tells how it stands: a `Task`, or the columns of one."""

    @property
    def state(self) -> TaskState: ...
    @property
    def level(self) -> int: ...
    @property
    def levels(self) -> int: ...
    @property
    def due_on(self) -> date: ...
    @property
    def original_due_on(self) -> date: ...
    @property
    def received_at(self) -> datetime | None: ...
    @property
    def due_when_received(self) -> date | None: ...


def timeliness(task: Owed, occurrence: Occurrence, *, today: date, calendar: WorkingCalendar) -> Timeliness:
    """The task's standing on the local date `today`.

    An answer is on time when it was received by the end of its due date as it was then; the first answer
    decides, so a return keeps the mark. Due dates are local and inclusive.
    """
    if task.state in (TaskState.WAIVED, TaskState.CANCELLED):
        return Timeliness.NOT_OWED
    if task.received_at is not None:
        return _of_answer(task, calendar)
    if occurrence.state is OccurrenceState.CLOSED and today > task.due_on:
        return Timeliness.MISSING
    if today > task.due_on:
        return Timeliness.OVERDUE
    if today >= task.due_on - timedelta(days=DUE_SOON_DAYS):
        return Timeliness.DUE_SOON
    return Timeliness.WAITING


def is_overdue(state: TaskState, due_on: date, *, today: date) -> bool:
    """Whether the post owes something whose deadline is over: the one that holds now, also after a return.

    `overview.overdue_by` says the same in SQL.
    """
    return state in WAITING_FOR_HOLDER and due_on < today


class Asked(Protocol):
    """What of a task tells whether it is asked for, and since when."""

    @property
    def state(self) -> TaskState: ...
    @property
    def kind(self) -> TaskKind: ...
    @property
    def opened_at(self) -> datetime: ...
    @property
    def due_since(self) -> datetime | None: ...


def asked_anew(task: Asked, closes_at: datetime) -> bool:
    """Whether it was asked for after the activity had closed, and stays open until it is done.

    A goal that was reworded is to be signed for whenever that is, and a strategy that was decided late has
    goals to be taken into the tree.
    """
    since = max(task.opened_at, task.due_since or task.opened_at)
    return task.kind in ASKED_LATE and since >= closes_at


def standing_of(
    task: Asked, occurrence_state: OccurrenceState, closes_at: datetime, *, past_due: bool
) -> Standing:
    """Whether the post is to be reminded of it, and else why not: one rule for deciding and for writing.

    `past_due`: its due date, local and inclusive, is over.
    """
    if task.state in (TaskState.WAIVED, TaskState.CANCELLED):
        return Standing.NOT_OWED
    if task.state not in WAITING_FOR_HOLDER:
        return Standing.ANSWERED
    if occurrence_state is OccurrenceState.CANCELLED:
        return Standing.NOT_OWED
    if occurrence_state is OccurrenceState.OPEN or not past_due or asked_anew(task, closes_at):
        return Standing.WAITING
    return Standing.CLOSED


def owes_answer(task: Owed) -> bool:
    """Whether the post still owes something."""
    return task.state in WAITING_FOR_HOLDER


def as_read(task: Owed) -> TaskState:
    """The task's state as people read it: what nobody approves is answered, whatever took it further."""
    return TaskState.SUBMITTED if task.state is TaskState.APPROVED and not task.levels else task.state


def awaits_approval(task: Owed) -> bool:
    """Whether it is answered, and somebody has still to approve it."""
    return task.state in (TaskState.SUBMITTED, TaskState.APPROVED) and not finished(task)


def finished(task: Owed) -> bool:
    """Whether nothing more is expected of anyone: approved at every level, or answered where none is."""
    return is_finished(task.state, task.level, task.levels)


def is_finished(state: TaskState, level: int, levels: int) -> bool:
    """`finished` of a task's columns, for those who read many."""
    if state is TaskState.APPROVED:
        return level >= levels
    if state is TaskState.SUBMITTED:
        return levels == 0
    return state in (TaskState.WAIVED, TaskState.CANCELLED)


def _of_answer(task: Owed, calendar: WorkingCalendar) -> Timeliness:
    assert task.received_at is not None
    due = task.due_when_received or task.due_on
    if task.received_at >= calendar.end_of(due):
        return Timeliness.LATE
    if task.received_at >= calendar.end_of(task.original_due_on):
        return Timeliness.ON_TIME_EXTENDED
    return Timeliness.ON_TIME
