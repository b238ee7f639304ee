"""The task of taking an adopted strategy's goals into the goal tree: whose, until when, and when it ends.

The plan's stage of kind `take_in` names the post. The task ends by itself once the tree has the goals.
"""

from datetime import date, datetime

from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.goals.tables import Strategy
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity, StageKind
from cycle.tasks.moves import move
from cycle.tasks.opening import NewTask, existing_posts, open_tasks
from cycle.tasks.states import Actor, TaskKind, TaskState, TaskVerb
from cycle.tasks.tables import Occurrence, Task

STRATEGY = "strategy"
"""What the version's row is called in the task's prefill."""


def open_taking_in(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    strategy: Strategy,
    *,
    directory: Directory,
    calendar: WorkingCalendar,
    now: datetime,
) -> int:
    """Gives the stage's posts their task for this version, whose goals the tree lacks; gives how many.

    Due on the stage's date, no sooner than the activity's `review_days` working days from today. A task for
    an earlier version is over: that one no longer counts. Safe to repeat.
    """
    stage = next((each for each in activity.stages if each.kind is StageKind.TAKE_IN), None)
    if stage is None or stage.audience is None:
        return 0
    _end(session, _waiting(session, occurrence.id), but=strategy.id, verb=TaskVerb.CANCEL)
    earliest = calendar.add_working_days(calendar.local_date(now), activity.review_days)
    subject, known = f"{stage.id}:{strategy.id}", existing_posts(session, occurrence.id or 0)
    wanted = [
        NewTask(
            unit_id=unit_id,
            role=role,
            due_on=max(date.fromisoformat(occurrence.stage_due[stage.id]), earliest),
            subject=subject,
            kind=TaskKind.TAKE_IN,
            title=stage.title,
            prefill={STRATEGY: strategy.id},
        )
        for unit_id, role in directory.posts(stage.audience)
        if (unit_id, role, subject) not in known
    ]
    return open_tasks(session, occurrence, wanted, now=now)


def end_taking_in(session: Session, strategy: Strategy) -> int:
    """The tree has the version's goals: whoever was to take them in is done. Gives how many tasks ended."""
    return _end(session, taking_in(session, strategy), verb=TaskVerb.FINISH)


def cancel_taking_in(session: Session, strategy: Strategy) -> int:
    """The version is in force no more: nobody is to take its goals in. Gives how many tasks ended."""
    return _end(session, taking_in(session, strategy), verb=TaskVerb.CANCEL)


def taking_in(session: Session, strategy: Strategy) -> list[Task]:
    """The tasks that wait for the version's goals."""
    waiting = _waiting(session, strategy.occurrence_id)
    return [task for task in waiting if task.prefill.get(STRATEGY) == strategy.id]


def _waiting(session: Session, occurrence_id: int | None) -> list[Task]:
    query = select(Task).where(
        Task.occurrence_id == occurrence_id,
        Task.kind == TaskKind.TAKE_IN,
        col(Task.state) == TaskState.OPEN,
    )
    return list(session.exec(query))


def _end(session: Session, tasks: list[Task], *, verb: TaskVerb, but: int | None = None) -> int:
    ended = [task for task in tasks if but is None or task.prefill.get(STRATEGY) != but]
    for task in ended:
        move(session, task, verb, actor=Actor.ENGINE, next_reminder_at=None)
    return len(ended)
