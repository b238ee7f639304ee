"""Where an account is signed in.

GET  /konto            the browsers, and the ways to the code app and to a new password
POST /konto/log-ud     signs out everywhere else
"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.roles import SignInWay
from cycle.access.sessions import close_other_sessions, open_sessions
from cycle.access.tables import Account
from web import context, render, session
from web.rooms import Room
from web.session import CurrentActor, OwnForm
from web.signing_in.roles import WORDS, roles_of

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
    token, now = session.KEPT.read(request), context.browser_now(request)
    with context.reading(request) as store:
        found = open_sessions(store, actor.account_id, token, now=now)
        has_password = bool(store.get_one(Account, actor.account_id).password_hash)
        roles = roles_of(store, actor)
    place = 1 if render.language_of(request) == "en" else 0
    changed = request.query_params.get("adgangskode") == "ny"
    return render.page(
        request,
        "signing_in/own_sessions.html",
        sessions=found,
        ways=WAYS,
        has_password=has_password,
        changed=changed,
        roles=[(role.value, WORDS[role][place]) for role in roles],
        acting=actor.acting.value if actor.acting else "",
    )


@router.post("/log-ud")
def leave_others(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Ends all but this one."""
    with context.writing(request) as store:
        close_other_sessions(store, actor.account_id, session.KEPT.read(request))
    return RedirectResponse("/konto", status_code=303)
