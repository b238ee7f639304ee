"""Figures that could point at persons: where a goal says so, fewer than five are told nowhere."""

from collections.abc import Collection, Hashable, Mapping
from typing import Any, TypeVar

from sqlmodel import Session, col, select

from cycle.goals.tables import Goal

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
    """
    codes = {
        code
        for at, unit, code, key in hidden
        if (asked.get(code) == key if asked else at in ("", area) and unit in ("", unit_id))
    }
    return {
        name: [row for row in value if row.get("row") not in codes] if name in groups else value
        for name, value in answers.items()
    }
