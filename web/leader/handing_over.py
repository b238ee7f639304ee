"""A leader hands the post over to a colleague for a time: the rule of substitutes, by the holder's own hand.

The task's link is about one task and does not do for it: a mailed code or an account has to say that it is
the holder.

GET  /opgave/{token}/overdrag   to whom, until when, and what that means; who stands in already
POST /opgave/{token}/overdrag   does it: recorded, the holder is mailed at once, the colleague that day
"""

import secrets
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import RedirectResponse, Response

from config.english import problem_in_english
from cycle.access.rules import OwnVerb
from cycle.errors import AnswerInvalid, Conflict, Problem
from cycle.organisation.directory import Capacity
from cycle.tasks.many import LONGEST, Act, Order
from cycle.tasks.own_posts import StandIn, hand_over, stand_ins
from web import context, faults, render
from web.context import Sent
from web.leader.known import is_own_hand, require_own_hand
from web.leader.link import Holding, open_link
from web.plain import readable
from web.rooms import Room
from web.secretariat.typed import all_of, needed, whole_date
from web.signing_in.person import person_of

router = APIRouter(prefix="/opgave/{token}/overdrag")
ROOM = Room(router)
FIELDS = ("email", "until", "text")


@router.get("")
def show(request: Request, token: str, gjort: str = "") -> Response:
    """To whom, until when, and what that means."""
    return _page(request, token, done=bool(gjort))


@router.post("")
def hand(request: Request, token: str, sent: Sent) -> Response:
    """The colleague acts for the post from today; the same POST twice is one act."""
    with context.reading(request) as session:
        require_own_hand(open_link(session, request, token), OwnVerb.HAND_OVER)
    typed = {name: readable(sent.get(name)) for name in FIELDS}
    once = readable(sent.get("once"))[:40]
    try:
        text, email, until = all_of(
            lambda: needed(sent, "text", "Begrundelsen"),
            lambda: needed(sent, "email", "Stedfortræderens mailadresse"),
            lambda: whole_date(sent, "until", "Den sidste dag"),
        )
        order = Order(Act.REASSIGN, text, email=email, until=until)
        with context.writing(request) as session:
            holding = open_link(session, request, token)
            if not holding.may_hand_over:
                raise faults.Refused(faults.NOT_NOW)
            hand_over(
                session,
                holding.occurrence,
                holding.task,
                order,
                holding.person,
                now=context.now(request),
                once=f"{holding.task_id}:{once}",
            )
    except AnswerInvalid as error:
        return _page(request, token, typed=typed, problems=error.problems, status=422)
    except Conflict:
        return _page(request, token, typed=typed, problems=[TAKEN], status=409)
    return RedirectResponse(f"/opgave/{token}/overdrag?gjort=1", status_code=303)


def _page(
    request: Request,
    token: str,
    *,
    typed: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    done: bool = False,
    status: int = 200,
) -> Response:
    with context.reading(request) as session:
        holding = open_link(session, request, token)
        english = render.language_of(request) == "en"
        told = {each.where: problem_in_english(each) if english else each for each in problems}
        return render.page(
            request,
            "leader/handing_over.html",
            status=status,
            holding=holding,
            is_known=is_own_hand(holding, OwnVerb.HAND_OVER),
            standing_in=_standing_in(session, holding),
            person=person_of(session, request),
            task=holding.task,
            token=token,
            address=f"/opgave/{token}",
            has_meeting=False,
            typed=typed or dict.fromkeys(FIELDS, ""),
            problems=told,
            done=done,
            latest=holding.today + LONGEST,
            once=secrets.token_urlsafe(12),
        )


def _standing_in(session: Session, holding: Holding) -> list[StandIn]:
    """Who acts for the post today, where its holder asks and is known to be that."""
    if holding.capacity is not Capacity.HOLDER or not is_own_hand(holding, OwnVerb.HAND_OVER):
        return []
    found = stand_ins(session, holding.person.id or 0, today=holding.today)
    return [each for each in found if (each.unit_id, each.role) == (holding.task.unit_id, holding.task.role)]


TAKEN = Problem(
    "email",
    "Personen kan ikke være stedfortræder for posten i de dage.",
    "Posten er personens egen, eller der er allerede en stedfortræder. Spørg sekretariatet.",
)
