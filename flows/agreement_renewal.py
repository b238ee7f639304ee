"""Agreements whose given goals have changed get a new version of their text, to be agreed or signed anew.

The leader's task takes the new wording over in any case: an agreement that comes back to its draft keeps it.
What all had signed before stays in force until all have signed again.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreements import present_contents
from cycle.goals.by_unit import GoalsByUnit, agreed_rows
from cycle.goals.changed_goals import marked, unmark
from cycle.goals.given_goals import GIVEN, as_now, take_into_drafts
from cycle.goals.tables import Agreement, AgreementState, GoalLevel
from cycle.plan.model import StageKind
from cycle.tasks.moves import move
from cycle.tasks.opening import existing_posts, open_tasks
from cycle.tasks.states import Actor, TaskState, TaskVerb
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
    later = {goal.key for goal in goals.all if goal.also_in_force}
    contents = present_contents(session, those)
    book, following = AgreementBook(session, those), Following()
    known = existing_posts(session, occurrence.id or 0)
    rows = {agreement.unit_id: _given(goals, facts, agreement) for agreement in those}
    take_into_drafts(session, rows, later, occurrence_id=occurrence.id or 0)
    steps = []
    for agreement in those:
        if agreement.state is AgreementState.DRAFTING:
            continue
        content = contents[agreement.id or 0]
        fresh = {**content, GIVEN: as_now(content[GIVEN], rows[agreement.unit_id], later)}
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
