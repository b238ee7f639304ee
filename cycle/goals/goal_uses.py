"""What speaks of a goal, so that it cannot be taken out of the tree."""

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.changed_goals import Made, holding, rows_of, saying_from, says
from cycle.goals.tables import Goal, GoalStatus
from cycle.store import table_of
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task

_status, _task = table_of(GoalStatus).c, table_of(Task).c


@dataclass(frozen=True)
class Asking:
    """A report that asks about the goal: how many units, and how many of them have said how they stand."""

    occurrence_id: int
    title: str
    asked: int
    answered: int


@dataclass(frozen=True)
class Uses:
    """Agreements that hold the goal, reports that ask about it, goals that stand under it. False: nothing."""

    agreements: Sequence[Made]
    reports: Sequence[Asking]
    below: Sequence[Goal]

    def __bool__(self) -> bool:
        return bool(self.agreements or self.reports or self.below)


def uses_of(session: Session, goal: Goal) -> Uses:
    """Everything of the goal's year that speaks of it, and earlier agreements that say it from then on."""
    of_year = holding(session, {goal.key}, root_id=goal.root_id, year=goal.year, on=None)
    earlier = saying_from(session, goal.key, root_id=goal.root_id, year=goal.year)
    below = select(Goal).where(
        Goal.root_id == goal.root_id, Goal.year == goal.year, Goal.parent_key == goal.key
    )
    return Uses(
        [*of_year, *earlier],
        _reports(session, goal),
        session.exec(below.order_by(col(Goal.code), col(Goal.id))).all(),
    )


def _reports(session: Session, goal: Goal) -> list[Asking]:
    given = _by_report(session, _status.occurrence_id, _status.goal_id == goal.id)
    of_year = sa.select(col(Occurrence.id)).where(
        col(Occurrence.root_id) == goal.root_id, col(Occurrence.concerns_year) == goal.year
    )
    asked = _by_report(
        session,
        _task.occurrence_id,
        _task.occurrence_id.in_(of_year),
        _task.kind == TaskKind.ANSWER,
        says(_task.prefill, rows_of({goal.key})),
    )
    titles = select(Occurrence.id, Occurrence.title).where(col(Occurrence.id).in_({*given, *asked}))
    return [
        Asking(id_ or 0, title, asked.get(id_ or 0, 0), given.get(id_ or 0, 0))
        for id_, title in session.exec(titles.order_by(col(Occurrence.opens_at), col(Occurrence.id)))
    ]


def _by_report(
    session: Session, occurrence: sa.ColumnElement[int], *where: sa.ColumnElement[bool]
) -> dict[int, int]:
    rows = session.execute(sa.select(occurrence, sa.func.count()).where(*where).group_by(occurrence))
    return {occurrence_id: count for occurrence_id, count in rows}
