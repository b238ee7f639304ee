"""Keeps the meetings of a municipality's bodies, as a meeting calendar has them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.organisation.applying import Import, record_import
from cycle.organisation.faults import Faults
from cycle.organisation.tables import Meeting
from cycle.plan.meetings import MeetingDay

MOST_GONE = 1
"""Coming meetings or agenda deadlines that one file takes away without being asked twice."""


class MeetingChanged(StrEnum):
    """What happens to a meeting."""

    ADDED = "added"
    CHANGED = "changed"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class MeetingChange:
    """One change: the meeting as it will be, or, cancelled, as it was."""

    what: MeetingChanged
    root_id: str
    meeting: MeetingDay


def meetings_difference(
    session: Session, root_id: str, meetings: Iterable[MeetingDay], *, today: date
) -> tuple[MeetingChange, ...]:
    """Compares a calendar with the store: a meeting is known by its body and date.

    A body's coming meeting that the calendar does not have, though it reaches that far, is cancelled.
    Other bodies, and what lies before `today` (local), are left alone.
    """
    wanted = {(meeting.body, meeting.held_on): meeting for meeting in meetings}
    stored = _stored(session, root_id)
    last: dict[str, date] = {}
    for body, held_on in wanted:
        last[body] = max(held_on, last.get(body, held_on))
    changes = [
        MeetingChange(MeetingChanged.CHANGED if key in stored else MeetingChanged.ADDED, root_id, meeting)
        for key, meeting in wanted.items()
        if stored.get(key) != meeting
    ]
    changes += [
        MeetingChange(MeetingChanged.CANCELLED, root_id, meeting)
        for (body, held_on), meeting in stored.items()
        if (body, held_on) not in wanted and body in last and today <= held_on <= last[body]
    ]
    return tuple(sorted(changes, key=lambda change: (change.meeting.body, change.meeting.held_on)))


def apply_meetings(session: Session, changes: Iterable[MeetingChange], given: Import) -> None:
    """Writes the changes with history.

    Raises ImportInvalid when more than one coming meeting or agenda deadline goes, as with a file that holds
    only a part of the calendar, and that is not confirmed.
    """
    changes = tuple(changes)
    gone = sum(_takes_away(session, change) for change in changes)
    if gone > MOST_GONE and not given.confirmed:
        Faults(given.language).fail("takes meetings", count=gone)
    for change in changes:
        _write(session, change)
    history.record_many(session, [_history(change, given) for change in changes])
    record_import(session, "meetings", changes, given)


def _takes_away(session: Session, change: MeetingChange) -> bool:
    """Whether the meeting, or the deadline that dates may count from, will not be there any more."""
    if change.what is not MeetingChanged.CHANGED:
        return change.what is MeetingChanged.CANCELLED
    stored = session.exec(select(Meeting).where(_this(change))).first()
    had = stored is not None and stored.agenda_deadline_on is not None
    return had and change.meeting.agenda_deadline_on is None


def _this(change: MeetingChange) -> sa.ColumnElement[bool]:
    place = {"root_id": change.root_id, "body": change.meeting.body, "held_on": change.meeting.held_on}
    return sa.and_(*(col(getattr(Meeting, name)) == value for name, value in place.items()))


def _stored(session: Session, root_id: str) -> dict[tuple[str, date], MeetingDay]:
    rows = session.exec(select(Meeting).where(Meeting.root_id == root_id))
    return {
        (row.body, row.held_on): MeetingDay(row.body, row.held_on, row.agenda_deadline_on, row.title)
        for row in rows
    }


def _write(session: Session, change: MeetingChange) -> None:
    meeting = change.meeting
    facts = {"agenda_deadline_on": meeting.agenda_deadline_on, "title": meeting.title}
    place = {"root_id": change.root_id, "body": meeting.body, "held_on": meeting.held_on}
    if change.what is MeetingChanged.ADDED:
        session.execute(sa.insert(Meeting).values(**place, **facts))
    elif change.what is MeetingChanged.CHANGED:
        session.execute(sa.update(Meeting).where(_this(change)).values(**facts))
    else:
        session.execute(sa.delete(Meeting).where(_this(change)))


def _history(change: MeetingChange, given: Import) -> dict[str, Any]:
    deadline = change.meeting.agenda_deadline_on
    return {
        "root_id": change.root_id,
        "at": given.now,
        "actor": given.by,
        "verb": f"import: {change.what.value}",
        "thing": f"meeting:{change.meeting.body}/{change.meeting.held_on.isoformat()}",
        "data": {"agenda_deadline": deadline.isoformat()} if deadline else {},
    }
