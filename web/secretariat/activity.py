"""One activity: how many have answered and how, each unit's line, what comes after, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.calendar import WorkingCalendar
from cycle.gatherings.reading import list_meetings
from cycle.goals.agreements import Unsigned, in_force, unsigned
from cycle.goals.decisions import decisions_of
from cycle.goals.frame_tables import Frame
from cycle.goals.frames import frames_of, newest_by_area
from cycle.goals.progress import agreement_steps
from cycle.goals.tables import AgreementState
from cycle.plan.model import FlowName
from cycle.tasks.calendars import calendar_of
from cycle.tasks.change import RUNNING
from cycle.tasks.figures import kept_figures
from cycle.tasks.ledger import actor_names
from cycle.tasks.listing import FILTERS, Entry, Wish, entries, tallies
from cycle.tasks.overspend import follow_ups
from cycle.tasks.overview import Step, steps_of, summary_of
from cycle.tasks.releases import versions
from cycle.tasks.responses import day_by_day
from cycle.tasks.states import Timeliness
from cycle.tasks.titles import title_in
from documents.response_chart import Responses, draw_responses
from web import context, render
from web.dated import Mark
from web.plain import Id, readable
from web.secretariat import many
from web.secretariat.date_notes import note_shown
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.session import CurrentActor

router = APIRouter()

PAGE = 100


@dataclass(frozen=True)
class Chosen:
    """The list as asked for: one page of it or `whole`, and what it can be narrowed to."""

    entries: Sequence[Entry]
    total: int
    tallies: dict[str, int]
    areas: Sequence[str]
    districts: Sequence[str]
    kinds: Sequence[str]
    page: int
    pages: int
    whole: bool


@router.get("/aktivitet/{occurrence_id}")
def activity(
    request: Request,
    actor: CurrentActor,
    occurrence_id: Id,
    tilstand: str = "",
    omraade: str = "",
    distrikt: str = "",
    art: str = "",
    soeg: str = "",
    side: Annotated[int, Query(ge=1, le=10_000)] = 1,
    vis: str = "",
) -> Response:
    """The activity with its list, narrowed as the address says; `vis` is "alle" for the list on one page."""
    state = tilstand if tilstand in FILTERS else ""
    wish = Wish(state=state, area=omraade, district=distrikt, kind=art, text=readable(soeg))
    with context.reading(request) as session:
        found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
        page = 0 if vis == "alle" else side
        return show(request, "activity.html", **_values(session, request, found, wish, page))


def _values(session: Session, request: Request, found: Reach, wish: Wish, page: int) -> dict[str, Any]:
    occurrence = found.occurrence
    calendar = calendar_of(session, occurrence)
    today = calendar.local_date(context.now(request))
    listed = entries(session, occurrence, paths=found.paths, today=today, calendar=calendar)
    return {
        "it": occurrence,
        "title": title_of(found.activity, render.language_of(request)),
        "activity": found.activity,
        **_responses(session, found, listed, calendar, request),
        "summary": summary_of(session, occurrence, paths=(found.root_path,), today=today),
        **_dates(found, calendar),
        "note": note_shown(occurrence, render.language_of(request)),
        "today": today,
        "wish": wish,
        "list": choose(listed, wish, page),
        "steps": _steps(session, found, render.language_of(request)),
        "unsigned": _unsigned(session, found),
        "in_force": in_force(session, found.occurrence.id or 0, below=found.paths),
        "frames": _frames(session, found),
        **_acts(session, occurrence.id or 0),
        "follow_ups": follow_ups(session, occurrence.id or 0, paths=found.paths),
        "meetings": list_meetings(session, [occurrence.root_id], occurrence_id=occurrence.id),
        "released": versions(session, occurrence.id or 0),
        "may": {verb.value: found.may(verb) for verb in Verb},
        "partial": found.paths != (found.root_path,),
        **_of_many(request, found, today, calendar),
        "address": lambda **changes: address(occurrence.id or 0, wish, **changes),
    }


def _responses(
    session: Session, found: Reach, listed: Sequence[Entry], calendar: WorkingCalendar, request: Request
) -> dict[str, Any]:
    """Answers and reminders day by day, as a drawing and for the table beside it."""
    occurrence, now = found.occurrence, context.now(request)
    days = day_by_day(session, occurrence, listed, paths=found.paths, calendar=calendar, now=now)
    drawn = draw_responses(
        Responses(
            days=days,
            owed=sum(entry.timeliness is not Timeliness.NOT_OWED for entry in listed),
            opens_on=calendar.local_date(occurrence.opens_at),
            due_on=occurrence.due_on,
            until=calendar.local_date(min(now, occurrence.closes_at - timedelta(seconds=1))),
            language=render.language_of(request),
        )
    )
    return {"days": days, "responses": drawn}


def _acts(session: Session, occurrence_id: int) -> dict[str, Any]:
    """What accounts have done with it: the figures, the decisions, and who it was."""
    figures, decisions = kept_figures(session, occurrence_id), decisions_of(session, occurrence_id)
    actors = [*(each.withdrawn_by for each in decisions), *([figures.by] if figures else [])]
    return {"figures": figures, "decisions": decisions, "names": actor_names(session, actors)}


def _dates(found: Reach, calendar: WorkingCalendar) -> dict[str, Any]:
    """The local days of its window; opening and deadline with how sure they are."""
    occurrence, window = found.occurrence, found.activity.window
    opens_on = calendar.local_date(occurrence.opens_at)
    return {
        "opens_on": opens_on,
        "closes_on": calendar.local_date(occurrence.closes_at - timedelta(seconds=1)),
        "opens": Mark.of(window.opens, opens_on),
        "due": Mark.of(window.due, occurrence.due_on),
    }


def _of_many(request: Request, found: Reach, today: date, calendar: WorkingCalendar) -> dict[str, Any]:
    """What the list needs so that several units can be chosen, and what was just done to some."""
    asked = request.query_params
    running = found.occurrence.state in RUNNING
    suggested = calendar.add_working_days(max(found.occurrence.due_on, today), 5)
    return {
        "many": [word for word, act in many.ACTS.items() if running and found.may(many.VERBS[act])],
        "all_chosen": asked.get("valg") == "alle",
        "suggested": suggested.isoformat(),
        "done": many.notice(asked.get("gjort", ""), asked.get("antal", "")),
        "decided": asked.get("beslutning", ""),
    }


def _steps(session: Session, found: Reach, language: str) -> list[Step]:
    """What follows the units' answers: tasks counted by their titles, or the steps of the agreements."""
    occurrence, paths = found.occurrence, (found.root_path,)
    if found.activity.flow is FlowName.AGREEMENT_SIGNING and occurrence.state in RUNNING:
        steps = agreement_steps(session, occurrence, found.activity, paths=paths)
    else:
        steps = steps_of(session, occurrence.id or 0, paths=paths)
    return [replace(step, title=title_in(language, step.title, occurrence)) for step in steps]


def _unsigned(session: Session, found: Reach) -> dict[AgreementState, list[Unsigned]] | None:
    """The agreements not yet in force by how far they have come; None where there are no agreements."""
    if found.activity.flow is not FlowName.AGREEMENT_SIGNING:
        return None
    sorts: dict[AgreementState, list[Unsigned]] = {}
    for each in unsigned(session, found.occurrence.id or 0, below=found.paths):
        sorts.setdefault(each.state, []).append(each)
    return {state: sorts[state] for state in AgreementState if state in sorts}


def _frames(session: Session, found: Reach) -> list[Frame] | None:
    """The newest steering frame of each area for the year; None where the activity is about no frames."""
    if found.activity.flow not in (FlowName.FRAME_APPROVAL, FlowName.FRAME_REPORT):
        return None
    occurrence = found.occurrence
    return list(newest_by_area(frames_of(session, occurrence.root_id, occurrence.concerns_year)).values())


def choose(listed: Sequence[Entry], wish: Wish, page: int) -> Chosen:
    """One page of the entries the wish admits, all of them for page 0; counts are of the places it admits,
    whatever their state.
    """
    here = [entry for entry in listed if wish.admits_place(entry)]
    wanted = [entry for entry in here if FILTERS[wish.state or "alle"](entry)]
    pages = max(1, -(-len(wanted) // PAGE))
    shown = min(page, pages)
    in_area = [entry for entry in listed if wish.area in ("", entry.area)]
    return Chosen(
        entries=wanted[(shown - 1) * PAGE : shown * PAGE] if shown else wanted,
        total=len(wanted),
        tallies=tallies(here),
        areas=sorted({entry.area for entry in listed} - {""}),
        districts=sorted({entry.district for entry in in_area} - {""}),
        kinds=sorted({entry.kind for entry in listed} - {""}),
        page=shown,
        pages=pages,
        whole=not shown,
    )


def address(occurrence_id: int, wish: Wish, **changes: str | int) -> str:
    """The page's address with the wish, changed in some places; empty values are left out."""
    asked = {
        "tilstand": wish.state,
        "omraade": wish.area,
        "distrikt": wish.district,
        "art": wish.kind,
        "soeg": wish.text,
        **changes,
    }
    query = urlencode({name: value for name, value in asked.items() if value})
    return f"/aktivitet/{occurrence_id}" + (f"?{query}" if query else "")
