"""A meeting for who takes part in it: by the link in the invitation, or from a task that belongs to it.

GET and HEAD never change anything: mail programs open links by themselves. A link is exchanged as a task's
is (`web.signing_in.visits`).

GET  /indkaldelse/{token}              time, place, agenda, participants, minutes
POST /indkaldelse/{token}              whether the participant comes (`coming`)
GET  /indkaldelse/{token}/fil          the file with the minutes
GET  /indkaldelse/{token}/moede.ics    the meeting as a file for a calendar
GET  /opgave/{token}/moede             the meetings that a task belongs to
GET  /opgave/{token}/moede/{meeting}   the file with one's minutes
"""

from collections.abc import Sequence
from dataclasses import dataclass

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from cycle.errors import LinkInvalid, NotFound
from cycle.files import store as files
from cycle.gatherings.reading import get_gathering, of_occurrence, participants_of
from cycle.gatherings.recording import answer_invitation
from cycle.gatherings.states import GATHERING_MOVES, Coming, GatheringState, GatheringVerb, Told
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Person
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.forms import PARTICIPANTS
from cycle.tasks.tables import Task
from notifications.invitation_ics import to_ics
from notifications.invitations import entry_of
from notifications.office import MEETING, Office
from web import context, faults, render
from web.attachments import attachment
from web.context import Sent
from web.leader.link import open_link
from web.plain import Id
from web.rooms import Room
from web.signing_in import visits

router = APIRouter()
ROOM = Room(router)
NOT_INVITED = faults.Fault(
    403,
    ("Du er ikke længere indkaldt", "You are no longer invited"),
    (
        "Linket hører til en deltager, der er taget af mødet, eller til en post, som du ikke står på i dag.",
        "The link belongs to a participant taken off the meeting, or to a post that you do not hold today.",
    ),
    (
        "Er det en fejl, så skriv til den, der har indkaldt til mødet.",
        "If this is a mistake, write to whoever called the meeting.",
    ),
)


@dataclass(frozen=True)
class Invited:
    """A participant with their meeting. `person` is None for one who takes part without a post."""

    participant: GatheringParticipant
    gathering: Gathering
    person: Person | None

    @property
    def name(self) -> str:
        """Who reads the page."""
        return self.person.name if self.person else self.participant.name

    @property
    def by(self) -> str:
        """How the participant is named in the history."""
        return f"person:{self.person.id}" if self.person else f"participant:{self.participant.id}"


@router.get("/indkaldelse/{token}")
def show(request: Request, token: str, gemt: str = "") -> Response:
    """The meeting as it stands."""
    with context.reading(request) as session:
        invited = open_invitation(session, request, token)
        gathering = invited.gathering
        open_ = (gathering.state, GatheringVerb.CALL) in GATHERING_MOVES
        return render.page(
            request,
            "leader/meeting.html",
            invited=invited,
            it=gathering,
            people=participants_of(session, gathering.id or 0),
            may_answer=open_ and context.now(request) < gathering.ends_at,
            cancelled=gathering.state is GatheringState.CANCELLED,
            saved=bool(gemt),
            address=f"/indkaldelse/{token}",
        )


@router.post("/indkaldelse/{token}")
def answer(request: Request, token: str, sent: Sent) -> Response:
    """Whether the participant comes."""
    answers = {"ja": Coming.YES, "nej": Coming.NO}
    coming = answers.get(str(sent.get("coming", "")))
    with context.writing(request) as session:
        invited = open_invitation(session, request, token)
        if coming is None:
            raise faults.Refused(faults.BAD_REQUEST)
        answer_invitation(session, invited.participant, coming, by=invited.by, now=context.now(request))
    return RedirectResponse(f"/indkaldelse/{token}?gemt=1", status_code=303)


@router.get("/indkaldelse/{token}/fil")
def fetch(request: Request, token: str) -> Response:
    """The file with the minutes."""
    with context.reading(request) as session:
        return _file(session, open_invitation(session, request, token).gathering)


@router.get("/indkaldelse/{token}/moede.ics")
def calendar(request: Request, token: str) -> Response:
    """The meeting for a calendar: the same entry as in the mail."""
    with context.reading(request) as session:
        invited = open_invitation(session, request, token)
    told = Told.CANCELLED if invited.gathering.state is GatheringState.CANCELLED else Told.INVITED
    entry = entry_of(
        invited.gathering,
        Office.of(context.settings(request)),
        told,
        name=invited.name,
        address=invited.participant.invited_address,
        at=context.now(request),
    )
    headers = {"Content-Disposition": 'attachment; filename="moede.ics"'}
    content = to_ics(entry, published=True)
    return Response(content, media_type="text/calendar; charset=utf-8", headers=headers)


@router.get("/opgave/{token}/moede")
def of_task(request: Request, token: str) -> Response:
    """The meetings that the task belongs to."""
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        found = meetings_of(session, holding.task)
        if not found:
            raise NotFound("gathering", token)
        return render.page(
            request,
            "leader/meetings.html",
            holding=holding,
            task=holding.task,
            has_meeting=False,
            meetings=[(each, participants_of(session, each.id or 0)) for each in found],
            address=f"/opgave/{token}",
        )


@router.get("/opgave/{token}/moede/{meeting_id}")
def file_of_task(request: Request, token: str, meeting_id: Id) -> Response:
    """The file with the minutes of one of the task's meetings."""
    with context.reading(request) as session:
        found = meetings_of(session, open_link(session, request, token).task)
        if meeting_id not in {each.id for each in found}:
            raise NotFound("gathering", meeting_id)
        return _file(session, get_gathering(session, meeting_id))


def meetings_of(session: Session, task: Task) -> Sequence[Gathering]:
    """The meeting that homework was given at; all of a step's for whoever calls them."""
    if "gathering" in task.prefill:
        return [get_gathering(session, int(task.prefill["gathering"]))]
    return of_occurrence(session, task.occurrence_id) if PARTICIPANTS in task.prefill else []


def open_invitation(session: Session, request: Request, token: str) -> Invited:
    """What the invitation's link opens, of whoever has opened it in this browser. Only reads.

    As with a task's (`web.leader.link.open_link`). Raises LinkInvalid when the token is not genuine or was
    revoked, Refused when the participant was taken off or the person no longer acts for the post.
    """
    arrival = visits.arrival(request, token, MEETING)
    claims = arrival.claims
    participant = session.get(GatheringParticipant, claims.task_id)
    if participant is None:
        raise LinkInvalid("revoked")
    claims.require_generation(participant.link_generation)
    if participant.removed:
        raise faults.Refused(NOT_INVITED)
    gathering = get_gathering(session, participant.gathering_id)
    person = session.get(Person, claims.person_id) if claims.person_id else None
    if person is not None:
        request.state.language = person.language
    if participant.unit_id is not None:
        on = calendar_of_root(session, gathering.root_id).local_date(context.now(request))
        directory = Directory.for_post(session, participant.unit_id, on)
        if not directory.may_act(participant.unit_id, participant.role, claims.person_id):
            raise faults.Refused(NOT_INVITED)
    visits.begin(request, arrival, token)
    return Invited(participant, gathering, person)


def _file(session: Session, gathering: Gathering) -> Response:
    if not gathering.minutes_file:
        raise NotFound("file", gathering.id)
    return attachment(files.read(session, gathering.minutes_file["sha256"]), gathering.minutes_file["name"])
