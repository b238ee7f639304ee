"""The deadlines of the posts that a person holds or stands in for, at whichever units."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.organisation.tables import Appointment, Substitute, Unit
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Occurrence, Task

KEPT = timedelta(days=366)
"""How long a deadline that has passed is shown."""


class Own(NamedTuple):
    """A task with its occurrence and the name of its unit."""

    task: Task
    occurrence: Occurrence
    unit: str


def own_deadlines(session: Session, person_id: int, *, today: date) -> Sequence[Own]:
    """What the posts owe that the person holds or stands in for on the local date, by due date.

    From a year back; without what is waived or cancelled. Whoever has no post has no deadlines.
    """
    query = (
        sa.select(Task, Occurrence, col(Unit.name))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            sa.tuple_(col(Task.unit_id), col(Task.role)).in_(posts_of(person_id, today)),
            col(Task.state).not_in([TaskState.WAIVED, TaskState.CANCELLED]),
            col(Occurrence.state).in_([OccurrenceState.OPEN, OccurrenceState.CLOSED]),
            col(Task.due_on) >= today - KEPT,
        )
        .order_by(col(Task.due_on), col(Task.id))
    )
    return [Own(*row) for row in session.execute(query)]


def holds_post(session: Session, person_ids: Collection[int], *, today: date) -> bool:
    """Whether one of the persons holds a post, or stands in for one, on the local date."""
    return any(
        session.execute(sa.select(posts_of(each, today).subquery()).limit(1)).first() is not None
        for each in person_ids
    )


def standing_in(session: Session, person_id: int, *, today: date) -> dict[tuple[str, str], date | None]:
    """The posts (unit, role) that the person stands in for on the local date, with the last day of it."""
    rows = session.execute(_terms(Substitute, person_id, today).add_columns(col(Substitute.valid_to)))
    return {(unit_id, role): last for unit_id, role, last in rows}


def posts_of(person_id: int, today: date) -> Any:
    """(unit, role) of the posts that the person holds or stands in for on the local date, as a query."""
    return sa.union(*(_terms(table, person_id, today) for table in (Appointment, Substitute)))


def _terms(table: type[Appointment | Substitute], person_id: int, today: date) -> Any:
    return sa.select(col(table.unit_id), col(table.role)).where(
        col(table.person_id) == person_id,
        col(table.valid_from) <= today,
        sa.or_(col(table.valid_to).is_(None), col(table.valid_to) >= today),
    )
