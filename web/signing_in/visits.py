"""A mailed link is exchanged at once: its token leaves the address, a cookie stays for that one page.

`/opgave/<token>` answers with `/opgave/<number>` and a *visit* (`cycle.access.links`) that the browser sends
to this address alone, so several tasks stand side by side in several tabs. Nothing is written in the store:
programs that open every link of a mail change nothing. What the link was good for is looked up at every
request, so a withdrawn link or a new holder ends the visit too.
"""

from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from cycle.access.links import LinkClaims, Visit, read_token, read_visit, visit_token
from cycle.errors import LinkInvalid
from web import context
from web.cookies import Cookie
from web.plain import LARGEST

COOKIE = "aarshjul-link"
LASTS = timedelta(hours=4)
WRITTEN_LATE = timedelta(hours=24)
"""So long after its end a visit still lets a draft be kept, and nothing be seen."""
SAFE = frozenset({"GET", "HEAD"})


class LinkNeeded(Exception):
    """The page belongs to a link that was not opened in this browser."""


class LinkEnded(Exception):
    """The link was opened in this browser, but too long ago."""


class LinkOpened(Exception):
    """A mailed link was opened: the browser is to come again without its token."""

    def __init__(self, number: int, visit: str) -> None:
        super().__init__("a link was opened")
        self.number, self.visit = number, visit


@dataclass(frozen=True)
class Arrival:
    """Who comes, to what. `visit`: what a mailed link is exchanged for; empty when it has been.

    `is_viewed`: the secretariat looks at the page as that person has it, without what was not sent yet.
    """

    claims: LinkClaims
    visit: str = ""
    is_viewed: bool = False


def arrival(request: Request, token: str, purpose: str, *, ended: bool = False) -> Arrival:
    """Reads the address and the cookie alone. Raises LinkInvalid, LinkNeeded, LinkEnded."""
    secret, now = context.settings(request).secret, context.browser_now(request)
    if _is_number(token):
        return Arrival(_visited(request, int(token), purpose, secret, now, ended=ended))
    claims = read_token(secret, token, purpose)
    return Arrival(claims, visit_token(secret, Visit(claims, now + LASTS), purpose))


def begin(request: Request, came: Arrival, token: str) -> None:
    """Sends whoever came by a mailed link on. Raises LinkOpened, or LinkNeeded for a POST to one."""
    if not came.visit:
        return
    if request.method not in SAFE:
        raise LinkNeeded
    raise LinkOpened(came.claims.task_id, came.visit)


def exchanged(request: Request, opened: LinkOpened) -> Response:
    """To the same page without the token, with the visit. The rest of the address is kept."""
    _, room, _, *rest = request.url.path.split("/")
    path = f"/{room}/{opened.number}"
    query = f"?{request.url.query}" if request.url.query else ""
    response = RedirectResponse("/".join([path, *rest]) + query, status_code=303)
    Cookie(COOKIE, path).give(response, request, opened.visit)
    return response


def _visited(
    request: Request, number: int, purpose: str, secret: bytes, now: datetime, *, ended: bool
) -> LinkClaims:
    visit = None
    with suppress(LinkInvalid):
        visit = read_visit(secret, Cookie(COOKIE, request.url.path).read(request), purpose)
    if visit is None or visit.claims.task_id != number:
        raise LinkNeeded
    if now >= visit.ends_at + (WRITTEN_LATE if ended else timedelta()):
        raise LinkEnded
    return visit.claims


def _is_number(token: str) -> bool:
    plain = token.isascii() and token.isdigit() and len(token) < 11
    return plain and not token.startswith("0") and int(token) <= LARGEST
