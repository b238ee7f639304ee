"""The year's deadlines as an iCalendar file (RFC 5545), to be opened or subscribed to in any calendar."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from icalendar import Calendar, Event

PRODUCT = "-//Aarshjul//Styringsaarshjul//DA"


@dataclass(frozen=True)
class Deadline:
    """One activity: when it opens and is due (local dates), and what identifies it for ever."""

    key: str
    title: str
    opens_on: date
    due_on: date
    told: str
    link: str = ""
    cancelled: bool = False


def to_ics(name: str, deadlines: Iterable[Deadline], *, host: str, now: datetime, language: str) -> bytes:
    """Two whole-day entries an activity, its opening and its deadline, that take no time in a calendar.

    `host` makes the keys unique in the world; the same key is the same entry when it is read in again.
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    english = language == "en"
    for one in deadlines:
        opens = f"{one.title}: opens" if english else f"{one.title} åbner"
        due = f"{one.title}: due" if english else f"{one.title}: frist"
        for part, title, day in (("opens", opens, one.opens_on), ("due", due, one.due_on)):
            calendar.add_component(_event(one, f"{one.key}-{part}@{host}", title, day, now))
    content: bytes = calendar.to_ical()
    return content


def _event(one: Deadline, uid: str, title: str, day: date, now: datetime) -> Event:
    event = Event()
    event.add("uid", uid)
    event.add("dtstamp", now)
    event.add("dtstart", day)
    event.add("dtend", day + timedelta(days=1))
    event.add("summary", title)
    event.add("description", one.told)
    event.add("transp", "TRANSPARENT")
    if one.cancelled:
        event.add("status", "CANCELLED")
    if one.link:
        event.add("url", one.link)
    return event
