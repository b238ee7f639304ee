"""Meetings and who takes part in them, read from the store."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import NotFound
from cycle.gatherings.states import Attendance, Coming
from cycle.gatherings.tables import Gathering, GatheringHomework, GatheringParticipant
from cycle.organisation.tables import Unit
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Occurrence, Task


def get_gathering(session: Session, gathering_id: int) -> Gathering:
    """The meeting. Raises NotFound."""
    found = session.get(Gathering, gathering_id)
    if found is None:
        raise NotFound("gathering", gathering_id)
    return found


def of_occurrence(session: Session, occurrence_id: int) -> Sequence[Gathering]:
    """The meetings of an occurrence, in their order."""
    query = select(Gathering).where(Gathering.occurrence_id == occurrence_id)
    return session.exec(query.order_by(col(Gathering.number))).all()


def with_meetings(session: Session, root_id: str) -> set[int]:
    """The occurrences of a municipality that have meetings."""
    return set(session.exec(select(Gathering.occurrence_id).where(Gathering.root_id == root_id).distinct()))


def participants_of(session: Session, gathering_id: int) -> Sequence[GatheringParticipant]:
    """Who takes part, in the order they were written down; without those taken off again."""
    query = select(GatheringParticipant).where(
        GatheringParticipant.gathering_id == gathering_id, col(GatheringParticipant.removed).is_(False)
    )
    return session.exec(query.order_by(col(GatheringParticipant.id))).all()


def number_of_everyone(session: Session, gathering_id: int) -> int:
    """How many participants were ever written down."""
    rows = sa.select(sa.func.count()).where(col(GatheringParticipant.gathering_id) == gathering_id)
    return int(session.execute(rows.select_from(GatheringParticipant)).scalar_one())


@dataclass(frozen=True)
class Listed:
    """A meeting as it is listed: with its activity, and how many take part, come, and were there."""

    gathering: Gathering
    occurrence: Occurrence
    participants: int
    coming: int
    present: int


def list_meetings(
    session: Session, root_ids: Iterable[str], *, occurrence_id: int | None = None
) -> list[Listed]:
    """The meetings of these municipalities (or of one occurrence), in order of time."""
    p = GatheringParticipant
    coming, present = (
        sa.func.count(sa.case((column == value, 1)))
        for column, value in ((col(p.coming), Coming.YES), (col(p.attendance), Attendance.PRESENT))
    )
    counted = (
        sa.select(
            col(p.gathering_id), sa.func.count().label("all"), coming.label("yes"), present.label("there")
        )
        .where(col(p.removed).is_(False))
        .group_by(col(p.gathering_id))
        .subquery()
    )
    query = (
        sa.select(Gathering, Occurrence, counted.c.all, counted.c.yes, counted.c.there)
        .join(Occurrence, col(Occurrence.id) == col(Gathering.occurrence_id))
        .outerjoin(counted, counted.c.gathering_id == col(Gathering.id))
        .where(col(Gathering.root_id).in_(list(root_ids)))
        .order_by(col(Gathering.starts_at), col(Gathering.id))
    )
    if occurrence_id is not None:
        query = query.where(col(Gathering.occurrence_id) == occurrence_id)
    return [
        Listed(g, o, all_ or 0, yes or 0, there or 0) for g, o, all_, yes, there in session.execute(query)
    ]


def taking_part(session: Session, root_ids: Iterable[str]) -> dict[int, set[str]]:
    """The paths of the units that take part in each meeting of these municipalities, by the meeting's id."""
    p, found = GatheringParticipant, defaultdict[int, set[str]](set)
    rows = session.execute(
        sa.select(col(p.gathering_id), col(Unit.path))
        .join(Unit, col(Unit.id) == col(p.unit_id))
        .where(col(p.removed).is_(False), col(Unit.root_id).in_(list(root_ids)))
    )
    for gathering_id, path in rows:
        found[gathering_id].add(path)
    return dict(found)


@dataclass(frozen=True)
class Owed:
    """One post's task of a piece of homework."""

    task_id: int
    unit: str
    role: str
    state: TaskState


def homework_of(session: Session, gathering: Gathering) -> list[tuple[GatheringHomework, list[Owed]]]:
    """What was given to do at the meeting, each with the tasks it became."""
    given = session.exec(
        select(GatheringHomework)
        .where(GatheringHomework.gathering_id == gathering.id)
        .order_by(col(GatheringHomework.id))
    ).all()
    rows = session.execute(
        sa.select(col(Task.subject), col(Task.id), col(Unit.name), col(Task.role), col(Task.state))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            col(Task.occurrence_id) == gathering.occurrence_id,
            col(Task.subject).in_([each.subject for each in given]),
        )
        .order_by(col(Unit.path), col(Task.id))
    )
    owed: dict[str, list[Owed]] = {}
    for subject, *rest in rows:
        owed.setdefault(subject, []).append(Owed(*rest))
    return [(each, owed.get(each.subject, [])) for each in given]
