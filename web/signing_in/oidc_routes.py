"""Signing in by the municipality's own login. GET changes nothing until the login has answered.

GET /log-ind/kommunen        sends the browser to the login
GET /log-ind/kommunen/svar   the login's answer: opens a session
"""

import hmac
import json
import logging
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import asdict
from datetime import timedelta
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.claim_rules import claimed, granted
from cycle.access.claims import Identity, account_of
from cycle.access.roles import SignInWay
from cycle.access.sessions import close_session, open_session
from cycle.errors import Conflict, NotAllowed
from web import context, session
from web.cookies import Cookie
from web.faults import Refused
from web.paths import local_path
from web.rooms import Room
from web.signing_in.faults import LOGIN_CONFLICT, LOGIN_FAILED, LOGIN_REFUSED, LOGIN_TOO_OLD
from web.signing_in.oidc import Errand, LoginFailed, login_of

router = APIRouter(prefix="/log-ind/kommunen")
ROOM = Room(router)
CARRIED = Cookie("aarshjul-login", router.prefix)
LASTS = timedelta(minutes=15)
log = logging.getLogger("aarshjul.web")


@router.get("")
def begin(request: Request, videre: str = "/") -> Response:
    """To the login, with a cookie that only its answer needs."""
    try:
        address, errand = login_of(request).begin(_answered_at(request), local_path(videre))
    except LoginFailed as error:
        raise _refused(error) from error
    response = RedirectResponse(address, status_code=303)
    CARRIED.give(response, request, _sealed(request, errand), seconds=int(LASTS.total_seconds()))
    return response


@router.get("/svar")
def finish(request: Request) -> Response:
    """Opens a session for whoever the login says it is, with the roles it says, under a new name."""
    errand = _carried(request)
    if errand is None or not hmac.compare_digest(
        request.query_params.get("state", "").encode(), errand.state.encode()
    ):
        raise Refused(LOGIN_TOO_OLD)
    if "code" not in request.query_params:
        raise Refused(LOGIN_REFUSED)
    try:
        claims = login_of(request).finish(errand, request.query_params, _answered_at(request))
    except LoginFailed as error:
        raise _refused(error) from error
    token = _signed_in(request, claims)
    response = RedirectResponse(errand.onward, status_code=303)
    session.remember(response, request, token)
    CARRIED.forget(response, request)
    return response


def _signed_in(request: Request, claims: dict[str, Any]) -> str:
    settings, now = context.settings(request), context.browser_now(request)
    email = claimed(claims, settings.oidc_email_claim)
    if not isinstance(email, str) or claims.get("email_verified") is False:
        raise Refused(LOGIN_REFUSED)
    identity = Identity(settings.oidc_issuer, claims["sub"], email, str(claims.get("name") or ""))
    grants = granted(settings.oidc_rules, claimed(claims, settings.oidc_role_claim))
    try:
        with context.writing(request) as store:
            account = account_of(store, identity, grants, now=now)
            close_session(store, session.KEPT.read(request))
            return open_session(store, account, now=now, way=SignInWay.LOGIN).token
    except Conflict as error:
        raise Refused(LOGIN_CONFLICT) from error
    except NotAllowed as error:
        raise Refused(LOGIN_REFUSED) from error


def _refused(error: LoginFailed) -> Refused:
    log.error("signing in by the municipality's login failed: %s", error)
    return Refused(LOGIN_FAILED)


def _answered_at(request: Request) -> str:
    return f"{context.settings(request).base_url}{router.prefix}/svar"


def _sealed(request: Request, errand: Errand) -> str:
    ends = int((context.browser_now(request) + LASTS).timestamp())
    text = urlsafe_b64encode(json.dumps({**asdict(errand), "ends": ends}).encode()).decode()
    return f"{text}.{_mac(request, text)}"


def _carried(request: Request) -> Errand | None:
    """What the browser was given on its way out; None when it has nothing, or it is not ours or too old."""
    text, _, mac = CARRIED.read(request).partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(request, text).encode()):
        return None
    carried = json.loads(urlsafe_b64decode(text))
    ends = carried.pop("ends")
    return Errand(**carried) if context.browser_now(request).timestamp() < ends else None


def _mac(request: Request, text: str) -> str:
    return hmac.new(context.settings(request).secret, f"aarshjul login\0{text}".encode(), sha256).hexdigest()
