"""A person's own agreements, and how the goals have stood: of the units whose posts the person has today.

GET /mine/aftaler                          the agreements, and the goals over the years
GET /mine/aftaler/{agreement}              one agreement's text, versions and signatures
GET /mine/aftaler/{agreement}/aftale.pdf   the sealed document
"""

from datetime import date, timedelta

from fastapi import APIRouter, Request
from sqlmodel import Session, col, select
from starlette.responses import Response

from cycle.errors import NotAllowed, NotFound
from cycle.goals.own_course import agreements_of, courses_of
from cycle.goals.sealed import document_of, signed_version
from cycle.goals.tables import Agreement, AgreementVersion
from cycle.organisation.tables import Unit
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.own_deadlines import posts_of
from documents.agreement_text import period, years
from web import context, render
from web.agreement_versions import text_of
from web.attachments import attachment
from web.plain import Id
from web.rooms import Room
from web.secretariat.words import namer
from web.signing_in.person import CurrentPerson, OwnPerson

router = APIRouter(prefix="/mine/aftaler")
ROOM = Room(router)
SHOWN = timedelta(days=3 * 366)
"""How far back the goals' course is told."""


@router.get("")
def show(request: Request, person: CurrentPerson) -> Response:
    """Every agreement of the person's units, and each unit's goals."""
    with context.reading(request) as session:
        units = _units(session, request, person)
        today = context.now(request).date()
        return render.page(
            request,
            "leader/own_agreements.html",
            person=person,
            agreements=[(each, units[each.unit_id]) for each in agreements_of(session, units)],
            courses=[(unit, courses_of(session, id_, since=today - SHOWN)) for id_, unit in units.items()],
            name=namer(render.language_of(request)),
            years=years,
        )


@router.get("/{agreement_id}")
def one(request: Request, person: CurrentPerson, agreement_id: Id) -> Response:
    """One agreement as it stands, and what became of its versions."""
    language = render.language_of(request)
    with context.reading(request) as session:
        agreement, unit = _reach(session, request, person, agreement_id)
        version, signatures = signed_version(session, agreement, agreement.version)
        return render.page(
            request,
            "leader/own_agreement.html",
            person=person,
            agreement=agreement,
            unit=unit,
            chapters=text_of(session, agreement, version, language),
            versions=_versions(session, agreement),
            signatures=signatures,
            sealed=document_of(session, agreement_id) is not None,
            name=namer(language),
            period=period(agreement, language),
            years=years(agreement),
        )


@router.get("/{agreement_id}/aftale.pdf")
def fetch(request: Request, person: CurrentPerson, agreement_id: Id) -> Response:
    """The sealed document as a download."""
    with context.reading(request) as session:
        _reach(session, request, person, agreement_id)
        found = document_of(session, agreement_id)
        if found is None:
            raise NotFound("document", agreement_id)
        return attachment(found[1], found[0].name)


def _units(session: Session, request: Request, person: OwnPerson) -> dict[str, str]:
    """The names of the units at which the person holds a post or stands in for one today, by id."""
    found: set[str] = set()
    for each in person.people:
        today: date = calendar_of_root(session, each.root_id).local_date(context.now(request))
        found |= {unit_id for unit_id, _ in session.execute(posts_of(each.id or 0, today))}
    named = select(Unit.id, Unit.name).where(col(Unit.id).in_(found)).order_by(col(Unit.path))
    return dict(session.exec(named).all())


def _reach(session: Session, request: Request, person: OwnPerson, agreement_id: int) -> tuple[Agreement, str]:
    """The agreement of one of the person's units, and the unit's name. Raises NotFound, NotAllowed."""
    agreement, units = session.get(Agreement, agreement_id), _units(session, request, person)
    if agreement is None or not agreement.version:
        raise NotFound("agreement", agreement_id)
    if agreement.unit_id not in units:
        raise NotAllowed("see_unit", f"agreement {agreement_id}")
    return agreement, units[agreement.unit_id]


def _versions(session: Session, agreement: Agreement) -> list[AgreementVersion]:
    kept = select(AgreementVersion).where(AgreementVersion.agreement_id == agreement.id)
    return list(session.exec(kept.order_by(col(AgreementVersion.no).desc())))
