"""Answers to invitations, as calendars send them (RFC 5546, METHOD:REPLY)."""

from email.message import Message

from icalendar import Calendar

from notifications.reading.mail import CalendarReply
from notifications.reading.parts import leaves, text_in

LONGEST = 100_000
"""Characters of a calendar that are read; an answer to one invitation has a few hundred."""

BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)


def calendar_text(parsed: Message) -> str:
    """The text of the first calendar in the mail's body; empty when there is none."""
    found = (part for part in leaves(parsed) if part.get_content_type() == "text/calendar")
    return next((text_in(part) for part in found if part.get_content_disposition() != "attachment"), "")


def calendar_reply(text: str) -> CalendarReply | None:
    """The answer it holds; None when it is another kind of message or cannot be read."""
    try:
        calendar = Calendar.from_ical(text[:LONGEST])
        event = next(iter(calendar.walk("VEVENT")), None)
        if event is None or str(calendar.get("METHOD", "")).upper() != "REPLY":
            return None
        attendee = event.get("ATTENDEE")
        attendee = attendee[0] if isinstance(attendee, list) else attendee
        return CalendarReply(
            uid=str(event.get("UID", ""))[:500],
            partstat=str(attendee.params.get("PARTSTAT", "")).upper()[:40],
            attendee=str(attendee).lower().removeprefix("mailto:")[:254],
            sequence=int(event.get("SEQUENCE", 0)),
        )
    except BROKEN:
        return None
