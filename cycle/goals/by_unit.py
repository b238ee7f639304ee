"""The goals of each unit, and as rows of its forms and its agreement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.scheme import Scheme, scheme_of
from cycle.goals.tables import Agreement, Goal, GoalLevel
from cycle.goals.tree import AGREED, goals_of_year, own_key
from cycle.organisation.snapshot import UnitRow
from cycle.organisation.tables import Unit
from cycle.tasks.tables import Task


class GoalsByUnit:
    """Goals, asked unit by unit, as far as the year's scheme has come at each."""

    def __init__(self, goals: Sequence[Goal], scheme: Scheme, year: int) -> None:
        self.all, self.scheme, self._year = goals, scheme, year
        self._at: dict[tuple[GoalLevel, str], list[Goal]] = defaultdict(list)
        for goal in goals:
            self._at[goal.level, goal.unit_id or goal.area].append(goal)

    @classmethod
    def load(cls, session: Session, root_id: str, year: int, *, on: date | None = None) -> "GoalsByUnit":
        """All of the year's goals that agreements may hold.

        With `on` a unit's own goals are those of its agreement in force on that local date.
        """
        goals = goals_of_year(session, root_id, year)
        if on is not None:
            agreed = _agreed_years(session, root_id, on)
            goals = [goal for goal in goals if goal.level is not GoalLevel.UNIT or _is_asked(goal, agreed)]
        return cls(goals, scheme_of(session, root_id, year), year)

    def of(self, unit: Unit | UnitRow) -> list[Goal]:
        """The goals that apply to a unit: common ones, those of its area, its own; in order of code."""
        places = {GoalLevel.COMMON: "", GoalLevel.AREA: unit.area, GoalLevel.UNIT: unit.id}
        levels = self.scheme.levels_of(unit, self._year)
        found = [goal for level in levels for goal in self._at.get((level, places[level]), ())]
        return sorted(found, key=lambda goal: (goal.code, goal.id or 0))


def goal_ids(session: Session, root_id: str, year: int, unit_id: str) -> dict[str, int]:
    """The ids of the year's goals above the units' own, and of the unit's, by key: where each is followed."""
    its = sa.or_(col(Goal.level) != GoalLevel.UNIT, col(Goal.unit_id) == unit_id)
    query = select(Goal.key, Goal.id).where(Goal.root_id == root_id, Goal.year == year, its)
    return {key: id_ or 0 for key, id_ in session.exec(query)}


def asked_goals(session: Session, occurrence_id: int) -> dict[int, dict[str, str]]:
    """By task the key of the goal that each row was asked about: {task: {"D": "laereplaner"}}.

    An answer is about these goals, whatever area its unit has come to since.
    """
    query = select(Task.id, Task.prefill).where(Task.occurrence_id == occurrence_id)
    return {id_ or 0: asked_in(prefill) for id_, prefill in session.exec(query)}


def asked_in(prefill: Mapping[str, Any]) -> dict[str, str]:
    """The goals' keys by the rows of what a task was prefilled with."""
    return {row["row"]: row["key"] for row in prefill.get("goals") or () if "key" in row}


def as_rows(goals: Iterable[Goal]) -> list[dict[str, Any]]:
    """The goals as rows of a form's repeated group; a goal that is measured brings its indicator."""
    return [_row(goal) | ({"indicator": goal.indicator} if goal.indicator else {}) for goal in goals]


def agreed_rows(goals: Iterable[Goal]) -> list[dict[str, Any]]:
    """The goals with everything they say of themselves, as an agreement holds them."""
    return [_row(goal) | {name: value for name in AGREED if (value := getattr(goal, name))} for goal in goals]


def _row(goal: Goal) -> dict[str, Any]:
    return {
        "row": goal.code,
        "label": f"{goal.code}. {goal.title}",
        "title": goal.title,
        "level": goal.level.value,
        "description": goal.description,
        "key": goal.key,
    }


def _agreed_years(session: Session, root_id: str, on: date) -> set[tuple[str, int]]:
    """(unit, year) of every agreement in force on the local date."""
    query = select(Agreement.unit_id, Agreement.year).where(
        Agreement.root_id == root_id,
        col(Agreement.in_force_version) > 0,
        col(Agreement.period_from) <= on,
        col(Agreement.period_to) >= on,
    )
    return set(session.exec(query))


def _is_asked(goal: Goal, agreed: set[tuple[str, int]]) -> bool:
    """Whether the goal's agreement is one of these; a goal that comes from no agreement always is."""
    _, year, *_ = (*goal.key.rsplit("/", 2), "", "")
    if not year.isdecimal() or goal.key != own_key(goal.unit_id, int(year), goal.code):
        return True
    return (goal.unit_id, int(year)) in agreed
