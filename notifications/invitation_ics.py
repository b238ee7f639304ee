"""A meeting as iCalendar (RFC 5545, 5546), in the shape that Outlook shows as an invitation.

The key is the same for ever and the sequence rises with each change, so that a calendar moves its entry
and never has two. Times are Copenhagen's, with the time zone's own rules in the file.
"""

from dataclasses import dataclass
from datetime import datetime

from icalendar import Calendar, Component, Event, vCalAddress, vText

from cycle.danish import COPENHAGEN
from cycle.gatherings.agenda import numbered
from notifications.deadlines import PRODUCT, calendar_address

ZONE = f"""\
BEGIN:VTIMEZONE
TZID:{COPENHAGEN.key}
BEGIN:DAYLIGHT
TZNAME:CEST
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
DTSTART:19700329T020000
RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU
END:DAYLIGHT
BEGIN:STANDARD
TZNAME:CET
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
DTSTART:19701025T030000
RRULE:FREQ=YEARLY;BYMONTH=10;BYDAY=-1SU
END:STANDARD
END:VTIMEZONE
""".replace("\n", "\r\n")
"""The rules since 1996, which Outlook wants written as rules and not as a list of years."""


@dataclass(frozen=True)
class Entry:
    """One meeting in one participant's calendar. The instants are aware.

    `organiser` and `attendee` are (name, address). Only the receiver is named as an attendee: nobody is
    told the others' addresses.
    """

    key: str
    sequence: int
    cancelled: bool
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    link: str
    agenda: tuple[str, ...]
    organiser: tuple[str, str]
    attendee: tuple[str, str]
    changed_at: datetime


def to_ics(entry: Entry, *, published: bool = False) -> str:
    """The entry as text with CRLF; `published` for a file that somebody fetches, which names no attendee
    (RFC 5546, 3.2.1).
    """
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH" if published else "CANCEL" if entry.cancelled else "REQUEST")
    calendar.add_component(Component.from_ical(ZONE))
    event = _event(entry)
    if not published:
        event.add("attendee", _attendee(entry))
    calendar.add_component(event)
    content: bytes = calendar.to_ical()
    return content.decode()


def entry_text(entry: Entry) -> str:
    """The entry alone, to stand among others in a published calendar that has `ZONE`; CRLF."""
    content: bytes = _event(entry).to_ical()
    return content.decode()


def _event(entry: Entry) -> Event:
    event = Event()
    event.add("uid", entry.key)
    event.add("sequence", entry.sequence)
    event.add("dtstamp", entry.changed_at)
    event.add("dtstart", entry.starts_at.astimezone(COPENHAGEN))
    event.add("dtend", entry.ends_at.astimezone(COPENHAGEN))
    event.add("summary", entry.title)
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    event.add("organizer", calendar_address(*entry.organiser))
    where = "; ".join(filter(None, (entry.place, entry.link)))
    if where:
        event.add("location", where)
    if entry.agenda:
        event.add("description", "\n".join(numbered(entry.agenda)))
    return event


def _attendee(entry: Entry) -> vCalAddress:
    made = calendar_address(*entry.attendee)
    made.params["ROLE"] = vText("REQ-PARTICIPANT")
    made.params["PARTSTAT"] = vText("NEEDS-ACTION")
    made.params["RSVP"] = vText("FALSE")
    return made
