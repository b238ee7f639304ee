"""One activity: how many have answered and how, each unit's line, what comes after, what was decided."""

from dataclasses import replace
from datetime import timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.calendar import WorkingCalendar
from cycle.gatherings.reading import Listed, list_meetings
from cycle.goals.agreements import count_in_force, count_unsigned, in_force, unsigned
from cycle.goals.decisions import decisions_of
from cycle.goals.frame_tables import Frame
from cycle.goals.frames import frames_of, newest_by_area
from cycle.goals.progress import agreement_steps
from cycle.plan.model import FlowName
from cycle.tasks.calendars import calendar_of
from cycle.tasks.change import RUNNING
from cycle.tasks.fates import Asked
from cycle.tasks.figures import kept_figures, wants_figures
from cycle.tasks.ledger import actor_names
from cycle.tasks.list_pages import list_page, selected
from cycle.tasks.listing import Wish
from cycle.tasks.overspend import follow_ups
from cycle.tasks.overview import Step, steps_of, summary_of
from cycle.tasks.releases import versions
from cycle.tasks.responses import day_by_day
from cycle.tasks.rollup import Outcome
from cycle.tasks.tables import Occurrence
from cycle.tasks.titles import title_in
from documents.response_chart import Responses, draw_responses
from web import context, render
from web.dated import Mark
from web.plain import Id
from web.secretariat import many_acts
from web.secretariat.activity_list import Narrowed, Selection, wish_fields
from web.secretariat.date_notes import note_shown
from web.secretariat.many_acts import Refused
from web.secretariat.meetings import meetings_seen
from web.secretariat.pages import show
from web.secretariat.reach import Reach, reach, title_of
from web.session import CurrentActor

router = APIRouter()

PAGE, WHOLE = 100, 500
"""Units on a page; and on one that is asked for whole, to print say."""


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
    """The activity with its list, narrowed as the address says; `vis` is "alle" for long pages."""
    given = {"tilstand": tilstand, "omraade": omraade, "distrikt": distrikt, "art": art, "soeg": soeg}
    narrowed = Narrowed.by({**given, "side": str(side), "vis": vis})
    with context.reading(request) as session:
        return show_activity(session, request, actor, occurrence_id, narrowed)


def show_activity(
    session: Session,
    request: Request,
    actor: SignedIn,
    occurrence_id: int,
    narrowed: Narrowed,
    refused: Refused | None = None,
) -> Response:
    """The activity's page. `refused`: its form to act on many, shown again with what is wrong with it.

    Raises NotFound, NotAllowed.
    """
    found = reach(session, actor, occurrence_id, Verb.SEE_ACTIVITY)
    values = _values(session, request, found, narrowed, refused)
    return show(request, "activity.html", status=422 if refused else 200, **values)


def _values(
    session: Session, request: Request, found: Reach, narrowed: Narrowed, refused: Refused | None
) -> dict[str, Any]:
    occurrence = found.occurrence
    calendar = calendar_of(session, occurrence)
    today = calendar.local_date(context.now(request))
    asked = Asked(occurrence, found.paths, today, calendar)
    form = many_acts.form_values(found, today, calendar, refused)
    listed = _listed(session, asked, narrowed, acting=bool(form["many"]))
    return {
        "it": occurrence,
        "title": title_of(found.activity, render.language_of(request)),
        "activity": found.activity,
        **_responses(session, asked, listed["list"].owed, request),
        "not_approved": Outcome.NOT_APPROVED,
        "summary": summary_of(session, occurrence, paths=(found.root_path,), today=today),
        **_dates(found, calendar),
        "note": note_shown(occurrence, render.language_of(request)),
        "today": today,
        "steps": _steps(session, found, render.language_of(request)),
        **_agreements(session, found),
        "frames": _frames(session, found),
        **_acts(session, occurrence),
        "follow_ups": follow_ups(session, occurrence.id or 0, paths=found.paths),
        "meetings": _meetings(session, found),
        "released": versions(session, occurrence.id or 0),
        "may": {verb.value: found.may(verb) for verb in Verb},
        "partial": found.paths != (found.root_path,),
        **listed,
        **form,
        **_told(request),
        "address": lambda **changes: address(occurrence.id or 0, narrowed.wish, **changes),
    }


def _listed(session: Session, asked: Asked, narrowed: Narrowed, *, acting: bool) -> dict[str, Any]:
    """A page of the list; `selection` is all that can be acted on where there are more pages."""
    wish, size = narrowed.wish, WHOLE if narrowed.whole else PAGE
    listed = list_page(session, asked, wish, page=narrowed.page, size=size)
    whole = acting and listed.pages > 1
    return {
        "list": listed,
        "wish": wish,
        "asked": narrowed.fields(),
        "whole": narrowed.whole,
        "longest": WHOLE,
        "selection": Selection.of(selected(session, asked, wish)) if whole else None,
    }


def _responses(session: Session, asked: Asked, owed: int, request: Request) -> dict[str, Any]:
    """Answers and reminders day by day, as a drawing and for the table beside it."""
    occurrence, now, calendar = asked.occurrence, context.now(request), asked.calendar
    days = day_by_day(session, asked)
    drawn = draw_responses(
        Responses(
            days=days,
            owed=owed,
            opens_on=calendar.local_date(occurrence.opens_at),
            due_on=occurrence.due_on,
            until=calendar.local_date(min(now, occurrence.closes_at - timedelta(seconds=1))),
            language=render.language_of(request),
        )
    )
    return {"days": days, "responses": drawn}


def _acts(session: Session, occurrence: Occurrence) -> dict[str, Any]:
    """What accounts have done with it: the figures, the decisions, and who it was."""
    occurrence_id, wants = occurrence.id or 0, wants_figures(occurrence)
    figures, decisions = kept_figures(session, occurrence_id), decisions_of(session, occurrence_id)
    actors = [*(each.withdrawn_by for each in decisions), *([figures.by] if figures else [])]
    return {
        "figures": figures,
        "wants_figures": wants,
        "decisions": decisions,
        "names": actor_names(session, actors),
    }


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


def _told(request: Request) -> dict[str, Any]:
    """What the address says: that all on the page are to be ticked, and what was just done."""
    said = request.query_params
    return {
        "all_chosen": said.get("valg") == "alle",
        "done": many_acts.notice(said.get("gjort", ""), said.get("antal", "")),
        "decided": said.get("beslutning", ""),
    }


def _steps(session: Session, found: Reach, language: str) -> list[Step]:
    """What follows the units' answers: tasks counted by their titles, or the steps of the agreements."""
    occurrence, paths = found.occurrence, (found.root_path,)
    if found.activity.flow is FlowName.AGREEMENT_SIGNING and occurrence.state in RUNNING:
        steps = agreement_steps(session, occurrence, found.activity, paths=paths)
    else:
        steps = steps_of(session, occurrence.id or 0, paths=paths)
    return [replace(step, title=title_in(language, step.title, occurrence)) for step in steps]


def _meetings(session: Session, found: Reach) -> list[Listed]:
    """The activity's meetings, as far as the account sees them."""
    of_it = list_meetings(session, [found.occurrence.root_id], occurrence_id=found.occurrence.id)
    return meetings_seen(session, found.actor, of_it)


def _agreements(session: Session, found: Reach) -> dict[str, Any]:
    """The agreements in force, and those not yet by how far they have come: how many, and the first of them.

    `unsigned` is None where there are no agreements.
    """
    if found.activity.flow is not FlowName.AGREEMENT_SIGNING:
        return {"unsigned": None, "in_force": ()}
    it, below = found.occurrence.id or 0, found.paths
    first = unsigned(session, it, below=below, most=PAGE)
    return {
        "named": PAGE,
        "unsigned": [
            (state, number, [each for each in first if each.state is state])
            for state, number in count_unsigned(session, it, below=below).items()
        ],
        "signed": count_in_force(session, it, below=below),
        "in_force": in_force(session, it, below=below, most=PAGE),
    }


def _frames(session: Session, found: Reach) -> list[Frame] | None:
    """The newest steering frame of each area for the year; None where the activity is about no frames."""
    if found.activity.flow not in (FlowName.FRAME_APPROVAL, FlowName.FRAME_REPORT):
        return None
    occurrence = found.occurrence
    return list(newest_by_area(frames_of(session, occurrence.root_id, occurrence.concerns_year)).values())


def address(occurrence_id: int, wish: Wish, **changes: str | int) -> str:
    """The page's address with the wish, changed in some places; empty values are left out."""
    query = urlencode({name: value for name, value in {**wish_fields(wish), **changes}.items() if value})
    return f"/aktivitet/{occurrence_id}" + (f"?{query}" if query else "")
