"""One post: who holds it over time, who stands in, its addresses; and the acts that change them.

GET  /post/{unit}                   the post (`rolle`, else the unit's head)
POST /post/{unit}/leder             a new leader from a day
POST /post/{unit}/stedfortraeder    somebody stands in for a while
POST /post/{unit}/afslut            an appointment or a substitute gets a last day
POST /post/{unit}/bliver            the last day of whoever has the post goes
POST /post/{unit}/traek             what has not begun is taken back
POST /post/{unit}/adresse           a new address, or the old one works after all
"""

from collections.abc import Callable
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict
from cycle.organisation.post_acts import (
    Change,
    appoint,
    change_address,
    end_term,
    stand_in,
    stay,
    take_back,
    trust_address,
)
from cycle.runs.requests import wake
from cycle.tasks.change import look_again
from web import context
from web.plain import readable
from web.secretariat.post_fields import newcomer_in, stays_in, substitute_in, table_in
from web.secretariat.post_page import at_post, post_page
from web.secretariat.post_previews import back_page
from web.secretariat.typed import text_of, whole_date, whole_number
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/post/{unit_id}")


@router.get("")
def post(request: Request, actor: CurrentActor, unit_id: str, rolle: str = "") -> Response:
    """The post with everyone who has held it, and what can be done."""
    with context.reading(request) as session:
        return post_page(session, request, at_post(session, request, actor, unit_id, readable(rolle)))


@router.post("/leder")
def new_leader(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """The post changes hands on the day; the day's mail tells the new one what is open."""

    def act(session: Session, change: Change) -> None:
        appoint(session, change, newcomer_in(sent), first_day=whole_date(sent, "first_day", "Datoen"))

    return _act(request, actor, unit_id, sent, "leder", act)


@router.post("/stedfortraeder")
def substitute(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Somebody gets the post's mail for a while."""

    def act(session: Session, change: Change) -> None:
        who, first, last = substitute_in(session, change.root_id, sent, today=change.today)
        stand_in(session, change, who, first_day=first, last_day=last)

    return _act(request, actor, unit_id, sent, "stedfortraeder", act)


@router.post("/afslut")
def end(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """The last day of an appointment or of a substitute."""

    def act(session: Session, change: Change) -> None:
        last = whole_date(sent, "last_day", "Datoen")
        end_term(session, change, table_in(sent), whole_number(sent, "term", "Perioden"), last_day=last)

    return _act(request, actor, unit_id, sent, "afslut", act)


@router.post("/bliver")
def stays(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Whoever has the post keeps it: no last day."""

    def act(session: Session, change: Change) -> None:
        stay(session, change, whole_number(sent, "term", "Perioden"))

    return _act(request, actor, unit_id, sent, "bliver", act)


@router.post("/traek")
def back(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """What has not begun is taken back; asked again when it is not said who stays."""
    with context.reading(request) as session:
        at_post(session, request, actor, unit_id, sent)
    try:
        keeps = stays_in(sent)
    except AnswerInvalid as error:
        note_wanting(request, "traek", error, sent)
        return back_page(request, actor, unit_id, sent)

    def act(session: Session, change: Change) -> None:
        take_back(session, change, table_in(sent), whole_number(sent, "term", "Perioden"), stays=keeps)

    return _act(request, actor, unit_id, sent, "traek", act)


@router.post("/adresse")
def address(request: Request, actor: CurrentActor, unit_id: str, sent: CheckedForm) -> Response:
    """Another address of a person or of the post, or the word that the old one works."""

    def act(session: Session, change: Change) -> None:
        if text_of(sent, "trusted"):
            trust_address(session, change, whole_number(sent, "trusted", "Adressen"))
            return
        whose = whole_number(sent, "person", "Personen") if text_of(sent, "person") else None
        change_address(session, change, whose, text_of(sent, "email"))

    return _act(request, actor, unit_id, sent, "adresse", act)


def _act(
    request: Request,
    actor: SignedIn,
    unit_id: str,
    sent: FormData,
    form: str,
    act: Callable[[Session, Change], None],
) -> Response:
    """Does it in one transaction; on a fault or another's change the page shows what was typed."""
    now = context.now(request)
    try:
        with context.writing(request) as session:
            at = at_post(session, request, actor, unit_id, sent)
            seen = text_of(sent, "seen")
            act(session, Change(at.unit.root_id, at.post, seen, actor.by, now, at.today))
            session.flush()
            if look_again(session, [at.post], now=now):
                wake(session, now=now)
    except AnswerInvalid as error:
        with context.reading(request) as session:
            at = at_post(session, request, actor, unit_id, sent)
            return post_page(session, request, at, sent=sent, form=form, problems=error.problems)
    except Conflict:
        with context.reading(request) as session:
            at = at_post(session, request, actor, unit_id, sent)
            return post_page(session, request, at, sent=sent, form=form, overtaken=True)
    return RedirectResponse(f"{at.address}?rolle={quote(at.post[1])}&gjort={form}", status_code=303)
