"""Seeing the pages as somebody else does: asked of every request, in one place, before anything else.

Whoever sees as another sends nothing but the way back and signing out, has a banner on every page, and does
not reach what is that person's alone.
"""

import re

from fastapi import Request
from fastapi.concurrency import run_in_threadpool

from web import session
from web.faults import Refused
from web.security import SAFE_METHODS
from web.viewing_faults import PRIVATE, READ_ONLY

WAYS_BACK = frozenset({"/se-som/slut", "/log-ud"})
AS_A_PERSON = re.compile(
    r"/mine(/mails|/aftaler(/\d+(/aftale\.pdf)?)?)?"
    r"|/opgave/\d+(/kvittering|/aftale\.pdf|/budgetbrev\.pdf|/bemaerkninger|/fil/\w+)?"
)
"""What is shown of a person's own pages. Preparations, calendar addresses and the like are theirs alone."""


def note_viewer(request: Request) -> bool:
    """Puts whoever sees as another where `base.html` finds them; whether there is one."""
    actor = session.signed_in(request)
    if actor is None or actor.viewing is None:
        return False
    request.state.viewer = actor
    return True


async def only_look(request: Request) -> None:
    """Raises Refused when somebody who sees as another sends anything.

    Most requests are of nobody signed in, and cost no thread.
    """
    if not session.KEPT.read(request) or not await run_in_threadpool(note_viewer, request):
        return
    if request.method not in SAFE_METHODS and request.url.path not in WAYS_BACK:
        raise Refused(READ_ONLY)


def is_looking(request: Request) -> bool:
    """Whether the browser sees the pages as somebody else; its own visits do not count then."""
    actor = session.signed_in(request)
    return actor is not None and actor.viewing is not None


def require_shown(request: Request) -> None:
    """Raises Refused for a person's page that nobody else is to see."""
    if not AS_A_PERSON.fullmatch(request.url.path):
        raise Refused(PRIVATE)
