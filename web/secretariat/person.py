"""One person's story: what was sent to, received from, done by and decided about them, and why.

GET /mail/person/{id}?vis=&opgave=&side=
"""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.mail_log import get_person
from cycle.tasks.mail_topics import subjects
from cycle.tasks.person_story import Happened, Line, about_task, known, lines, with_reasons
from web import context, render
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.person_words import VIEWS, happened_namer
from web.secretariat.reach import roots_for, titles_in
from web.session import CurrentActor

router = APIRouter(prefix="/mail/person/{person_id}")

PAGE = 100
SHOWN = 5
"""Reasons of one mail that stand open; a superior's escalation may have hundreds."""

KINDS: Mapping[str, Sequence[Happened]] = {
    "": (),
    "sendt": (Happened.SENT,),
    "ikke-skrevet": (Happened.NOT_WRITTEN,),
    "modtaget": (Happened.RECEIVED,),
    "gjort": (Happened.ANSWERED, Happened.JUDGED, Happened.EXTENDED),
    "poster": (Happened.POST,),
}


@router.get("")
def person(
    request: Request,
    actor: CurrentActor,
    person_id: Id,
    vis: str = "",
    opgave: Annotated[int, Query(ge=0, le=999_999_999)] = 0,
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
    kalender: str = "",
) -> Response:
    """The story, the newest first; of all kinds or of one, about everything or about one task."""
    view, language = vis if vis in KINDS else "", render.language_of(request)
    with context.reading(request) as session:
        found = get_person(session, roots_for(actor, Verb.SEE_MAIL), person_id)
        whom = known(session, found)
        every = lines(session, whom, zone=context.settings(request).zone)
        asked = about_task(session, every, opgave) if opgave else every
        kept = [line for line in asked if not view or line.happened in KINDS[view]]
        shown = with_reasons(session, kept[(side - 1) * PAGE : side * PAGE])
        about = subjects(session, sorted(_tasks(shown, opgave)))
        return show(
            request,
            "person.html",
            person=found,
            addresses=whom.addresses,
            lines=shown,
            views=VIEWS,
            counts={each: _count(asked, kinds) for each, kinds in KINDS.items()},
            view=view,
            task_id=opgave if opgave in about else 0,
            page=side,
            more=len(kept) > side * PAGE,
            about=about,
            titles=titles_in(session, language, (each.occurrence_id for each in about.values())),
            what=happened_namer(language),
            shown_reasons=SHOWN,
            today=calendar_of_root(session, found.root_id).local_date(context.now(request)),
            may_renew=allowed(actor.grants, Verb.RENEW_LINK, Thing.ORDINARY, f"/{found.root_id}/"),
            renewed=bool(kalender),
        )


def _count(found: Sequence[Line], kinds: Sequence[Happened]) -> int:
    return sum(1 for line in found if not kinds or line.happened in kinds)


def _tasks(shown: Sequence[Line], asked: int) -> set[int]:
    of_lines = {line.task_id for line in shown} | {row.task_id for line in shown for row in line.reasons}
    return {number for number in of_lines | {asked} if number}
