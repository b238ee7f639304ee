"""What waits to be journalised, over all activities and agreements; many marked at once, and undone.

GET  /sag                the cases in which something waits, since when
POST /sag/journaliseret  marks everything that waits in the chosen cases
POST /sag/fortryd        takes one such act back
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.cases.journal import journalise, marked_in, withdraw
from cycle.cases.model import Case, Item
from cycle.cases.waiting import Waiting, by_activity, by_agreement, left_in, years_of
from cycle.errors import AnswerInvalid, Problem
from documents.case_package import Filed
from web import context
from web.plain import readable
from web.secretariat.cases import filed_at
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.secretariat.typed import text_of
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor

router = APIRouter()

PAGE = 100
Days = Annotated[int, Query(ge=0, le=3650)]


@router.get("/sag")
def overview(
    request: Request,
    actor: CurrentActor,
    aar: Annotated[int | None, Query(ge=1900, le=2200)] = None,
    vis: str = "",
    aeldre: Days = 0,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
) -> Response:
    """The cases of a year in which something waits; `vis` is "aftaler" for one line an agreement."""
    root_id = roots_for(actor, Verb.JOURNALISE)[0]
    with context.reading(request) as session:
        years = years_of(session, root_id)
        year = aar or (years[0] if years else None)
        before = context.now(request) - timedelta(days=aeldre)
        found = [each for each in _cases(session, root_id, year, vis, before) if each.tally.old]
        pages = max(1, -(-len(found) // PAGE))
        page = min(side, pages)
        cases = found[(page - 1) * PAGE : page * PAGE]
        return show(
            request,
            "unfiled.html",
            cases=cases,
            filed={each.number: Filed.of(each.case, context.settings(request)) for each in cases},
            waiting=sum(each.tally.waiting for each in found),
            years=years,
            year=year,
            by_agreement=vis == "aftaler",
            days=aeldre,
            page_no=page,
            pages=pages,
            query=urlencode({"aar": year or "", "vis": vis, "aeldre": aeldre}),
            done=request.query_params.get("gjort", ""),
            act=request.query_params.get("gang", ""),
            undone=request.query_params.get("fortrudt", ""),
        )


@router.post("/sag/journaliseret")
def mark_many(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Marks what waits in the chosen cases: in the case that was written, else in that of each."""
    root_id, now = roots_for(actor, Verb.JOURNALISE)[0], context.now(request)
    try:
        count = _mark(request, actor, root_id, sent, now)
    except AnswerInvalid as error:
        note_wanting(request, "sager", error, sent)
        return overview(request, actor, **_place(sent))
    done = urlencode({"gjort": count, "gang": now.isoformat()})
    return RedirectResponse(f"/sag?{_query(sent)}&{done}", status_code=303)


def _mark(request: Request, actor: SignedIn, root_id: str, sent: FormData, now: datetime) -> int:
    """Does it; how many documents. Raises AnswerInvalid."""
    typed, count = text_of(sent, "case_number"), 0
    with context.writing(request) as session:
        for case, items in _chosen(session, request, root_id, sent):
            number = typed or Filed.of(case, context.settings(request)).number
            count += journalise(
                session,
                root_id,
                [item.key for item in items],
                case_number=number,
                by=actor.by,
                now=now,
                filed_at=filed_at(request, sent),
            )
    return count


@router.post("/sag/fortryd")
def undo(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response:
    """Takes back the marks that the account made in one act."""
    root_id, now = roots_for(actor, Verb.JOURNALISE)[0], context.now(request)
    try:
        at = datetime.fromisoformat(text_of(sent, "gang"))
    except ValueError:
        at = now
    with context.writing(request) as session:
        items = marked_in(session, root_id, by=actor.by, marked_at=at) if at.tzinfo else []
        count = withdraw(session, root_id, items, by=actor.by, now=now)
    return RedirectResponse(f"/sag?{_query(sent)}&fortrudt={count}", status_code=303)


def _cases(
    session: Session, root_id: str, year: int | None, view: str, before: datetime
) -> Sequence[Waiting]:
    if view == "aftaler":
        return list(by_agreement(session, root_id, year=year, before=before))
    return by_activity(session, root_id, year=year, before=before)


def _chosen(
    session: Session, request: Request, root_id: str, sent: FormData
) -> list[tuple[Case, Sequence[Item]]]:
    """The cases that were ticked, each with what waits in it. Raises AnswerInvalid when there is none."""
    year, chosen = text_of(sent, "aar"), {readable(value) for value in sent.getlist("sag")}
    found = _cases(
        session,
        root_id,
        int(year) if year.isdecimal() else None,
        text_of(sent, "vis"),
        context.now(request),
    )
    cases = [each for each in found if f"{each.kind}/{each.number}" in chosen and each.tally.waiting]
    if not cases:
        what = "Der er ikke valgt en sag, hvor noget mangler."
        raise AnswerInvalid([Problem("sag", what, "Vælg mindst én.")])
    return [(each.case, left_in(session, each)) for each in cases]


def _place(sent: FormData) -> dict[str, Any]:
    """Where the page stood, as the page is asked for."""
    numbers = {name: text_of(sent, name) for name in ("aar", "aeldre", "side")}
    found = {name: int(text) for name, text in numbers.items() if re.fullmatch(r"\d{1,4}", text, re.ASCII)}
    return {"vis": text_of(sent, "vis"), **found, "side": max(1, found.get("side", 1))}


def _query(sent: FormData) -> str:
    """Where the page stood."""
    return urlencode({name: text_of(sent, name) for name in ("aar", "vis", "aeldre") if text_of(sent, name)})
