"""The meetings that a person takes part in: for a post they hold or stand in for, or under their own name."""

from collections.abc import Sequence
from datetime import date, datetime, time
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.danish import COPENHAGEN
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.tasks.own_deadlines import KEPT, posts_of
from cycle.tasks.tables import Occurrence


class OwnMeeting(NamedTuple):
    """A meeting with the activity that holds it."""

    gathering: Gathering
    occurrence: Occurrence


def own_meetings(session: Session, root_id: str, person_id: int, *, today: date) -> Sequence[OwnMeeting]:
    """Those that participants have been called to, from a year before the local date on, by their time."""
    seat = GatheringParticipant
    of_post = sa.tuple_(col(seat.unit_id), col(seat.role)).in_(posts_of(person_id, today))
    named = sa.and_(col(seat.unit_id).is_(None), col(seat.invited_person_id) == person_id)
    seats = sa.select(col(seat.gathering_id)).where(col(seat.removed).is_(False), sa.or_(of_post, named))
    query = (
        sa.select(Gathering, Occurrence)
        .join(Occurrence, col(Occurrence.id) == col(Gathering.occurrence_id))
        .where(
            col(Gathering.root_id) == root_id,
            col(Gathering.state).in_([GatheringState.CALLED, GatheringState.HELD]),
            col(Gathering.starts_at) >= datetime.combine(today - KEPT, time(), COPENHAGEN),
            col(Gathering.id).in_(seats),
        )
        .order_by(col(Gathering.starts_at), col(Gathering.id))
    )
    return [OwnMeeting(*row) for row in session.execute(query)]
