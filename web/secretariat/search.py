"""One field that searches everything the secretariat has: GET /soeg."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.tasks.calendars import calendar_of_root
from web import context
from web.plain import readable
from web.secretariat.finding import Kind, find, words_of
from web.secretariat.pages import show
from web.secretariat.reach import roots_for
from web.session import CurrentActor

router = APIRouter()

ELSEWHERE = {
    Kind.UNIT: "/poster?vis=alle&soeg=",
    Kind.PERSON: "/poster?vis=alle&soeg=",
    Kind.SENT: "/mail?soeg=",
}
"""Where a kind has a list of its own that can be searched."""


@router.get("/soeg")
def search(request: Request, actor: CurrentActor, q: str = "") -> Response:
    """What has all the words in it, kind by kind."""
    text = readable(q)[:200]
    words = words_of(text)
    with context.reading(request) as session:
        roots = roots_for(actor, Verb.SEARCH)
        today = calendar_of_root(session, roots[0]).local_date(context.now(request))
        found = find(session, roots, words, today=today) if words else None
        return show(request, "search.html", text=text, found=found, elsewhere=ELSEWHERE)
