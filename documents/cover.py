"""The cover that goes to the committee with a roll-up: a Word file that the secretariat finishes."""

from collections.abc import Mapping
from typing import Any

SILENT = frozenset({"missing", "waiting", "returned"})


def cover_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The roll-up's values (without charts), with what the upper levels wrote and who is missing.

    `written` holds the texts of the direction and the areas; those of districts are in the annex.
    """
    branches = values["branches"]
    return {
        **{key: value for key, value in values.items() if key != "branches"},
        "written": [part for one in branches if one["level"] == 1 for part in one["written"]],
        "missing": [unit["name"] for one in branches for unit in one["units"] if unit["outcome"] in SILENT],
    }
