"""Signed agreements for people with an account: who has signed, and the sealed document.

GET /udviklingsaftale/{agreement}            the signatures, and where the document is
GET /udviklingsaftale/{agreement}/aftale.pdf the sealed PDF
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.roles import Role
from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotFound
from cycle.goals.sealed import document_of, signed_version
from cycle.goals.tables import Agreement, AgreementVersion
from cycle.goals.tree import goal_ids
from cycle.organisation.tables import Unit
from cycle.tasks.tables import Occurrence
from documents.agreement_text import Chapter, chapters
from web import context, render
from web.attachments import attachment
from web.forms import form_of
from web.plain import Id
from web.rooms import Room
from web.secretariat.words import namer
from web.session import CurrentActor, require

router = APIRouter(prefix="/udviklingsaftale/{agreement_id}")
ROOM = Room(router)


@router.get("")
def show(request: Request, actor: CurrentActor, agreement_id: Id) -> Response:
    """One unit's agreement: how far it is, its signatures, its document."""
    with context.reading(request) as session:
        agreement, unit = _reach(session, actor, agreement_id)
        version, signatures = signed_version(session, agreement) if agreement.version else (None, [])
        return render.page(
            request,
            "agreement.html",
            agreement=agreement,
            unit=unit,
            version=version,
            signatures=signatures,
            chapters=_chapters(session, agreement, version, render.language_of(request)),
            goals=goal_ids(session, agreement.root_id, agreement.year),
            document=document_of(session, agreement_id),
            name=namer(render.language_of(request)),
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
        return attachment(found[1])


def _chapters(
    session: Session, agreement: Agreement, version: AgreementVersion | None, language: str
) -> Sequence[Chapter]:
    """The newest version's text; nothing before the leader has written one."""
    if version is None:
        return ()
    occurrence = session.get_one(Occurrence, agreement.occurrence_id)
    form = form_of(session, version.content.get("form") or occurrence.form_version_id)
    return chapters(version.content, form, language)


def _reach(session: Session, actor: SignedIn, agreement_id: int) -> tuple[Agreement, Unit]:
    """The agreement, when the account may see its unit. Raises NotFound, NotAllowed."""
    agreement = session.get(Agreement, agreement_id)
    if agreement is None:
        raise NotFound("agreement", agreement_id)
    unit = session.get_one(Unit, agreement.unit_id)
    require(actor, Verb.SEE_UNIT, unit.path)
    return agreement, unit
