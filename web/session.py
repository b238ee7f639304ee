"""Who is signed in. Every page but a leader's own link and sign-in itself depends on `CurrentActor`.

    @router.get("/noget")
    def show(request: Request, actor: CurrentActor) -> Response: …

    @router.post("/noget")
    def change(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response: …

`CurrentActor` sends strangers to the sign-in page; `CheckedForm` gives the sent fields after comparing
the hidden `csrf` field with the session's. `require(actor, Verb.…, path)` raises NotAllowed; for lists take
`cycle.access.rules.visible_paths` and `within`.
"""

import hmac
from typing import Annotated
from urllib.parse import quote

from fastapi import Depends, Request
from starlette.datastructures import FormData
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn, read_session, renew_session
from cycle.errors import NotAllowed
from web import context
from web.context import Sent

COOKIE = "aarshjul"
FOLLOWS = "x-follows"
"""Sent by a page that asks by itself: nobody is there, so it keeps no session open."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


class CsrfWrong(Exception):
    """The form was not made by this session."""


def require(actor: SignedIn, verb: Verb, path: str, thing: Thing = Thing.ORDINARY) -> None:
    """Raises NotAllowed unless the verb is permitted at the unit with this path."""
    if not allowed(actor.grants, verb, thing, path):
        raise NotAllowed(verb.value, path)


def actor_of(request: Request) -> SignedIn | None:
    """The signed-in account, if any; also puts it where `base.html` finds it."""
    value = request.cookies.get(COOKIE, "")
    if not value:
        return None
    now = context.browser_now(request)
    with context.reading(request) as session:
        actor = read_session(session, value, now=now)
    if actor is None:
        return None
    if actor.stale and FOLLOWS not in request.headers:
        with context.writing(request) as session:
            renew_session(session, value, now=now)
    request.state.actor, request.state.language = actor, actor.language
    return actor


def current_actor(request: Request) -> SignedIn:
    """The signed-in account. Raises SignInNeeded."""
    actor = actor_of(request)
    if actor is None:
        raise SignInNeeded
    return actor


CurrentActor = Annotated[SignedIn, Depends(current_actor)]


def checked_form(actor: CurrentActor, sent: Sent) -> FormData:
    """The sent fields, when the form was made by this session. Raises CsrfWrong."""
    if not hmac.compare_digest(str(sent.get("csrf", "")).encode(), actor.csrf.encode()):
        raise CsrfWrong
    return sent


CheckedForm = Annotated[FormData, Depends(checked_form)]


def remember(response: Response, request: Request, value: str) -> None:
    """Sets the session cookie, which the browser forgets when it is closed."""
    secure = context.settings(request).base_url.startswith("https")
    response.set_cookie(COOKIE, value, path="/", httponly=True, samesite="lax", secure=secure)


def sign_in_address(request: Request, door: str = "/log-ind", *, front: str = "/") -> str:
    """The sign-in page, which leads back to where the person was going."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return (
        door
        if wanted == front or wanted.startswith("/log-ind")
        else f"{door}?videre={quote(wanted, safe='')}"
    )
