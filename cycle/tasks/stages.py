"""Stages above the units: districts and areas put together, the direction releases."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.calendar import WorkingCalendar
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity, Stage, StageKind
from cycle.tasks.opening import NewTask, existing_posts, open_tasks
from cycle.tasks.standing import is_finished
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
    tiers = _tiers(activity)
    if not tiers:
        return 0
    today = calendar.local_date(now)
    known = existing_posts(session, occurrence.id)
    progress = _progress(session, occurrence.id, directory, [stage.id for stage in tiers])
    opened = 0
    for index, stage in enumerate(tiers):
        overdue = today > _due_before(occurrence, activity, index)
        posts = directory.posts(stage.audience) if stage.audience else []
        new = [
            _task_of(occurrence, stage, unit, role)
            for unit, role in posts
            if (unit, role, stage.id) not in known
            and _ready(directory.units[unit].path, progress[index], overdue)
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


def _progress(
    session: Session, occurrence_id: int, directory: Directory, stages: Sequence[str]
) -> list[list[tuple[str, bool]]]:
    """For each stage, what lies before it: (unit path, done) of every answer or task of the stage before."""
    before: list[list[tuple[str, bool]]] = [[] for _ in stages]
    columns = (Task.unit_id, Task.kind, Task.subject, Task.state, Task.level, Task.levels)
    query = sa.select(*columns).where(col(Task.occurrence_id) == occurrence_id)  # type: ignore[call-overload]
    for unit_id, kind, subject, state, level, levels in session.execute(query):
        index = 0 if kind is TaskKind.ANSWER else _index(subject, stages)
        if index is not None and index < len(stages) and unit_id in directory.units:
            before[index].append((directory.units[unit_id].path, is_finished(state, level, levels)))
    return before


def _index(subject: str, stages: Sequence[str]) -> int | None:
    """The index of the stage that comes after the one this task belongs to."""
    return stages.index(subject) + 1 if subject in stages else None


def _ready(path: str, before: Sequence[tuple[str, bool]], overdue: bool) -> bool:
    """Something was owed below the unit, and all of it is done or its date has passed."""
    own = [done for below, done in before if below.startswith(path)]
    return bool(own) and (overdue or all(own))


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
