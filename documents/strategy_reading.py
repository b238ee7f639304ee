"""A strategy's version from the store, as its document needs it."""

from collections.abc import Mapping

from sqlmodel import Session

from cycle.goals.heard import gathered
from cycle.goals.strategies import strategy_versions, text_of
from cycle.goals.tables import Decision, Strategy
from cycle.organisation.tables import Unit
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import Rollup
from documents.strategy_paper import StrategyPaper


def strategy_paper(
    session: Session,
    it: Strategy,
    *,
    heard: Rollup | None,
    notes: Mapping[str, str],
    dated: str,
    language: str,
    mark: str = "",
) -> StrategyPaper:
    """The version beside the one before it; `heard` is the hearing to annex, with the notes on it."""
    earlier = [
        each for each in strategy_versions(session, it.root_id, it.strategy_id) if each.version < it.version
    ]
    occurrence = get_occurrence(session, it.occurrence_id) if it.occurrence_id else None
    return StrategyPaper(
        municipality=session.get_one(Unit, it.root_id).name,
        version=it.version,
        draft=it.draft,
        text=text_of(it),
        before=text_of(earlier[-1]) if earlier else None,
        decision=session.get(Decision, it.decision_id) if it.decision_id else None,
        hearing=gathered(session, occurrence, heard, language) if heard and occurrence else None,
        notes=notes,
        dated=dated,
        mark=mark,
    )
