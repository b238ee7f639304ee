"""A meeting's agenda as it is read."""

import re
from collections.abc import Sequence

OWN_NUMBER = re.compile(r"\s*\d{1,3}[.)]\s")


def numbered(agenda: Sequence[str]) -> tuple[str, ...]:
    """The items with a number each, or as they stand when somebody has numbered them already."""
    if any(OWN_NUMBER.match(item) for item in agenda):
        return tuple(agenda)
    return tuple(f"{number}. {item}" for number, item in enumerate(agenda, start=1))
