"""The strategy revision: a hearing among the units, the committee's decision, a new version."""

from typing import Any

from sqlmodel import Session

from cycle.goals.decisions import adopting_decision
from cycle.goals.hearing import as_kept, hearing_rows, notes_of
from cycle.goals.strategies import adopt_next_version, current_strategy, draft_of, is_written
from cycle.goals.strategy_tree import tree_changes
from cycle.goals.taking_in import open_taking_in
from cycle.organisation.snapshot import UnitRow
from cycle.tasks.forms import Form
from cycle.tasks.releases import release
from cycle.tasks.rollup import roll_up
from cycle.tasks.tables import FormVersion, Occurrence
from flows.request import (
    Facts,
    advance_reviews_and_stages,
    close_and_count,
    facts_of,
    keep_release_current,
    open_for_audience,
)
from flows.runtime import RunContext


def open(context: RunContext, occurrence_id: int) -> None:
    """Sends the themes to a hearing: those of what is proposed, else of the strategy as it is."""
    facts = facts_of(context, occurrence_id)
    with context.reading() as session:
        strategy = draft_of(session, occurrence_id) or current_strategy(session, facts.occurrence.root_id)
        form = _form(session, facts.occurrence)
        rows = hearing_rows(strategy, form) if strategy else {}

    def prefill(_unit: UnitRow) -> dict[str, Any]:
        return dict(rows)

    open_for_audience(context, facts, prefill=prefill)


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews and stages; an adopting decision makes the next version of what was proposed."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        keep_release_current(session, context, occurrence_id)
        context.count(versions=_adopt(session, context, facts))


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes and keeps the hearing answers as delivered to the committee."""

    def delivered(session: Session) -> None:
        why = "Høringssvar fremsendt til udvalget"
        release(session, occurrence_id, by="engine", now=context.now, why=why)

    close_and_count(context, occurrence_id, also=delivered)


def _adopt(session: Session, context: RunContext, facts: Facts) -> int:
    """Writes the version of the newest adopting decision; 0 when there is none or it is written.

    Whoever the plan names is to take its goals into the tree.
    """
    occurrence = facts.occurrence
    assert occurrence.id is not None
    decision = adopting_decision(session, occurrence.id)
    if decision is None or is_written(session, decision):
        return 0
    rollup = roll_up(session, occurrence.id, now=context.now)
    adopted = adopt_next_version(
        session,
        decision,
        hearing=as_kept(rollup, notes_of(session, occurrence.id)),
        first_year=occurrence.concerns_year,
        now=context.now,
    )
    if adopted is not None and tree_changes(session, adopted, occurrence.concerns_year):
        open_taking_in(
            session,
            occurrence,
            facts.activity,
            adopted,
            directory=facts.directory,
            calendar=facts.calendar,
            now=context.now,
        )
    return int(adopted is not None)


def _form(session: Session, occurrence: Occurrence) -> Form | None:
    row = session.get(FormVersion, occurrence.form_version_id) if occurrence.form_version_id else None
    return Form.model_validate_json(row.spec) if row else None
