"""A step of a process: its post delivers the result; some steps give the steps after them their dates."""

from collections.abc import Mapping
from typing import Any

from cycle.organisation.snapshot import UnitRow
from cycle.tasks.given_dates import LATER_STEPS
from cycle.tasks.later import give_dates, later_rows, plan_of
from cycle.tasks.moves import get_occurrence
from flows import request
from flows.meetings import proposing
from flows.request import advance_reviews_and_stages, facts_of, keep_release_current, open_for_audience
from flows.runtime import RunContext

close = request.close


def open(context: RunContext, occurrence_id: int) -> None:
    """Gives the responsible posts their task, with a row for each step whose dates they are to give.

    The step's meetings are proposed with it.
    """
    facts = facts_of(context, occurrence_id)
    with context.reading() as session:
        rows = later_rows(plan_of(session, facts.occurrence.cycle_id), facts.activity.id)

    def prefill(_unit: UnitRow) -> Mapping[str, Any]:
        return {LATER_STEPS: rows} if rows else {}

    open_for_audience(context, facts, prefill=prefill, before=proposing(context, facts))


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews and stages; the dates that a final answer gives become the plan's, as a revision."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        keep_release_current(session, context, occurrence_id)
        revised = give_dates(session, get_occurrence(session, occurrence_id), now=context.now)
        context.count(dated=len(revised.added) + len(revised.moved) if revised else 0)
