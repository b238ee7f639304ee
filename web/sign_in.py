"""Signing in and out, and the front page, which only knows where to send people."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime
from urllib.parse import quote

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.accounts import authenticate
from cycle.access.roles import Role, SignInWay
from cycle.access.sessions import OpenedSession, close_session, open_session
from cycle.access.tables import Account
from cycle.errors import NotAllowed
from web import context, render, session
from web.context import Sent
from web.faults import Refused
from web.paths import local_path
from web.plain import readable
from web.rooms import Room
from web.session import CurrentActor, OwnForm
from web.signing_in.faults import BUSY
from web.signing_in.oidc import login_of
from web.signing_in.two_steps import half_way, next_step

router = APIRouter()
ROOM = Room(router)
WAITING = 8
A_FEW_SECONDS = 5
"""In which all who wait have been served."""
_DOOR = threading.BoundedSemaphore(WAITING)
_DESK = threading.Lock()


@router.get("/")
def front(request: Request, actor: CurrentActor) -> Response:
    """Sends the account to the first page of its menu."""
    menu = render.menu_for(request, actor).items
    if not menu and actor.acting is Role.LEADER:
        return RedirectResponse("/mine", status_code=303)
    if not menu:
        raise NotAllowed("see", "front page")
    return RedirectResponse(menu[0].path, status_code=303)


@router.get("/log-ind")
def show(request: Request, videre: str = "/") -> Response:
    """The sign-in page."""
    session.actor_of(request)
    return _page(request, onward=videre)


@router.post("/log-ind")
def sign_in(request: Request, sent: Sent) -> Response:
    """Opens a session when address and password fit. Wrong in either way looks the same."""
    email, password = readable(sent.get("email")), str(sent.get("password", ""))
    onward = local_path(str(sent.get("videre", "/")))
    now = context.browser_now(request)
    with one_at_a_time(again=f"/log-ind?videre={quote(onward, safe='')}"), context.writing(request) as store:
        account = authenticate(store, email, password, now=now)
        further = next_step(request, store, account) if account else ""
        opened = _opened(request, store, account, now) if account and not further else None
    if account is not None and further:
        return half_way(request, account.id or 0, further, onward)
    if opened is None:
        return _page(request, onward=onward, email=email, failed=True, status=401)
    response = RedirectResponse(onward, status_code=303)
    session.remember(response, request, opened.token)
    return response


def _opened(request: Request, store: Session, account: Account, now: datetime) -> OpenedSession:
    close_session(store, session.KEPT.read(request))
    return open_session(store, account, now=now)


@router.post("/log-ud")
def sign_out(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Ends the session here and in the store."""
    with context.writing(request) as store:
        close_session(store, session.KEPT.read(request))
    leaving = _leaving(request) if actor.way is SignInWay.LOGIN else ""
    request.state.actor = None
    response = (
        render.page(request, "signing_in/left.html", leaving=leaving)
        if leaving
        else RedirectResponse("/log-ind", status_code=303)
    )
    session.KEPT.forget(response, request)
    return response


def _leaving(request: Request) -> str:
    """Where one signs out of the municipality's login too.

    A page leads there, not a redirect: our forms may be sent to ourselves alone (`form-action`).
    """
    settings = context.settings(request)
    return login_of(request).leaving(f"{settings.base_url}/log-ind") if settings.has_oidc else ""


@contextmanager
def one_at_a_time(*, again: str) -> Iterator[None]:
    """Checking a password is slow on purpose and holds the store's write lock on SQLite.

    One check runs, a few wait, more are refused and led `again` to the address of the form: a flood of
    attempts must not stop leaders' answers. Raises Refused.
    """
    if not _DOOR.acquire(blocking=False):
        way = (again, "Prøv igen", "Try again")
        raise Refused(replace(BUSY, onward=way), {"Retry-After": str(A_FEW_SECONDS)})
    try:
        with _DESK:
            yield
    finally:
        _DOOR.release()


def _page(
    request: Request, *, onward: str, email: str = "", failed: bool = False, status: int = 200
) -> Response:
    return render.page(
        request,
        "sign_in.html",
        status=status,
        onward=local_path(onward),
        email=email,
        failed=failed,
        has_login=context.settings(request).has_oidc,
    )
