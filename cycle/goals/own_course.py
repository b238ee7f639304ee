"""A unit's agreements, and how its goals have stood over the years."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.tables import Agreement, Goal, GoalStatus
from cycle.tasks.tables import Occurrence


@dataclass(frozen=True)
class Stood:
    """How a goal stood when an occurrence closed. `value` is a plain decimal, "" when none was given."""

    occurrence: Occurrence
    status: str
    value: str
    comment: str


@dataclass
class Course:
    """One goal in one year, with how it stood, the newest first."""

    title: str
    year: int
    stood: list[Stood] = field(default_factory=list)


def agreements_of(session: Session, unit_ids: Collection[str]) -> Sequence[Agreement]:
    """The units' agreements that have a text, the newest first."""
    written = col(Agreement.unit_id).in_(list(unit_ids)), Agreement.version > 0
    order = col(Agreement.period_from).desc(), col(Agreement.unit_id), col(Agreement.id).desc()
    return session.exec(select(Agreement).where(*written).order_by(*order)).all()


def courses_of(session: Session, unit_id: str, *, since: date) -> list[Course]:
    """The goals the unit has been asked about in occurrences due from the local date on.

    The newest year first, and in it by the goals' codes.
    """
    rows = session.execute(
        sa.select(Goal, GoalStatus, Occurrence)
        .join(GoalStatus, col(GoalStatus.goal_id) == col(Goal.id))
        .join(Occurrence, col(Occurrence.id) == col(GoalStatus.occurrence_id))
        .where(col(GoalStatus.unit_id) == unit_id, col(Occurrence.due_on) >= since)
        .order_by(col(Goal.year).desc(), col(Goal.code), col(Goal.id), col(Occurrence.due_on).desc())
    )
    found: dict[int, Course] = {}
    for goal, status, occurrence in rows:
        course = found.setdefault(goal.id or 0, Course(f"{goal.code}. {goal.title}", goal.year))
        course.stood.append(Stood(occurrence, status.status, status.value, status.comment))
    return list(found.values())
