"""A person's own feed: deadlines, what is yet to open, and meetings, each under a key that never changes.

It shows titles, dates and places alone: calendars are shown to colleagues (decision 0028).
"""

import hashlib
from collections.abc import Iterable

from cycle.gatherings.own import OwnMeeting
from cycle.gatherings.states import Told
from cycle.tasks.own_coming import OwnComing
from cycle.tasks.own_deadlines import Own
from cycle.tasks.states import WAITING_FOR_HOLDER
from cycle.tasks.titles import occurrence_title, title_in
from notifications.deadlines import Deadline, deadline_of, is_confidential, to_ics
from notifications.invitation_ics import ZONE, Entry, entry_text
from notifications.invitations import entry_of
from notifications.office import Office
from notifications.titles import title_of

END = "END:VCALENDAR"


def feed_of(
    deadlines: Iterable[Own],
    coming: Iterable[OwnComing],
    meetings: Iterable[OwnMeeting],
    *,
    office: Office,
    language: str,
) -> str:
    """The feed as iCalendar with CRLF. The same store gives the same text."""
    dates = [_owed(own, language) for own in deadlines] + [_coming(each, language) for each in coming]
    text = to_ics(dates, organiser=office.organiser, language=language, feed=True)
    events = "".join(entry_text(_entry(each, office, language)) for each in meetings)
    return text.replace(END, f"{ZONE}{events}{END}") if events else text


def file_of(own: Own, *, office: Office, language: str) -> str:
    """The one deadline as iCalendar with CRLF: the entry that the mail about the task and the feed have."""
    return to_ics([_owed(own, language)], organiser=office.organiser, language=language)


def _owed(own: Own, language: str) -> Deadline:
    return deadline_of(
        own.task,
        own.occurrence,
        own.unit,
        title=title_of(own.task, own.occurrence, language),
        language=language,
        answered=own.task.state not in WAITING_FOR_HOLDER,
    )


def _coming(each: OwnComing, language: str) -> Deadline:
    about = f"{each.unit_id}/{each.role}/{each.stage}".encode()
    title, private = occurrence_title(each.occurrence, language), is_confidential(each.occurrence)
    if each.title and not private:
        title = f"{title}: {title_in(language, each.title, each.occurrence)}"
    return Deadline(
        task_id=0,
        title=title,
        unit=each.unit,
        due_on=each.due_on,
        changed_at=each.planned_at,
        private=private,
        coming=f"{each.occurrence.id}-{hashlib.sha256(about).hexdigest()[:16]}",
    )


def _entry(each: OwnMeeting, office: Office, language: str) -> Entry:
    """The invitation's entry, under its own key, without what only participants should read."""
    held, occurrence = each.gathering, each.occurrence
    private = is_confidential(occurrence)
    title = occurrence_title(occurrence, language) if private else held.title
    shown = held.model_copy(update={"title": title, "link": "", "agenda": []})
    at = occurrence.opened_at or occurrence.opens_at
    return entry_of(shown, office, Told.INVITED, name="", address="", at=at)
