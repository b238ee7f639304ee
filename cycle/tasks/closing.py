"""Closing an occurrence. Tasks keep their state: what is missing then reads *missing*."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Draft, Occurrence, Task


def close_occurrence(
    session: Session, occurrence: Occurrence, *, now: datetime, by: str = "engine", note: str = ""
) -> bool:
    """open -> closed; drafts of unanswered tasks are gone, no reminder comes any more.

    Safe to repeat: gives False when it was closed already.
    """
    result = session.execute(
        sa.update(Occurrence)
        .where(col(Occurrence.id) == occurrence.id, col(Occurrence.state) == OccurrenceState.OPEN)
        .values(state=OccurrenceState.CLOSED, closed_at=now, advance_at=None, note=note)
    )
    if not result.rowcount:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        return False
    of_this = sa.select(col(Task.id)).where(col(Task.occurrence_id) == occurrence.id)
    session.execute(sa.delete(Draft).where(col(Draft.task_id).in_(of_this)))
    session.execute(
        sa.update(Task).where(col(Task.occurrence_id) == occurrence.id).values(next_reminder_at=None)
    )
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb="close",
        thing=f"occurrence:{occurrence.id}",
        why=note,
    )
    session.refresh(occurrence)
    return True
