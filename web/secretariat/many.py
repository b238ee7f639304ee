"""Many units of an activity at once: a later deadline, a message, a waiver, a substitute; first it is seen.

POST /aktivitet/{activity}/flere/vis    who it concerns, the mail as it will go; changes nothing
POST /aktivitet/{activity}/flere        does it to all of them, or to none

A form that cannot be carried out is shown again below its list, with the ticks and what was written.
"""

import secrets

from fastapi import APIRouter, Request
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict
from cycle.tasks.calendars import calendar_of
from cycle.tasks.listing import entries
from cycle.tasks.many import Order, act_on_many
from notifications.render import Rendered
from web import context
from web.plain import Id
from web.secretariat.activity import show_activity
from web.secretariat.activity_list import Narrowed
from web.secretariat.many_acts import VERBS, WORD_OF, Refused, Ticks, order_in, ticks_in
from web.secretariat.many_seen import Line, listed_of, look_at
from web.secretariat.pages import show
from web.secretariat.preview import act_preview
from web.secretariat.reach import Reach, reach, reach_any
from web.secretariat.typed import needed
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}/flere")
CHANGED = 409


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Who it would concern; nothing is changed."""
    with context.reading(request) as session:
        reach_any(session, actor, occurrence_id, VERBS.values())
    try:
        order, ticks = _read(sent)
        return _show(request, actor, occurrence_id, order, ticks, sent, secrets.token_urlsafe(12))
    except AnswerInvalid as error:
        return _again(request, actor, occurrence_id, sent, error)


@router.post("")
def act(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Does it; when a unit has answered meanwhile, nothing is done and the page says so."""
    with context.reading(request) as session:
        reach_any(session, actor, occurrence_id, VERBS.values())
    try:
        order, ticks = _read(sent)
        once = needed(sent, "once", "Formularens nummer")[:40]
        done = _act(request, actor, occurrence_id, order, ticks, once)
    except AnswerInvalid as error:
        return _again(request, actor, occurrence_id, sent, error)
    except Conflict:
        return _show(request, actor, occurrence_id, order, ticks, sent, once, status=CHANGED)
    address = f"/aktivitet/{occurrence_id}?gjort={WORD_OF[order.act]}&antal={done}#liste"
    return RedirectResponse(address, status_code=303)


def _read(sent: FormData) -> tuple[Order, Ticks]:
    """What shall be done to whom. Raises AnswerInvalid with the faults of both."""
    problems, ticks, order = [], None, None
    try:
        ticks = ticks_in(sent)
    except AnswerInvalid as error:
        problems += error.problems
    try:
        order = order_in(sent)
    except AnswerInvalid as error:
        problems += error.problems
    if ticks is None or order is None:
        raise AnswerInvalid(problems)
    return order, ticks


def _act(request: Request, actor: SignedIn, occurrence_id: int, order: Order, ticks: Ticks, once: str) -> int:
    """Does the order to the tasks that were seen, by their numbers; gives how many."""
    with context.writing(request) as session:
        found, now = reach(session, actor, occurrence_id, VERBS[order.act]), context.now(request)
        calendar = calendar_of(session, found.occurrence)
        today = calendar.local_date(now)
        listed = entries(session, found.occurrence, paths=found.paths, today=today, calendar=calendar)
        listed_of(listed, ticks.tasks)
        return act_on_many(session, found.occurrence, ticks.tasks, order, by=actor.by, now=now, once=once)


def _show(
    request: Request,
    actor: SignedIn,
    occurrence_id: int,
    order: Order,
    ticks: Ticks,
    sent: FormData,
    once: str,
    *,
    status: int = 200,
) -> Response:
    """The page that shows what would happen."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, VERBS[order.act])
        seen = look_at(session, request, found, order, ticks, Narrowed.by(sent))
    return show(
        request,
        "many.html",
        status=status,
        it=found.occurrence,
        order=order,
        word=WORD_OF[order.act],
        **seen.values(),
        mail=_mail(request, actor, found, order, seen.first),
        shown=seen.first,
        once=once,
        changed=status == CHANGED,
        asked=Narrowed.by(sent).fields(),
    )


def _mail(
    request: Request, actor: SignedIn, found: Reach, order: Order, line: Line | None
) -> Rendered | None:
    """The mail to the first unit that can be written to, as it will go."""
    if line is None:
        return None
    return act_preview(request, line.entry.task_id, found.occurrence.root_id, order, by=actor.by)


def _again(
    request: Request, actor: SignedIn, occurrence_id: int, sent: FormData, error: AnswerInvalid
) -> Response:
    """The list again, with the ticks and what was written, and what is wrong where it is."""
    with context.reading(request) as session:
        refused = Refused.by(error, sent)
        return show_activity(session, request, actor, occurrence_id, Narrowed.by(sent), refused)
