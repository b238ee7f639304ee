"""What the engine will do next, for the runs page and the demo's "next event"."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence


@dataclass(frozen=True)
class Coming:
    """One flow run that the plan has scheduled: what (`verb` is open, advance or close) and when (UTC)."""

    at: datetime
    verb: str
    flow: str
    occurrence_id: int
    root_id: str
    title: str
    concerns_year: int


_STEPS = (
    ("open", OccurrenceState.PLANNED, col(Occurrence.opens_at)),
    ("advance", OccurrenceState.OPEN, col(Occurrence.advance_at)),
    ("close", OccurrenceState.OPEN, col(Occurrence.closes_at)),
    ("close", OccurrenceState.PLANNED, col(Occurrence.closes_at)),
)


def coming(session: Session, root_ids: Iterable[str], *, limit: int = 50) -> list[Coming]:
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
        steps += [Coming(row[0], verb, row[1], row[2], row[3], row[4], row[5]) for row in rows]
    return sorted(steps, key=lambda step: (step.at, step.occurrence_id))[:limit]
