"""A leader hands the post over to a colleague for a time: the rule of substitutes, by the holder's own hand.

GET  /opgave/{token}/overdrag   to whom, until when, and what that means
POST /opgave/{token}/overdrag   does it: recorded, and the day's mail tells the colleague what is open
"""

import secrets
from collections.abc import Mapping, Sequence

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from config.english import problem_in_english
from cycle.errors import AnswerInvalid, Conflict, Problem
from cycle.tasks.many import LONGEST, Act, Order, act_on_many
from web import context, faults, render
from web.context import Sent
from web.leader.link import open_link
from web.plain import readable
from web.rooms import Room
from web.secretariat.typed import all_of, needed, whole_date

router = APIRouter(prefix="/opgave/{token}/overdrag")
ROOM = Room(router)
FIELDS = ("email", "until", "text")


@router.api_route("", methods=["GET", "HEAD"])
def show(request: Request, token: str, gjort: str = "") -> Response:
    """To whom, until when, and what that means."""
    return _page(request, token, done=bool(gjort))


@router.post("")
def hand_over(request: Request, token: str, sent: Sent) -> Response:
    """The colleague acts for the post from today; the same POST twice is one act."""
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
            act_on_many(
                session,
                holding.occurrence,
                [holding.task_id],
                order,
                by=holding.by,
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


TAKEN = Problem(
    "email",
    "Personen kan ikke være stedfortræder for posten i de dage.",
    "Posten er personens egen, eller der er allerede en stedfortræder. Spørg sekretariatet.",
)
