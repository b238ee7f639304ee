"""The meeting calendars of bodies, as windows refer to them."""

from collections.abc import Iterable

from sqlmodel import Session, select

from cycle.organisation.tables import Meeting
from cycle.plan.meetings import MeetingDay


def keep_meetings(session: Session, root_id: str, days: Iterable[MeetingDay]) -> int:
    """Adds or changes meetings, known by body and date. Safe to repeat; gives how many were changed."""
    known = {
        (row.body, row.held_on): row
        for row in session.exec(select(Meeting).where(Meeting.root_id == root_id))
    }
    changed = 0
    for day in days:
        row = known.get((day.body, day.held_on))
        if row is None:
            row = Meeting(root_id=root_id, body=day.body, held_on=day.held_on)
        elif (row.agenda_deadline_on, row.title) == (day.agenda_deadline_on, day.title):
            continue
        row.agenda_deadline_on, row.title = day.agenda_deadline_on, day.title
        session.add(row)
        changed += 1
    session.flush()
    return changed
