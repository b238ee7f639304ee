"""The second step of signing in with an account here: a code from an app.

GET  /log-ind/trin       asks for the code; the password was right a moment ago
POST /log-ind/trin       opens the session
GET  /log-ind/app        shows the key to whoever needs an app and has none yet
POST /log-ind/app        confirms it by its first code, opens the session, shows the recovery codes
GET  /konto/app          the same for somebody signed in: what there is
POST /konto/app          begins, confirms or removes (`act`)
"""

import hmac
from datetime import timedelta
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.roles import SignInWay
from cycle.access.second_factor import (
    app_address,
    begin_factor,
    confirm_factor,
    factor_of,
    key_of,
    recovery_left,
    remove_factor,
    second_step,
)
from cycle.access.sessions import close_session, open_session
from cycle.access.tables import Account, SecondFactor
from cycle.access.viewing import grants_of
from cycle.messages.account_mail import Changed, tell_account
from web import context, render, session
from web.context import Sent
from web.cookies import Cookie
from web.faults import BAD_REQUEST, Refused
from web.paths import local_path
from web.rooms import Room
from web.session import CurrentActor, OwnForm, SignInNeeded

router = APIRouter()
ROOM = Room(router)
COOKIE = "aarshjul-trin"
HALF = Cookie(COOKIE, "/log-ind")
LASTS = timedelta(minutes=10)


def next_step(request: Request, store: Session, account: Account) -> str:
    """Where a right password leads besides in: to the code, to an app of one's own, or (empty) nowhere."""
    if factor_of(store, account.id or 0) is not None:
        return "/log-ind/trin"
    needing = context.settings(request).two_step_for
    if not needing & {grant.role for grant in grants_of(store, account.id or 0)}:
        return ""
    begin_factor(store, account.id or 0)
    return "/log-ind/app"


def half_way(request: Request, account_id: int, address: str, onward: str) -> Response:
    """To the second step, with a cookie that says whose password was right."""
    ends = int((context.browser_now(request) + LASTS).timestamp())
    response = RedirectResponse(address, status_code=303)
    text = f"{account_id}.{ends}.{onward.encode().hex()}"
    value = f"{text}.{_mac(request, text)}"
    HALF.give(response, request, value)
    return response


@router.get("/log-ind/trin")
def ask(request: Request) -> Response:
    """The page that asks for the code."""
    _half(request)
    return render.page(request, "signing_in/step.html", wrong=False)


@router.post("/log-ind/trin")
def check(request: Request, sent: Sent) -> Response:
    """Opens the session when the code is right."""
    account_id, onward = _half(request)
    now, secret = context.browser_now(request), context.settings(request).secret
    with context.writing(request) as store:
        before = recovery_left(store, account_id)
        account = second_step(store, secret, account_id, str(sent.get("kode", "")), now=now)
        if account is not None and recovery_left(store, account_id) < before:
            tell_account(store, account, Changed.RECOVERY_USED, now=context.now(request))
        token = _open(request, store, account) if account else ""
    if not token:
        return render.page(request, "signing_in/step.html", status=401, wrong=True)
    return _in(request, RedirectResponse(onward, status_code=303), token)


@router.get("/log-ind/app")
def show_key(request: Request) -> Response:
    """The key, for whoever has to have an app."""
    account_id, _ = _half(request)
    with context.reading(request) as store:
        return _key_page(request, store, account_id, "/log-ind/app")


@router.post("/log-ind/app")
def confirm_first(request: Request, sent: Sent) -> Response:
    """Confirms the app and opens the session."""
    account_id, onward = _half(request)
    with context.writing(request) as store:
        account, codes = _confirm(request, store, account_id, sent)
        if not codes:
            return _key_page(request, store, account_id, "/log-ind/app", wrong=True)
        token = _open(request, store, account)
    return _in(request, render.page(request, "signing_in/recovery.html", codes=codes, onward=onward), token)


@router.get("/konto/app")
def show(request: Request, actor: CurrentActor) -> Response:
    """Whether there is an app, or the key of one that is begun."""
    with context.reading(request) as store:
        row = store.get(SecondFactor, actor.account_id)
        if row is not None and row.confirmed_at is None:
            return _key_page(request, store, actor.account_id, "/konto/app")
        return _state_page(request, row)


@router.post("/konto/app")
def change(request: Request, actor: CurrentActor, sent: OwnForm) -> Response:
    """Begins, confirms or removes an app; removing takes a code."""
    act, now = str(sent.get("act", "")), context.browser_now(request)
    with context.writing(request) as store:
        if act == "begin":
            begin_factor(store, actor.account_id)
            return RedirectResponse("/konto/app", status_code=303)
        if act == "confirm":
            _, codes = _confirm(request, store, actor.account_id, sent)
            if not codes:
                return _key_page(request, store, actor.account_id, "/konto/app", wrong=True)
            return render.page(request, "signing_in/recovery.html", codes=codes, onward="/konto/app")
        if act != "remove":
            raise Refused(BAD_REQUEST)
        secret, code = context.settings(request).secret, str(sent.get("kode", ""))
        account = second_step(store, secret, actor.account_id, code, now=now)
        if account is None:
            return _state_page(request, store.get(SecondFactor, actor.account_id), wrong=True)
        remove_factor(store, account, now=now, by=actor.by)
        tell_account(store, account, Changed.APP_OFF, now=context.now(request))
    return RedirectResponse("/konto/app", status_code=303)


def _confirm(request: Request, store: Session, account_id: int, sent: Any) -> tuple[Account, Any]:
    account = store.get_one(Account, account_id)
    secret, code = context.settings(request).secret, str(sent.get("kode", ""))
    now = context.browser_now(request)
    codes = confirm_factor(store, secret, account, code, now=now)
    if codes:
        tell_account(store, account, Changed.APP_ON, now=context.now(request))
    return account, codes


def _key_page(
    request: Request, store: Session, account_id: int, action: str, *, wrong: bool = False
) -> Response:
    import segno

    row, secret = store.get(SecondFactor, account_id), context.settings(request).secret
    if row is None or row.confirmed_at is not None:
        raise SignInNeeded
    address = app_address(secret, row, store.get_one(Account, account_id).email)
    picture = segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="white")
    key = key_of(secret, row)
    values = {"picture": picture, "key": " ".join(key[at : at + 4] for at in range(0, len(key), 4))}
    status = 422 if wrong else 200
    return render.page(
        request, "signing_in/app_key.html", status=status, action=action, wrong=wrong, **values
    )


def _state_page(request: Request, row: SecondFactor | None, *, wrong: bool = False) -> Response:
    status = 422 if wrong else 200
    return render.page(
        request, "signing_in/app_state.html", status=status, has_app=row is not None, wrong=wrong
    )


def _open(request: Request, store: Session, account: Account) -> str:
    close_session(store, session.KEPT.read(request))
    return open_session(store, account, now=context.browser_now(request), way=SignInWay.TWO_STEPS).token


def _in(request: Request, response: Response, token: str) -> Response:
    session.remember(response, request, token)
    HALF.forget(response, request)
    return response


def _half(request: Request) -> tuple[int, str]:
    """Whose password was right a moment ago, and where they were going. Raises SignInNeeded."""
    text, _, mac = HALF.read(request).rpartition(".")
    if not hmac.compare_digest(mac.encode(), _mac(request, text).encode()):
        raise SignInNeeded
    account_id, ends, onward = text.split(".")
    if context.browser_now(request).timestamp() >= int(ends):
        raise SignInNeeded
    return int(account_id), local_path(bytes.fromhex(onward).decode())


def _mac(request: Request, text: str) -> str:
    return hmac.new(context.settings(request).secret, f"aarshjul step\0{text}".encode(), sha256).hexdigest()
