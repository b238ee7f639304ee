"""Figures that could point at persons: where a goal says so, fewer than five are told nowhere."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from cycle.goals.indicators import Indicator, indicator_of
from cycle.goals.own_goals import SUPPORTS_FIELD
from cycle.goals.tables import Goal
from cycle.tasks.measures import BASELINE_FIELD, HIDE_FIELD

Key = TypeVar("Key", bound=Hashable)
FEWEST = 5
"""The smallest number that is told."""

Places = frozenset[tuple[str, str, str, str]]
"""(area, unit, code, key) of goals; "" for every area or unit."""


def told(counts: Mapping[Key, int]) -> dict[Key, int | None]:
    """The counts with None for what is hidden: those under five, and what they could be reckoned from.

    A single hidden one would follow from the others and their sum, so a second goes with it.
    """
    if sum(counts.values()) < FEWEST:
        return dict.fromkeys(counts)
    hidden = {key for key, count in counts.items() if 0 < count < FEWEST}
    if len(hidden) == 1:
        others = [key for key, count in counts.items() if count >= FEWEST]
        hidden |= {min(others, key=lambda key: counts[key])}
    return {key: None if key in hidden else count for key, count in counts.items()}


def hidden_places(session: Session, root_id: str, year: int) -> Places:
    """The goals of the year of which no single unit's status may be told."""
    query = select(Goal.area, Goal.unit_id, Goal.code, Goal.key).where(
        Goal.root_id == root_id, Goal.year == year, col(Goal.hide_small)
    )
    return frozenset((area, unit_id, code, key) for area, unit_id, code, key in session.exec(query))


def without_hidden(
    answers: Mapping[str, Any],
    hidden: Places,
    *,
    groups: Collection[str],
    area: str,
    unit_id: str,
    asked: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """A unit's answers without the rows of hidden goals; `groups` are the fields whose rows are goals.

    `asked` says of which goals (code: key) the unit was asked; without it those of its area today count.
    Where the unit writes goals of its own, one that it hides, or that hangs under a hidden one, is left
    without its figure.
    """
    codes = {
        code
        for at, unit, code, key in hidden
        if (asked.get(code) == key if asked else at in ("", area) and unit in ("", unit_id))
    }
    return {
        name: [row for row in value if row.get("row") not in codes]
        if name in groups
        else without_own_figures(value, codes)
        for name, value in answers.items()
    }


def without_own_figures(value: Any, codes: Collection[str] = ()) -> Any:
    """An answer; of the unit's own goals among its rows those that are hidden say no figure.

    So do those that support a hidden goal, by its code.
    """
    if not isinstance(value, list):
        return value
    hides = [
        isinstance(row, Mapping) and bool(row.get(HIDE_FIELD) or row.get(SUPPORTS_FIELD) in codes)
        for row in value
    ]
    return [
        {name: said for name, said in row.items() if name != BASELINE_FIELD} if hidden else row
        for row, hidden in zip(value, hides, strict=True)
    ]


def told_indicator(goal: Goal) -> Indicator | None:
    """What the goal is measured by; a unit's own goal that is hidden does not say where it began."""
    found = indicator_of(goal.indicator)
    hidden = found is not None and goal.hide_small and bool(goal.unit_id)
    return found.model_copy(update={"baseline": None}) if found and hidden else found
