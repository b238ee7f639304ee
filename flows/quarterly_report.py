"""The quarterly report, and the annual accounts as the year's fourth: goals and last answers go out,
districts and areas put together, the direction releases.
"""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.statuses import keep_statuses, reported_goals
from cycle.goals.told_rollup import told_rollup
from cycle.organisation.snapshot import UnitRow
from cycle.store import table_of
from cycle.tasks.releases import is_released, release
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import FormVersion, Occurrence, Submission, Task
from flows.frame_report import write_frames
from flows.request import (
    advance_reviews_and_stages,
    close_and_count,
    facts_of,
    keep_release_current,
    open_for_audience,
)
from flows.runtime import RunContext

_task = table_of(Task).c
_GIVEN = sa.select(_task.id).where(
    _task.occurrence_id == sa.bindparam("occurrence_id"),
    _task.kind == TaskKind.RELEASE,
    _task.state.in_([TaskState.SUBMITTED, TaskState.APPROVED]),
)
"""The releases that the direction has given."""


def open(context: RunContext, occurrence_id: int) -> None:
    """Every unit gets the report with its goals and what it answered last time."""
    facts = facts_of(context, occurrence_id)
    with context.reading() as session:
        goals = reported_goals(session, facts.occurrence)
        last = last_answers(session, facts.occurrence)

    def prefill(unit: UnitRow) -> dict[str, Any]:
        return {**goals.rows(unit), "last": last.get(unit.id, {})}

    open_for_audience(context, facts, prefill=prefill)


def advance(context: RunContext, occurrence_id: int) -> None:
    """Reviews and stages; a release by the direction freezes the next numbered version."""
    facts = facts_of(context, occurrence_id)
    with context.transaction() as session:
        advance_reviews_and_stages(session, context, facts)
        released = _release_when_given(session, context, occurrence_id)
        if facts.occurrence.state is OccurrenceState.CLOSED:
            context.count(statuses=keep_statuses(session, occurrence_id))
            if released:
                write_frames(session, context, occurrence_id)


def close(context: RunContext, occurrence_id: int) -> None:
    """Closes, takes each unit's goal statuses over from its answer, and writes the frames' follow-up."""

    def follow_up(session: Session) -> None:
        context.count(statuses=keep_statuses(session, occurrence_id))
        write_frames(session, context, occurrence_id)

    close_and_count(context, occurrence_id, also=follow_up)


def last_answers(session: Session, occurrence: Occurrence) -> dict[str, dict[str, Any]]:
    """Each unit's newest answer to an earlier occurrence with the same form."""
    form_id = session.exec(
        select(FormVersion.form_id).where(FormVersion.id == occurrence.form_version_id)
    ).first()
    newest = (
        sa.select(sa.func.max(col(Submission.id)))
        .join(Task, col(Task.id) == col(Submission.task_id))
        .join(FormVersion, col(FormVersion.id) == col(Submission.form_version_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(
            col(FormVersion.form_id) == form_id,
            col(Occurrence.root_id) == occurrence.root_id,
            col(Occurrence.id) != occurrence.id,
            col(Task.kind) == TaskKind.ANSWER,
            col(Submission.withdrawn_at).is_(None),
        )
        .group_by(col(Task.unit_id))
    )
    rows = session.exec(
        select(Task.unit_id, Submission.answers)
        .join(Submission, col(Submission.task_id) == col(Task.id))
        .where(col(Submission.id).in_(newest))
    )
    return {unit_id: dict(answers) for unit_id, answers in rows}


def _release_when_given(session: Session, context: RunContext, occurrence_id: int) -> bool:
    """Version 1 when the direction has released, and another for every answer that came after it.

    Gives whether there is a new version.
    """
    if is_released(session, occurrence_id):
        return keep_release_current(session, context, occurrence_id)
    if session.connection().execute(_GIVEN, {"occurrence_id": occurrence_id}).first() is not None:
        why = "Frigivet af direktionen"
        release(session, occurrence_id, by="engine", now=context.now, why=why, make=told_rollup)
        context.count(released=1)
        return True
    return False
