"""Taking a participant off one meeting, or off several of the process: seen first, then done.

POST /moeder/{meeting}/deltager/fjern/vis   the meetings, and which mail is sent; nothing is done
POST /moeder/{meeting}/deltager/fjern       takes the participant off those that are ticked
"""

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict, Problem
from cycle.gatherings.calling import Details
from cycle.gatherings.changing import check_move
from cycle.gatherings.leaving import Seat, chosen, leave, seats_of
from cycle.gatherings.states import GatheringVerb
from web import context
from web.plain import Id
from web.secretariat.meeting_preview import sample
from web.secretariat.meetings import reach_meeting
from web.secretariat.pages import show
from web.secretariat.typed import needed, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/moeder/{meeting_id}/deltager/fjern")


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Where the participant takes part, and who would be told; nothing is done."""
    with context.reading(request) as session:
        seats = _seats(session, request, actor, meeting_id, sent)
        first = next((seat for seat in seats if seat.told), None)
        mail = None
        if first is not None and first.told is not None:
            details = Details.of(first.gathering)
            mail = sample(session, request, first.gathering, details, first.told, "")
        return show(
            request,
            "meeting_leaving.html",
            it=seats[0].gathering,
            who=seats[0].participant,
            seats=seats,
            mail=mail,
        )


@router.post("")
def take_off(request: Request, actor: CurrentActor, meeting_id: Id, sent: CheckedForm) -> Response:
    """Takes the participant off the meetings that are ticked, all or none; whoever was invited is told."""
    with context.writing(request) as session:
        seats = _seats(session, request, actor, meeting_id, sent)
        ids = {int(each) for each in map(str, sent.getlist("meeting")) if each.isascii() and each.isdigit()}
        if not ids:
            what = "Der er ikke valgt noget møde."
            raise AnswerInvalid([Problem("meeting", what, "Sæt kryds ved mindst ét.")])
        leaving = chosen(seats, ids)
        seen = {id_: whole_number(sent, f"edition.{id_}", "Udgaven") for id_ in ids}
        leave(session, leaving, seen=seen, by=actor.by, now=context.now(request))
    return RedirectResponse(f"/moeder/{meeting_id}?gjort=fjernet", status_code=303)


def _seats(
    session: Session, request: Request, actor: SignedIn, meeting_id: int, sent: FormData
) -> list[Seat]:
    """The participant's places at meetings the account may call. Raises Conflict when there is none here."""
    gathering, _ = reach_meeting(session, actor, meeting_id, Verb.CALL_MEETING)
    check_move(gathering, GatheringVerb.CALL)
    key = needed(sent, "participant", "Deltageren")
    found = seats_of(session, gathering, key, now=context.now(request))
    if not found:
        raise Conflict("gathering", meeting_id)
    for seat in found[1:]:
        reach_meeting(session, actor, seat.gathering.id or 0, Verb.CALL_MEETING)
    return found
