"""What a body decided on an activity: seen before it is recorded, corrected or withdrawn with a reason.

POST /aktivitet/{activity}/beslutning/vis   what the decision would put in force; changes nothing
POST /aktivitet/{activity}/beslutning       records it
GET  /beslutning/{decision}                 what it says and said before, to be corrected or withdrawn
"""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import TypedDict

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.datastructures import FormData
from starlette.responses import RedirectResponse, Response

from cycle.access.rules import Verb
from cycle.errors import AnswerInvalid, Problem
from cycle.goals.adopting import built_on, would_adopt
from cycle.goals.decisions import (
    check_decision,
    correct_decision,
    get_decision,
    record_decision,
    recorded_as,
    withdraw_decision,
)
from cycle.tasks.calendars import calendar_of
from cycle.tasks.ledger import actor_names
from cycle.tasks.overview import summary_of
from web import context
from web.plain import Id
from web.secretariat.activity import show_activity
from web.secretariat.activity_list import Narrowed
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach
from web.secretariat.typed import all_of, needed, text_of, whole_date, whole_number
from web.secretariat.wanting import note_wanting
from web.session import CheckedForm, CurrentActor

router = APIRouter()

CHANGED = 409


@router.post("/aktivitet/{occurrence_id}/beslutning/vis")
def preview(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """What the decision would put in force, and what speaks against recording it now; nothing is changed."""
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.RECORD_DECISION)
        try:
            return _preview(session, request, found, sent)
        except AnswerInvalid as error:
            note_wanting(request, "beslutning", error, sent)
            return show_activity(session, request, actor, occurrence_id, Narrowed.by({}))


@router.post("/aktivitet/{occurrence_id}/beslutning")
def decide(request: Request, actor: CurrentActor, occurrence_id: Id, sent: CheckedForm) -> Response:
    """Records what a body decided; when it would put something else in force than was shown, it does not."""
    with context.writing(request) as session:
        found = reach(session, actor, occurrence_id, Verb.RECORD_DECISION)
        said = {**_said(sent), "adopted": _adopted(sent)}
        known = recorded_as(session, occurrence_id, said)
        shown = would_adopt(session, found.occurrence)
        if known is None and said["adopted"] and shown.digest != text_of(sent, "seen"):
            return _preview(session, request, found, sent, status=CHANGED)
        record_decision(
            session,
            occurrence_id=occurrence_id,
            **_said(sent),
            adopted=_adopted(sent),
            by=actor.by,
            now=context.now(request),
        )
    return _back(occurrence_id, "skrevet" if known is None else "stod")


@router.get("/beslutning/{decision_id}")
def decision(request: Request, actor: CurrentActor, decision_id: Id) -> Response:
    """A decision with what it said before, to be corrected or withdrawn."""
    with context.reading(request) as session:
        it = get_decision(session, decision_id)
        found = reach(session, actor, it.occurrence_id or 0, Verb.RECORD_DECISION)
        today = calendar_of(session, found.occurrence).local_date(context.now(request))
        built = built_on(session, it) if it.withdrawn_at is None else []
        return show(
            request,
            "decision.html",
            it=it,
            occurrence=found.occurrence,
            names=actor_names(session, [it.by, it.withdrawn_by, *(was["by"] for was in it.earlier)]),
            earlier=[_was(each) for each in reversed(it.earlier)],
            built=built,
            today=today,
        )


@router.post("/beslutning/{decision_id}/ret")
def correct(request: Request, actor: CurrentActor, decision_id: Id, sent: CheckedForm) -> Response:
    """Puts the corrected words and date in its place."""
    with context.writing(request) as session:
        occurrence_id = get_decision(session, decision_id).occurrence_id or 0
        reach(session, actor, occurrence_id, Verb.RECORD_DECISION)
        correct_decision(
            session,
            decision_id,
            **_said(sent),
            seen=whole_number(sent, "edition", "Udgaven"),
            why=text_of(sent, "why"),
            by=actor.by,
            now=context.now(request),
        )
    return _back(occurrence_id, "rettet")


@router.post("/beslutning/{decision_id}/traek")
def withdraw(request: Request, actor: CurrentActor, decision_id: Id, sent: CheckedForm) -> Response:
    """Takes it back, where nothing has been built on it."""
    with context.writing(request) as session:
        occurrence_id = get_decision(session, decision_id).occurrence_id or 0
        reach(session, actor, occurrence_id, Verb.RECORD_DECISION)
        withdraw_decision(
            session,
            decision_id,
            seen=whole_number(sent, "edition", "Udgaven"),
            why=needed(sent, "why", "Begrundelsen"),
            by=actor.by,
            now=context.now(request),
        )
    return _back(occurrence_id, "trukket")


def _preview(
    session: Session, request: Request, found: Reach, sent: FormData, *, status: int = 200
) -> Response:
    occurrence, now = found.occurrence, context.now(request)
    said, adopted = all_of(lambda: _said(sent), lambda: _adopted(sent))
    check_decision(session, occurrence, **said, now=now)
    calendar = calendar_of(session, occurrence)
    today = calendar.local_date(now)
    return show(
        request,
        "decision_preview.html",
        status=status,
        it=occurrence,
        **said,
        adopted=adopted,
        adopts=would_adopt(session, occurrence),
        summary=summary_of(session, occurrence, paths=(found.root_path,), today=today),
        closes_on=calendar.local_date(occurrence.closes_at - timedelta(seconds=1)),
        known=recorded_as(session, occurrence.id or 0, {**said, "adopted": adopted}),
        changed=status == CHANGED,
    )


class Said(TypedDict):
    """A decision as typed."""

    body: str
    decided_on: date
    text: str


def _said(sent: FormData) -> Said:
    body, decided_on, text = all_of(
        lambda: text_of(sent, "body"),
        lambda: whole_date(sent, "decided_on", "Mødedatoen"),
        lambda: text_of(sent, "text"),
    )
    return Said(body=body, decided_on=decided_on, text=text)


def _adopted(sent: FormData) -> bool:
    if sent.get("adopted") not in ("ja", "nej"):
        raise AnswerInvalid([Problem("adopted", "Vælg, om det blev vedtaget.")])
    return sent.get("adopted") == "ja"


def _was(earlier: Mapping[str, str]) -> dict[str, object]:
    """What it said before, with its dates as dates."""
    on, at = date.fromisoformat(earlier["decided_on"]), datetime.fromisoformat(earlier["at"])
    return {**earlier, "decided_on": on, "at": at}


def _back(occurrence_id: int, done: str) -> Response:
    return RedirectResponse(f"/aktivitet/{occurrence_id}?beslutning={done}#beslutninger", status_code=303)
