"""One year of a municipality as its pages tell it: the wheel, the table, the calendar and the status."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from fastapi import Request
from sqlmodel import Session, col, select

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.calendar import WorkingCalendar
from cycle.errors import NotFound
from cycle.organisation.tables import Unit
from cycle.plan.model import Confidence, PlanKind, Ring
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.overview import Standing, Summary, cycles_of, year_of
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence
from cycle.tasks.titles import cycle_purpose, cycle_title
from documents.deadlines import Deadline
from documents.wheel import Segment, Wheel
from documents.wheel_model import Ahead, Coming
from web import context, render
from web.dated import Mark
from web.secretariat.reach import activity_of, root_paths, roots_for, title_of
from web.secretariat.still_running import Running, still_running

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
    coming: Coming | None
    """The year after it, once it is started."""
    still_running: Sequence[Running]
    """What is open of the years before it."""

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
        return Wheel(self.cycle.year, self.place, segments, self.today, language, mark, self.coming)


def switch(cycles: Sequence[Cycle]) -> list[tuple[Cycle, str]]:
    """The cycles to choose between, the oldest first: just the year, or the title where that says too little.

    A title ends with its year (2027, a school year 2026/27) unless the plan runs only once.
    """
    years = [found[0] if (found := YEAR_AT_END.findall(cycle.title)) else "" for cycle in cycles]
    return [
        (cycle, year if year and years.count(year) == 1 else cycle.title)
        for cycle, year in reversed(list(zip(cycles, years, strict=True)))
    ]


def cycles_seen(session: Session, actor: SignedIn) -> list[Cycle]:
    return cycles_of(session, roots_for(actor, Verb.SEE_WHEEL))


def choose(cycles: Sequence[Cycle], cycle_id: int | None, today: date | None) -> Cycle:
    if cycle_id is not None:
        chosen = next((cycle for cycle in cycles if cycle.id == cycle_id), None)
        if chosen is None:
            raise NotFound("cycle", cycle_id)
        return chosen
    wheels = [cycle for cycle in cycles if cycle.kind is PlanKind.WHEEL] or cycles
    return next((cycle for cycle in wheels if today and cycle.year == today.year), wheels[0])


def year_shown(session: Session, actor: SignedIn, cycle: Cycle, request: Request) -> Year:
    assert cycle.id is not None
    calendar = calendar_of_cycle(session, cycle.id)
    today = calendar.local_date(context.now(request))
    found = year_of(session, cycle.id, paths=root_paths([cycle.root_id]), today=today)
    language = render.language_of(request)
    lines = [_line(n, summary, actor, calendar, language) for n, summary in enumerate(found, start=1)]
    title, place = cycle_title(session, cycle, language), session.get_one(Unit, cycle.root_id).name
    rolls_on = allowed(actor.grants, Verb.START_YEAR, Thing.ORDINARY, f"/{cycle.root_id}/")
    changes = allowed(actor.grants, Verb.EDIT_PLAN, Thing.ORDINARY, f"/{cycle.root_id}/")
    coming = _coming(session, cycle, calendar, language)
    earlier, purpose = still_running(session, actor, cycle, language), cycle_purpose(session, cycle)
    return Year(cycle, title, place, lines, today, purpose, rolls_on, changes, coming, earlier)


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


def _coming(session: Session, cycle: Cycle, calendar: WorkingCalendar, language: str) -> Coming | None:
    """The same plan's next year, for the ring in the middle; None until it is started."""
    same = select(Cycle).where(Cycle.root_id == cycle.root_id, Cycle.plan_id == cycle.plan_id)
    after = session.exec(same.where(Cycle.year == cycle.year + 1)).first()
    if after is None:
        return None
    rows = session.exec(
        select(Occurrence)
        .where(Occurrence.cycle_id == after.id, Occurrence.state != OccurrenceState.CANCELLED)
        .order_by(col(Occurrence.opens_at), col(Occurrence.id))
    )
    activities = [(row, activity_of(row)) for row in rows]
    ahead = [
        Ahead(
            title_of(activity, language),
            calendar.local_date(row.opens_at),
            calendar.local_date(row.closes_at - timedelta(seconds=1)),
        )
        for row, activity in activities
        if activity.ring
    ]
    return Coming(after.year, ahead, f"/aarshjul/{after.id}") if ahead else None
