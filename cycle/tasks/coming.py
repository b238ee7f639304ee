"""What the engine will do next, for the runs page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence

CLOSE_FROM = time(4)
"""Local. What arrived up to midnight is read before the close."""


@dataclass(frozen=True)
class Coming:
    """One flow run that the plan has scheduled: what (`verb` is open, advance, close or erase) and from
    when it is due (UTC).
    """

    at: datetime
    verb: str
    flow: str
    occurrence_id: int
    root_id: str
    title: str
    concerns_year: int


_UNERASED = sa.case((col(Occurrence.erased_at).is_(None), col(Occurrence.erase_at)))
_STEPS = (
    ("open", OccurrenceState.PLANNED, col(Occurrence.opens_at)),
    ("advance", OccurrenceState.OPEN, col(Occurrence.advance_at)),
    ("close", OccurrenceState.OPEN, col(Occurrence.closes_at)),
    ("close", OccurrenceState.PLANNED, col(Occurrence.closes_at)),
    ("erase", OccurrenceState.CLOSED, _UNERASED),
)


def close_due_at(closes_at: datetime, zone: ZoneInfo) -> datetime:
    """The first 04:00 local at or after `closes_at`, in UTC."""
    local = closes_at.astimezone(zone)
    day = local.date() + timedelta(days=local.time() > CLOSE_FROM)
    return datetime.combine(day, CLOSE_FROM, zone).astimezone(closes_at.tzinfo)


def coming(session: Session, root_ids: Iterable[str], *, zone: ZoneInfo, limit: int = 50) -> list[Coming]:
    """The next runs the plan has scheduled, earliest first; what is overdue comes first of all."""
    roots = list(root_ids)
    steps = []
    for verb, state, at in _STEPS:
        rows = session.execute(
            sa.select(
                at,
                col(Occurrence.flow),
                col(Occurrence.id),
                col(Occurrence.root_id),
                col(Occurrence.title),
                col(Occurrence.concerns_year),
            )
            .where(col(Occurrence.state) == state, at.is_not(None), col(Occurrence.root_id).in_(roots))
            .order_by(at)
            .limit(limit)
        )
        for due, *rest in rows:
            steps.append(Coming(close_due_at(due, zone) if verb == "close" else due, verb, *rest))
    return sorted(steps, key=lambda step: (step.at, step.occurrence_id))[:limit]
