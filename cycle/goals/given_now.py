"""What agreements are given of the tree, in every year that they run in."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from cycle.goals.by_unit import GoalsByUnit
from cycle.goals.given_goals import as_now
from cycle.goals.goal_rows import agreed_rows
from cycle.goals.over_years import Lines, Row, lines_of, with_year
from cycle.goals.scheme import scheme_of
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import GIVEN, goals_of_year
from cycle.organisation.snapshot import UnitRow


class LaterYear(NamedTuple):
    """A year after the first one, with its goals as far as there are any."""

    year: int
    goals: GoalsByUnit
    lines: Lines


class GivenNow:
    """The goals given to agreements that are made of one year's, as the tree says them now."""

    def __init__(self, first: GoalsByUnit, later: Sequence[LaterYear]) -> None:
        self.first, self._later = first, later
        self._joins = {goal.key for goal in first.all if goal.also_in_force}

    @classmethod
    def load(cls, session: Session, root_id: str, year: int, *, until: int) -> "GivenNow":
        """For agreements of the year that run to the end of, or into, the year `until`."""
        later = []
        for each in range(year + 1, until + 1):
            if goals := goals_of_year(session, root_id, each, levels=GIVEN):
                by_unit = GoalsByUnit(goals, scheme_of(session, root_id, each), each)
                later.append(LaterYear(each, by_unit, lines_of(session, root_id, each)))
        return cls(GoalsByUnit.load(session, root_id, year), later)

    def new(self, unit: UnitRow) -> list[Row]:
        """What a new agreement with the unit holds."""
        return self._over_years(unit, agreed_rows(_given(self.first, unit)))

    def of(self, unit: UnitRow, given: Sequence[Row]) -> list[Row]:
        """What an agreement that holds these says now, also of goals of an area that the unit has left."""
        held = {row["key"] for row in given}
        goals = [*_given(self.first, unit), *(goal for goal in self.first.all if goal.key in held)]
        rows: dict[str, dict[str, Any]] = {row["key"]: row for row in agreed_rows(goals)}
        return self._over_years(unit, as_now(given, rows, self._joins))

    def _over_years(self, unit: UnitRow, rows: Sequence[Row]) -> list[Row]:
        found = list(rows)
        for each in self._later:
            found = with_year(found, _given(each.goals, unit), each.year, each.lines)
        return found


def _given(goals: GoalsByUnit, unit: UnitRow) -> list[Goal]:
    return [goal for goal in goals.of(unit) if goal.level is not GoalLevel.UNIT]
