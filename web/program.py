"""A program that asks for data: signed in with a token, or from a browser that is.

    @router.get("/api/…")
    def listed(request: Request, actor: CaseProgram) -> Response: …

    @router.post("/api/…")
    def change(request: Request, actor: CaseProgramAlone) -> Response: …

A browser sends its cookie along with whatever another site makes it send, so what changes something takes a
token alone: `Authorization: Bearer aarshjul_…`.
"""

from typing import Annotated

from fastapi import Depends, Request

from cycle.access.roles import TokenScope
from cycle.access.sessions import SignedIn
from cycle.access.tokens import note_use, read_token
from web import context
from web.session import SignInNeeded, actor_of


def by_token(request: Request, scope: TokenScope) -> SignedIn | None:
    """Whoever the token acts as; None without one. Raises SignInNeeded, NotAllowed (of another scope)."""
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer":
        return None
    now = context.browser_now(request)
    with context.reading(request) as session:
        actor = read_token(session, token.strip(), scope, now=now)
    if actor is None:
        raise SignInNeeded
    if actor.stale:
        with context.writing(request) as session:
            note_use(session, token.strip(), now=now)
    request.state.language = actor.language
    return actor


def program(request: Request) -> SignedIn:
    """Whoever asks, by token or by cookie. Raises SignInNeeded."""
    actor = by_token(request, TokenScope.CASES) or actor_of(request)
    if actor is None:
        raise SignInNeeded
    return actor


def program_alone(request: Request) -> SignedIn:
    """Whoever asks with a token. Raises SignInNeeded."""
    actor = by_token(request, TokenScope.CASES)
    if actor is None:
        raise SignInNeeded
    return actor


CaseProgram = Annotated[SignedIn, Depends(program)]
CaseProgramAlone = Annotated[SignedIn, Depends(program_alone)]
