"""A person's calendar feed as the secretariat may end it: somebody has the address who should not."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.organisation.calendar_feed import renew_calendar
from cycle.tasks.mail_log import get_person
from web import context
from web.plain import Id
from web.secretariat.reach import roots_for
from web.secretariat.typed import whole_number
from web.session import CheckedForm, CurrentActor, require

router = APIRouter(prefix="/mail/person/{person_id}/kalender")


@router.post("")
def renew(request: Request, actor: CurrentActor, person_id: Id, sent: CheckedForm) -> Response:
    """Ends the address that the person was given; their next one is on the page of any of their tasks."""
    now = context.now(request)
    with context.writing(request) as session:
        person = get_person(session, roots_for(actor, Verb.SEE_MAIL), person_id)
        require(actor, Verb.RENEW_LINK, f"/{person.root_id}/")
        renew_calendar(session, person_id, seen=whole_number(sent, "seen", "Udgaven"), by=actor.by, now=now)
    return RedirectResponse(f"/mail/person/{person_id}?kalender=1", status_code=303)
