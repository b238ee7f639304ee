"""Closing an occurrence. Tasks keep their state: what is missing then reads *missing*."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.errors import NotNow
from cycle.tasks.calendars import calendar_of
from cycle.tasks.records import record_occurrence
from cycle.tasks.states import TASK_MOVES, OccurrenceState, TaskState, TaskVerb
from cycle.tasks.tables import Draft, Occurrence, Task
from cycle.tasks.wishes import lapse_all


def close_occurrence(session: Session, occurrence: Occurrence, *, now: datetime, by: str = "engine") -> bool:
    """open -> closed; drafts of unanswered tasks are gone, no reminder comes any more.

    A task with a later deadline of its own (extended, sent back) keeps its draft and its reminders until
    then. What was answered just before and not acted on yet stays to be acted on (`advance_at`). An
    activity whose whole window passed while nothing ran is cancelled instead: nobody was asked. Safe to
    repeat: gives False when it does not close now.
    """
    pending = sa.case((col(Occurrence.advance_at) <= now, col(Occurrence.advance_at)))
    result = session.execute(
        sa.update(Occurrence)
        .where(col(Occurrence.id) == occurrence.id, col(Occurrence.state) == OccurrenceState.OPEN)
        .values(state=OccurrenceState.CLOSED, closed_at=now, advance_at=pending)
    )
    if not result.rowcount:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        cancel_missed(session, occurrence, now=now)
        return False
    today = calendar_of(session, occurrence).local_date(now)
    over = (col(Task.occurrence_id) == occurrence.id, col(Task.due_on) < today)
    session.execute(sa.delete(Draft).where(col(Draft.task_id).in_(sa.select(col(Task.id)).where(*over))))
    session.execute(sa.update(Task).where(*over).values(next_reminder_at=None))
    lapse_all(session, occurrence.id or 0, now=now)
    record_occurrence(session, occurrence, "close", by=by, now=now, why="")
    session.refresh(occurrence)
    return True


def cancel_missed(session: Session, occurrence: Occurrence, *, now: datetime) -> bool:
    """planned -> cancelled when the window is over; gives whether that was so."""
    if occurrence.closes_at > now:
        return False
    note = "Nåede ikke at åbne, før den skulle være lukket"
    return cancel_planned(session, occurrence, by="engine", now=now, note=note)


def cancel_planned(session: Session, occurrence: Occurrence, *, by: str, now: datetime, note: str) -> bool:
    """planned -> cancelled, with the tasks an interrupted opening has left; False when it is not planned."""
    result = session.execute(
        sa.update(Occurrence)
        .where(col(Occurrence.id) == occurrence.id, col(Occurrence.state) == OccurrenceState.PLANNED)
        .values(state=OccurrenceState.CANCELLED, note=note)
    )
    if not result.rowcount:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        return False
    session.execute(
        sa.update(Task)
        .where(col(Task.occurrence_id) == occurrence.id)
        .values(state=TaskState.CANCELLED, next_reminder_at=None)
    )
    record_occurrence(session, occurrence, "cancel", by=by, now=now, why=note)
    session.refresh(occurrence)
    return True


def cancel_occurrence(session: Session, occurrence: Occurrence, *, why: str, by: str, now: datetime) -> None:
    """planned | open -> cancelled: nobody owes anything any more, answers given stay readable.

    Raises NotNow when the occurrence is closed or cancelled already.
    """
    result = session.execute(
        sa.update(Occurrence)
        .where(
            col(Occurrence.id) == occurrence.id,
            col(Occurrence.state).in_([OccurrenceState.PLANNED, OccurrenceState.OPEN]),
        )
        .values(state=OccurrenceState.CANCELLED, closed_at=now, advance_at=None, note=why.strip())
    )
    if not result.rowcount:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        raise NotNow("occurrence", occurrence.id, occurrence.state.value, TaskVerb.CANCEL.value)
    sources = [state for state, verb in TASK_MOVES if verb is TaskVerb.CANCEL]
    target, _ = TASK_MOVES[sources[0], TaskVerb.CANCEL]
    session.execute(
        sa.update(Task)
        .where(col(Task.occurrence_id) == occurrence.id, col(Task.state).in_(sources))
        .values(state=target, next_reminder_at=None)
    )
    lapse_all(session, occurrence.id or 0, now=now)
    record_occurrence(session, occurrence, TaskVerb.CANCEL.value, by=by, now=now, why=why)
    session.refresh(occurrence)
