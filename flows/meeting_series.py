"""A meeting: whoever calls it records that it was held, who was there and what was said."""

from collections.abc import Mapping
from typing import Any

from cycle.organisation.snapshot import UnitRow
from flows import request
from flows.request import Facts, facts_of, open_for_audience
from flows.runtime import RunContext

PARTICIPANTS = "participants"
"""What the rows are called in the task's prefill and in a form's `rows_from`."""

advance = request.advance
close = request.close


def open(context: RunContext, occurrence_id: int) -> None:
    """Gives the convener the meeting's task, with a row for each participant to record attendance in."""
    facts = facts_of(context, occurrence_id)
    rows = participant_rows(facts)

    def prefill(_unit: UnitRow) -> Mapping[str, Any]:
        return {PARTICIPANTS: rows}

    open_for_audience(context, facts, prefill=prefill)


def participant_rows(facts: Facts) -> list[dict[str, str]]:
    """The posts of the meeting's members as they are on the day, then the bodies and roles it names."""
    directory, members = facts.directory, facts.activity.members
    posts = directory.posts(members) if members is not None else []
    names = [f"{directory.units[unit_id].name}, {role}" for unit_id, role in posts]
    names += facts.activity.participants
    return [{"row": f"deltager-{number}", "label": name} for number, name in enumerate(names, start=1)]
