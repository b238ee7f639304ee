"""Stages above the units: districts and areas put together, the direction releases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, select

from cycle.calendar import WorkingCalendar
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity, Stage, StageKind
from cycle.tasks.opening import NewTask, existing_posts, open_tasks
from cycle.tasks.standing import finished
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task

TASK_KIND = {StageKind.CONSOLIDATE: TaskKind.CONSOLIDATE, StageKind.RELEASE: TaskKind.RELEASE}


def open_ready_stages(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    directory: Directory,
    *,
    calendar: WorkingCalendar,
    now: datetime,
) -> int:
    """Opens every stage task whose time has come; safe to repeat. Gives how many were opened."""
    assert occurrence.id is not None
    today = calendar.local_date(now)
    known = existing_posts(session, occurrence.id)
    tasks = session.exec(select(Task).where(Task.occurrence_id == occurrence.id)).all()
    opened = 0
    for index, stage in enumerate(_tiers(activity)):
        before_due = _due_before(occurrence, activity, index)
        below = [task for task in tasks if _stage_of(task, activity) == index - 1]
        posts = directory.posts(stage.audience) if stage.audience else []
        new = [
            _task_of(occurrence, stage, unit, role)
            for unit, role in posts
            if (unit, role, stage.id) not in known and _ready(unit, below, directory, today > before_due)
        ]
        opened += open_tasks(session, occurrence, new, now=now)
    return opened


def next_stage_look(
    occurrence: Occurrence, activity: Activity, *, calendar: WorkingCalendar, now: datetime
) -> datetime | None:
    """The next instant at which a stage opens by its date alone; None when there is none to come."""
    dates = [_due_before(occurrence, activity, index) for index, _ in enumerate(_tiers(activity))]
    looks = [calendar.opening(day + timedelta(days=1)) for day in dates]
    return min((look for look in looks if look > now), default=None)


def _tiers(activity: Activity) -> Sequence[Stage]:
    return [stage for stage in activity.stages if stage.kind in TASK_KIND]


def _due_before(occurrence: Occurrence, activity: Activity, index: int) -> date:
    if index == 0:
        return occurrence.due_on
    return date.fromisoformat(occurrence.stage_due[_tiers(activity)[index - 1].id])


def _stage_of(task: Task, activity: Activity) -> int | None:
    """-1 for a unit's own answer, the stage's index for a stage task, None for anything else."""
    if task.kind is TaskKind.ANSWER:
        return -1
    ids = [stage.id for stage in _tiers(activity)]
    return ids.index(task.subject) if task.subject in ids else None


def _ready(unit_id: str, below: Sequence[Task], directory: Directory, overdue: bool) -> bool:
    """Something was owed below the unit, and all of it is done or its date has passed."""
    path = directory.units[unit_id].path
    own = [task for task in below if _path(directory, task.unit_id).startswith(path)]
    return bool(own) and (overdue or all(finished(task) for task in own))


def _path(directory: Directory, unit_id: str) -> str:
    unit = directory.units.get(unit_id)
    return unit.path if unit else ""


def _task_of(occurrence: Occurrence, stage: Stage, unit_id: str, role: str) -> NewTask:
    return NewTask(
        unit_id=unit_id,
        role=role,
        due_on=date.fromisoformat(occurrence.stage_due[stage.id]),
        subject=stage.id,
        kind=TASK_KIND[stage.kind],
        title=stage.title,
        form_version_id=occurrence.stage_forms.get(stage.id),
    )
