"""What an act at a post would do, seen before it is done; nothing is changed.

POST /post/{unit}/leder/vis     who leaves and what goes to the new leader
POST /post/{unit}/bliver/vis    who keeps the post when a last day goes
POST /post/{unit}/traek/vis     what goes when a coming leader or substitute is taken back
"""

from datetime import timedelta

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict
from cycle.organisation.post_acts import what_goes, who_stays
from cycle.organisation.post_file import read_post
from cycle.tasks.post_work import work_of
from web import context
from web.secretariat.pages import show
from web.secretariat.post_fields import leader_in, table_in
from web.secretariat.post_page import at_post, post_page
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/post/{unit_id}")


@router.post("/leder/vis")
def handover(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Who leaves and what the new leader takes over."""
    with context.reading(request) as session:
        at = at_post(session, request, actor, unit_id, sent)
        file = read_post(session, at.post)
        if text_of(sent, "seen") != file.seen:
            return post_page(session, request, at, sent=sent, form="leder", overtaken=True)
        try:
            who, known, first_day, leaving = leader_in(session, file, at.unit.root_id, sent, today=at.today)
        except AnswerInvalid as error:
            return post_page(session, request, at, sent=sent, form="leder", problems=error.problems)
        return show(
            request,
            "post_handover.html",
            at=at,
            who=who,
            known=known,
            first_day=first_day,
            leaving=leaving,
            eve=first_day - timedelta(days=1),
            work=work_of(session, at.post),
            substitutes=[each for each in file.substitutes if each.covers(first_day)],
            seen=file.seen,
        )


@router.post("/bliver/vis")
def stays(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Who keeps the post, and to which day, when the last day goes."""
    with context.reading(request) as session:
        at = at_post(session, request, actor, unit_id, sent)
        file = read_post(session, at.post)
        if text_of(sent, "seen") != file.seen:
            return post_page(session, request, at, overtaken=True)
        try:
            who, longest = who_stays(file, whole_number(sent, "term", "Perioden"), today=at.today)
        except AnswerInvalid as error:
            return post_page(session, request, at, sent=sent, form="bliver", problems=error.problems)
        except Conflict:
            return post_page(session, request, at, overtaken=True)
        return show(request, "post_stays.html", at=at, who=who, longest=longest, file=file)


@router.post("/traek/vis")
def back(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """What goes with a coming leader or substitute, and what becomes of whoever was to leave."""
    return back_page(request, actor, unit_id, sent)


def back_page(request: Request, actor: SignedIn, unit_id: str, sent: FormData) -> Response:
    """The preview of taking back; the post's page when the post is no longer as it was seen."""
    with context.reading(request) as session:
        at = at_post(session, request, actor, unit_id, sent)
        file, table = read_post(session, at.post), table_in(sent)
        if text_of(sent, "seen") != file.seen:
            return post_page(session, request, at, overtaken=True)
        try:
            term_id = whole_number(sent, "term", "Perioden")
            goes = what_goes(file, table, term_id, today=at.today)
        except AnswerInvalid as error:
            return post_page(session, request, at, sent=sent, form="traek", problems=error.problems)
        except Conflict:
            return post_page(session, request, at, overtaken=True)
        return show(request, "post_back.html", at=at, goes=goes, which=text_of(sent, "which"), seen=file.seen)
