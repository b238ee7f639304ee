"""A process as a table: its steps in the order of time under their tracks, and how far each has come."""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from fastapi import Request
from sqlmodel import Session

from cycle.access.rules import Thing, Verb, allowed
from cycle.access.sessions import SignedIn
from cycle.calendar import WorkingCalendar
from cycle.gatherings.reading import list_meetings
from cycle.goals.decisions import last_decisions
from cycle.goals.tables import Decision
from cycle.organisation.tables import Unit
from cycle.plan.model import Confidence, Plan, Step, Track
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.later import plan_of
from cycle.tasks.overview import Summary, year_of
from cycle.tasks.tables import Cycle
from cycle.tasks.titles import cycle_title
from web import context, render
from web.dated import Mark
from web.secretariat.meetings import meetings_seen
from web.secretariat.reach import activity_of, root_paths, title_of


@dataclass(frozen=True)
class Line:
    """One step. Without `summary` it has no dates yet: they are given in the step named `planned_in`."""

    step: Step
    title: str
    planned_in: str = ""
    summary: Summary | None = None
    opens: Mark | None = None
    due: Mark | None = None
    href: str = ""
    meetings: int = 0
    decision: Decision | None = None

    @property
    def of(self) -> int | None:
        """The occurrence it is about."""
        return self.summary.occurrence.id if self.summary else None


@dataclass(frozen=True)
class Process:
    """One process. `parts` are its tracks with their lines; None is what lies outside them."""

    cycle: Cycle
    title: str
    place: str
    source: str
    purpose: Sequence[str]
    parts: Sequence[tuple[Track | None, Sequence[Line]]]

    @property
    def lines(self) -> Iterator[Line]:
        """Every step."""
        return (line for _, lines in self.parts for line in lines)

    @property
    def doubtful(self) -> bool:
        """Whether any date is not certain."""
        marks = [mark for line in self.lines for mark in (line.opens, line.due) if mark]
        return any(mark.confidence is not Confidence.CERTAIN for mark in marks)


def process_of(session: Session, actor: SignedIn, cycle: Cycle, request: Request) -> Process:
    """The process in the reader's language, with links to the steps that the account may see."""
    assert cycle.id is not None
    plan, calendar = plan_of(session, cycle.id), calendar_of_cycle(session, cycle.id)
    today, language = calendar.local_date(context.now(request)), render.language_of(request)
    found = year_of(session, cycle.id, paths=root_paths([cycle.root_id]), today=today)
    held = Counter(
        each.occurrence.id for each in meetings_seen(session, actor, list_meetings(session, [cycle.root_id]))
    )
    decided = last_decisions(session, [each.occurrence.id or 0 for each in found])
    lines = [
        *(
            replace(line, meetings=held[line.of], decision=decided.get(line.of or 0))
            for line in _dated(plan, found, actor, calendar, language)
        ),
        *_later(plan, language),
    ]
    place = session.get_one(Unit, cycle.root_id).name
    title = cycle_title(session, cycle, language)
    return Process(cycle, title, place, plan.source, plan.purpose, _parts(plan, lines))


def _dated(
    plan: Plan, found: Sequence[Summary], actor: SignedIn, calendar: WorkingCalendar, language: str
) -> Iterator[Line]:
    steps = {activity.id: activity for activity in plan.activities}
    for summary in found:
        occurrence = summary.occurrence
        step = steps.get(occurrence.activity_id)
        if step is None:
            continue
        thing = Thing.CONFIDENTIAL if step.confidential else Thing.ORDINARY
        seen = allowed(actor.grants, Verb.SEE_ACTIVITY, thing, f"/{occurrence.root_id}/")
        window = activity_of(occurrence).window
        yield Line(
            step=step,
            title=title_of(step, language),
            summary=summary,
            opens=Mark.of(window.opens, calendar.local_date(occurrence.opens_at)),
            due=Mark.of(window.due, occurrence.due_on),
            href=f"/aktivitet/{occurrence.id}" if seen else "",
        )


def _later(plan: Plan, language: str) -> Iterator[Line]:
    for step in plan.later:
        giver = title_of(plan.activity(step.planned_in), language)
        yield Line(step=step, title=title_of(step, language), planned_in=giver)


def _parts(plan: Plan, lines: Sequence[Line]) -> list[tuple[Track | None, Sequence[Line]]]:
    """The tracks in the order of the plan, then those across all, then what has no track."""
    tracks = [*(t for t in plan.tracks if not t.across), *(t for t in plan.tracks if t.across)]
    places = {track.id: place for place, track in enumerate(tracks)}
    last = len(tracks)

    def place_of(line: Line) -> int:
        return places.get(line.step.track or "", last)

    parts = groupby(sorted(lines, key=place_of), key=place_of)
    return [(tracks[place] if place < last else None, list(found)) for place, found in parts]
