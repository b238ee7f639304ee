"""Meeting calendars as files: CSV (`body;date;agenda_deadline;title`, Danish headings too) or ICS.

In an ICS file the body is given by the caller, else the event's first category, else the calendar's name;
the agenda deadline is a line "Dagsordensfrist: 28. april 2027" in the event's description.
"""

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from io import StringIO
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from cycle.danish import COPENHAGEN, format_date
from cycle.errors import WHOLE_FILE, ImportInvalid, Problem
from cycle.plan.meetings import MeetingDay
from cycle.plan.moments import Day
from cycle.plan.reading import parse_moment

if TYPE_CHECKING:
    from icalendar import Component

COLUMNS = {
    **dict.fromkeys(("body", "udvalg", "råd"), "body"),
    **dict.fromkeys(("date", "dato", "mødedato"), "date"),
    **dict.fromkeys(("agenda_deadline", "agenda deadline", "dagsordensfrist"), "agenda_deadline"),
    **dict.fromkeys(("title", "titel"), "title"),
}
HEADING = "body;date;agenda_deadline;title"
MOST_BYTES = 5_000_000
DATE_CURE = "Skriv fx 2027-05-12 eller 12. maj 2027."
_DEADLINE = re.compile(
    r"^\s*(?:dagsordensfrist|agenda deadline)\s*:\s*(.+?)\s*$", re.IGNORECASE | re.MULTILINE
)


def read_meetings(data: bytes, *, body: str = "", zone: ZoneInfo = COPENHAGEN) -> list[MeetingDay]:
    """The meetings in a CSV or ICS file, by date. `body` is used where the file names none.

    CSV may be UTF-8 (with or without mark) or Windows-1252, with semicolon, comma or tab. Times in ICS
    become local dates in `zone`; cancelled events are left out. Raises ImportInvalid with every faulty
    row: unknown columns, unreadable dates, missing body, a meeting twice, a deadline after its meeting.
    """
    if len(data) > MOST_BYTES:
        raise ImportInvalid([Problem(WHOLE_FILE[0], "Filen er for stor.", "En mødekalender er højst 5 MB.")])
    is_ics = data.lstrip(b"\xef\xbb\xbf \r\n").upper().startswith(b"BEGIN:VCALENDAR")
    return _checked(_from_ics(data, body, zone) if is_ics else _from_csv(data, body))


@dataclass(frozen=True)
class _Row:
    """One meeting as written, and where. `rule`: it repeats by a rule instead of having one date."""

    where: str
    body: str
    on: date | str
    deadline: str
    title: str
    rule: bool = False

    def meeting(self) -> MeetingDay:
        """The meeting. Raises ImportInvalid."""
        if self.rule:
            raise self._fault(
                "Mødet gentages efter en regel.", "Eksportér hvert møde for sig, eller brug CSV."
            )
        if not self.body:
            raise self._fault(
                "Det fremgår ikke, hvilket udvalg mødet er i.",
                "Udfyld kolonnen body, eller vælg udvalget ved indlæsningen.",
            )
        held_on = self._day(self.on) if isinstance(self.on, str) else self.on
        deadline = self._day(self.deadline) if self.deadline else None
        if deadline is not None and deadline > held_on:
            raise self._fault("Dagsordensfristen ligger efter mødet.", "Ret en af datoerne.")
        return MeetingDay(self.body, held_on, deadline, self.title)

    def _day(self, text: str) -> date:
        found = parse_moment(text.strip())
        try:
            if isinstance(found, Day) and found.year is not None:
                return date(found.year, found.month, found.day)
        except ValueError:
            pass
        if not text.strip():
            raise self._fault("Mødets dato mangler.", DATE_CURE)
        raise self._fault(f"»{text}« kan ikke læses som en dato med årstal.", DATE_CURE)

    def _fault(self, what: str, cure: str) -> ImportInvalid:
        return ImportInvalid([Problem(self.where, what, cure)])


def _checked(rows: Iterator[_Row]) -> list[MeetingDay]:
    problems: list[Problem] = []
    found: dict[tuple[str, date], MeetingDay] = {}
    for row in rows:
        try:
            meeting = row.meeting()
        except ImportInvalid as error:
            problems += error.problems
            continue
        if (meeting.body, meeting.held_on) in found:
            what = f"{meeting.body} har allerede et møde {format_date(meeting.held_on)} i filen."
            problems.append(Problem(row.where, what, "Slet den ene række."))
        found[meeting.body, meeting.held_on] = meeting
    if problems:
        raise ImportInvalid(problems)
    if not found:
        raise ImportInvalid([Problem(WHOLE_FILE[0], "Der er ingen møder i filen.", "Vælg en fil med møder.")])
    return sorted(found.values(), key=lambda meeting: (meeting.held_on, meeting.body))


def _from_csv(data: bytes, body: str) -> Iterator[_Row]:
    text = _decoded(data)
    heading = text.split("\n", 1)[0]
    delimiter = max(";,\t", key=heading.count)
    reader = csv.reader(StringIO(text, newline=""), delimiter=delimiter)
    try:
        names = _columns(next(reader, []))
        for cells in reader:
            if any(cell.strip() for cell in cells):
                cell = dict(zip(names, cells, strict=False))
                yield _csv_row(cell, f"række {reader.line_num}", body)
    except csv.Error:
        cure = "Gem den som CSV igen."
        raise ImportInvalid(
            [Problem(f"række {reader.line_num}", "Filen er ikke en CSV-fil.", cure)]
        ) from None


def _csv_row(cell: dict[str, str], where: str, body: str) -> _Row:
    texts = {name: cell.get(name, "").strip() for name in HEADING.split(";")}
    return _Row(where, texts["body"] or body, texts["date"], texts["agenda_deadline"], texts["title"])


def _columns(heading: list[str]) -> list[str]:
    written = [name.strip().casefold() for name in heading]
    unknown = [name for name in written if name not in COLUMNS]
    names = [COLUMNS.get(name, name) for name in written]
    problems = [
        Problem(
            "række 1", f"Kolonnen »{name}« kendes ikke.", "Kolonnerne er body;date;agenda_deadline;title."
        )
        for name in unknown
    ]
    if "date" not in names:
        problems.append(Problem("række 1", "Kolonnen date mangler.", "Første række skal være overskrifter."))
    if problems:
        raise ImportInvalid(problems)
    return names


def _decoded(data: bytes) -> str:
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ImportInvalid([Problem(WHOLE_FILE[0], "Filens tegnsæt kendes ikke.", "Gem den som CSV UTF-8.")])


def _from_ics(data: bytes, body: str, zone: ZoneInfo) -> Iterator[_Row]:
    from icalendar import Calendar  # eighty modules that no other calendar needs

    try:
        calendar = Calendar.from_ical(data)
    except ValueError:
        cure = "Eksportér kalenderen igen."
        raise ImportInvalid([Problem(WHOLE_FILE[0], "Filen er ikke en gyldig ICS-kalender.", cure)]) from None
    named = str(calendar.get("X-WR-CALNAME", ""))
    for number, event in enumerate(calendar.walk("VEVENT"), 1):
        if str(event.get("STATUS", "")).upper() != "CANCELLED":
            yield _event_row(event, f"begivenhed {number}", body, named, zone)


def _event_row(event: "Component", where: str, body: str, named: str, zone: ZoneInfo) -> _Row:
    from icalendar.prop import vDDDTypes

    start = event.get("DTSTART")
    deadline = _DEADLINE.search(str(event.get("DESCRIPTION", "")))
    return _Row(
        where=where,
        body=(body or _category(event) or named).strip(),
        on=_local_date(start.dt, zone) if isinstance(start, vDDDTypes) else "",
        deadline=deadline[1] if deadline else "",
        title=str(event.get("SUMMARY", "")).strip(),
        rule="RRULE" in event,
    )


def _category(event: "Component") -> str:
    categories = event.get("CATEGORIES")
    first = categories[0] if isinstance(categories, list) and categories else categories
    names = list(first.cats) if first is not None else []
    return str(names[0]) if names else ""


def _local_date(value: object, zone: ZoneInfo) -> date | str:
    if isinstance(value, datetime):
        return value.astimezone(zone).date() if value.tzinfo else value.date()
    return value if isinstance(value, date) else ""
