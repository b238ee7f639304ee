"""Who reads by the API: a program with a token, for what its account may see and its scope opens.

    @router.get("/…", response_model=…)
    def listed(request: Request, reader: StatusReader) -> Response: …

A cookie opens nothing here: the API has no pages, and what no browser sends no other site can misuse.
"""

from typing import Annotated

from fastapi import Depends, Request, Security
from fastapi.security import HTTPBearer

from cycle.access.roles import TokenScope
from cycle.access.sessions import SignedIn
from web import context
from web.api.rate import count
from web.program import by_token
from web.session import SignInNeeded

BEARER = HTTPBearer(
    auto_error=False,
    scheme_name="token",
    description="Et token: `aarshjul token add`. A token: `Authorization: Bearer aarshjul_…`.",
)


def _reader(request: Request, scope: TokenScope) -> SignedIn:
    actor = by_token(request, scope)
    if actor is None:
        raise SignInNeeded
    count(request.app, actor.name, at=context.browser_now(request).timestamp())
    return actor


def status_reader(request: Request) -> SignedIn:
    """Whoever may read how things stand. Raises SignInNeeded, NotAllowed, Refused."""
    return _reader(request, TokenScope.STATUS)


def answers_reader(request: Request) -> SignedIn:
    """Whoever may also read what was answered. Raises SignInNeeded, NotAllowed, Refused."""
    return _reader(request, TokenScope.ANSWERS)


SECURED = Security(BEARER)
StatusReader = Annotated[SignedIn, Depends(status_reader)]
AnswersReader = Annotated[SignedIn, Depends(answers_reader)]
