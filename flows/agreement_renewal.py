"""Agreements whose given goals have changed get a new version of their text, to be agreed or signed anew.

The leader's task takes the new wording over in any case: an agreement that comes back to its draft keeps it.
What all had signed before stays in force until all have signed again. When the goals are put right before
that, nobody has to.
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreement_terms import TERMS, Content, agreed_alike
from cycle.goals.agreements import present_contents, signed_versions
from cycle.goals.changed_goals import marked, unmark
from cycle.goals.given_goals import GIVEN, draft_tasks, take_in
from cycle.goals.given_now import GivenNow
from cycle.goals.tables import Agreement, AgreementState
from cycle.tasks.moves import move
from cycle.tasks.opening import existing_posts, open_tasks
from cycle.tasks.states import Actor, TaskState, TaskVerb
from cycle.tasks.tables import Task
from flows.agreement_following import Following
from flows.agreement_restoring import ask_no_more
from flows.agreement_step import STAGE_IN, Step
from flows.request import Facts
from flows.runtime import RunContext


def renew(session: Session, context: RunContext, facts: Facts) -> int:
    """Renews every marked agreement of the occurrence; gives how many got a new version. Safe to repeat.

    One that says again what all have signed gets none: it goes back to that.
    """
    occurrence = facts.occurrence
    those = marked(session, occurrence.id or 0)
    changed = [each.goals_changed_at for each in those if each.goals_changed_at is not None]
    if not changed:
        return 0
    texts, signed = _texts(session, facts, those), signed_versions(session, those)
    book, following = AgreementBook(session, those), Following()
    known = existing_posts(session, occurrence.id or 0)
    steps, back = [], []
    for agreement, content, fresh in texts:
        held = signed.get(agreement.id or 0)
        if held is not None and agreed_alike(fresh, held.content):
            book.restore(agreement, held, by="engine", now=context.now)
            back.append(agreement)
        elif fresh != content:
            step = Step(session, context, facts, book, known, agreement, following)
            _renew(step, fresh)
            steps.append(step)
    unmark(session, those)
    book.write()
    for step in steps:
        _ask_again(step)
    open_tasks(session, occurrence, following.tasks, now=context.now)
    ask_no_more(session, facts, book, back, changed=max(changed), now=context.now)
    return len(steps)


def _texts(
    session: Session, facts: Facts, those: Sequence[Agreement]
) -> list[tuple[Agreement, Content, Content]]:
    """What each agreement that has been proposed says, and what it says with the goals as they are now.

    The leaders' tasks take the new wording over.
    """
    occurrence, units = facts.occurrence, facts.directory.units
    last = max(each.period_to.year for each in those)
    given = GivenNow.load(session, occurrence.root_id, occurrence.concerns_year, until=last)
    for task in draft_tasks(session, occurrence.id or 0, [each.unit_id for each in those]):
        take_in(task, given.of(units[task.unit_id], task.prefill.get(GIVEN, [])))
    contents = present_contents(session, those)
    proposed = [each for each in those if each.state is not AgreementState.DRAFTING]
    found: list[tuple[Agreement, Content, Content]] = []
    for agreement in proposed:
        content = contents[agreement.id or 0]
        now = given.of(units[agreement.unit_id], content[GIVEN])
        found.append((agreement, content, {**content, GIVEN: now}))
    return found


def _renew(step: Step, fresh: Content) -> None:
    """Midway the new version keeps the parties of the text, else it has those that its unit has today."""
    takes: Sequence[str] = step.book.present(step.agreement).steps
    if step.agreement.state not in (AgreementState.NEGOTIATION, AgreementState.APPROVAL):
        stages = step.stages_today()
        takes = [stage.id for stage in stages]
        if TERMS in fresh:
            fresh = {**fresh, TERMS: step.terms(stages, fresh[TERMS]["questions"])}
    step.book.renew(step.agreement, fresh, steps=takes, by="engine", now=step.context.now)


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
