"""Who is signed in. Every page but a leader's own link and sign-in itself depends on `CurrentActor`.

    @router.get("/noget")
    def show(request: Request, actor: CurrentActor) -> Response: …

    @router.post("/noget")
    def change(request: Request, actor: CurrentActor, sent: CheckedForm) -> Response: …

`CurrentActor` sends strangers to the sign-in page; `CheckedForm` gives the sent fields after comparing
the hidden `csrf` field with the session's. `require(actor, Verb.…, path)` raises NotAllowed; for lists take
`cycle.access.rules.visible_paths` and `within`.

Rights come before fields: a `CheckedForm` cannot be read until `require` (or `grant`, where another rule
than the table's decides) has let the actor through, so that nobody learns what a form lacks that they may
not send.
A page about one's own account takes `OwnForm`.
"""

import hmac
from collections.abc import ItemsView, KeysView, ValuesView
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Request
from sqlmodel import Session
from starlette.datastructures import FormData, UploadFile
from starlette.responses import Response

from cycle.access.roles import Role
from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn, read_session, renew_session
from cycle.errors import NotAllowed
from cycle.organisation.mailboxes import people_with
from cycle.tasks.own_deadlines import holds_post
from web import context
from web.context import Sent
from web.cookies import Cookie

COOKIE = "aarshjul"
KEPT = Cookie(COOKIE)
WITH_OWN_TASKS = frozenset({Role.SUPERIOR, Role.DIRECTION})
"""Whose menu leads to what their own post owes: they read about units, and owe something themselves."""
FOLLOWS = "x-follows"
"""Sent by a page that asks by itself: nobody is there, so it keeps no session open."""


class SignInNeeded(Exception):
    """Nobody is signed in."""


class CsrfWrong(Exception):
    """The form was not made by this session."""


class RightsNotAsked(RuntimeError):
    """A fault of ours: sent fields were read before it was asked whether the sender may."""


class SealedForm(FormData):
    """What was sent, to be read once the sender was found to be allowed something."""

    def __init__(self, sent: FormData, actor: SignedIn) -> None:
        super().__init__()
        self._sent, self._actor = sent, actor

    def _opened(self) -> FormData:
        if not self._actor.granted:
            raise RightsNotAsked
        return self._sent

    def getlist(self, key: Any) -> list[UploadFile | str]:
        """All values of a field."""
        return self._opened().getlist(key)

    def multi_items(self) -> list[tuple[str, UploadFile | str]]:
        """All fields with all values, in order."""
        return self._opened().multi_items()

    def keys(self) -> KeysView[str]:
        """The fields' names."""
        return self._opened().keys()

    def values(self) -> ValuesView[UploadFile | str]:
        """The last value of each field."""
        return self._opened().values()

    def items(self) -> ItemsView[str, UploadFile | str]:
        """The fields with their last values."""
        return self._opened().items()

    def __getitem__(self, key: str) -> UploadFile | str:
        return self._opened()[key]

    def __contains__(self, key: Any) -> bool:
        return key in self._opened()

    def __len__(self) -> int:
        return len(self._opened())


def require(actor: SignedIn, verb: Verb, path: str, thing: Thing = Thing.ORDINARY) -> None:
    """Raises NotAllowed unless the verb is permitted at the unit with this path."""
    if not allowed(actor.grants, verb, thing, path):
        raise NotAllowed(verb.value, path)
    grant(actor, verb.value)


def grant(actor: SignedIn, what: str) -> None:
    """Notes that the actor was found to be allowed something; the sent fields may be read from now on."""
    actor.granted.append(what)


def signed_in(request: Request) -> SignedIn | None:
    """The signed-in account, if any, read once for each request."""
    value = KEPT.read(request)
    if value and not hasattr(request.state, "signed_in"):
        with context.reading(request) as session:
            found = read_session(session, value, now=context.browser_now(request))
            request.state.signed_in = found
            request.state.holds_post = found is not None and _holds_post(session, request, found)
    return getattr(request.state, "signed_in", None)


def _holds_post(session: Session, request: Request, actor: SignedIn) -> bool:
    """Whether the account's address holds a post today; asked for those alone whose menu tells it."""
    if actor.viewing is not None or not actor.roles & WITH_OWN_TASKS:
        return False
    today = context.now(request).astimezone(context.settings(request).zone).date()
    return holds_post(session, [each.id or 0 for each in people_with(session, actor.email)], today=today)


def actor_of(request: Request) -> SignedIn | None:
    """The signed-in account, if any; also puts it where `base.html` finds it, and notes that it is used."""
    actor = signed_in(request)
    if actor is None:
        return None
    if actor.stale and FOLLOWS not in request.headers:
        with context.writing(request) as session:
            renew_session(session, KEPT.read(request), now=context.browser_now(request))
    request.state.actor, request.state.language = actor, actor.language
    return actor


def current_actor(request: Request) -> SignedIn:
    """The signed-in account. Raises SignInNeeded."""
    actor = actor_of(request)
    if actor is None:
        raise SignInNeeded
    return actor


CurrentActor = Annotated[SignedIn, Depends(current_actor)]


def own_form(actor: CurrentActor, sent: Sent) -> FormData:
    """The sent fields, when the form was made by this session. Raises CsrfWrong."""
    if not hmac.compare_digest(str(sent.get("csrf", "")).encode(), actor.csrf.encode()):
        raise CsrfWrong
    return sent


OwnForm = Annotated[FormData, Depends(own_form)]
"""The form of a page about one's own account, which needs no right but being signed in."""


def checked_form(actor: CurrentActor, sent: OwnForm) -> FormData:
    """The same, sealed until the actor's rights were asked. Raises CsrfWrong."""
    return SealedForm(sent, actor)


CheckedForm = Annotated[FormData, Depends(checked_form)]


def remember(response: Response, request: Request, value: str) -> None:
    """Sets the session cookie, which the browser forgets when it is closed."""
    KEPT.give(response, request, value)


def sign_in_address(request: Request, door: str = "/log-ind", *, front: str = "/") -> str:
    """The sign-in page, which leads back to where the person was going."""
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return (
        door
        if wanted == front or wanted.startswith("/log-ind")
        else f"{door}?videre={quote(wanted, safe='')}"
    )
