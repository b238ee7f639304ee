"""What the plan will ask of the posts that a person holds or stands in for, before it has opened."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from functools import cached_property
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.organisation.directory import Directory
from cycle.plan.model import Activity
from cycle.tasks.calendars import calendar_of
from cycle.tasks.opening import Post
from cycle.tasks.own_deadlines import posts_of
from cycle.tasks.stages import stages_to_come
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import CycleRevision, Occurrence


class OwnComing(NamedTuple):
    """An activity, or a stage of it by its id, that will ask a post. `due_on` is local.

    `planned_at` is when the plan was last changed for it (an instant). `title` is the stage's, in Danish.
    """

    occurrence: Occurrence
    stage: str
    unit_id: str
    unit: str
    role: str
    due_on: date
    planned_at: datetime
    title: str = ""


def own_coming(session: Session, root_id: str, person_id: int, *, today: date) -> Sequence[OwnComing]:
    """What has not opened yet and is due from the local date on, by due date: activities, and the stages
    of those that have opened."""
    posts = posts_held(session, person_id, today)
    if not posts:
        return []
    directories = {unit_id: Directory.for_post(session, unit_id, today) for unit_id, _ in posts}
    later = _Later(session, root_id, today)
    found = [
        OwnComing(occurrence, stage, unit, directories[unit].units[unit].name, role, due_on, at, title)
        for occurrence, activity, at in planned_and_open(session, root_id)
        for stage, title, unit, role, due_on in _asked(occurrence, activity, posts, directories, later)
        if due_on >= today
    ]
    return sorted(found, key=in_order)


def in_order(each: OwnComing) -> tuple[date, int, str, str]:
    """By due date, and the same from one time to the next."""
    return each.due_on, each.occurrence.id or 0, each.unit_id, each.stage


def posts_held(session: Session, person_id: int, today: date) -> list[Post]:
    """(unit, role) of the posts that the person holds or stands in for on the local date."""
    return [(unit_id, role) for unit_id, role in session.execute(posts_of(person_id, today))]


def planned_and_open(session: Session, root_id: str) -> Iterator[tuple[Occurrence, Activity, datetime]]:
    """Each occurrence that is not over, with its activity and when the plan was last changed for it."""
    rows = session.execute(
        sa.select(Occurrence, col(CycleRevision.at))
        .join(CycleRevision, col(CycleRevision.id) == col(Occurrence.revision_id))
        .where(
            col(Occurrence.root_id) == root_id,
            col(Occurrence.state).in_([OccurrenceState.PLANNED, OccurrenceState.OPEN]),
        )
    )
    for occurrence, at in rows:
        yield occurrence, Activity.model_validate_json(occurrence.activity), at


class _Later:
    """The stages that are yet to open in what has opened; reads the municipality once, when it must."""

    def __init__(self, session: Session, root_id: str, today: date) -> None:
        self._session, self._root_id, self._today = session, root_id, today

    @cached_property
    def _directory(self) -> Directory:
        return Directory.load(self._session, self._root_id, self._today)

    def posts(self, occurrence: Occurrence, activity: Activity) -> set[tuple[str, str, str]]:
        """(stage, unit, role) of every post that a stage will ask, should nobody below answer."""
        calendar = calendar_of(self._session, occurrence)
        now = calendar.opening(self._today)
        to_come = stages_to_come(
            self._session, occurrence, activity, self._directory, asked=(), calendar=calendar, now=now
        )
        return {(task.subject, task.unit_id, task.role) for _, task in to_come}


def _asked(
    occurrence: Occurrence,
    activity: Activity,
    posts: Sequence[Post],
    directories: Mapping[str, Directory],
    later: _Later,
) -> Iterator[tuple[str, str, str, str, date]]:
    """(stage, its title, unit, role, due date); both empty for those who are asked when it opens."""
    planned = occurrence.state is OccurrenceState.PLANNED
    due = [("", "", activity.audience, occurrence.due_on)] if planned else []
    due += [
        (stage.id, stage.title, stage.audience, date.fromisoformat(occurrence.stage_due[stage.id]))
        for stage in activity.stages
        if stage.audience is not None and stage.id in occurrence.stage_due
    ]
    found = [
        (stage, title, unit_id, role, due_on)
        for stage, title, audience, due_on in due
        for unit_id, role in posts
        if (unit_id, role) in directories[unit_id].posts(audience)
    ]
    to_come = later.posts(occurrence, activity) if found and not planned else set()
    for stage, title, unit_id, role, due_on in found:
        if planned or (stage, unit_id, role) in to_come:
            yield stage, title, unit_id, role, due_on
