"""The goals of each unit, and as rows of its forms and its agreement."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.agreed import InForce, held_otherwise, in_force_on
from cycle.goals.goal_rows import as_rows, own_key
from cycle.goals.scheme import Scheme, scheme_of
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import goals_of_year
from cycle.organisation.snapshot import UnitRow
from cycle.organisation.tables import Unit
from cycle.store import in_pieces
from cycle.tasks.tables import Task


class Agreed(NamedTuple):
    """The agreements in force, by unit, and the given goals of those that may hold others than the year's."""

    in_force: Mapping[str, InForce]
    held: Mapping[str, Mapping[str, Mapping[str, Any]]]


class GoalsByUnit:
    """Goals, asked unit by unit, as far as the year's scheme has come at each."""

    def __init__(
        self, goals: Sequence[Goal], scheme: Scheme, year: int, agreed: Agreed | None = None
    ) -> None:
        self.all, self.scheme, self._year = goals, scheme, year
        self._agreed = agreed or Agreed({}, {})
        self._at: dict[tuple[GoalLevel, str], list[Goal]] = defaultdict(list)
        self._written: dict[int, dict[str, Any]] = {}
        for goal in goals:
            self._at[goal.level, goal.unit_id or goal.area].append(goal)

    @classmethod
    def load(cls, session: Session, root_id: str, year: int, *, on: date | None = None) -> "GoalsByUnit":
        """All of the year's goals that agreements may hold.

        With `on` a unit's are those of its agreement in force on that local date: its own, and of the given
        ones those that it holds and the year still has.
        """
        goals, scheme = goals_of_year(session, root_id, year), scheme_of(session, root_id, year)
        if on is None:
            return cls(goals, scheme, year)
        in_force = in_force_on(session, root_id, on)
        years = {(unit_id, each.year) for unit_id, each in in_force.items()}
        asked = [goal for goal in goals if goal.level is not GoalLevel.UNIT or _is_asked(goal, years)]
        return cls(asked, scheme, year, Agreed(in_force, held_otherwise(session, in_force, goals, year)))

    def of(self, unit: Unit | UnitRow) -> list[Goal]:
        """The goals that apply to a unit: common ones, those of its area, its own; in order of code."""
        places = {GoalLevel.COMMON: "", GoalLevel.AREA: unit.area, GoalLevel.UNIT: unit.id}
        levels = self.scheme.levels_of(unit, self._year)
        found = [goal for level in levels for goal in self._at.get((level, places[level]), ())]
        held = self._agreed.held.get(unit.id)
        if held is not None:
            found = [goal for goal in found if goal.level is GoalLevel.UNIT or goal.key in held]
        return sorted(found, key=lambda goal: (goal.code, goal.id or 0))

    def _rows_of(self, unit: Unit | UnitRow) -> list[dict[str, Any]]:
        """The unit's goals as rows. A goal that many units have is written once; the rows are shared."""
        goals = self.of(unit)
        for goal in goals:
            if id(goal) not in self._written:
                self._written[id(goal)] = as_rows([goal])[0]
        return [self._written[id(goal)] for goal in goals]

    def rows(self, unit: Unit | UnitRow) -> dict[str, Any]:
        """What a report's task is prefilled with: the goals, in the words that were agreed.

        `goals_of` says the first and last year of an agreement that was made for an earlier year.
        """
        agreement = self._agreed.in_force.get(unit.id)
        held = self._agreed.held.get(unit.id, {})
        if agreement is None or agreement.year == self._year or not held:
            return {"goals": self._rows_of(unit)}
        rows = [_as_agreed(row, held.get(row["key"])) for row in self._rows_of(unit)]
        return {"goals": rows, "goals_of": {"first": agreement.year, "last": agreement.last_year}}


def goal_ids(session: Session, root_id: str, year: int, unit_id: str) -> dict[str, int]:
    """The ids of the year's goals above the units' own, and of the unit's, by key: where each is followed."""
    its = sa.or_(col(Goal.level) != GoalLevel.UNIT, col(Goal.unit_id) == unit_id)
    query = select(Goal.key, Goal.id).where(Goal.root_id == root_id, Goal.year == year, its)
    return {key: id_ or 0 for key, id_ in session.exec(query)}


def asked_goals(
    session: Session, occurrence_id: int, only: Iterable[int] | None = None
) -> dict[int, dict[str, str]]:
    """By task (of all or `only` these) the key of the goal that each row was asked about.

    {task: {"D": "laereplaner"}}

    An answer is about these goals, whatever area its unit has come to since.
    """
    query = sa.select(col(Task.id), col(Task.prefill)).where(col(Task.occurrence_id) == occurrence_id)
    queries = [query] if only is None else [query.where(col(Task.id).in_(ids)) for ids in in_pieces(only)]
    return {id_ or 0: asked_in(prefill) for each in queries for id_, prefill in session.execute(each)}


def asked_in(prefill: Mapping[str, Any]) -> dict[str, str]:
    """The goals' keys by the rows of what a task was prefilled with."""
    return {row["row"]: row["key"] for row in prefill.get("goals") or () if "key" in row}


def _as_agreed(row: dict[str, Any], agreed: Mapping[str, Any] | None) -> dict[str, Any]:
    """A report's row in the words of the agreement, under the letter that the goal has this year."""
    if agreed is None:
        return row
    words = {name: agreed[name] for name in ("title", "description") if name in agreed}
    kept = {name: value for name, value in row.items() if name != "indicator"}
    measured = {"indicator": agreed["indicator"]} if agreed.get("indicator") else {}
    return kept | words | {"label": f"{row['row']}. {agreed['title']}"} | measured


def _is_asked(goal: Goal, agreed: set[tuple[str, int]]) -> bool:
    """Whether the goal's agreement is one of these; a goal that comes from no agreement always is."""
    _, year, *_ = (*goal.key.rsplit("/", 2), "", "")
    if not year.isdecimal() or goal.key != own_key(goal.unit_id, int(year), goal.code):
        return True
    return (goal.unit_id, int(year)) in agreed
