"""Meetings: proposed to be called, and recorded by whoever calls them: held, who was there, what was said."""

from collections.abc import Mapping
from typing import Any

from cycle.gatherings.proposing import participant_rows
from cycle.gatherings.recording import take_answer
from cycle.organisation.snapshot import UnitRow
from cycle.tasks.forms import PARTICIPANTS
from cycle.tasks.moves import get_occurrence
from flows import request
from flows.meetings import proposing
from flows.request import advance_reviews_and_stages, facts_of, keep_release_current, open_for_audience
from flows.runtime import RunContext

close = request.close


def open(context: RunContext, occurrence_id: int) -> None:
    """Gives the convener the meeting's task, with a row for each participant to record attendance in."""
    facts = facts_of(context, occurrence_id)
    rows = participant_rows(facts.activity, facts.directory)

    def prefill(_unit: UnitRow) -> Mapping[str, Any]:
        return {PARTICIPANTS: rows}

    open_for_audience(context, facts, prefill=prefill, before=proposing(context, facts))


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews and stages; what the convener has answered is recorded of the meeting."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        keep_release_current(session, context, occurrence_id)
        held = take_answer(session, get_occurrence(session, occurrence_id), now=context.now)
        context.count(held=int(held))
