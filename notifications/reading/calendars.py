"""Answers to invitations, as calendars send them (RFC 5546, METHOD:REPLY)."""

import re
from email.message import Message

from icalendar import Calendar

from notifications.reading.mail import CalendarReply
from notifications.reading.parts import leaves, text_in

LONGEST = 100_000
"""Characters of a calendar that are read; an answer to one invitation has a few hundred."""

ANSWERS = frozenset(("REPLY", "COUNTER", "DECLINECOUNTER", "REFRESH"))
INVITES = frozenset(("REQUEST", "CANCEL", "ADD"))
"""What calendars send to each other (RFC 5546). PUBLISH, or nothing, is a file like any other."""

_METHOD = re.compile(r"^METHOD:([A-Z]{1,20})\s*$", re.IGNORECASE | re.MULTILINE)

BROKEN = (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError)


def calendar_in(parsed: Message) -> tuple[str, str]:
    """(METHOD, text) of the first calendar in the mail's body that is no attachment; both empty without."""
    found = (part for part in leaves(parsed) if part.get_content_type() == "text/calendar")
    part = next((each for each in found if each.get_content_disposition() != "attachment"), None)
    if part is None:
        return "", ""
    text = text_in(part)
    inside = _METHOD.search(text[:LONGEST])
    return (inside[1] if inside else str(part.get_param("method", ""))).strip().upper()[:20], text


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
