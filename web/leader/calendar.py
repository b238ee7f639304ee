"""Deadlines and meetings for a calendar program: one task's, and the feed of all of a person's.

GET and HEAD never change anything: programs fetch the feed by themselves, many times a day. A task's link
is about one task and does not show the feed's address: that takes a mailed code or an account.

GET  /opgave/{token}/frist.ics  the task's own deadline as a file
GET  /opgave/{token}/kalender   the address, and how to use it
POST /opgave/{token}/kalender   a new address; the old one ends
GET  /kalender/{token}.ics      the feed: titles and dates of the posts' tasks, those to come, and meetings
"""

import hashlib

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.access.links import read_token
from cycle.access.rules import OwnVerb
from cycle.errors import LinkInvalid
from cycle.gatherings.own import own_meetings
from cycle.goals.own_steps import own_steps
from cycle.organisation.calendar_feed import renew_calendar
from cycle.organisation.tables import Person
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.own_coming import own_coming
from cycle.tasks.own_deadlines import Own, own_deadlines
from notifications.deadlines import FILE_NAME
from notifications.office import CALENDAR, Office
from notifications.person_calendar import feed_of, file_of
from web import context, faults, render
from web.attachments import attached
from web.context import Sent
from web.leader.known import is_own_hand, require_own_hand
from web.leader.link import open_link
from web.rooms import Room

router = APIRouter()
ROOM = Room(router)
FILE_NAME_OF_ONE = "frist.ics"
HEADERS = {
    "Cache-Control": "private, max-age=3600",
    "Content-Disposition": f'inline; filename="{FILE_NAME}"',
    "X-Robots-Tag": "noindex, nofollow",
}


@router.get("/opgave/{token}/frist.ics")
def one(request: Request, token: str) -> Response:
    """The task's own deadline, under the key that the mail about it and the feed give it."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
    own = Own(holding.task, holding.occurrence, holding.unit.name)
    content = file_of(own, office=_office(request), language=holding.person.language).encode()
    return attached(content, FILE_NAME_OF_ONE, "text/calendar; charset=utf-8")


@router.get("/opgave/{token}/kalender")
def show(request: Request, token: str, ny: str = "") -> Response:
    """The address of the feed of whoever the task's link belongs to, when more than the link says so."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        is_known = is_own_hand(holding, OwnVerb.SUBSCRIBE)
        person_id, seen = holding.person.id or 0, holding.person.calendar_generation
        feed = _office(request).calendar_feed(person_id, seen) if is_known else ""
        return render.page(
            request,
            "leader/calendar.html",
            holding=holding,
            task=holding.task,
            address=f"/opgave/{token}",
            feed=feed,
            subscribe=f"webcal:{feed.partition(':')[2]}",
            seen=seen,
            is_known=is_known,
            renewed=bool(ny),
        )


@router.post("/opgave/{token}/kalender")
def renew(request: Request, token: str, sent: Sent) -> Response:
    """A new address; whoever has the old one sees nothing any more."""
    seen = str(sent.get("seen", ""))
    with context.writing(request) as session:
        holding = open_link(session, request, token)
        require_own_hand(holding, OwnVerb.SUBSCRIBE)
        if not (seen.isascii() and seen.isdigit() and len(seen) < 10):
            raise faults.Refused(faults.BAD_REQUEST)
        person_id, now = holding.person.id or 0, context.now(request)
        renew_calendar(session, person_id, seen=int(seen), by=holding.by, now=now)
    return RedirectResponse(f"/opgave/{token}/kalender?ny=1", status_code=303)


@router.get("/kalender/{token}.ics")
def feed(request: Request, token: str) -> Response:
    """Deadlines and meetings of the posts that the person holds today. Who holds none has an empty calendar.

    An error would leave in the program what it showed before; an empty calendar clears it.
    """
    with context.reading(request) as session:
        content = _content(session, request, _person(session, request, token)).encode()
    tag = f'"{hashlib.sha256(content).hexdigest()[:32]}"'
    headers = {**HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


def _person(session: Session, request: Request, token: str) -> Person:
    """Whose feed it is. Raises LinkInvalid when the token is not genuine or was revoked."""
    claims = read_token(context.settings(request).secret, token, CALENDAR)
    person = session.get(Person, claims.person_id)
    if person is None:
        raise LinkInvalid("revoked")
    claims.require_generation(person.calendar_generation)
    request.state.language = person.language
    return person


def _content(session: Session, request: Request, person: Person) -> str:
    today = calendar_of_root(session, person.root_id).local_date(context.now(request))
    person_id, root_id = person.id or 0, person.root_id
    return feed_of(
        own_deadlines(session, person_id, today=today),
        [
            *own_coming(session, root_id, person_id, today=today),
            *own_steps(session, root_id, person_id, today=today),
        ],
        own_meetings(session, root_id, person_id, today=today),
        office=_office(request),
        language=person.language,
    )


def _office(request: Request) -> Office:
    return Office.of(context.settings(request))
