"""A new password, chosen by its owner, who knows the old one. Who comes by the municipality's login has none.

GET  /konto/adgangskode   the fields
POST /konto/adgangskode   changes it and signs out everywhere else
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.accounts import change_password
from cycle.access.passwords import LONGEST, SHORTEST
from cycle.access.sessions import SignedIn, close_other_sessions
from cycle.access.tables import Account
from cycle.errors import Invalid, NotFound, Problem
from cycle.messages.account_mail import Changed, tell_account
from web import context, render, session
from web.rooms import Room
from web.session import CurrentActor, OwnForm
from web.sign_in import one_at_a_time

router = APIRouter(prefix="/konto/adgangskode")
ROOM = Room(router)
DIFFERENT = Problem(
    "password_again", "De to nye adgangskoder er ikke ens.", "Skriv den nye adgangskode to gange."
)
EMPTY = (
    Problem("password_now", "Den nuværende adgangskode mangler.", "Skriv den, du loggede ind med."),
    Problem("password", "Den nye adgangskode mangler.", "Skriv den to gange."),
)
WRONG = Problem(
    "password_now",
    "Den nuværende adgangskode passer ikke.",
    "Skriv den, du loggede ind med. Efter fem forkerte låses kontoen i et kvarter.",
)


@router.get("")
def show(request: Request, actor: CurrentActor) -> Response:
    """The fields."""
    _require_password(request, actor)
    return _page(request)


@router.post("")
def change(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Changes it; this browser stays signed in, and no other."""
    _require_password(request, actor)
    old, new = str(sent.get("password_now", "")), str(sent.get("password", ""))
    if missing := [problem for problem in EMPTY if not sent.get(problem.where)]:
        return _page(request, missing)
    if new != str(sent.get("password_again", "")):
        return _page(request, [DIFFERENT])
    now = context.browser_now(request)
    try:
        with one_at_a_time(again="/konto/adgangskode"), context.writing(request) as store:
            done = change_password(store, actor.account_id, old, new, now=now)
            if done:
                close_other_sessions(store, actor.account_id, session.KEPT.read(request))
                account = store.get_one(Account, actor.account_id)
                tell_account(store, account, Changed.PASSWORD, now=context.now(request))
    except Invalid as error:
        return _page(request, error.problems)
    return RedirectResponse("/konto?adgangskode=ny", status_code=303) if done else _page(request, [WRONG])


def _require_password(request: Request, actor: SignedIn) -> None:
    with context.reading(request) as store:
        if not store.get_one(Account, actor.account_id).password_hash:
            raise NotFound("password", actor.account_id)


def _page(request: Request, problems: Sequence[Problem] = ()) -> Response:
    return render.page(
        request,
        "signing_in/own_password.html",
        status=422 if problems else 200,
        problems={problem.where: problem for problem in problems},
        shortest=SHORTEST,
        longest=LONGEST,
    )
