"""A leader asks for a later deadline, with a reason, and sees what came of it.

GET  /opgave/{token}/frist   until when, why, and the answers to what was asked before
POST /opgave/{token}/frist   asks: recorded, and the nearest superior is told
"""

from collections.abc import Mapping, Sequence
from datetime import date

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from config.english import problem_in_english
from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.tasks import wishes
from cycle.tasks.ledger import actor_names
from cycle.tasks.states import WishState
from cycle.tasks.tables import Extension
from web import context, faults, render, words
from web.context import Sent
from web.leader.link import Holding, open_link
from web.plain import readable
from web.rooms import Room
from web.secretariat.typed import text_of, whole_date

router = APIRouter(prefix="/opgave/{token}/frist")
ROOM = Room(router)
FIELDS = ("wished_on", "reason")


@router.get("")
def show(request: Request, token: str, gjort: str = "") -> Response:
    """What can be asked for, and what was."""
    return _page(request, token, done=bool(gjort))


@router.post("")
def ask(request: Request, token: str, sent: Sent) -> Response:
    """Asks for a later deadline; the same POST twice is one wish."""
    typed = {name: readable(sent.get(name)) for name in FIELDS}
    try:
        with context.writing(request) as session:
            holding = open_link(session, request, token)
            wished_on, reason = _wish(sent)
            wishes.ask(
                session,
                holding.task_id,
                wished_on=wished_on,
                reason=reason,
                by=holding.by,
                now=context.now(request),
            )
    except AnswerInvalid as error:
        return _page(request, token, typed=typed, problems=error.problems, status=422)
    except NotNow as error:
        raise faults.Refused(faults.NOT_NOW) from error
    except Conflict:
        return _page(request, token, typed=typed, problems=[ASKED], status=409)
    return RedirectResponse(f"/opgave/{token}/frist?gjort=1", status_code=303)


def _wish(sent: FormData) -> tuple[date, str]:
    """Date and reason. Beside a date that can be read, the asking itself says that the reason lacks."""
    reason = text_of(sent, "reason")
    try:
        return whole_date(sent, "wished_on", "Den ønskede frist"), reason
    except AnswerInvalid as error:
        raise AnswerInvalid([*error.problems, *([] if reason else [wishes.NO_REASON])]) from error


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
        asked = wishes.wishes_of(session, holding.task_id)
        return render.page(
            request,
            "leader/wish.html",
            status=status,
            holding=holding,
            task=holding.task,
            token=token,
            address=f"/opgave/{token}",
            has_meeting=False,
            typed=typed or dict.fromkeys(FIELDS, ""),
            problems=told,
            done=done and bool(asked),
            asked=asked,
            states=words.WISHES,
            granted=_granted(session, [each.extension_id for each in asked]),
            names=actor_names(session, [each.decided_by for each in asked]),
            **_days(holding, any(each.state is WishState.ASKED for each in asked)),
        )


def _days(holding: Holding, waits: bool) -> dict[str, date | bool]:
    """Between which days a deadline can be asked for, and whether it can be now."""
    first = wishes.first_day(holding.task, holding.calendar, today=holding.today)
    may = wishes.may_ask(holding.task, holding.occurrence)
    return {
        "first": first,
        "last": holding.closes_on,
        "waits": waits,
        "may": may and not waits and first <= holding.closes_on,
        "too_late": may and first > holding.closes_on,
    }


def _granted(session: Session, ids: Sequence[int | None]) -> dict[int, date]:
    """The dates that granted wishes came to, by extension."""
    found = (session.get(Extension, id_) for id_ in ids if id_ is not None)
    return {each.id or 0: each.new_due_on for each in found if each is not None}


ASKED = Problem(
    "wished_on",
    "Der er allerede bedt om en ny frist, som ikke er afgjort endnu.",
    "Vent på svaret, eller skriv til sekretariatet.",
)
