"""Which field of an activity is at fault, when the plan that it was written into cannot be used."""

from collections.abc import Mapping
from dataclasses import replace

from config.written_plan import with_fields
from cycle.errors import PlanInvalid, Problem
from web.secretariat.plan_reading import Year


def at_fields(year: Year, activity_id: str, changed: Mapping[str, str], error: PlanInvalid) -> PlanInvalid:
    """The faults, each at the changed field that alone brings it about.

    What only several fields do together, such as a deadline before the opening, is said at the first of them.
    """
    field_of: dict[str, str] = {}
    for name, value in changed.items():
        for problem in _faults_of(year, activity_id, name, value):
            field_of.setdefault(problem.what, name)
    first = next(iter(changed), "")
    return PlanInvalid([replace(each, where=field_of.get(each.what, first)) for each in error.problems])


def _faults_of(year: Year, activity_id: str, name: str, value: str) -> list[Problem]:
    try:
        year.draft(with_fields(year.text, activity_id, {name: value}))
    except PlanInvalid as error:
        return list(error.problems)
    return []
