"""Taking back an answer that was none: a mail that was read into the wrong task, or was not meant as one."""

from datetime import datetime, time

import sqlalchemy as sa
from sqlmodel import Session

from cycle.errors import Conflict, NotNow
from cycle.messages.tables import MessageKind
from cycle.store import table_of
from cycle.tasks.calendars import calendar_of
from cycle.tasks.letters import write_to_post
from cycle.tasks.moves import check_move, get_occurrence, get_task, move, wake_stages
from cycle.tasks.records import record_task
from cycle.tasks.states import Actor, Channel, OccurrenceState, TaskVerb
from cycle.tasks.submit import latest_submission
from cycle.tasks.tables import Submission, Task

TAKEN_BACK = "Det svar, vi fik i en mail, tæller ikke længere, og opgaven er åben igen."


def withdraw(session: Session, submission: Submission, *, why: str, by: str, now: datetime) -> bool:
    """Takes back the newest answer of a task, which came by mail; gives whether the task is open again.

    The row stays and counts for nothing. An earlier answer then stands again, and the task with it; else
    the task is open, and its post is told with the reason. Raises NotNow when the activity is closed, the
    answer has been reviewed, or is no mail's; Conflict when a newer answer came or it was taken back before.
    """
    task = get_task(session, submission.task_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    check_move(task, TaskVerb.WITHDRAW, Actor.SECRETARIAT)
    if occurrence.state is not OccurrenceState.OPEN or submission.channel is not Channel.MAIL:
        raise NotNow("task", task.id, task.state.value, TaskVerb.WITHDRAW.value)
    newest = latest_submission(session, task.id or 0)
    if newest is None or newest.id != submission.id:
        raise Conflict("submission", submission.id)
    _take_back(session, submission, now)
    before = latest_submission(session, task.id or 0)
    data = {
        "submission": submission.id,
        "version": submission.version,
        "stands": before.id if before else None,
    }
    if before is None:
        today = calendar_of(session, occurrence).local_date(now)
        look = calendar_of(session, occurrence).instant(today, time(6))
        again = {"received_at": None, "due_when_received": None, "next_reminder_at": look}
        move(session, task, TaskVerb.WITHDRAW, actor=Actor.SECRETARIAT, level=0, **again)
    record_task(session, occurrence, task, TaskVerb.WITHDRAW.value, by=by, now=now, why=why, data=data)
    if before is None:
        _tell(session, task, occurrence.root_id, submission, why, now)
    wake_stages(session, task.occurrence_id, at=now)
    return before is None


def _take_back(session: Session, submission: Submission, now: datetime) -> None:
    rows = table_of(Submission)
    session.flush()
    changed = session.connection().execute(
        sa.update(rows)
        .where(rows.c.id == submission.id, rows.c.withdrawn_at.is_(None))
        .values(withdrawn_at=now)
    )
    if changed.rowcount == 0:
        raise Conflict("submission", submission.id)
    session.refresh(submission)


def _tell(
    session: Session, task: Task, root_id: str, submission: Submission, why: str, now: datetime
) -> None:
    write_to_post(
        session,
        task,
        root_id=root_id,
        kind=MessageKind.NUDGE,
        key=f"withdrawn:{submission.id}",
        context={"text": f"{TAKEN_BACK} {why.strip()}".strip()},
        now=now,
    )
