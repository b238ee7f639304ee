"""Deadlines as iCalendar (RFC 5545): in the mail that tells of them, and in a person's own feed.

Whole-day entries that take no time, because Outlook passes over VTODO. The key of a task never changes; its
sequence is the minute of its last change, so that a calendar moves its entry and never has two. No entry
holds a link or an answer: calendars are shown to colleagues, and a link gives access.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from icalendar import Calendar, Event, vCalAddress, vText
from icalendar.parser import Contentline

from cycle.tasks.tables import Occurrence, Task
from cycle.tasks.titles import occurrence_title

PRODUCT = "-//Aarshjul//Styringsaarshjul//DA"
FILE_NAME = "frister.ics"
SEQUENCE_FROM = datetime(2020, 1, 1, tzinfo=UTC)
REFRESH = timedelta(hours=6)
"""How often programs are asked to fetch a feed again."""


class Words(NamedTuple):
    """What stands before a title, and below it, in a language."""

    due: str
    answered: str
    coming: str
    how: str
    later: str
    feed: str


WORDS = {
    "da": Words(
        "Frist: ",
        "Besvaret: ",
        "Kommende frist: ",
        "Svar via linket i mailen fra årshjulet.",
        "Opgaven er ikke åbnet endnu. Du får en mail, når den åbner.",
        "Mine frister i årshjulet",
    ),
    "en": Words(
        "Due: ",
        "Answered: ",
        "Coming deadline: ",
        "Answer by the link in the mail from the wheel.",
        "The task is not open yet. You get a mail when it opens.",
        "My deadlines",
    ),
}


@dataclass(frozen=True)
class Deadline:
    """One task's deadline: `due_on` is local and inclusive, `changed_at` an aware instant.

    `private`: the activity is confidential, so that others who may see the calendar do not see this.
    `coming` names what has no task yet (then `task_id` is 0): it stands there as tentative.
    """

    task_id: int
    title: str
    unit: str
    due_on: date
    changed_at: datetime
    cancelled: bool = False
    answered: bool = False
    private: bool = False
    coming: str = ""

    @property
    def key(self) -> str:
        """What calendars know the entry by, before the domain."""
        return f"kommende-{self.coming}" if self.coming else f"opgave-{self.task_id}"

    @property
    def sequence(self) -> int:
        """Rises with each change of the date, and once more when nothing is owed any longer."""
        return (self.changed_at - SEQUENCE_FROM) // timedelta(minutes=1) + self.cancelled


def deadline_of(
    task: Task,
    occurrence: Occurrence,
    unit: str,
    *,
    title: str,
    language: str,
    cancelled: bool = False,
    answered: bool = False,
) -> Deadline:
    """The task's deadline under its `title`; a confidential one has the activity's, which names nobody."""
    private = is_confidential(occurrence)
    return Deadline(
        task_id=task.id or 0,
        title=occurrence_title(occurrence, language) if private else title,
        unit=unit,
        due_on=task.due_on,
        changed_at=max(task.opened_at, task.due_since or task.opened_at),
        cancelled=cancelled,
        answered=answered,
        private=private,
    )


def to_ics(
    deadlines: Iterable[Deadline], *, organiser: tuple[str, str], language: str, feed: bool = False
) -> str:
    """The deadlines as text with CRLF. The same deadlines give the same text.

    `organiser` is (name, address) of the office, which what is published has to name (RFC 5546, 3.2.1); its
    domain makes the keys unique in the world. `feed`: with a name and how often to fetch it (RFC 7986).
    """
    words = WORDS.get(language, WORDS["da"])
    opening, end = _frame(words.feed if feed else "")
    return "".join([opening, *(_entry(deadline, organiser, words) for deadline in deadlines), end])


@lru_cache(maxsize=8)
def _frame(name: str) -> tuple[str, str]:
    """What stands around the entries of a calendar with this name; without one it is no feed."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    if name:
        calendar.add("name", name)
        calendar.add("x-wr-calname", name)
        calendar.add("refresh-interval", REFRESH, parameters={"VALUE": "DURATION"})
        calendar.add("x-published-ttl", "PT6H")
    opening, end, _ = calendar.to_ical().decode().partition("END:VCALENDAR")
    return opening, f"{end}\r\n"


_OF_ONE: dict[str, Any] = {"task_id": 0, "title": "", "unit": ""}


def _entry(deadline: Deadline, organiser: tuple[str, str], words: Words) -> str:
    lead = words.coming if deadline.coming else words.answered if deadline.answered else words.due
    summary = vText(f"{lead}{deadline.title} – {deadline.unit}").to_ical().decode()
    own = (f"UID:{deadline.key}@{organiser[1].rpartition('@')[2]}", f"SUMMARY:{summary}")
    lines = "".join(f"{_folded(line)}\r\n" for line in own)
    begin, same = _same(replace(deadline, **_OF_ONE, coming="-" * bool(deadline.coming)), organiser, words)
    return f"{begin}{lines}{same}"


def _folded(line: str) -> str:
    content: bytes = Contentline(line).to_ical()  # type: ignore[no-untyped-call]  # the library's is untyped
    return content.decode()


@lru_cache(maxsize=1024)
def _same(deadline: Deadline, organiser: tuple[str, str], words: Words) -> tuple[str, str]:
    """The first line and the rest of what is the same for many tasks; made once, as it takes most time."""
    event = Event()
    event.add("organizer", calendar_address(*organiser))
    event.add("sequence", deadline.sequence)
    event.add("dtstamp", deadline.changed_at)
    event.add("dtstart", deadline.due_on)
    event.add("dtend", deadline.due_on + timedelta(days=1))
    if not (deadline.answered or deadline.cancelled):
        event.add("description", words.later if deadline.coming else words.how)
    event.add("transp", "TRANSPARENT")
    planned = "TENTATIVE" if deadline.coming else "CONFIRMED"
    event.add("status", "CANCELLED" if deadline.cancelled else planned)
    event.add("class", "PRIVATE" if deadline.private else "PUBLIC")
    first, mark, rest = event.to_ical().decode().partition("BEGIN:VEVENT\r\n")
    return f"{first}{mark}", rest


def calendar_address(name: str, address: str) -> vCalAddress:
    """A person or an office as calendars name them."""
    made = vCalAddress(f"mailto:{address}")
    made.params["CN"] = vText(name)
    return made


def is_confidential(occurrence: Occurrence) -> bool:
    """Whether others who may see somebody's calendar are not to see this."""
    return _is_confidential(occurrence.activity)


@lru_cache(maxsize=256)
def _is_confidential(activity: str) -> bool:
    return bool(json.loads(activity).get("confidential", False))
