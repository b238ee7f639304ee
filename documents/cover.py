"""The cover that goes to the committee with a roll-up: a Word file that the secretariat finishes."""

from collections.abc import Mapping
from typing import Any

from documents.word import Picture

SILENT = frozenset({"missing", "waiting", "returned"})


def cover_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The roll-up's values (charts as PNG), with what the upper levels wrote and who is missing.

    `written` holds the texts of the direction and the areas, each under the name of whose it is; those of
    districts are in the annex. `branches` has every unit with how it answered.
    """
    branches = values["branches"]
    top = min((one["level"] for one in branches), default=1)
    return {
        **values,
        "goals": [_drawn(goal) for goal in values["goals"]],
        "figures": [_drawn(figure) for figure in values["figures"]],
        "written": [
            {**part, "title": _of_place(one["name"], part["title"])}
            for one in branches
            if one["level"] == top
            for part in one["written"]
        ],
        "missing": [unit["name"] for one in branches for unit in one["units"] if unit["outcome"] in SILENT],
    }


def _drawn(one: Mapping[str, Any]) -> dict[str, Any]:
    return {**one, "chart": Picture(one["chart"], one["alt"]) if one["chart"] else ""}


def _of_place(place: str, title: str) -> str:
    return title if place in title else f"{place}: {title}"
