"""Goals as rows: of a form's repeated group, and of an agreement with everything they say of themselves."""

from collections.abc import Iterable, Mapping
from typing import Any

from cycle.goals.tables import Goal

AGREED = (
    "origin",
    "goal_type",
    "source",
    "background_intention",
    "background_knowledge",
    "obligations",
    "signs",
    "evidence",
    "indicator",
    "follow_up_method",
    "follow_up_by",
)
"""What an agreement says of a goal beside its letter, title and description; names of columns."""


def as_rows(goals: Iterable[Goal]) -> list[dict[str, Any]]:
    """The goals as rows of a form's repeated group; a goal that is measured brings its indicator."""
    return [_row(goal) | ({"indicator": goal.indicator} if goal.indicator else {}) for goal in goals]


def agreed_rows(goals: Iterable[Goal]) -> list[dict[str, Any]]:
    """The goals with everything they say of themselves, as an agreement holds them."""
    return [_row(goal) | {name: value for name in AGREED if (value := getattr(goal, name))} for goal in goals]


def says_else(goal: Goal, row: Mapping[str, Any]) -> bool:
    """Whether the goal says something else than the row; its letter is not among its words."""
    names = ("title", "description", *AGREED)
    return any((getattr(goal, name) or None) != (row.get(name) or None) for name in names)


def own_key(unit_id: str, year: int, code: str) -> str:
    """The key of a goal that a unit wrote itself in the agreement made of that year's goals."""
    return f"{unit_id}/{year}/{code}"


def _row(goal: Goal) -> dict[str, Any]:
    return {
        "row": goal.code,
        "label": f"{goal.code}. {goal.title}",
        "title": goal.title,
        "level": goal.level.value,
        "description": goal.description,
        "key": goal.key,
    }
