"""Many units of an activity at once: a later deadline, a message, a waiver, a substitute; first it is seen.

POST /aktivitet/{activity}/flere/vis    who it concerns, who gets a mail and who cannot; changes nothing
POST /aktivitet/{activity}/flere        does it to all of them, or to none
"""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import AnswerInvalid, Conflict, NotFound, Problem
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.tables import Person
from cycle.tasks.calendars import calendar_of
from cycle.tasks.listing import Entry, entries
from cycle.tasks.many import (
    Act,
    Hindrance,
    Order,
    act_on_many,
    acting,
    check_order,
    hindrance,
    taken,
)
from notifications.render import Rendered
from web import context
from web.plain import Id
from web.secretariat.pages import show
from web.secretariat.preview import nudge_preview
from web.secretariat.reach import Reach, reach, reach_any, reach_task
from web.secretariat.typed import all_of, needed, whole_date
from web.session import CheckedForm, CurrentActor

router = APIRouter(prefix="/aktivitet/{occurrence_id}/flere")

ACTS: Mapping[str, Act] = {
    "forlaeng": Act.EXTEND,
    "besked": Act.NUDGE,
    "fritag": Act.WAIVE,
    "stedfortraeder": Act.REASSIGN,
}
VERBS: Mapping[Act, Verb] = {
    Act.EXTEND: Verb.EXTEND,
    Act.NUDGE: Verb.NUDGE,
    Act.WAIVE: Verb.WAIVE,
    Act.REASSIGN: Verb.REASSIGN,
}
CHANGED = 409
WORD_OF = {act: word for word, act in ACTS.items()}


@dataclass(frozen=True)
class Line:
    """One chosen unit: who a mail goes to, and what is in the way."""

    entry: Entry
    recipient: Recipient | None
    hindrance: Hindrance | None


@router.post("/vis")
def preview(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Who it would concern; nothing is changed."""
    with context.reading(request) as session:
        reach_any(session, actor, occurrence_id, VERBS.values())
        order = _order(sent)
        return _show(session, request, actor, occurrence_id, order, _chosen(sent), secrets.token_urlsafe(12))


@router.post("")
def act(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Does it; when a unit has answered meanwhile, nothing is done and the page says so."""
    with context.reading(request) as session:
        reach_any(session, actor, occurrence_id, VERBS.values())
    order, chosen = _order(sent), _chosen(sent)
    once = needed(sent, "once", "Formularens nummer")[:40]
    try:
        with context.writing(request) as session:
            found = _reach(session, actor, occurrence_id, order)
            _listed(session, request, found, chosen)
            done = act_on_many(
                session, found.occurrence, chosen, order, by=actor.by, now=context.now(request), once=once
            )
    except Conflict:
        with context.reading(request) as session:
            return _show(session, request, actor, occurrence_id, order, chosen, once, status=CHANGED)
    address = f"/aktivitet/{occurrence_id}?gjort={WORD_OF[order.act]}&antal={done}#liste"
    return RedirectResponse(address, status_code=303)


def _order(sent: FormData) -> Order:
    chosen = ACTS.get(str(sent.get("act", "")))
    if chosen is None:
        raise AnswerInvalid(
            [Problem("act", "Der er ikke valgt, hvad der skal ske.", "Vælg en af mulighederne.")]
        )
    reason = "Teksten" if chosen is Act.NUDGE else "Begrundelsen"
    if chosen is Act.EXTEND:
        text, due = all_of(
            lambda: needed(sent, "text", reason), lambda: whole_date(sent, "new_due_on", "Den nye frist")
        )
        return Order(chosen, text, due)
    if chosen is not Act.REASSIGN:
        return Order(chosen, needed(sent, "text", reason))
    text, email, until = all_of(
        lambda: needed(sent, "text", reason),
        lambda: needed(sent, "email", "Stedfortræderens mailadresse"),
        lambda: whole_date(sent, "until", "Den sidste dag"),
    )
    return Order(chosen, text, email=email, until=until)


def _chosen(sent: FormData) -> list[int]:
    """The ticked tasks. Raises AnswerInvalid when there is none, or something else than numbers."""
    values = [str(value) for value in sent.getlist("task")]
    if not values or not all(value.isascii() and value.isdigit() and len(value) < 10 for value in values):
        raise AnswerInvalid([Problem("task", "Der er ikke valgt nogen enhed.", "Sæt kryds ved mindst én.")])
    return sorted({int(value) for value in values})


def _reach(session: Session, actor: SignedIn, occurrence_id: int, order: Order) -> Reach:
    return reach(session, actor, occurrence_id, VERBS[order.act])


def _listed(session: Session, request: Request, found: Reach, chosen: Sequence[int]) -> list[Entry]:
    """The chosen tasks among those the account may see. Raises NotFound."""
    calendar = calendar_of(session, found.occurrence)
    today = calendar.local_date(context.now(request))
    listed = entries(session, found.occurrence, paths=found.paths, today=today, calendar=calendar)
    wanted = set(chosen)
    here = [entry for entry in listed if entry.task_id in wanted]
    if len(here) != len(wanted):
        raise NotFound("task", min(wanted - {entry.task_id for entry in here}))
    return here


def _show(
    session: Session,
    request: Request,
    actor: SignedIn,
    occurrence_id: int,
    order: Order,
    chosen: Sequence[int],
    once: str,
    *,
    status: int = 200,
) -> Response:
    found = _reach(session, actor, occurrence_id, order)
    check_order(order, today=calendar_of(session, found.occurrence).local_date(context.now(request)))
    person = acting(session, found.occurrence, order)
    lines = _lines(session, request, found, order, person, _listed(session, request, found, chosen))
    able = [line for line in lines if line.hindrance is None]
    return show(
        request,
        "many.html",
        status=status,
        it=found.occurrence,
        order=order,
        person=person,
        word=WORD_OF[order.act],
        able=able,
        hindered=[line for line in lines if line.hindrance is not None],
        mail=_mail(session, request, actor, order, able),
        once=once,
        changed=status == CHANGED,
    )


def _lines(
    session: Session,
    request: Request,
    found: Reach,
    order: Order,
    person: Person | None,
    listed: Sequence[Entry],
) -> list[Line]:
    today = calendar_of(session, found.occurrence).local_date(context.now(request))
    directory = Directory.load(session, found.occurrence.root_id, today)
    posts = {(entry.unit_id, entry.role) for entry in listed}
    held = taken(session, posts, order, person, today=today)
    lines = []
    for entry in listed:
        recipient = directory.recipient(entry.unit_id, entry.role)
        reachable = recipient is not None and recipient.address is not None
        standing = {"reachable": reachable, "taken": (entry.unit_id, entry.role) in held}
        lines.append(Line(entry, recipient, hindrance(order, entry.state, entry.due_on, **standing)))
    return lines


def _mail(
    session: Session, request: Request, actor: SignedIn, order: Order, able: Sequence[Line]
) -> Rendered | None:
    """The first unit's mail with the secretariat's own words; the other acts' mails are always the same."""
    if order.act is not Act.NUDGE or not able or able[0].recipient is None:
        return None
    task = reach_task(session, actor, able[0].entry.task_id, Verb.SEE_UNIT, Verb.NUDGE)
    return nudge_preview(session, request, task, able[0].recipient, order.text)


def notice(done: str, number: str) -> dict[str, Any] | None:
    """What the activity's page says after an act on many; None when the address tells of none."""
    if done not in ACTS or not (number.isascii() and number.isdigit() and len(number) < 6):
        return None
    return {"act": ACTS[done], "count": int(number)}
