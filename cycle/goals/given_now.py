"""What agreements are given of the tree, in every year that they run in."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlmodel import Session

from cycle.goals.by_unit import GoalsByUnit
from cycle.goals.given_goals import as_now
from cycle.goals.goal_rows import agreed_rows
from cycle.goals.over_years import Lines, Row, lines_of, with_year
from cycle.goals.scheme import scheme_of
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import GoalText, given_as_said
from cycle.organisation.snapshot import UnitRow
from cycle.organisation.tables import Unit

Said = Iterable[GoalText]
AnyUnit = Unit | UnitRow


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
    def load(
        cls, session: Session, root_id: str, year: int, *, until: int, said: Mapping[int, Said] | None = None
    ) -> "GivenNow":
        """For agreements of the year that run to the end of, or into, the year `until`.

        `said`: as it would be if some years' goals said this.
        """
        of_year = []
        for each in range(year, until + 1):
            goals = given_as_said(session, (said or {}).get(each, ()), root_id=root_id, year=each)
            of_year.append(GoalsByUnit(goals, scheme_of(session, root_id, each), each))
        later = [
            LaterYear(each, goals, lines_of(session, root_id, each))
            for each, goals in enumerate(of_year[1:], start=year + 1)
            if goals.all
        ]
        return cls(of_year[0], later)

    def new(self, unit: AnyUnit) -> list[Row]:
        """What a new agreement with the unit holds."""
        return self._over_years(unit, agreed_rows(_given(self.first, unit)))

    def of(self, unit: AnyUnit, given: Sequence[Row]) -> list[Row]:
        """What an agreement that holds these says now, also of goals of an area that the unit has left."""
        held = {row["key"] for row in given}
        goals = [*_given(self.first, unit), *(goal for goal in self.first.all if goal.key in held)]
        rows: dict[str, dict[str, Any]] = {row["key"]: row for row in agreed_rows(goals)}
        return self._over_years(unit, as_now(given, rows, self._joins))

    def _over_years(self, unit: AnyUnit, rows: Sequence[Row]) -> list[Row]:
        found = list(rows)
        for each in self._later:
            found = with_year(found, _given(each.goals, unit), each.year, each.lines)
        return found


def _given(goals: GoalsByUnit, unit: AnyUnit) -> list[Goal]:
    return [goal for goal in goals.of(unit) if goal.level is not GoalLevel.UNIT]
