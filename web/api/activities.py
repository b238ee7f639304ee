"""Years, units and activities, as the wheel and the lists show them."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed, visible_paths, within
from cycle.access.sessions import SignedIn
from cycle.calendar import WorkingCalendar
from cycle.organisation.tables import Unit
from cycle.store import in_pieces
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.overview import Summary, cycles_of, summary_of, year_of
from cycle.tasks.titles import cycle_title
from web import context, render
from web.api.models import Activities, ActivityShown, Counted, Units, UnitShown, Year, Years
from web.api.paging import MOST, Cursor, Limit, answered, page_of
from web.api.reader import StatusReader
from web.plain import LARGEST, Id
from web.secretariat.reach import activity_of, reach, root_paths, roots_for, title_of

router = APIRouter()

Of = Annotated[
    int, Query(alias="aarshjul", ge=0, le=LARGEST, description="Kun dette årshjul; 0: alle. Of this year.")
]


@router.get("/aarshjul", response_model=Years, summary="Årshjul og processer")
def years(request: Request, reader: StatusReader, cursor: Cursor = "", limit: Limit = MOST) -> Response:
    """The years that the account may see."""
    language = render.language_of(request)
    with context.reading(request) as session:
        found, following = page_of(
            cycles_of(session, roots_for(reader, Verb.SEE_WHEEL)),
            lambda each: (-each.year, each.plan_id, each.id or 0),
            cursor,
            limit,
        )
        shown = [
            Year(
                id=each.id or 0,
                plan=each.plan_id,
                aar=each.year,
                titel=cycle_title(session, each, language),
                art=each.kind,
                kommune=each.root_id,
            )
            for each in found
        ]
    return answered(request, Years(naeste=following, aarshjul=shown))


@router.get("/enheder", response_model=Units, summary="Enheder")
def units(request: Request, reader: StatusReader, cursor: Cursor = "", limit: Limit = MOST) -> Response:
    """The units whose answers the account may read; closed ones too, for earlier years speak of them."""
    paths = visible_paths(reader.grants, Verb.SEE_UNIT)
    with context.reading(request) as session:
        ways = session.exec(select(Unit.path).where(within(col(Unit.path), paths))).all()
        shown, following = page_of(ways, lambda path: (path,), cursor, limit)
        pieces = (select(Unit).where(col(Unit.path).in_(some)) for some in in_pieces(shown))
        found = sorted((each for some in pieces for each in session.exec(some)), key=lambda each: each.path)
    return answered(request, Units(naeste=following, enheder=[_unit(each) for each in found]))


@router.get("/aktiviteter", response_model=Activities, summary="Aktiviteter med status")
def activities(
    request: Request, reader: StatusReader, cycle_id: Of = 0, cursor: Cursor = "", limit: Limit = MOST
) -> Response:
    """Every activity on the wheels that the account sees, with its dates and how it stands."""
    with context.reading(request) as session:
        cycles = cycles_of(session, roots_for(reader, Verb.SEE_WHEEL))
        shown = []
        for cycle in (each for each in cycles if cycle_id in (0, each.id)):
            calendar = calendar_of_cycle(session, cycle.id or 0)
            today = calendar.local_date(context.now(request))
            of_year = year_of(session, cycle.id or 0, paths=root_paths([cycle.root_id]), today=today)
            shown += [_activity(request, reader, each, calendar) for each in of_year]
    found, following = page_of(
        shown, lambda each: (each.aabner.isoformat(), each.frist.isoformat(), each.id), cursor, limit
    )
    return answered(request, Activities(naeste=following, aktiviteter=found))


@router.get("/aktiviteter/{occurrence_id}", response_model=ActivityShown, summary="Én aktivitet")
def activity(request: Request, reader: StatusReader, occurrence_id: Id) -> Response:
    """One activity with its dates; its counts are of the units that the account may read."""
    with context.reading(request) as session:
        shown = one_activity(session, request, reader, occurrence_id)
    return answered(request, shown)


def one_activity(session: Session, request: Request, reader: SignedIn, occurrence_id: int) -> ActivityShown:
    """The activity as the account may see it. Raises NotFound, NotAllowed."""
    found = reach(session, reader, occurrence_id, Verb.SEE_ACTIVITY)
    calendar = calendar_of_cycle(session, found.occurrence.cycle_id)
    today = calendar.local_date(context.now(request))
    summary = summary_of(session, found.occurrence, paths=found.paths, today=today)
    return _activity(request, reader, summary, calendar)


def _activity(
    request: Request, reader: SignedIn, summary: Summary, calendar: WorkingCalendar
) -> ActivityShown:
    occurrence, frozen = summary.occurrence, activity_of(summary.occurrence)
    thing = Thing.CONFIDENTIAL if frozen.confidential else Thing.ORDINARY
    return ActivityShown(
        id=occurrence.id or 0,
        aarshjul=occurrence.cycle_id,
        aktivitet=occurrence.activity_id,
        titel=title_of(frozen, render.language_of(request)),
        flow=occurrence.flow,
        vedroerer_aar=occurrence.concerns_year,
        aabner=calendar.local_date(occurrence.opens_at),
        frist=occurrence.due_on,
        lukker=calendar.local_date(occurrence.closes_at - timedelta(seconds=1)),
        tilstand=occurrence.state,
        status=summary.standing,
        fortrolig=frozen.confidential,
        kan_ses=allowed(reader.grants, Verb.SEE_ACTIVITY, thing, f"/{occurrence.root_id}/"),
        antal=Counted(
            skal_svare=summary.owed,
            har_svaret=summary.answered,
            mangler=summary.waiting,
            over_fristen=summary.overdue,
            fritaget=summary.not_owed,
        ),
    )


def _unit(unit: Unit) -> UnitShown:
    return UnitShown(
        id=unit.id,
        overordnet=unit.parent_id,
        navn=unit.name,
        art=unit.kind,
        omraade=unit.area,
        distrikt=unit.district,
        ejerform=unit.ownership,
        postnummer=unit.postal_code,
        aabner=unit.opened_on,
        lukker=unit.closed_on,
    )
