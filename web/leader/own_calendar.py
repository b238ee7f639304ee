"""A person's calendar addresses, from the own pages; the feed itself is in `web.leader.calendar`.

GET  /mine/kalender   the address for each municipality, and how to use it
POST /mine/kalender   a new address; the old one ends
"""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.organisation.calendar_feed import renew_calendar
from notifications.office import Office
from web import context, faults, render
from web.rooms import Room
from web.signing_in.person import CheckedPersonForm, CurrentPerson

router = APIRouter(prefix="/mine/kalender")
ROOM = Room(router)


@router.get("")
def show(request: Request, person: CurrentPerson, ny: str = "") -> Response:
    """The addresses of the person's feeds."""
    office = Office.of(context.settings(request))
    feeds = [
        (each, office.calendar_feed(each.id or 0, each.calendar_generation), each.calendar_generation)
        for each in person.people
    ]
    return render.page(request, "leader/own_calendar.html", person=person, feeds=feeds, renewed=bool(ny))


@router.post("")
def renew(request: Request, person: CurrentPerson, sent: CheckedPersonForm) -> Response:
    """A new address; whoever has the old one sees nothing any more."""
    typed = {name: str(sent.get(name, "")) for name in ("person", "seen")}
    if not all(text.isascii() and text.isdigit() and len(text) < 10 for text in typed.values()):
        raise faults.Refused(faults.BAD_REQUEST)
    wanted = int(typed["person"])
    if wanted not in person.ids:
        raise faults.Refused(faults.BAD_REQUEST)
    with context.writing(request) as session:
        now = context.now(request)
        renew_calendar(session, wanted, seen=int(typed["seen"]), by=f"person:{wanted}", now=now)
    return RedirectResponse("/mine/kalender?ny=1", status_code=303)
