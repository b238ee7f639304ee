"""Taking somebody off one meeting, or off several of the same process; who is told is seen before."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import Conflict
from cycle.gatherings.calling import Mailing, take_off, uninvited
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.tasks.tables import Occurrence

TO_COME = (GatheringState.PROPOSED, GatheringState.CALLED)


@dataclass(frozen=True)
class Seat:
    """Somebody's place at a meeting that is still to be held; `told` is the mail that losing it sends."""

    gathering: Gathering
    participant: GatheringParticipant
    told: Mailing | None


def seats_of(session: Session, gathering: Gathering, key: str, *, now: datetime) -> list[Seat]:
    """Where this participant takes part: this meeting, then those to come of the same year or process.

    A post is the same by unit and role, a named person by the address, else by the name. Empty when the
    participant is not at this meeting.
    """
    here = _participant(session, gathering.id or 0, key)
    if here is None:
        return []
    cycle = session.get_one(Occurrence, gathering.occurrence_id).cycle_id
    query = (
        select(Gathering, GatheringParticipant)
        .join(GatheringParticipant, col(GatheringParticipant.gathering_id) == col(Gathering.id))
        .join(Occurrence, col(Occurrence.id) == col(Gathering.occurrence_id))
        .where(
            Occurrence.cycle_id == cycle,
            col(Gathering.state).in_(TO_COME),
            col(GatheringParticipant.removed).is_(False),
            *_same(here),
        )
        .order_by(col(Gathering.starts_at), col(Gathering.id))
    )
    found = [
        Seat(each, who, uninvited(who))
        for each, who in session.exec(query)
        if each.id == gathering.id or each.starts_at > now
    ]
    return sorted(found, key=lambda seat: seat.gathering.id != gathering.id)


def leave(
    session: Session, seats: Sequence[Seat], *, seen: dict[int, int], by: str, now: datetime
) -> list[Mailing]:
    """Takes the participant off these meetings, all or none; gives who is told.

    `seen` are the meetings' editions as they were shown. Raises Conflict when one has changed, or was not
    shown.
    """
    told = []
    for seat in seats:
        gathering = seat.gathering
        if gathering.id not in seen:
            raise Conflict("gathering", gathering.id)
        told.append(
            take_off(session, gathering, seat.participant.key, seen=seen[gathering.id], by=by, now=now)
        )
    return [each for each in told if each is not None]


def chosen(seats: Sequence[Seat], ids: Collection[int]) -> list[Seat]:
    """Those at the meetings with these ids. Raises Conflict when one of them is no longer among the seats."""
    missing = set(ids) - {seat.gathering.id for seat in seats}
    if missing:
        raise Conflict("gathering", min(missing))
    return [seat for seat in seats if seat.gathering.id in ids]


def _participant(session: Session, gathering_id: int, key: str) -> GatheringParticipant | None:
    query = select(GatheringParticipant).where(
        GatheringParticipant.gathering_id == gathering_id,
        GatheringParticipant.key == key,
        col(GatheringParticipant.removed).is_(False),
    )
    return session.exec(query).first()


def _same(here: GatheringParticipant) -> list[sa.ColumnElement[bool] | bool]:
    if here.unit_id is not None:
        return [GatheringParticipant.unit_id == here.unit_id, GatheringParticipant.role == here.role]
    nobody = col(GatheringParticipant.unit_id).is_(None)
    if here.address:
        return [nobody, GatheringParticipant.address == here.address]
    return [nobody, GatheringParticipant.address == "", GatheringParticipant.name == here.name]
