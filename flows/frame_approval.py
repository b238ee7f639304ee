"""Approval of steering frames: next year's drafts, the areas' yearly part, the committee's decision."""

from typing import Any

from cycle.goals.decisions import adopting_decision
from cycle.goals.frame_answers import take_answers, yearly_texts
from cycle.goals.frames import approve_drafts, begin_year
from cycle.organisation.snapshot import UnitRow
from flows import request
from flows.request import Facts, advance_reviews_and_stages, facts_of, open_for_audience
from flows.runtime import RunContext

close = request.close


def open(context: RunContext, occurrence_id: int) -> None:
    """Begins the year's drafts from the frames there are and asks each area for the yearly part."""
    facts = facts_of(context, occurrence_id)
    root_id, year = facts.occurrence.root_id, facts.occurrence.concerns_year
    with context.transaction() as session:
        begun = begin_year(session, root_id, year, _areas(facts), by="engine", now=context.now)
        context.count(frames=begun)
    with context.reading() as session:
        texts = yearly_texts(session, root_id, year)

    def prefill(unit: UnitRow) -> dict[str, Any]:
        return {"last": texts.get(unit.area, {})}

    open_for_audience(context, facts, prefill=prefill)


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews; what is approved goes into the drafts; an adopting decision makes them the year's frames."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        context.count(frame_texts=take_answers(session, facts.occurrence, now=context.now))
        if (decision := adopting_decision(session, occurrence_id)) is not None:
            year = facts.occurrence.concerns_year
            context.count(frames=approve_drafts(session, decision, year=year, now=context.now))


def _areas(facts: Facts) -> list[str]:
    units = facts.directory.units
    return sorted({units[unit].area for unit, _ in facts.directory.posts(facts.activity.audience)} - {""})
