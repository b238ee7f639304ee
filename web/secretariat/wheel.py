"""The front page: the year as a wheel, and as a table with the same content."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from fastapi import APIRouter, Request
from sqlmodel import Session
from starlette.responses import Response

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.calendar import WorkingCalendar
from cycle.errors import NotFound
from cycle.organisation.tables import Unit
from cycle.plan.model import Confidence, PlanKind, Ring
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.overview import Standing, Summary, cycles_of, year_of
from cycle.tasks.tables import Cycle
from cycle.tasks.titles import cycle_purpose, cycle_title
from documents.deadlines import Deadline, to_ics
from documents.typeset import typeset
from documents.wheel import Segment, Wheel, draw
from documents.wheel_print import wheel_values
from documents.wheel_style import stylesheet
from web import context, render
from web.dated import Mark
from web.plain import Id
from web.secretariat.pages import STYLE_PATH, ics_download, pdf_download, show, svg_download
from web.secretariat.process import process_of
from web.secretariat.reach import activity_of, root_paths, roots_for, title_of
from web.session import CurrentActor

router = APIRouter()

YEAR_AT_END = re.compile(r"\b\d{4}(?:/\d{2})?$")


@dataclass(frozen=True)
class Line:
    """One activity in the table; `segment` is what the wheel shows of it (None: not on the wheel)."""

    no: int
    title: str
    summary: Summary
    ring: Ring | None
    opens_on: date
    closes_on: date
    due: Mark
    inferred: bool
    href: str

    def deadline(self, base: str, mark: str) -> Deadline:
        """The activity for a calendar; `base` is the address that links begin with."""
        occurrence = self.summary.occurrence
        return Deadline(
            key=f"occurrence-{occurrence.id}",
            title=self.title,
            opens_on=self.opens_on,
            due_on=occurrence.due_on,
            told=mark,
            link=f"{base}{self.href}" if self.href else "",
            cancelled=self.summary.standing is Standing.CANCELLED,
        )


@dataclass(frozen=True)
class Year:
    """One cycle with everything the page tells of it."""

    cycle: Cycle
    title: str
    place: str
    lines: Sequence[Line]
    today: date
    purpose: Sequence[str]
    rolls_on: bool
    """Whether the reader may start the year after it."""
    changes_plan: bool
    """Whether the reader may change its plan."""

    @property
    def round(self) -> bool:
        """Whether any activity has a ring, so that there is a wheel to draw."""
        return any(line.ring for line in self.lines)

    def wheel(self, language: str, mark: str) -> Wheel:
        """The cycle as values for the drawing."""
        segments = [
            Segment(
                title=line.title,
                ring=line.ring,
                opens_on=line.opens_on,
                due_on=line.summary.occurrence.due_on,
                closes_on=line.closes_on,
                concerns_year=line.summary.occurrence.concerns_year,
                standing=line.summary.standing,
                answered=line.summary.answered,
                total=line.summary.owed,
                inferred=line.inferred,
                href=line.href,
            )
            for line in self.lines
            if line.ring
        ]
        return Wheel(self.cycle.year, self.place, segments, self.today, language, mark)


@router.get(STYLE_PATH)
def style() -> Response:
    """How the wheel looks."""
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(stylesheet(), media_type="text/css; charset=utf-8", headers=headers)


@router.get("/aarshjul")
def front(request: Request, actor: CurrentActor) -> Response:
    """The wheel of the year that today lies in, else of the newest."""
    return _page(request, actor, None)


@router.get("/aarshjul/{cycle_id}")
def one_year(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel of one cycle."""
    return _page(request, actor, cycle_id)


@router.get("/aarshjul/{cycle_id}/hjul.svg")
def drawing(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel as a file that stands alone, for the wall."""
    with context.reading(request) as session:
        year = _year(session, actor, _choose(_cycles(session, actor), cycle_id, None), request)
        wheel = year.wheel(render.language_of(request), render.file_mark(request))
        return svg_download(draw(wheel), f"aarshjul-{year.cycle.year}.svg")


@router.get("/aarshjul/{cycle_id}/hjul.pdf")
def poster(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The wheel on one page A3."""
    language, settings = render.language_of(request), context.settings(request)
    with context.reading(request) as session:
        year = _year(session, actor, _choose(_cycles(session, actor), cycle_id, None), request)
    values = wheel_values(year.wheel(language, render.file_mark(request)))
    now = context.now(request)
    content = typeset("wheel.typ", values, own=settings.templates_dir, language=language, at=now)
    return pdf_download(content, f"aarshjul-{year.cycle.year}.pdf")


@router.get("/aarshjul/{cycle_id}/frister.ics")
def calendar(request: Request, actor: CurrentActor, cycle_id: Id) -> Response:
    """The year's openings and deadlines for a calendar."""
    language, base = render.language_of(request), context.settings(request).base_url
    with context.reading(request) as session:
        year = _year(session, actor, _choose(_cycles(session, actor), cycle_id, None), request)
    mark = render.file_mark(request)
    name = " · ".join(part for part in (year.title, mark) if part)
    host, now = urlsplit(base).hostname or "localhost", context.now(request)
    lines = [line.deadline(base, mark) for line in year.lines]
    content = to_ics(name, lines, host=host, now=now, language=language)
    return ics_download(content, f"aarshjul-{year.cycle.year}.ics")


def _page(request: Request, actor: SignedIn, cycle_id: int | None) -> Response:
    with context.reading(request) as session:
        cycles = _cycles(session, actor)
        year = None
        if cycles or cycle_id is not None:
            today = context.now(request).astimezone(context.settings(request).zone).date()
            cycle = _choose(cycles, cycle_id, today)
            if cycle.kind is PlanKind.PROCESS:
                process = process_of(session, actor, cycle, request)
                return show(request, "process.html", process=process, switch=switch(cycles))
            year = _year(session, actor, cycle, request)
        wheel = ""
        if year and year.round:
            drawn = year.wheel(render.language_of(request), render.file_mark(request))
            wheel = draw(drawn, standalone=False)
        return show(request, "wheel.html", year=year, switch=switch(cycles), wheel=wheel)


def switch(cycles: Sequence[Cycle]) -> list[tuple[Cycle, str]]:
    """The cycles to choose between, the oldest first: just the year, or the title where that says too little.

    A title ends with its year (2027, a school year 2026/27) unless the plan runs only once.
    """
    years = [found[0] if (found := YEAR_AT_END.findall(cycle.title)) else "" for cycle in cycles]
    return [
        (cycle, year if year and years.count(year) == 1 else cycle.title)
        for cycle, year in reversed(list(zip(cycles, years, strict=True)))
    ]


def _cycles(session: Session, actor: SignedIn) -> list[Cycle]:
    return cycles_of(session, roots_for(actor, Verb.SEE_WHEEL))


def _choose(cycles: Sequence[Cycle], cycle_id: int | None, today: date | None) -> Cycle:
    if cycle_id is not None:
        chosen = next((cycle for cycle in cycles if cycle.id == cycle_id), None)
        if chosen is None:
            raise NotFound("cycle", cycle_id)
        return chosen
    wheels = [cycle for cycle in cycles if cycle.kind is PlanKind.WHEEL] or cycles
    return next((cycle for cycle in wheels if today and cycle.year == today.year), wheels[0])


def _year(session: Session, actor: SignedIn, cycle: Cycle, request: Request) -> Year:
    assert cycle.id is not None
    calendar = calendar_of_cycle(session, cycle.id)
    today = calendar.local_date(context.now(request))
    found = year_of(session, cycle.id, paths=root_paths([cycle.root_id]), today=today)
    language = render.language_of(request)
    lines = [_line(n, summary, actor, calendar, language) for n, summary in enumerate(found, start=1)]
    title, place = cycle_title(session, cycle, language), session.get_one(Unit, cycle.root_id).name
    rolls_on = allowed(actor.grants, Verb.START_YEAR, Thing.ORDINARY, f"/{cycle.root_id}/")
    changes = allowed(actor.grants, Verb.EDIT_PLAN, Thing.ORDINARY, f"/{cycle.root_id}/")
    return Year(cycle, title, place, lines, today, cycle_purpose(session, cycle), rolls_on, changes)


def _line(no: int, summary: Summary, actor: SignedIn, calendar: WorkingCalendar, language: str) -> Line:
    occurrence = summary.occurrence
    activity = activity_of(occurrence)
    thing = Thing.CONFIDENTIAL if activity.confidential else Thing.ORDINARY
    seen = allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{occurrence.root_id}/")
    window = (activity.window.opens, activity.window.due, activity.window.closes)
    return Line(
        no=no,
        title=title_of(activity, language),
        summary=summary,
        ring=activity.ring,
        opens_on=calendar.local_date(occurrence.opens_at),
        closes_on=calendar.local_date(occurrence.closes_at - timedelta(seconds=1)),
        due=Mark.of(activity.window.due, occurrence.due_on),
        inferred=any(when is not None and when.confidence is not Confidence.CERTAIN for when in window),
        href=f"/aktivitet/{occurrence.id}" if seen else "",
    )
