"""What a played town lacks so that every address has a row: an open task, files, a remark, a preparation.

placed = fill(engine, at=now)            # into a store with Copenhagen's played year
placed.open_task                         # waits for the school's leader, who prepares a dialogue for it
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.files.store import keep
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering
from cycle.goals.parties import STATEMENT_FILE
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement, Goal, GoalStatus, Strategy
from cycle.store import transaction
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Occurrence, Submission, Task
from tests.support.played_town import SCHOOL


@dataclass(frozen=True)
class Placed:
    """Where what was put into the store is found."""

    open_task: int
    answered: int
    homework: int
    agreement: int
    meeting: int
    goal: int
    status: int
    digest: str


def fill(engine: Engine, *, at: datetime) -> Placed:
    """Puts one of each into the store at this instant."""
    with transaction(engine) as session:
        file = keep(session, b"%PDF-1.7 opdigtet", now=at)
        named = {"sha256": file.sha256, "name": "bilag.pdf", "size": file.size}
        agreement = session.exec(select(Agreement).where(Agreement.unit_id == SCHOOL)).one()
        goal, status = _documented(session, file.sha256)
        session.execute(sa.update(Strategy).where(~col(Strategy.draft)).values(first_year=at.year + 2))
        _remark(session, agreement, at)
        return Placed(
            open_task=_dialogue(session, at),
            answered=_attached(session, {"bilag": named, STATEMENT_FILE: named}),
            homework=_of(session, TaskKind.HOMEWORK).id or 0,
            agreement=agreement.id or 0,
            meeting=_minuted(session, named),
            goal=goal,
            status=status,
            digest=file.sha256,
        )


def _of(session: Session, kind: TaskKind) -> Task:
    return session.exec(select(Task).where(Task.unit_id == SCHOOL, Task.kind == kind)).first()


def _dialogue(session: Session, at: datetime) -> int:
    """The results dialogue, which the town's year left out, is open, and its preparation is written in."""
    left_out = select(Occurrence).where(Occurrence.activity_id == "resultatsamtaler")
    it = session.exec(left_out).one()
    it.state, it.opens_at = OccurrenceState.OPEN, at - timedelta(days=3)
    it.closes_at, it.erase_at = at + timedelta(days=20), at + timedelta(days=40)
    due_on = (at + timedelta(days=10)).date()
    task = Task(
        occurrence_id=it.id or 0,
        unit_id=SCHOOL,
        role="leder",
        opened_at=at - timedelta(days=3),
        due_on=due_on,
        original_due_on=due_on,
        form_version_id=it.form_version_id,
    )
    session.add_all([it, task])
    session.flush()
    return task.id or 0


def _attached(session: Session, files: dict[str, dict[str, object]]) -> int:
    """Every answer of the school has the files; gives the task of its report."""
    found = session.exec(
        select(Submission, Task)
        .join(Task, col(Task.id) == col(Submission.task_id))
        .where(Task.unit_id == SCHOOL)
        .order_by(col(Submission.id))
    ).all()
    for submission, _ in found:
        submission.answers = {**submission.answers, **files}
        session.add(submission)
    return next(task.id or 0 for _, task in found if task.kind is TaskKind.ANSWER)


def _minuted(session: Session, file: dict[str, object]) -> int:
    """The meeting that was held has a file with its minutes."""
    held = session.exec(select(Gathering).where(Gathering.state == GatheringState.HELD)).one()
    held.minutes_file = file
    session.add(held)
    return held.id or 0


def _remark(session: Session, agreement: Agreement, at: datetime) -> None:
    remark = GoalRemark(
        agreement_id=agreement.id or 0,
        version=agreement.version,
        text="Skriv målet mere enkelt (opdigtet).",
        by="person:1",
        post="leder",
        at=at,
        once="one-of-everything",
    )
    session.add(remark)


def _documented(session: Session, digest: str) -> tuple[int, int]:
    """A goal of which the school has shown its status by the file: (goal, status)."""
    query = (
        select(GoalStatus)
        .join(Goal, col(Goal.id) == col(GoalStatus.goal_id))
        .where(GoalStatus.unit_id == SCHOOL, ~col(Goal.hide_small))
    )
    status = session.exec(query).first()
    assert status is not None, "the report that closed took the school's statuses"
    status.evidence_file = digest
    session.add(status)
    return status.goal_id, status.id or 0
