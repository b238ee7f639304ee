"""All of a step's proposed meetings called at once: ten workshops are one decision, not ten.

POST /aktivitet/{activity}/moeder/vis   every proposal with its time and how many mails; nothing is done
POST /aktivitet/{activity}/moeder       calls those that were shown
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.errors import Conflict
from cycle.gatherings.calling import Details, Mailing, call, mailings
from cycle.gatherings.reading import of_occurrence
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering
from web import context
from web.plain import Id
from web.secretariat.meeting_acts import link_of
from web.secretariat.meeting_preview import sample
from web.secretariat.pages import show
from web.secretariat.reach import reach
from web.secretariat.typed import text_of, whole_number
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}/moeder")


@dataclass(frozen=True)
class Proposal:
    """A proposed meeting as it would be called, and who would be invited."""

    gathering: Gathering
    wanted: Details
    told: list[Mailing]


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """What would be called, and how many would be invited; nothing is done."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.CALL_MEETING)
        now = context.now(request)
        proposals = list(_proposals(session, occurrence_id, sent, now))
        first = next((each for each in proposals if each.told), None)
        mail = sample(session, request, first.gathering, first.wanted, first.told[0], "") if first else None
        return show(
            request,
            "meeting_round.html",
            it=found.occurrence,
            proposals=proposals,
            late=_late(session, occurrence_id, now),
            mail=mail,
            reader=first.told[0].participant.name if first else "",
            place=text_of(sent, "place"),
            link=text_of(sent, "link"),
        )


@router.post("")
def call_all(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Calls every meeting that was shown, all or none. Raises Conflict when one was changed since."""
    with context.writing(request) as session:
        reach(session, actor, occurrence_id, Verb.CALL_MEETING)
        now = context.now(request)
        for each in _proposals(session, occurrence_id, sent, now):
            name = f"edition.{each.gathering.id}"
            if name not in sent:
                raise Conflict("gathering", each.gathering.id)
            seen = whole_number(sent, name, "Udgaven")
            call(session, each.gathering, each.wanted, seen=seen, by=actor.by, now=now)
    return RedirectResponse(f"/aktivitet/{occurrence_id}#moeder", status_code=303)


def _proposals(session: Session, occurrence_id: int, sent: FormData, now: datetime) -> Iterator[Proposal]:
    """The proposals that are still to come, at the place that was typed for all of them."""
    place, link = " ".join(text_of(sent, "place").split()), link_of(text_of(sent, "link"))
    for gathering in _proposed(session, occurrence_id):
        if gathering.starts_at > now:
            before = Details.of(gathering)
            wanted = replace(before, place=place or before.place, link=link or before.link)
            found = mailings(session, gathering, wanted, now=now)
            yield Proposal(gathering, wanted, [each for each in found if each.told and each.address])


def _late(session: Session, occurrence_id: int, now: datetime) -> list[Gathering]:
    return [each for each in _proposed(session, occurrence_id) if each.starts_at <= now]


def _proposed(session: Session, occurrence_id: int) -> list[Gathering]:
    every = of_occurrence(session, occurrence_id)
    return [each for each in every if each.state is GatheringState.PROPOSED]
