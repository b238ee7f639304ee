"""What the plan will ask of the posts that a person holds or stands in for, before it has opened."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.organisation.directory import Directory
from cycle.plan.model import Activity
from cycle.tasks.own_deadlines import posts_of
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import CycleRevision, Occurrence


class OwnComing(NamedTuple):
    """An activity, or a stage of it by its id, that will ask a post. `due_on` is local.

    `planned_at` is when the plan was last changed for it (an instant).
    """

    occurrence: Occurrence
    stage: str
    unit_id: str
    unit: str
    role: str
    due_on: date
    planned_at: datetime


def own_coming(session: Session, root_id: str, person_id: int, *, today: date) -> Sequence[OwnComing]:
    """What has not opened yet and is due from the local date on, by due date."""
    posts = [(unit_id, role) for unit_id, role in session.execute(posts_of(person_id, today))]
    if not posts:
        return []
    directories = {unit_id: Directory.for_post(session, unit_id, today) for unit_id, _ in posts}
    rows = session.execute(
        sa.select(Occurrence, col(CycleRevision.at))
        .join(CycleRevision, col(CycleRevision.id) == col(Occurrence.revision_id))
        .where(
            col(Occurrence.root_id) == root_id,
            col(Occurrence.state) == OccurrenceState.PLANNED,
        )
    )
    found = [
        OwnComing(occurrence, stage, unit_id, directories[unit_id].units[unit_id].name, role, due_on, at)
        for occurrence, at in rows
        for stage, unit_id, role, due_on in _asked(occurrence, posts, directories)
        if due_on >= today
    ]
    return sorted(found, key=lambda each: (each.due_on, each.occurrence.id or 0, each.unit_id, each.stage))


def _asked(
    occurrence: Occurrence, posts: Sequence[tuple[str, str]], directories: dict[str, Directory]
) -> Iterator[tuple[str, str, str, date]]:
    """(stage, unit, role, due date); the stage is empty for those who are asked when it opens."""
    activity = Activity.model_validate_json(occurrence.activity)
    due = [("", activity.audience, occurrence.due_on)]
    due += [
        (stage.id, stage.audience, date.fromisoformat(occurrence.stage_due[stage.id]))
        for stage in activity.stages
        if stage.audience is not None and stage.id in occurrence.stage_due
    ]
    for stage_id, audience, due_on in due:
        for unit_id, role in posts:
            if (unit_id, role) in directories[unit_id].posts(audience):
                yield stage_id, unit_id, role, due_on
