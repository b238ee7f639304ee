"""The goals of a year at three levels: common, area, unit (seed 004 J)."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from cycle import history
from cycle.goals.tables import Goal, GoalLevel
from cycle.organisation.snapshot import UnitRow
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


@dataclass(frozen=True)
class GoalChange:
    """A goal that is new, or worded otherwise than before (`before` is its title then)."""

    year: int
    text: GoalText
    before: str | None


def goal_changes(session: Session, goals: Iterable[GoalText], *, root_id: str, year: int) -> list[GoalChange]:
    """What `keep_goals` would change: goals of the same level, place and code are the same goal."""
    texts = list(goals)
    known = _known(session, texts, root_id, year)
    before = [(text, known.get(_place(text))) for text in texts]
    return [
        GoalChange(year, text, goal.title if goal else None)
        for text, goal in before
        if goal is None or _words(goal) != _words(text)
    ]


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
    changes = goal_changes(session, goals, root_id=root_id, year=year)
    known = _known(session, [change.text for change in changes], root_id, year)
    for text in (change.text for change in changes):
        goal = known.get(_place(text)) or _new_goal(text, root_id, year, strategy_version)
        goal.title, goal.description, goal.source = text.title, text.description, text.source
        session.add(goal)
    if changes:
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb="keep_goals",
            thing=f"goals:{year}",
            data={"changed": len(changes)},
        )
    session.flush()
    return len(changes)


def _new_goal(text: GoalText, root_id: str, year: int, strategy_version: int | None) -> Goal:
    return Goal(
        root_id=root_id,
        year=year,
        level=text.level,
        area=text.area,
        unit_id=text.unit_id,
        code=text.code,
        title="",
        strategy_version=strategy_version,
    )


def goals_of_year(session: Session, root_id: str, year: int) -> Sequence[Goal]:
    """Every goal of the year, in order of level and code."""
    return session.exec(
        select(Goal).where(Goal.root_id == root_id, Goal.year == year).order_by(col(Goal.code), col(Goal.id))
    ).all()


class GoalsByUnit:
    """Goals, asked unit by unit."""

    def __init__(self, goals: Iterable[Goal]) -> None:
        self._at: dict[tuple[GoalLevel, str], list[Goal]] = defaultdict(list)
        for goal in goals:
            place = {GoalLevel.COMMON: "", GoalLevel.AREA: goal.area, GoalLevel.UNIT: goal.unit_id}
            self._at[goal.level, place[goal.level]].append(goal)

    def of(self, unit: Unit | UnitRow) -> list[Goal]:
        """The goals that apply to a unit: common ones, those of its area, its own; in order of code."""
        places = ((GoalLevel.COMMON, ""), (GoalLevel.AREA, unit.area), (GoalLevel.UNIT, unit.id))
        found = [goal for place in places for goal in self._at.get(place, ())]
        return sorted(found, key=lambda goal: (goal.code, goal.id or 0))


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


def _known(
    session: Session, texts: Sequence[GoalText], root_id: str, year: int
) -> dict[tuple[GoalLevel, str, str, str], Goal]:
    """The stored goals of the places these texts are for."""
    if not texts:
        return {}
    units = {text.unit_id for text in texts}
    query = select(Goal).where(Goal.root_id == root_id, Goal.year == year, col(Goal.unit_id).in_(units))
    return {_place(goal): goal for goal in session.exec(query)}


def _place(goal: Goal | GoalText) -> tuple[GoalLevel, str, str, str]:
    return goal.level, goal.area, goal.unit_id, goal.code


def _words(goal: Goal | GoalText) -> tuple[str, str, str]:
    return goal.title, goal.description, goal.source
