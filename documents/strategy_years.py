"""A strategy's goals over the years that they were set for: the goal table of several years (seed 000)."""

from collections.abc import Mapping, Sequence
from typing import Any

from cycle.goals.tables import GoalLevel, GoalType
from cycle.goals.tree import GoalText

MOST_YEARS = 12
"""So many columns a page has room for."""


def over_years(
    goals: Sequence[GoalText], types: Mapping[GoalType, tuple[str, str]], *, english: bool
) -> dict[str, Any]:
    """The years as columns and of each goal from which column (0 the first) it spans how many.

    Empty when no goal is for more than one year: then the table would say nothing. A goal without a first or
    a last year goes to the table's edge.
    """
    below = [goal for goal in goals if goal.level is not GoalLevel.THEME]
    named = sorted({year for goal in below for year in (goal.first_year, goal.last_year) if year})
    if len(named) < 2 or named[-1] - named[0] >= MOST_YEARS:
        return {}
    first, last = named[0], named[-1]
    rows = []
    for goal in below:
        begins, ends = goal.first_year or first, goal.last_year or last
        said = types[goal.goal_type][english] if goal.goal_type else ""
        place = {"from": begins - first, "span": ends - begins + 1}
        rows.append({"code": goal.code, "title": goal.title, "type": said, **place})
    return {"years": [str(year) for year in range(first, last + 1)], "goals": rows}
