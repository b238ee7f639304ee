"""The strategy revision: a hearing among the units, the committee's decision, a new version."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from cycle.goals.decisions import adopt_next_version, current_strategy, decisions_of, is_written
from cycle.organisation.snapshot import UnitRow
from cycle.tasks.releases import release
from cycle.tasks.rollup import Rollup, roll_up
from cycle.tasks.tables import Occurrence
from flows.request import (
    advance_reviews_and_stages,
    close_and_count,
    facts_of,
    keep_release_current,
    open_for_audience,
)
from flows.runtime import RunContext


def open(context: RunContext, occurrence_id: int) -> None:
    """Sends the current strategy's themes to a hearing."""
    facts = facts_of(context, occurrence_id)
    with context.reading() as session:
        strategy = current_strategy(session, facts.occurrence.root_id)
        themes = _theme_rows(strategy.content) if strategy else []

    def prefill(_unit: UnitRow) -> dict[str, Any]:
        return {"themes": themes}

    open_for_audience(context, facts, prefill=prefill)


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews and stages; an adopting decision writes the next version with the hearing gathered."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        keep_release_current(session, context, occurrence_id)
        context.count(versions=_adopt(session, context, facts.occurrence))


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes and keeps the hearing answers as delivered to the committee."""

    def delivered(session: Session) -> None:
        why = "Høringssvar fremsendt til udvalget"
        release(session, occurrence_id, by="engine", now=context.now, why=why)

    close_and_count(context, occurrence_id, also=delivered)


def gathered(rollup: Rollup) -> dict[str, Any]:
    """The hearing as kept with the version: counts, and each answer under its unit."""
    return {
        "counts": {outcome.value: number for outcome, number in rollup.counts().items()},
        "answers": [
            {"unit_id": line.unit_id, "unit": line.unit, "area": line.area, "answers": line.answers}
            for line in rollup.lines
            if line.answers
        ],
    }


def _adopt(session: Session, context: RunContext, occurrence: Occurrence) -> int:
    """Writes the version of the newest adopting decision; 0 when there is none or it is written."""
    assert occurrence.id is not None
    adopting = [each for each in decisions_of(session, occurrence.id) if each.adopted]
    previous = current_strategy(session, occurrence.root_id)
    if not adopting or previous is None or is_written(session, adopting[-1]):
        return 0
    hearing = gathered(roll_up(session, occurrence.id, now=context.now))
    adopt_next_version(session, previous, adopting[-1], hearing=hearing, now=context.now)
    return 1


def _theme_rows(content: Mapping[str, Any]) -> list[dict[str, str]]:
    return [
        {"row": str(number), "label": f"{number}. {theme['title']}", "title": theme["title"]}
        for number, theme in enumerate(content.get("themes", ()), start=1)
    ]
