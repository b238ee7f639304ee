"""Who approves an answer, and the review tasks that follow from it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity
from cycle.tasks.moves import move
from cycle.tasks.opening import NewTask, Post, open_tasks
from cycle.tasks.states import Actor, OccurrenceState, TaskKind, TaskState, TaskVerb
from cycle.tasks.tables import Occurrence, Submission, Task

NEAREST_SUPERIOR = "nærmeste leder"


@dataclass(frozen=True)
class Waiting:
    """An answer that waits for a verdict by a post."""

    task_id: int
    unit_id: str
    reviewer: Post


def reviewer_of(directory: Directory, unit_id: str, approval: Sequence[str], level: int) -> Post | None:
    """The post that gives approval number `level` + 1 of the chain for a unit's answer.

    "nærmeste leder" is the nearest superior post; a role name is the nearest unit above with that post,
    and the nearest superior where there is none (a centre without a district).
    """
    at = unit_id
    for step, role in enumerate(approval):
        post = _one_step(directory, at, role)
        if post is None or step == level:
            return post
        at = post[0]
    return None


def judging_units(directory: Directory, post: Post) -> set[str]:
    """The units whose chief may give the verdict that lies with the post: its own alone.

    While nobody has the post, the units above too, up to the nearest whose post somebody has: a vacant
    post's work goes to the substitute, then the superior (DESIGN, "Reminders").
    """
    found: set[str] = set()
    at: Post | None = post
    while at is not None:
        found.add(at[0])
        taken = directory.substitute(*at) or directory.holder(*at)
        at = None if taken else directory.superior_post(at[0])
    return found


def takes_verdict(occurrence: Occurrence, submission: Submission) -> bool:
    """Whether the answer may be approved or sent back.

    While the occurrence is open; after its close only what came after it, by an extension: the rest
    reads as it stood at the close (DESIGN, "States").
    """
    if occurrence.state is OccurrenceState.CLOSED:
        return submission.after_close
    return occurrence.state is OccurrenceState.OPEN


_LACKS_VERDICT = sa.and_(
    col(Task.level) < col(Task.levels), col(Task.state).in_([TaskState.SUBMITTED, TaskState.APPROVED])
)
_CAME_LATER = sa.exists().where(col(Submission.task_id) == col(Task.id), col(Submission.after_close))

AWAITS_VERDICT = sa.and_(_LACKS_VERDICT, sa.or_(col(Occurrence.state) == OccurrenceState.OPEN, _CAME_LATER))
"""The same on `Task` joined with its `Occurrence`."""


def awaits_verdict(occurrence: Occurrence) -> tuple[sa.ColumnElement[bool], ...]:
    """The SQL conditions on `Task`: an answer of the occurrence that lacks a verdict and takes one."""
    of_it = col(Task.occurrence_id) == occurrence.id
    if occurrence.state is OccurrenceState.OPEN:
        return of_it, _LACKS_VERDICT
    return of_it, _LACKS_VERDICT, _CAME_LATER


def waiting_answers(
    session: Session, occurrence: Occurrence, activity: Activity, directory: Directory
) -> list[Waiting]:
    """Every answer of the occurrence that waits for a verdict, with the post it waits for."""
    rows = session.exec(
        select(Task.id, Task.unit_id, Task.level).where(
            *awaits_verdict(occurrence), Task.kind == TaskKind.ANSWER
        )
    )
    found = []
    for task_id, unit_id, level in rows:
        post = reviewer_of(directory, unit_id, activity.approval, level)
        if post is not None and task_id is not None:
            found.append(Waiting(task_id, unit_id, post))
    return found


def keep_review_tasks(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    waiting: Iterable[Waiting],
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> int:
    """Opens a review task for every post that has answers waiting, and ends those that have none.

    One left open at the close begins anew when an answer comes after it, and else stays as it was.
    Safe to repeat. Gives how many were opened, opened again or ended.
    """
    posts = {item.reviewer for item in waiting}
    reviews = session.exec(
        select(Task).where(Task.occurrence_id == occurrence.id, Task.kind == TaskKind.REVIEW)
    ).all()
    known = {(task.unit_id, task.role): task for task in reviews}
    due = review_due(occurrence, activity, calendar, now=now)
    new = [
        NewTask(unit_id=unit, role=role, due_on=due, subject=TaskKind.REVIEW.value, kind=TaskKind.REVIEW)
        for unit, role in sorted(posts - known.keys())
    ]
    opened = open_tasks(session, occurrence, new, now=now)
    closed_at = occurrence.closed_at if occurrence.state is OccurrenceState.CLOSED else None
    return opened + sum(
        _keep_in_step(session, task, waits=post in posts, due=due, closed_at=closed_at, now=now)
        for post, task in known.items()
    )


def _keep_in_step(
    session: Session, task: Task, *, waits: bool, due: date, closed_at: datetime | None, now: datetime
) -> bool:
    """Opens a finished review task again when answers wait, ends an open one when none do."""
    left_open = task.state is TaskState.OPEN and closed_at is not None and task.opened_at < closed_at
    if left_open:
        if not waits:
            return False
        move(session, task, TaskVerb.FINISH, actor=Actor.ENGINE)
    if waits and task.state is TaskState.APPROVED:
        values = {"level": 0, "opened_at": now, "due_on": due, "next_reminder_at": now}
        move(session, task, TaskVerb.REOPEN, actor=Actor.ENGINE, **values)
        return True
    if not waits and task.state is TaskState.OPEN:
        move(session, task, TaskVerb.FINISH, actor=Actor.ENGINE, next_reminder_at=None)
        return True
    return False


def review_due(
    occurrence: Occurrence, activity: Activity, calendar: WorkingCalendar, *, now: datetime
) -> date:
    """`review_days` working days after the answers' due date, or after today when that has passed."""
    start = max(occurrence.due_on, calendar.local_date(now))
    return calendar.add_working_days(start, activity.review_days)


def _one_step(directory: Directory, unit_id: str, role: str) -> Post | None:
    nearest = directory.superior_post(unit_id)
    if role == NEAREST_SUPERIOR or nearest is None:
        return nearest
    post: Post | None = nearest
    while post is not None and post[1] != role:
        post = directory.superior_post(post[0])
    return post or nearest
