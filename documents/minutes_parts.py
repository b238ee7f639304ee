"""What a meeting's minutes say in a document: when, where, who was there, what was said, homework."""

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cycle.danish import format_date, format_period
from cycle.gatherings.agenda import numbered
from cycle.gatherings.reading import homework_of, participants_of
from cycle.gatherings.states import Attendance
from cycle.gatherings.tables import Gathering

ATTENDED = {
    Attendance.PRESENT: ("Til stede", "Present"),
    Attendance.APOLOGIES: ("Afbud", "Apologies"),
    Attendance.ABSENT: ("Mødte ikke", "Absent"),
    Attendance.UNKNOWN: ("Fremmøde ikke skrevet op", "Attendance not recorded"),
}


def minutes_parts(
    session: Session, gathering: Gathering, language: str, zone: ZoneInfo
) -> Iterator[tuple[str, str]]:
    """(heading, text) of each part that has something to say, the minutes always."""
    english = language == "en"
    when = format_period(gathering.starts_at, gathering.ends_at, language, zone)
    yield "Time" if english else "Tid", when
    if gathering.place:
        yield "Place" if english else "Sted", gathering.place
    people = participants_of(session, gathering.id or 0)
    for attendance, words in ATTENDED.items():
        names = [each.name for each in people if each.attendance is attendance]
        if names:
            yield words[english], "\n".join(names)
    if gathering.agenda:
        yield "Agenda" if english else "Dagsorden", "\n".join(numbered(gathering.agenda))
    nothing = "Nothing was written." if english else "Der er intet skrevet."
    yield "Minutes" if english else "Referat", gathering.minutes or nothing
    for given, owed in homework_of(session, gathering):
        due = f"{'due' if english else 'frist'} {format_date(given.due_on, language)}"
        who = ", ".join(each.unit for each in owed)
        yield f"{'Homework' if english else 'Hjemmeopgave'}, {due}", f"{given.text}\n{who}"
