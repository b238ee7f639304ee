"""Agreements whose given goals have changed get a new version of their text, to be agreed or signed anew.

The leader's task takes the new wording over in any case: an agreement that comes back to its draft keeps it.
What all had signed before stays in force until all have signed again.
"""

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreements import present_contents
from cycle.goals.changed_goals import marked, unmark
from cycle.goals.given_goals import GIVEN, draft_tasks, take_in
from cycle.goals.given_now import GivenNow
from cycle.goals.tables import AgreementState
from cycle.tasks.moves import move
from cycle.tasks.opening import existing_posts, open_tasks
from cycle.tasks.states import Actor, TaskState, TaskVerb
from cycle.tasks.tables import Task
from flows.agreement_step import STAGE_IN, Following, Step
from flows.request import Facts
from flows.runtime import RunContext


def renew(session: Session, context: RunContext, facts: Facts) -> int:
    """Renews every marked agreement of the occurrence; gives how many got a new version. Safe to repeat."""
    occurrence, units = facts.occurrence, facts.directory.units
    those = marked(session, occurrence.id or 0)
    if not those:
        return 0
    last = max(each.period_to.year for each in those)
    given = GivenNow.load(session, occurrence.root_id, occurrence.concerns_year, until=last)
    contents = present_contents(session, those)
    book, following = AgreementBook(session, those), Following()
    known = existing_posts(session, occurrence.id or 0)
    for task in draft_tasks(session, occurrence.id or 0, [each.unit_id for each in those]):
        take_in(task, given.of(units[task.unit_id], task.prefill.get(GIVEN, [])))
    steps = []
    for agreement in those:
        if agreement.state is AgreementState.DRAFTING:
            continue
        content = contents[agreement.id or 0]
        fresh = {**content, GIVEN: given.of(units[agreement.unit_id], content[GIVEN])}
        if fresh != content:
            step = Step(session, context, facts, book, known, agreement, following)
            is_midway = agreement.state in (AgreementState.NEGOTIATION, AgreementState.APPROVAL)
            takes = book.present(agreement).steps if is_midway else step.steps_today()
            book.renew(agreement, fresh, steps=takes, by="engine", now=context.now)
            steps.append(step)
    unmark(session, those)
    book.write()
    for step in steps:
        _ask_again(step)
    open_tasks(session, occurrence, following.tasks, now=context.now)
    return len(steps)


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
