"""What has not been journalised yet: activity by activity, and agreement by agreement within one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.cases.about import About
from cycle.cases.counting import Tally, ids_of, rows_of, tallies, tallies_by_unit, tally_of
from cycle.cases.gathering import by_rows, case_of_occurrence, head_of, made_of
from cycle.cases.journal import marks
from cycle.cases.made import with_something_made
from cycle.cases.model import Case, Item, in_order
from cycle.gatherings.reading import with_meetings
from cycle.goals.tables import Agreement
from cycle.organisation.tables import Unit
from cycle.plan.model import FlowName
from cycle.tasks.moves import get_occurrence
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence


@dataclass(frozen=True)
class Waiting:
    """A case by its head alone, with how many documents it has and how many of them wait to be filed.

    `number`: of its activity or agreement.
    """

    kind: str
    number: int
    case: Case
    title: str
    tally: Tally


def opened(
    session: Session, root_id: str, *, year: int | None = None, activity_id: str | None = None
) -> Sequence[int]:
    """The activities that have a case, in the order they opened; `year` is the one they concern."""
    return [each.id for each in _opened(session, root_id, year, activity_id) if each.id is not None]


def years_of(session: Session, root_id: str) -> list[int]:
    """The years that activities with a case concern, the newest first."""
    query = select(Occurrence.concerns_year).where(
        Occurrence.root_id == root_id, col(Occurrence.opened_at).is_not(None)
    )
    return sorted(set(session.exec(query.distinct())), reverse=True)


def by_activity(
    session: Session, root_id: str, *, before: datetime, year: int | None = None
) -> list[Waiting]:
    """Every activity that has opened, also one of which all is filed; old is what came before the instant."""
    found = _opened(session, root_id, year)
    many = tallies(session, root_id, [each.id or 0 for each in found], before=before)
    abouts = [About.of(session, each) for each in found]
    some = with_something_made(session) | with_meetings(session, root_id)
    items = [
        item
        for about in abouts
        for item in (made_of(session, about) if about.occurrence.id in some else about.request())
    ]
    few = tally_of(session, root_id, items, before=before)
    return [
        Waiting("aktivitet", id_, case, case.title, many.get(id_, Tally()) + few.get(id_, Tally()))
        for about in abouts
        if (id_ := about.occurrence.id or 0) and (case := head_of(about))
    ]


def by_agreement(
    session: Session, root_id: str, *, before: datetime, year: int | None = None
) -> Iterator[Waiting]:
    """Every agreement, in the order of the organisation within its activity."""
    for occurrence in _opened(session, root_id, year):
        if occurrence.flow == FlowName.AGREEMENT_SIGNING.value:
            yield from _agreements(session, occurrence, before)


def left_in(session: Session, one: Waiting) -> tuple[Item, ...]:
    """The documents that wait in the case, oldest first."""
    if one.kind == "aftale":
        return _left_in_agreement(session, session.get_one(Agreement, one.number))
    items = case_of_occurrence(session, one.number).items
    filed = marks(session, one.case.root_id, [item.key for item in items])
    return tuple(item for item in items if item.key not in filed)


def _left_in_agreement(session: Session, agreement: Agreement) -> tuple[Item, ...]:
    about = About.of(session, get_occurrence(session, agreement.occurrence_id))
    rows = rows_of(session, about.town.id, agreement.occurrence_id, agreement.unit_id)
    return in_order(by_rows(session, about, ids_of(row for row in rows if not row.filed)))


def _opened(
    session: Session, root_id: str, year: int | None, activity_id: str | None = None
) -> Sequence[Occurrence]:
    query = select(Occurrence).where(
        Occurrence.root_id == root_id,
        col(Occurrence.state).in_([OccurrenceState.OPEN, OccurrenceState.CLOSED]),
    )
    if year is not None:
        query = query.where(Occurrence.concerns_year == year)
    if activity_id is not None:
        query = query.where(Occurrence.activity_id == activity_id)
    return session.exec(query.order_by(col(Occurrence.opens_at), col(Occurrence.id))).all()


def _agreements(session: Session, occurrence: Occurrence, before: datetime) -> Iterator[Waiting]:
    case = head_of(About.of(session, occurrence))
    counted = tallies_by_unit(session, occurrence.root_id, occurrence.id or 0, before=before)
    query = (
        sa.select(col(Agreement.id), col(Unit.id), col(Unit.name))
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(col(Agreement.occurrence_id) == occurrence.id)
        .order_by(col(Unit.path))
    )
    for agreement_id, unit_id, name in session.execute(query):
        tally = counted.get(unit_id, Tally())
        yield Waiting("aftale", agreement_id, case, f"{case.title}: {name}", tally)
