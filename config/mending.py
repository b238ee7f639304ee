"""A plan with faults in its keys, made whole enough for its references and dates to be checked as well.

Nothing mended here is ever used: the plan is refused. What the mending itself changed is not reported.
"""

from collections.abc import Iterable
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from config.yaml_source import Place
from cycle.plan.model import Plan

ROUNDS = 8
"""Taking a faulty value out may leave its place empty; no plan needs more rounds than it has levels."""
WHEN = {"date": "1. januar"}
STAND_INS: dict[str, Any] = {
    "kind": "wheel",
    "id": "uden-id",
    "title": "?",
    "municipality": "?",
    "flow": "process_step",
    "window": {"opens": WHEN, "due": WHEN},
    "opens": WHEN,
    "due": WHEN,
    "date": "1. januar",
    "erased": WHEN,
    "form": "?",
    "audience": {},
}
"""What stands for a required key that is missing."""


@dataclass(frozen=True)
class Mended:
    """A plan that can be looked into, and the places about which nothing more can be said."""

    plan: Plan
    faulty: tuple[Place, ...] = ()

    def tells(self, place: Place) -> bool:
        """Whether a fault found at `place` is the plan's own: neither around nor inside a faulty value."""
        return not any(place[: len(each)] == each[: len(place)] for each in self.faulty)

    @property
    def has_all_names(self) -> bool:
        """Whether every activity and stage is known by its id."""
        return not any(each[-1:] == ("id",) and each[0] == "activities" for each in self.faulty if each)

    @property
    def has_all_dates(self) -> bool:
        """Whether every date stands as it was written."""
        return self.has_all_names and not any(
            {"window", "stages", "preparation", "starts", "flow"} & set(each) for each in self.faulty
        )


def mended(data: Any) -> Mended | None:
    """The plan's data in its long form without what is faulty; None when too little is left of it."""
    data = deepcopy(data)
    faulty: set[Place] = set()
    for _ in range(ROUNDS):
        try:
            return Mended(Plan.model_validate(data), tuple(faulty))
        except ValidationError as error:
            details = error.errors()
        faulty |= {place for detail in details for place in _in_doubt(detail["loc"])}
        if not all([_mend(data, detail["loc"], detail["type"] == "missing") for detail in details]):
            return None
    return None


def _in_doubt(place: Place) -> Iterable[Place]:
    """The faulty value, and what cannot be judged without it."""
    if place[-1:] == ("kind",) and "stages" in place:
        return [place[:-1]]
    if place[-1:] == ("flow",):
        return [place, (*place[:-1], "stages")]
    return [place]


def _mend(data: Any, place: Place, is_missing: bool) -> bool:
    """Fills in what is missing, takes out what is wrong. False when that cannot be done."""
    if "reminders" in place:
        place, is_missing = place[: place.index("reminders") + 1], False
    around = _at(data, place[:-1])
    while place and not isinstance(around, dict):
        place = place[:-1]
        around = _at(data, place[:-1])
    if not place or place == ("activities",):
        return False
    if not is_missing:
        around.pop(place[-1], None)
    elif place[-1] in STAND_INS:
        around[place[-1]] = deepcopy(STAND_INS[str(place[-1])])
    return True


def _at(data: Any, place: Place) -> Any:
    for part in place:
        try:
            data = data[part]
        except (KeyError, IndexError, TypeError):
            return None
    return data
