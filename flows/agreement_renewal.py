"""Agreements whose given goals have changed get a new version of their text, to be agreed or signed anew.

A draft takes the new wording over. What all had signed before stays in force until all have signed again.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreements import present_contents
from cycle.goals.by_unit import GoalsByUnit, agreed_rows
from cycle.goals.changed_goals import marked, unmark
from cycle.goals.tables import Agreement, AgreementState, GoalLevel
from cycle.plan.model import StageKind
from cycle.tasks.moves import move
from cycle.tasks.opening import existing_posts, open_tasks
from cycle.tasks.states import Actor, TaskKind, TaskState, TaskVerb
from cycle.tasks.tables import Task
from flows.agreement_step import Following, Step
from flows.request import Facts
from flows.runtime import RunContext

Row = Mapping[str, Any]
STAGE_IN = {
    AgreementState.NEGOTIATION: StageKind.NEGOTIATE,
    AgreementState.APPROVAL: StageKind.APPROVE,
    AgreementState.SIGNING: StageKind.SIGN,
}


def renew(session: Session, context: RunContext, facts: Facts) -> int:
    """Renews every marked agreement of the occurrence; gives how many got a new version. Safe to repeat."""
    occurrence = facts.occurrence
    those = marked(session, occurrence.id or 0)
    if not those:
        return 0
    goals = GoalsByUnit.load(session, occurrence.root_id, occurrence.concerns_year)
    contents = present_contents(session, those)
    book, following = AgreementBook(session, those), Following()
    known = existing_posts(session, occurrence.id or 0)
    steps = []
    for agreement in those:
        rows = _given(goals, facts, agreement)
        if agreement.state is AgreementState.DRAFTING:
            _take_into_draft(session, agreement, rows)
            continue
        content = contents[agreement.id or 0]
        fresh = {**content, "given_goals": _reworded(content["given_goals"], rows)}
        if fresh != content:
            book.renew(agreement, fresh, by="engine", now=context.now)
            steps.append(Step(session, context, facts, book, known, agreement, following))
    unmark(session, those)
    book.write()
    for step in steps:
        _ask_again(step)
    open_tasks(session, occurrence, following.tasks, now=context.now)
    return len(steps)


def _given(goals: GoalsByUnit, facts: Facts, agreement: Agreement) -> dict[str, Row]:
    """What the unit is given now, by key."""
    unit = facts.directory.units[agreement.unit_id]
    given = [goal for goal in goals.of(unit) if goal.level is not GoalLevel.UNIT]
    return {row["key"]: row for row in agreed_rows(given)}


def _reworded(given: Sequence[Row], rows: Mapping[str, Row]) -> list[Row]:
    """The goals that the agreement holds, as they are now; one that is no longer given stays as it was."""
    return [rows.get(row["key"], row) for row in given]


def _take_into_draft(session: Session, agreement: Agreement, rows: Mapping[str, Row]) -> None:
    """The leader who has not proposed yet sees the new wording."""
    draft = session.scalars(
        sa.select(Task).where(
            col(Task.occurrence_id) == agreement.occurrence_id,
            col(Task.unit_id) == agreement.unit_id,
            col(Task.kind) == TaskKind.DRAFT,
        )
    ).one()
    given = draft.prefill.get("given_goals", [])
    draft.prefill = {**draft.prefill, "given_goals": _reworded(given, rows)}
    session.add(draft)


def _ask_again(step: Step) -> None:
    """The step whose turn it is shows the new text; signing begins anew with the first who signs."""
    stages = [stage for stage in step.stages if stage.kind is STAGE_IN[step.agreement.state]]
    signing = step.agreement.state is AgreementState.SIGNING
    asked = sa.select(Task).where(
        col(Task.occurrence_id) == step.agreement.occurrence_id,
        col(Task.subject).in_([f"{stage.id}:{step.agreement.unit_id}" for stage in stages[signing:]]),
        col(Task.state) == TaskState.OPEN,
    )
    for task in step.session.scalars(asked).all():
        if signing:
            move(step.session, task, TaskVerb.FINISH, actor=Actor.ENGINE)
        else:
            task.prefill = step.shown()
            step.session.add(task)
    if signing:
        step.open_stage(stages[0])
