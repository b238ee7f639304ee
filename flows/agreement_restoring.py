"""Changed goals were put right again: nobody is asked any more to sign what all have signed already."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session, col, select

from cycle.goals.agreement_book import AgreementBook
from cycle.goals.tables import Agreement
from cycle.store import in_pieces
from cycle.tasks.letters import tell_still_holds
from cycle.tasks.moves import move
from cycle.tasks.states import Actor, TaskState, TaskVerb
from cycle.tasks.submit import latest_submissions
from cycle.tasks.tables import Task
from flows.agreement_step import STEP_KIND, shown
from flows.request import Facts


def ask_no_more(
    session: Session,
    facts: Facts,
    book: AgreementBook,
    back: Sequence[Agreement],
    *,
    changed: datetime,
    now: datetime,
) -> None:
    """Ends the steps that were to take these agreements anew; whoever had been asked, or has signed, is told.

    `changed`: when the goals were put right. The agreements stand at the version in force again.
    """
    asked = _asked_anew(session, facts, back)
    tell_still_holds(session, asked, facts.directory, key=f"still-holds:{changed.isoformat()}", now=now)
    its = {agreement.id: agreement for agreement in back}
    waiting = [task for task in asked if task.state is TaskState.OPEN]
    answers = latest_submissions(session, [task.id or 0 for task in waiting])
    for task in waiting:
        before = answers.get(task.id or 0)
        move(
            session,
            task,
            TaskVerb.FINISH,
            actor=Actor.ENGINE,
            received_at=before.received_at if before else None,
            next_reminder_at=None,
            prefill=shown(book, its[task.prefill["agreement"]["id"]]),
        )


def _asked_anew(session: Session, facts: Facts, back: Sequence[Agreement]) -> list[Task]:
    """The steps that were opened for a version after the one in force."""
    held = {agreement.id: agreement.in_force_version for agreement in back}
    stages = [stage.id for stage in facts.activity.stages if stage.kind in STEP_KIND]
    found: list[Task] = []
    for piece in in_pieces(f"{stage}:{agreement.unit_id}" for agreement in back for stage in stages):
        query = select(Task).where(Task.occurrence_id == facts.occurrence.id, col(Task.subject).in_(piece))
        found += session.exec(query)
    shown_in = ((task, task.prefill["agreement"]) for task in found)
    return [task for task, text in shown_in if text["version"] > held[text["id"]]]
