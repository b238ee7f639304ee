"""The calendar a cycle runs by: the one of its newest revision."""

from functools import lru_cache

from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence


@lru_cache(maxsize=32)
def _parsed(text: str) -> WorkingCalendar:
    return WorkingCalendar.from_json(text)


def calendar_of_cycle(session: Session, cycle_id: int) -> WorkingCalendar:
    """The working calendar of the cycle's newest revision."""
    text = session.exec(
        select(CycleRevision.calendar)
        .where(CycleRevision.cycle_id == cycle_id)
        .order_by(col(CycleRevision.no).desc())
        .limit(1)
    ).one()
    return _parsed(text)


def calendar_of(session: Session, occurrence: Occurrence) -> WorkingCalendar:
    """The working calendar the occurrence runs by."""
    return calendar_of_cycle(session, occurrence.cycle_id)


def calendar_of_root(session: Session, root_id: str) -> WorkingCalendar:
    """The calendar of the municipality's newest revision; the plain Danish one before any cycle."""
    text = session.exec(
        select(CycleRevision.calendar)
        .join(Cycle, col(Cycle.id) == col(CycleRevision.cycle_id))
        .where(Cycle.root_id == root_id)
        .order_by(col(CycleRevision.at).desc(), col(CycleRevision.id).desc())
        .limit(1)
    ).first()
    return _parsed(text) if text else WorkingCalendar()
