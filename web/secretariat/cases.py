"""Case duty: the documents of an activity or an agreement, their package for the records system, and marks.

GET  /sag/{what}/{number}                  the documents, and which are journalised
POST /sag/{what}/{number}/journaliseret    marks some or all of them, or takes marks away again (`act`)
GET  /sag/{what}/{number}.zip              the package

`what` is aktivitet or aftale. What programs ask for is in `web/secretariat/cases_api.py`.
"""

import re
from datetime import datetime, time
from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.cases.gathering import case_of_agreement, case_of_occurrence
from cycle.cases.journal import journalise, marks, withdraw
from cycle.cases.model import Case
from cycle.cases.pages import CasePage, page_of_agreement, page_of_occurrence
from cycle.errors import AnswerInvalid, NotFound, Problem
from cycle.goals.tables import Agreement
from cycle.tasks.ledger import actor_names
from documents.case_package import Filed, Package
from documents.case_papers import CasePress
from documents.typeset import AT_ONCE
from documents.zipped import zipped
from web import context, render
from web.plain import Id, readable
from web.secretariat.pages import show, zip_download
from web.secretariat.reach import reach
from web.secretariat.typed import text_of, whole_date
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor

router = APIRouter()

What = Literal["aktivitet", "aftale"]
PAGE = 100


@router.get("/sag/{what}/{number}.zip")
def package(request: Request, actor: CurrentActor, what: What, number: Id, nye: bool = False) -> Response:
    """The package; `nye`: only what has not been journalised."""
    with context.reading(request) as session, AT_ONCE:
        filed = filed_case(session, request, actor, what, number)
        with press_for(session, request, filed.case) as press:
            content = zipped(Package.of(session, filed, only_new=nye).files(press))
    return zip_download(content, f"sag-{filed.case.name}.zip".encode("ascii", "ignore").decode())


@router.get("/sag/{what}/{number}")
def case(
    request: Request,
    actor: CurrentActor,
    what: What,
    number: Id,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The documents in the order in which they came about."""
    with context.reading(request) as session:
        found = _page(session, actor, what, number, side)
        items = found.case.items
        marked = marks(session, found.case.root_id, [item.key for item in items])
        return show(
            request,
            "case.html",
            filed=Filed.of(found.case, context.settings(request)),
            address=f"/sag/{what}/{number}",
            activity=items[0].occurrence_id if items else number if what == "aktivitet" else 0,
            items=items,
            found=found,
            marked=marked,
            names=actor_names(session, {each.by for each in marked.values()}),
            done=request.query_params.get("gjort", ""),
            undone=request.query_params.get("fortrudt", ""),
        )


@router.post("/sag/{what}/{number}/journaliseret")
def mark(request: Request, actor: CurrentActor, what: What, number: Id, sent: CheckedForm) -> Response:
    """Marks the chosen documents, or all that are not marked yet; `act` "fortryd" takes their marks away."""
    try:
        done = _mark(request, actor, what, number, sent)
    except AnswerInvalid as error:
        note_wanting(request, "maerk", error, sent)
        return case(request, actor, what, number, _page_of(sent))
    return RedirectResponse(f"/sag/{what}/{number}?{done}", status_code=303)


def _mark(request: Request, actor: SignedIn, what: What, number: int, sent: FormData) -> str:
    """Does it; what the address then tells. Raises AnswerInvalid."""
    with context.writing(request) as session:
        found = filed_case(session, request, actor, what, number).case
        known = [item.key for item in found.items]
        chosen = {readable(value) for value in sent.getlist("item")}
        if sent.get("alle") == "ja":
            already = marks(session, found.root_id, known)
            chosen = set(known) - set(already)
        if not chosen:
            what_is_wrong = "Der er ikke valgt et dokument."
            raise AnswerInvalid([Problem("item", what_is_wrong, "Vælg mindst ét, eller vælg alle.")])
        keys = [key for key in known if key in chosen]
        if sent.get("act") == "fortryd":
            count = withdraw(session, found.root_id, keys, by=actor.by, now=context.now(request))
            return f"fortrudt={count}"
        count = journalise(
            session,
            found.root_id,
            keys,
            case_number=text_of(sent, "case_number"),
            by=actor.by,
            now=context.now(request),
            filed_at=filed_at(request, sent),
        )
    return f"gjort={count}"


def _page_of(sent: FormData) -> int:
    """The page of the list on which the form stood."""
    page = text_of(sent, "side")
    return int(page) if re.fullmatch(r"[1-9]\d{0,3}", page, re.ASCII) else 1


def filed_at(request: Request, sent: FormData) -> datetime | None:
    """When the documents were filed: noon of the date that was written; None for now."""
    if not text_of(sent, "dato"):
        return None
    day, zone = whole_date(sent, "dato", "Datoen"), context.settings(request).zone
    noon = datetime.combine(day, time(12), zone)
    return None if day == context.now(request).astimezone(zone).date() else noon


def press_for(session: Session, request: Request, found: Case) -> CasePress:
    """What makes the files of a case, in the installation's own language."""
    settings, mark = context.settings(request), render.file_mark(request)
    return CasePress(session, settings, found.municipality, settings.language, mark)


def filed_case(session: Session, request: Request, actor: SignedIn, what: str, number: int) -> Filed:
    """The case, when the account may journalise it. Raises NotFound, NotAllowed."""
    agreement = _reached(session, actor, what, number)
    case = case_of_agreement(session, agreement) if agreement else case_of_occurrence(session, number)
    return Filed.of(case, context.settings(request))


def _page(session: Session, actor: SignedIn, what: str, number: int, page: int) -> CasePage:
    agreement = _reached(session, actor, what, number)
    if agreement:
        return page_of_agreement(session, agreement, page=page, size=PAGE)
    return page_of_occurrence(session, number, page=page, size=PAGE)


def _reached(session: Session, actor: SignedIn, what: str, number: int) -> Agreement | None:
    """The agreement; None of an activity. Raises NotFound, NotAllowed when it may not be journalised."""
    agreement = session.get(Agreement, number) if what == "aftale" else None
    if what == "aftale" and agreement is None:
        raise NotFound("agreement", number)
    reach(session, actor, agreement.occurrence_id if agreement else number, Verb.JOURNALISE)
    return agreement
