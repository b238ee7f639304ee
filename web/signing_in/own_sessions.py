"""Where an account is signed in.

GET  /konto            the browsers, and the way to the code app
POST /konto/log-ud     signs out everywhere else
"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.roles import SignInWay
from cycle.access.sessions import close_other_sessions, open_sessions
from web import context, render, session
from web.rooms import Room
from web.session import CurrentActor, OwnForm

router = APIRouter(prefix="/konto")
ROOM = Room(router)
WAYS = {
    SignInWay.PASSWORD: ("Adgangskode", "Password"),
    SignInWay.TWO_STEPS: ("Adgangskode og kode fra app", "Password and a code from an app"),
    SignInWay.LOGIN: ("Kommunens login", "The municipality's login"),
}


@router.get("")
def show(request: Request, actor: CurrentActor) -> Response:
    """Every browser that is signed in."""
    token, now = request.cookies.get(session.COOKIE, ""), context.browser_now(request)
    with context.reading(request) as store:
        found = open_sessions(store, actor.account_id, token, now=now)
    return render.page(request, "signing_in/own_sessions.html", sessions=found, ways=WAYS)


@router.post("/log-ud")
def leave_others(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Ends all but this one."""
    with context.writing(request) as store:
        close_other_sessions(store, actor.account_id, request.cookies.get(session.COOKIE, ""))
    return RedirectResponse("/konto", status_code=303)
