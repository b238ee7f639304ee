"""The calendar a cycle runs by: the one of its newest revision."""

from functools import lru_cache

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.store import table_of
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence

_revision, _cycle = table_of(CycleRevision).c, table_of(Cycle).c
_OF_CYCLE = (
    sa.select(_revision.calendar)
    .where(_revision.cycle_id == sa.bindparam("cycle_id"))
    .order_by(_revision.no.desc())
    .limit(1)
)
_OF_ROOT = (
    sa.select(_revision.calendar)
    .join(table_of(Cycle), _cycle.id == _revision.cycle_id)
    .where(_cycle.root_id == sa.bindparam("root_id"))
    .order_by(_revision.at.desc(), _revision.id.desc())
    .limit(1)
)


@lru_cache(maxsize=32)
def _parsed(text: str) -> WorkingCalendar:
    return WorkingCalendar.from_json(text)


def calendar_of_cycle(session: Session, cycle_id: int) -> WorkingCalendar:
    """The working calendar of the cycle's newest revision."""
    session.flush()
    text = session.connection().execute(_OF_CYCLE, {"cycle_id": cycle_id}).scalar_one()
    return _parsed(text)


def calendar_of(session: Session, occurrence: Occurrence) -> WorkingCalendar:
    """The working calendar the occurrence runs by."""
    return calendar_of_cycle(session, occurrence.cycle_id)


def calendar_of_root(session: Session, root_id: str) -> WorkingCalendar:
    """The calendar of the municipality's newest revision; the plain Danish one before any cycle."""
    session.flush()
    text = session.connection().execute(_OF_ROOT, {"root_id": root_id}).scalar()
    return _parsed(text) if text else WorkingCalendar()
