"""The goals of a year at three levels: common, area, unit (seed 004 J)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cycle import history
from cycle.goals.tables import Goal, GoalLevel
from cycle.organisation.tables import Unit


@dataclass(frozen=True)
class GoalText:
    """A goal as written in a file. `area` is set for area goals, `unit_id` for unit goals."""

    level: GoalLevel
    code: str
    title: str
    area: str = ""
    unit_id: str = ""
    description: str = ""
    source: str = ""


def keep_goals(
    session: Session,
    goals: Iterable[GoalText],
    *,
    root_id: str,
    year: int,
    by: str,
    now: datetime,
    strategy_version: int | None = None,
) -> int:
    """Adds or rewords the year's goals (same level, place and code). Safe to repeat; gives the changes."""
    changed = 0
    for text in goals:
        goal = session.exec(
            select(Goal).where(
                Goal.root_id == root_id,
                Goal.year == year,
                Goal.level == text.level,
                Goal.area == text.area,
                Goal.unit_id == text.unit_id,
                Goal.code == text.code,
            )
        ).first()
        if goal is None:
            goal = Goal(
                root_id=root_id,
                year=year,
                level=text.level,
                area=text.area,
                unit_id=text.unit_id,
                code=text.code,
                title="",
                strategy_version=strategy_version,
            )
        if (goal.title, goal.description, goal.source) == (text.title, text.description, text.source):
            continue
        goal.title, goal.description, goal.source = text.title, text.description, text.source
        session.add(goal)
        changed += 1
    if changed:
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb="keep_goals",
            thing=f"goals:{year}",
            data={"changed": changed},
        )
    session.flush()
    return changed


def goals_of_year(session: Session, root_id: str, year: int) -> Sequence[Goal]:
    """Every goal of the year, in order of level and code."""
    return session.exec(
        select(Goal).where(Goal.root_id == root_id, Goal.year == year).order_by(col(Goal.code), col(Goal.id))
    ).all()


def for_unit(goals: Iterable[Goal], unit: Unit) -> list[Goal]:
    """The goals that apply to a unit: common ones, those of its area, its own."""
    return [
        goal
        for goal in goals
        if goal.level is GoalLevel.COMMON
        or (goal.level is GoalLevel.AREA and goal.area == unit.area)
        or (goal.level is GoalLevel.UNIT and goal.unit_id == unit.id)
    ]


def as_rows(goals: Iterable[Goal]) -> list[dict[str, str]]:
    """The goals as rows of a form's repeated group."""
    return [
        {
            "row": goal.code,
            "label": f"{goal.code}. {goal.title}",
            "title": goal.title,
            "level": goal.level.value,
            "description": goal.description,
        }
        for goal in goals
    ]
