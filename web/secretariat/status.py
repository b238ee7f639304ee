"""Where the year stands, for the direction and the committee: read, or printed on A4.

GET /status, /status/{cycle}, /status/{cycle}/status.pdf

It says of every activity what the wheel says, and of what has been released and decided so much that its
reader finds it. Nothing can be done here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.danish import format_date
from cycle.goals.tables import Decision
from cycle.goals.year_results import Released, decided_of, released_of
from cycle.plan.model import Confidence
from cycle.tasks.states import OccurrenceState
from documents.typeset import typeset
from web import context, render
from web.plain import Id
from web.secretariat.pages import pdf_download, show
from web.secretariat.reach import activity_of
from web.secretariat.words import namer
from web.secretariat.year import Line, Year, choose, cycles_seen, switch, year_shown
from web.session import CurrentActor

router = APIRouter()

HEADINGS = (
    (OccurrenceState.OPEN, ("I gang nu", "Under way")),
    (OccurrenceState.CLOSED, ("Afsluttet", "Closed")),
    (OccurrenceState.PLANNED, ("Kommer senere på året", "Later this year")),
)


@dataclass(frozen=True)
class Told:
    """One activity with what has come of it, as far as the reader may see it."""

    line: Line
    released: Released | None
    decisions: Sequence[Decision]

    @property
    def paper(self) -> str:
        """Where the released roll-up is read."""
        return f"/afrapportering/{self.line.summary.occurrence.id}" if self.released else ""


@dataclass(frozen=True)
class Status:
    """The year in parts: what is under way, closed, and to come."""

    year: Year
    parts: Sequence[tuple[tuple[str, str], Sequence[Told]]]

    @property
    def released(self) -> int:
        """How many activities' roll-ups have been released."""
        return sum(bool(told.released) for _, part in self.parts for told in part)


@router.get("/status")
def newest(request: Request, actor: CurrentActor) -> Response:
    """The year that today lies in, else the newest."""
    return _page(request, actor, None)


@router.get("/status/{cycle_id}")
def one_year(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """One year."""
    return _page(request, actor, cycle_id)


@router.get("/status/{cycle_id}/status.pdf")
def printed(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The same on A4."""
    language, settings = render.language_of(request), context.settings(request)
    with context.reading(request) as session:
        cycle = choose(cycles_seen(session, actor), cycle_id, None)
        status = _status(session, actor, year_shown(session, actor, cycle, request))
    values = _values(status, render.file_mark(request), language)
    own, now = settings.templates_dir, context.now(request)
    content = typeset("status.typ", values, own=own, language=language, at=now)
    return pdf_download(content, f"status-{status.year.cycle.year}.pdf")


def _page(request: Request, actor: SignedIn, cycle_id: int | None) -> Response:
    with context.reading(request) as session:
        cycles = cycles_seen(session, actor)
        status = None
        if cycles or cycle_id is not None:
            today = context.now(request).astimezone(context.settings(request).zone).date()
            year = year_shown(session, actor, choose(cycles, cycle_id, today), request)
            status = _status(session, actor, year)
        return show(request, "status.html", standing=status, switch=switch(cycles))


def _status(session: Session, actor: SignedIn, year: Year) -> Status:
    ids = [line.summary.occurrence.id or 0 for line in year.lines]
    released = released_of(session, ids)
    decided: dict[int, list[Decision]] = {}
    for decision in decided_of(session, ids):
        decided.setdefault(decision.occurrence_id or 0, []).append(decision)
    told = [_told(line, released, decided, actor) for line in year.lines]
    return Status(
        year,
        [
            (words, part)
            for state, words in HEADINGS
            if (part := [each for each in told if each.line.summary.occurrence.state is state])
        ],
    )


def _told(
    line: Line, released: dict[int, Released], decided: dict[int, list[Decision]], actor: SignedIn
) -> Told:
    """What came of the activity is told to those who may read its answers, or what of them was released."""
    occurrence = line.summary.occurrence
    id_, root = occurrence.id or 0, f"/{occurrence.root_id}/"
    confidential = activity_of(occurrence).confidential
    thing = Thing.CONFIDENTIAL if confidential else Thing.RELEASED if id_ in released else Thing.ORDINARY
    if not allowed(actor.grants, Verb.SEE_ACTIVITY, thing, root):
        return Told(line, None, ())
    return Told(line, released.get(id_), decided.get(id_, ()))


def _values(status: Status, mark: str, language: str) -> dict[str, Any]:
    """The values of `status.typ`."""
    place, year = (1 if language == "en" else 0), status.year
    return {
        "municipality": year.place,
        "mark": mark,
        "title": year.title,
        "dated": format_date(year.today, language),
        "parts": [
            {"title": words[place], "activities": [_activity_values(told, language) for told in part]}
            for words, part in status.parts
        ],
    }


def _activity_values(told: Told, language: str) -> dict[str, Any]:
    summary, name = told.line.summary, namer(language)
    return {
        "title": told.line.title,
        "concerns": summary.occurrence.concerns_year,
        "due": format_date(summary.occurrence.due_on, language),
        "doubt": _doubt(told.line, language),
        "standing": name(summary.standing),
        "answered": summary.answered,
        "owed": summary.owed,
        "version": told.released.version if told.released else 0,
        "decisions": [
            {
                "body": each.body,
                "on": format_date(each.decided_on, language),
                "adopted": each.adopted,
                "text": each.text,
            }
            for each in told.decisions
        ],
    }


def _doubt(line: Line, language: str) -> str:
    """What the page says beside a deadline that its source does not decide; empty for any other."""
    if line.due.confidence is not Confidence.UNCERTAIN:
        return ""
    uncertain, printed = ("uncertain", "printed as") if language == "en" else ("usikker", "trykt som")
    return f"{uncertain}, {printed} »{line.due.printed}«" if line.due.printed else uncertain
