"""What began in an earlier year and still runs: in January the year's own wheel does not show it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence
from web.secretariat.reach import activity_of, title_of


@dataclass(frozen=True)
class Running:
    """One open activity of an earlier year; `href` is empty for who may not open it."""

    title: str
    year: int
    due_on: date
    href: str


def still_running(session: Session, actor: SignedIn, cycle: Cycle, language: str) -> Sequence[Running]:
    """The municipality's open activities of the years before the cycle's, the next due first."""
    rows = session.exec(
        select(Occurrence, Cycle.year)
        .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
        .where(
            Occurrence.root_id == cycle.root_id,
            Occurrence.state == OccurrenceState.OPEN,
            Cycle.year < cycle.year,
        )
        .order_by(col(Occurrence.due_on), col(Occurrence.id))
    )
    return [_running(actor, occurrence, year, language) for occurrence, year in rows]


def _running(actor: SignedIn, occurrence: Occurrence, year: int, language: str) -> Running:
    activity = activity_of(occurrence)
    thing = Thing.CONFIDENTIAL if activity.confidential else Thing.ORDINARY
    seen = allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{occurrence.root_id}/")
    href = f"/aktivitet/{occurrence.id}" if seen else ""
    return Running(title_of(activity, language), year, occurrence.due_on, href)
