"""Who approves an answer, and the review tasks that follow from it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

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
    came_later: bool = False
    """It came after the close, by an extension."""
    in_vain: bool = False
    """Verdicts are over for it: nobody is asked any more."""


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


def verdicts_until(occurrence: Occurrence, calendar: WorkingCalendar) -> date:
    """The last local day on which an answer that came before the close is approved or sent back.

    `review_days` working days for each level of the chain, counted from the last day of answering: so what
    came on that day can still be judged by everybody who is asked to (docs/decisions/0044).
    """
    activity = Activity.model_validate_json(occurrence.activity)
    last_day = calendar.local_date(occurrence.closes_at - timedelta(seconds=1))
    return calendar.add_working_days(last_day, activity.review_days * max(1, len(activity.approval)))


def verdicts_run(occurrence: Occurrence, calendar: WorkingCalendar, *, on: date) -> bool:
    """Whether answers that lack an approval take one on the local date `on`."""
    if occurrence.state is OccurrenceState.CLOSED:
        return on <= verdicts_until(occurrence, calendar)
    return occurrence.state is OccurrenceState.OPEN


def takes_verdict(
    occurrence: Occurrence, task: Task, submission: Submission, calendar: WorkingCalendar, *, on: date
) -> bool:
    """Whether the answer may be approved or sent back.

    While the occurrence is open. After its close: what came after it, by an extension, and until
    `verdicts_until` what lacks an approval. The rest reads as it stood at the close (DESIGN, "States").
    """
    if occurrence.state is not OccurrenceState.CLOSED:
        return occurrence.state is OccurrenceState.OPEN
    lacks = task.level < task.levels
    return submission.after_close or (lacks and verdicts_run(occurrence, calendar, on=on))


_LACKS_VERDICT = sa.and_(
    col(Task.level) < col(Task.levels), col(Task.state).in_([TaskState.SUBMITTED, TaskState.APPROVED])
)
_CAME_LATER = sa.exists().where(col(Submission.task_id) == col(Task.id), col(Submission.after_close))


def awaits_verdict_in(running: Collection[int]) -> sa.ColumnElement[bool]:
    """On `Task`: an answer that lacks a verdict and takes one. `running`: where `verdicts_run`."""
    return sa.and_(_LACKS_VERDICT, sa.or_(col(Task.occurrence_id).in_(running), _CAME_LATER))


def awaits_verdict(
    occurrence: Occurrence, calendar: WorkingCalendar, *, on: date
) -> tuple[sa.ColumnElement[bool], ...]:
    """The same of one occurrence."""
    of_it = col(Task.occurrence_id) == occurrence.id
    if verdicts_run(occurrence, calendar, on=on):
        return of_it, _LACKS_VERDICT
    return of_it, _LACKS_VERDICT, _CAME_LATER


def waiting_answers(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    directory: Directory,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> list[Waiting]:
    """Every answer of the occurrence that lacks a verdict, with the post it waits for, if in vain."""
    runs = verdicts_run(occurrence, calendar, on=calendar.local_date(now))
    of_it = (Task.occurrence_id == occurrence.id, Task.kind == TaskKind.ANSWER, _LACKS_VERDICT)
    rows = session.exec(select(Task.id, Task.unit_id, Task.level, _CAME_LATER).where(*of_it))
    found = []
    for task_id, unit_id, level, came_later in rows:
        post = reviewer_of(directory, unit_id, activity.approval, level)
        if post is not None and task_id is not None:
            later = bool(came_later)
            found.append(Waiting(task_id, unit_id, post, later, in_vain=not (runs or later)))
    return found


def keep_review_tasks(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    waiting: Collection[Waiting],
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> int:
    """Opens a review task for every post that has answers waiting, and ends those that have none.

    One left open at the close begins anew when an answer comes after it; once verdicts are over it else
    stays as it was. Safe to repeat. Gives how many were opened, opened again or ended.
    """
    late = {item.reviewer for item in waiting if item.came_later}
    due = {
        item.reviewer: review_due(occurrence, activity, calendar, now=now, after_close=item.reviewer in late)
        for item in waiting
        if not item.in_vain
    }
    reviews = session.exec(
        select(Task).where(Task.occurrence_id == occurrence.id, Task.kind == TaskKind.REVIEW)
    ).all()
    known = {(task.unit_id, task.role): task for task in reviews}
    new = [
        NewTask(
            unit_id=post[0], role=post[1], due_on=due[post], subject=TaskKind.REVIEW, kind=TaskKind.REVIEW
        )
        for post in sorted(due.keys() - known.keys())
    ]
    opened = open_tasks(session, occurrence, new, now=now)
    until = verdicts_until(occurrence, calendar)
    left = {item.reviewer for item in waiting if item.in_vain}
    return opened + sum(
        _begins_anew(session, occurrence, task, post in late, due.get(post), now=now)
        or _is_finished(session, task, waits=post in due or (post in left and task.due_on <= until))
        for post, task in known.items()
    )


def _left_open(occurrence: Occurrence, task: Task) -> bool:
    closed_at = occurrence.closed_at if occurrence.state is OccurrenceState.CLOSED else None
    return task.state is TaskState.OPEN and closed_at is not None and task.opened_at < closed_at


def _begins_anew(
    session: Session, occurrence: Occurrence, task: Task, late: bool, due: date | None, *, now: datetime
) -> bool:
    """Opens a finished review task again when answers wait, and one left open when one came later."""
    if late and _left_open(occurrence, task):
        move(session, task, TaskVerb.FINISH, actor=Actor.ENGINE)
    if due is None or task.state is not TaskState.APPROVED:
        return False
    values = {"level": 0, "opened_at": now, "due_on": due, "next_reminder_at": now}
    move(session, task, TaskVerb.REOPEN, actor=Actor.ENGINE, **values)
    return True


def _is_finished(session: Session, task: Task, *, waits: bool) -> bool:
    """Ends an open review task when no answers wait, not even in vain."""
    if waits or task.state is not TaskState.OPEN:
        return False
    move(session, task, TaskVerb.FINISH, actor=Actor.ENGINE, next_reminder_at=None)
    return True


def review_due(
    occurrence: Occurrence,
    activity: Activity,
    calendar: WorkingCalendar,
    *,
    now: datetime,
    after_close: bool = False,
) -> date:
    """`review_days` working days after the answers' due date, or after today when that has passed.

    No later than the last day of verdicts, but for what came `after_close`: that takes one on any day.
    """
    start = max(occurrence.due_on, calendar.local_date(now))
    due = calendar.add_working_days(start, activity.review_days)
    return due if after_close else min(due, verdicts_until(occurrence, calendar))


def _one_step(directory: Directory, unit_id: str, role: str) -> Post | None:
    nearest = directory.superior_post(unit_id)
    if role == NEAREST_SUPERIOR or nearest is None:
        return nearest
    post: Post | None = nearest
    while post is not None and post[1] != role:
        post = directory.superior_post(post[0])
    return post or nearest
