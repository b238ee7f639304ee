"""Signed agreements for people with an account: who has signed, and the sealed document.

GET /udviklingsaftale/{agreement}            the signatures, and where the document is
GET /udviklingsaftale/{agreement}/aftale.pdf the sealed PDF
GET /udviklingsaftale/{agreement}/bilag/{digest} a file that came with a signature
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.roles import Role
from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.files import store as files
from cycle.goals.agreed import Since, since_agreed
from cycle.goals.agreements import successor, version_of
from cycle.goals.by_unit import goal_ids
from cycle.goals.exempt import why_exempt
from cycle.goals.parties import Party, parties, statements
from cycle.goals.remarks import remarks_of
from cycle.goals.sealed import document_of, signed_version
from cycle.goals.tables import Agreement, AgreementVersion, Signature
from cycle.history import history_of
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity
from cycle.tasks.calendars import calendar_of, calendar_of_root
from cycle.tasks.tables import Occurrence
from documents.agreement_text import period, years
from web import context, render
from web.agreement_changes import ChangedEntry, changes
from web.agreement_versions import text_of
from web.agreement_words import course_namer
from web.attachments import attachment
from web.plain import Id
from web.rooms import Room
from web.secretariat.words import namer
from web.session import CurrentActor, require


@dataclass(frozen=True)
class Compared:
    """Two versions, and what they say differently."""

    before: int
    after: int
    changes: Sequence[ChangedEntry]


SOON_MADE = timedelta(hours=1)
"""How long after the last signature its document may need before somebody should look why."""
Number = Annotated[int, Query(ge=0, le=10_000)]
router = APIRouter(prefix="/udviklingsaftale/{agreement_id}")
ROOM = Room(router)


@router.get("")
def show(
    request: Request, actor: CurrentActor, agreement_id: Id, fra: Number = 0, til: Number = 0
) -> Response:
    """One unit's agreement: how far it is, its text, two versions side by side, signatures, document."""
    with context.reading(request) as session:
        agreement, unit = _reach(session, actor, agreement_id)
        language = render.language_of(request)
        newest = agreement.version
        version, signatures = signed_version(session, agreement, newest) if newest else (None, [])
        return render.page(
            request,
            "agreement.html",
            agreement=agreement,
            unit=unit,
            version=version,
            parties=_parties(session, request, agreement, version, signatures),
            statements=statements(session, agreement, newest),
            remarks=remarks_of(session, agreement_id),
            course=history_of(session, f"agreement:{agreement_id}"),
            verb_name=course_namer(language),
            chapters=text_of(session, agreement, version, language) if version else (),
            period=period(agreement, language),
            years=years(agreement),
            compared=_compared(session, agreement, fra, til or newest, language),
            since=_since(session, request, agreement),
            successor=successor(session, agreement),
            exempt=why_exempt(session, agreement),
            goals=goal_ids(session, agreement.root_id, agreement.year, agreement.unit_id),
            document=document_of(session, agreement_id),
            waits_long=any(each.at < context.now(request) - SOON_MADE for each in signatures[-1:]),
            name=namer(language),
            may_check=Role.SECRETARIAT in actor.roles,
        )


@router.get("/aftale.pdf")
def fetch(request: Request, actor: CurrentActor, agreement_id: Id) -> Response:
    """The sealed document as a download."""
    with context.reading(request) as session:
        _reach(session, actor, agreement_id)
        found = document_of(session, agreement_id)
        if found is None:
            raise NotFound("document", agreement_id)
        return attachment(found[1], found[0].name)


@router.get("/bilag/{digest}")
def annexed(request: Request, actor: CurrentActor, agreement_id: Id, digest: str) -> Response:
    """A file that came with a signature."""
    with context.reading(request) as session:
        agreement, _ = _reach(session, actor, agreement_id)
        made = statements(session, agreement, agreement.version)
        names = files.named([each.file for each in made if each.file])
        if digest not in names:
            raise NotFound("file", digest)
        return attachment(files.read(session, digest), names[digest])


def _parties(
    session: Session,
    request: Request,
    agreement: Agreement,
    version: AgreementVersion | None,
    signatures: Sequence[Signature],
) -> list[Party]:
    occurrence = session.get_one(Occurrence, agreement.occurrence_id)
    today = calendar_of(session, occurrence).local_date(context.now(request))
    directory = Directory.for_post(session, agreement.unit_id, today)
    activity = Activity.model_validate_json(occurrence.activity)
    return parties(agreement, version, activity, directory, signatures)


def _since(session: Session, request: Request, agreement: Agreement) -> Since | None:
    """How this year's goals differ from those agreed, in a later year of the agreement's period."""
    today = calendar_of_root(session, agreement.root_id).local_date(context.now(request))
    held = version_of(session, agreement, agreement.in_force_version)
    if held is None or not agreement.year < today.year <= agreement.period_to.year:
        return None
    return since_agreed(session, agreement, held.content, today.year)


def _compared(
    session: Session, agreement: Agreement, first: int, second: int, language: str
) -> Compared | None:
    """Two versions side by side; as they come the newest and the one before it. None with one version."""
    signed = agreement.in_force_version
    first = first or (signed if 0 < signed < second else second - 1)
    before, after = (version_of(session, agreement, no) for no in (first, second))
    if before is None or after is None or before.no == after.no:
        return None
    old, new = (text_of(session, agreement, each, language) for each in (before, after))
    return Compared(before.no, after.no, changes(old, new))


def _reach(session: Session, actor: SignedIn, agreement_id: int) -> tuple[Agreement, Unit]:
    """The agreement, when the account may see its unit. Raises NotFound, NotAllowed."""
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise NotFound("agreement", agreement_id)
    unit = session.get_one(Unit, agreement.unit_id)
    require(actor, Verb.SEE_UNIT, unit.path)
    return agreement, unit
