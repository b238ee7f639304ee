"""Which mails I get, and why: what was decided about writing to a person, told to that person.

GET /mine/mails   the newest first
"""

from collections.abc import Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.mail_topics import subjects
from cycle.tasks.own_deadlines import own_deadlines
from cycle.tasks.told import Told, story
from web import context, render
from web.rooms import Room
from web.secretariat.mail_words import act_reason
from web.secretariat.reach import titles_in
from web.secretariat.words import namer, told_namer
from web.signing_in.person import CurrentPerson, OwnPerson

router = APIRouter()
ROOM = Room(router)
MOST = 100


@router.get("/mine/mails")
def show(request: Request, person: CurrentPerson) -> Response:
    """The person's own story, in the words that the secretariat reads it in."""
    language = render.language_of(request)
    with context.reading(request) as session:
        told = _told(session, person)
        about = subjects(session, sorted({row.task_id for row in told if row.task_id}))
        return render.page(
            request,
            "leader/own_mails.html",
            person=person,
            told=told,
            about=about,
            titles=titles_in(session, language, (each.occurrence_id for each in about.values())),
            reachable=_reachable(session, request, person),
            what=told_namer(language),
            act=lambda row: act_reason(row.message_kind),
            name=namer(language),
        )


def _told(session: Session, person: OwnPerson) -> Sequence[Told]:
    """What was decided, the newest first by the time that is shown."""
    found = [row for person_id in person.ids for row in story(session, person_id)]
    return sorted(found, key=lambda row: row.came_at, reverse=True)[:MOST]


def _reachable(session: Session, request: Request, person: OwnPerson) -> set[int]:
    """The tasks that the person can open today: of some the post is another's now, or the unit is below."""
    now = context.now(request)
    return {
        own.task.id or 0
        for each in person.people
        for own in own_deadlines(
            session, each.id or 0, today=calendar_of_root(session, each.root_id).local_date(now)
        )
    }
