"""When the period of a signed agreement begins, the one before it is superseded; nobody is asked about it."""

from collections.abc import Sequence
from datetime import time

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreement_book import AgreementBook
from cycle.goals.agreements import AgreementVerb, overtaken
from cycle.goals.tables import Agreement, AgreementState
from cycle.tasks.moves import move, wake_stages
from cycle.tasks.states import Actor, TaskKind, TaskState, TaskVerb
from cycle.tasks.tables import Task
from flows.agreement_step import STEP_KIND
from flows.request import Facts
from flows.runtime import RunContext

AT = time(4)
"""When the day on which a period begins is looked at."""


def take_over(session: Session, context: RunContext, facts: Facts) -> None:
    """Supersedes what this occurrence's agreements have taken over from. Safe to repeat.

    Where a period is yet to begin a look is asked for on that day.
    """
    found = overtaken(session, facts.occurrence.id or 0)
    today = facts.calendar.local_date(context.now)
    those = [agreement for agreement, begins in found if begins <= today]
    book = AgreementBook(session, those)
    for agreement in those:
        if agreement.state is not AgreementState.IN_FORCE:
            _let_go(session, agreement)
        book.advance(agreement, AgreementVerb.SUPERSEDE, by="engine", now=context.now)
    book.write()
    if coming := [begins for _, begins in found if begins > today]:
        at = facts.calendar.instant(min(coming), AT)
        wake_stages(session, facts.occurrence.id or 0, at=at)


def _let_go(session: Session, agreement: Agreement) -> None:
    """The steps that were to sign it anew are owed no longer."""
    for task in _open_steps(session, agreement):
        move(session, task, TaskVerb.CANCEL, actor=Actor.ENGINE)


def _open_steps(session: Session, agreement: Agreement) -> Sequence[Task]:
    subject = col(Task.subject)
    step = sa.and_(
        col(Task.kind).in_(STEP_KIND.values()), subject.endswith(f":{agreement.unit_id}", autoescape=True)
    )
    draft = sa.and_(col(Task.kind) == TaskKind.DRAFT, col(Task.unit_id) == agreement.unit_id)
    waiting = (
        col(Task.occurrence_id) == agreement.occurrence_id,
        col(Task.state).in_([TaskState.OPEN, TaskState.RETURNED]),
    )
    return session.scalars(sa.select(Task).where(*waiting, sa.or_(step, draft))).all()
