"""Meetings of bodies: as values, found by a phrase. `cycle.plan.meeting_files` reads them from files."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from cycle.calendar import WorkingCalendar
from cycle.danish import format_date
from cycle.plan.moments import cycle_year, place, wrong
from cycle.plan.relations import MeetingDate, MeetingPoint


@dataclass(frozen=True)
class MeetingDay:
    """One meeting: local dates. The agenda deadline is the last day papers are taken."""

    body: str
    held_on: date
    agenda_deadline_on: date | None = None
    title: str = ""


def find_meeting(
    wanted: MeetingDate,
    meetings: Mapping[str, Sequence[MeetingDay]],
    year: int,
    starts: int,
    calendar: WorkingCalendar,
) -> date:
    """The date of the meeting, or of its agenda deadline; a number counts within the cycle of `year`.

    Raises PlanInvalid for an unknown body or meeting, or a meeting without agenda deadline.
    """
    body, held = _meetings_of(wanted.body, meetings)
    if isinstance(wanted.which, int):
        day = _numbered(body, [m for m in held if cycle_year(m.held_on, starts) == year], wanted.which, year)
    else:
        day = _dated(body, held, place(wanted.which, year, starts, calendar).first)
    if wanted.point is MeetingPoint.HELD:
        return day.held_on
    if day.agenda_deadline_on is None:
        raise wrong(
            f"Mødet i {body} {format_date(day.held_on)} har ingen dagsordensfrist.",
            "Skriv den i mødekalenderens kolonne agenda_deadline, eller regn fra mødet selv.",
        )
    return day.agenda_deadline_on


def _meetings_of(body: str, meetings: Mapping[str, Sequence[MeetingDay]]) -> tuple[str, list[MeetingDay]]:
    by_fold = {name.casefold(): name for name in meetings}
    name = by_fold.get(body.casefold())
    if name is not None:
        return name, sorted(meetings[name], key=lambda meeting: meeting.held_on)
    close = get_close_matches(body.casefold(), by_fold, n=1, cutoff=0.5)
    raise wrong(
        f"Der er ingen møder for »{body}«.",
        f"Mente du »{by_fold[close[0]]}«?" if close else "Indlæs udvalgets mødekalender (CSV eller ICS).",
    )


def _numbered(body: str, held: list[MeetingDay], number: int, year: int) -> MeetingDay:
    if not held:
        raise wrong(f"{body} har ingen møder i {year}.", "Indlæs årets mødekalender (CSV eller ICS).")
    if number > len(held):
        raise wrong(f"{body} har kun {len(held)} møder i {year}.", f"Skriv et tal fra 1 til {len(held)}.")
    return held[number - 1 if number > 0 else number]


def _dated(body: str, held: list[MeetingDay], on: date) -> MeetingDay:
    for meeting in held:
        if meeting.held_on == on:
            return meeting
    nearest = sorted(held, key=lambda meeting: abs((meeting.held_on - on).days))[:2]
    days = " eller ".join(format_date(meeting.held_on) for meeting in nearest)
    raise wrong(f"{body} har intet møde {format_date(on)}.", f"De nærmeste møder er {days}." if days else "")
