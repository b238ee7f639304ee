"""The report on steering frames: gathered at the close, and written into the frames it is about."""

from sqlmodel import Session

from cycle.goals.frame_reports import keep_reports
from cycle.goals.told_rollup import told_rollup
from cycle.tasks.moves import get_occurrence
from cycle.tasks.releases import release
from cycle.tasks.states import OccurrenceState
from flows import request
from flows.request import advance_reviews_and_stages, close_and_count, facts_of, keep_release_current
from flows.runtime import RunContext

open = request.open


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews; an answer after the close makes the next version, and the frames' texts anew."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        if keep_release_current(session, context, occurrence_id):
            write_frames(session, context, occurrence_id)


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes, keeps what was reported as version 1 and writes it into the frames."""

    def reported(session: Session) -> None:
        why = "Samlet ved lukning"
        release(session, occurrence_id, by="engine", now=context.now, why=why, make=told_rollup)
        write_frames(session, context, occurrence_id)

    close_and_count(context, occurrence_id, also=reported)


def write_frames(session: Session, context: RunContext, occurrence_id: int) -> None:
    """Writes a closed report's newest released version into the frames."""
    occurrence = get_occurrence(session, occurrence_id)
    if occurrence.state is OccurrenceState.CLOSED:
        context.count(frame_texts=keep_reports(session, occurrence, now=context.now))
