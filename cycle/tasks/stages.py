"""Stages above the units: districts and areas put together, the direction releases."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.organisation.directory import Directory
from cycle.plan.model import Activity, Stage, StageKind
from cycle.store import table_of
from cycle.tasks.opening import NewTask, Post, open_tasks
from cycle.tasks.standing import is_finished
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Task

Owed = tuple[str, bool]
"""The path of a unit that owes something to the stage above, and whether that is done."""

TASK_KIND = {StageKind.CONSOLIDATE: TaskKind.CONSOLIDATE, StageKind.RELEASE: TaskKind.RELEASE}

_task = table_of(Task).c
_of_occurrence = _task.occurrence_id == sa.bindparam("occurrence_id")
_how_far = (_task.state, _task.level, _task.levels)
_ANSWERS = sa.select(_task.unit_id, *_how_far).where(_of_occurrence, _task.kind == TaskKind.ANSWER)
_STAGE_TASKS = sa.select(_task.unit_id, _task.role, _task.subject, *_how_far).where(
    _of_occurrence, _task.kind.in_(list(TASK_KIND.values()))
)


class Below:
    """What a stage waits for, to be asked for any unit above."""

    def __init__(self, owed: Iterable[Owed]) -> None:
        self.owed = list(owed)
        self._owing = {above for path, _ in self.owed for above in _paths_above(path)}
        self._undone = {above for path, done in self.owed if not done for above in _paths_above(path)}

    def owes(self, path: str) -> bool:
        """Whether something is or was owed in or below the unit with this path."""
        return path in self._owing

    def ready(self, path: str, overdue: bool) -> bool:
        """Whether something was owed there, and all of it is done or its date has passed."""
        return self.owes(path) and (overdue or path not in self._undone)


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
    session.flush()
    tasks = _stage_tasks(session, occurrence.id)
    below = Below(_answers(session, occurrence.id, directory))
    opened = 0
    for index, stage in enumerate(tiers):
        overdue = today > _due_before(occurrence, activity, index)
        posts = directory.posts(stage.audience) if stage.audience else []
        new = [
            _task_of(occurrence, stage, unit, role)
            for unit, role in posts
            if (unit, role, stage.id) not in tasks and below.ready(directory.units[unit].path, overdue)
        ]
        opened += open_tasks(session, occurrence, new, now=now)
        below = Below(_above(below, stage, posts, tasks, directory))
    return opened


def next_stage_look(
    occurrence: Occurrence, activity: Activity, *, calendar: WorkingCalendar, now: datetime
) -> datetime | None:
    """The next instant at which a stage opens by its date alone; None when there is none to come."""
    dates = [_due_before(occurrence, activity, index) for index, _ in enumerate(_tiers(activity))]
    looks = [calendar.opening(day + timedelta(days=1)) for day in dates]
    return min((look for look in looks if look > now), default=None)


def stages_to_come(
    session: Session,
    occurrence: Occurrence,
    activity: Activity,
    directory: Directory,
    *,
    asked: Iterable[str],
    calendar: WorkingCalendar,
    now: datetime,
) -> Iterator[tuple[datetime, NewTask]]:
    """The stage tasks that open by their date alone, should nobody answer, each with the instant (UTC).

    `asked` are the units that will be asked when the occurrence opens; those that were are in the store.
    """
    assert occurrence.id is not None
    there = _stage_tasks(session, occurrence.id)
    paths = [directory.units[unit].path for unit in asked]
    below = Below([*_answers(session, occurrence.id, directory), *((path, False) for path in paths)])
    for index, stage in enumerate(_tiers(activity)):
        at = max(now, calendar.opening(_due_before(occurrence, activity, index) + timedelta(days=1)))
        then = directory.at(calendar.local_date(at))
        posts = then.posts(stage.audience) if stage.audience else []
        for unit, role in posts:
            if (unit, role, stage.id) not in there and below.owes(then.units[unit].path):
                yield at, _task_of(occurrence, stage, unit, role)
        below = Below(_above(below, stage, posts, there, then))


def _tiers(activity: Activity) -> Sequence[Stage]:
    return [stage for stage in activity.stages if stage.kind in TASK_KIND]


def _due_before(occurrence: Occurrence, activity: Activity, index: int) -> date:
    if index == 0:
        return occurrence.due_on
    return date.fromisoformat(occurrence.stage_due[_tiers(activity)[index - 1].id])


def _answers(session: Session, occurrence_id: int, directory: Directory) -> list[Owed]:
    """The answers of the units: what the first stage waits for."""
    rows = session.connection().execute(_ANSWERS, {"occurrence_id": occurrence_id}).all()
    return [
        (directory.units[unit_id].path, is_finished(state, level, levels))
        for unit_id, state, level, levels in rows
        if unit_id in directory.units
    ]


def _stage_tasks(session: Session, occurrence_id: int) -> dict[tuple[str, str, str], bool]:
    """(unit, role, stage) of every stage task that was opened, and whether it is finished."""
    rows = session.connection().execute(_STAGE_TASKS, {"occurrence_id": occurrence_id})
    return {
        (unit_id, role, subject): is_finished(state, level, levels)
        for unit_id, role, subject, state, level, levels in rows
    }


def _above(
    below: Below,
    stage: Stage,
    posts: Sequence[Post],
    tasks: Mapping[tuple[str, str, str], bool],
    directory: Directory,
) -> list[Owed]:
    """What the next stage waits for: this stage's posts, opened or not yet, that have something below
    them, and whatever is below none of them (an area's units without a district).
    """
    paths = {post: directory.units[post[0]].path for post in posts}
    waiting = [post for post in posts if below.owes(paths[post])]
    own = [(paths[post], tasks.get((*post, stage.id), False)) for post in waiting]
    roofs = {paths[post] for post in waiting}
    return own + [(path, done) for path, done in below.owed if roofs.isdisjoint(_paths_above(path))]


@lru_cache(maxsize=16_384)
def _paths_above(path: str) -> tuple[str, ...]:
    """The path of a unit and those of all the units above it."""
    ends = (place for place, letter in enumerate(path) if letter == "/" and place)
    return tuple(path[: end + 1] for end in ends)


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
