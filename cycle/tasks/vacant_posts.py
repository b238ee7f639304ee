"""What the vacant posts below a superior owe: their work is the superior's until somebody has the post."""

from collections.abc import Sequence
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Appointment, Substitute, Unit
from cycle.tasks.own_deadlines import KEPT, Own, posts_of
from cycle.tasks.states import WAITING_FOR_HOLDER, OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence, Task


def of_vacant_posts(session: Session, person_id: int, root_id: str, *, today: date) -> Sequence[Own]:
    """What waits at posts that nobody holds or stands in for on the local date and that fall to the person.

    A vacant post's work goes to the nearest superior (DESIGN, "Reminders"); nobody signs for it.
    """
    paths = session.scalars(
        sa.select(col(Unit.path))
        .where(col(Unit.id).in_(sa.select(posts_of(person_id, today).subquery().c.unit_id)))
        .distinct()
    ).all()
    if not paths:
        return []
    rows = session.execute(_waiting(paths, today)).all()
    directory = Directory.for_units(session, root_id, {path for *_, path in rows}, today)
    posts = {(task.unit_id, task.role) for task, *_ in rows}
    fallen = {post for post in posts if directory.may_act(*post, person_id)}
    return [Own(*own) for *own, _ in rows if (own[0].unit_id, own[0].role) in fallen]


def _waiting(paths: Sequence[str], today: date) -> sa.Select[Task, Occurrence, str, str]:
    """What vacant posts at and below these units owe, by due date; with the name and path of the unit."""
    return (
        sa.select(Task, Occurrence, col(Unit.name), col(Unit.path))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            within(col(Unit.path), paths),
            col(Task.state).in_(list(WAITING_FOR_HOLDER)),
            col(Task.kind) != TaskKind.SIGN,
            col(Occurrence.state).in_([OccurrenceState.OPEN, OccurrenceState.CLOSED]),
            col(Task.due_on) >= today - KEPT,
            *(~_acts(table, today) for table in (Appointment, Substitute)),
        )
        .order_by(col(Task.due_on), col(Task.id))
    )


def _acts(table: type[Appointment | Substitute], today: date) -> sa.Exists:
    return sa.exists().where(
        col(table.unit_id) == col(Task.unit_id),
        col(table.role) == col(Task.role),
        col(table.valid_from) <= today,
        sa.or_(col(table.valid_to).is_(None), col(table.valid_to) >= today),
    )
