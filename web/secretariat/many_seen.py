"""What an act on many would do, seen before: who it concerns, the first mail, what speaks against it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from fastapi import Request
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.errors import AnswerInvalid, NotFound
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.tables import Person
from cycle.tasks.calendars import calendar_of
from cycle.tasks.date_doubts import DateDoubt, date_doubts
from cycle.tasks.fates import Asked
from cycle.tasks.list_pages import selected
from cycle.tasks.listing import Entry, entries
from cycle.tasks.many import Hindrance, Order, acting, check_order, hindrance, taken
from cycle.tasks.titles import title_in
from web import context, render
from web.secretariat.activity_list import Narrowed, Selection
from web.secretariat.many_acts import NOBODY, Ticks
from web.secretariat.reach import Reach


@dataclass(frozen=True)
class Line:
    """One chosen unit: who a mail goes to, and what is in the way."""

    entry: Entry
    recipient: Recipient | None
    hindrance: Hindrance | None

    @property
    def is_written_to(self) -> bool:
        """Whether a mail about it can go to somebody."""
        return self.recipient is not None and self.recipient.address is not None


@dataclass(frozen=True)
class Seen:
    """What would happen. `before`: how many the selection had in the list when others are in it now."""

    person: Person | None
    lines: Sequence[Line]
    doubts: Sequence[DateDoubt]
    before: int | None = None

    @property
    def able(self) -> list[Line]:
        """Those it can be done to."""
        return [line for line in self.lines if line.hindrance is None]

    @property
    def first(self) -> Line | None:
        """The one whose mail is shown."""
        return next((line for line in self.able if line.is_written_to), None)

    def values(self) -> dict[str, Any]:
        """What the page needs of it."""
        return {
            "person": self.person,
            "able": self.able,
            "hindered": [line for line in self.lines if line.hindrance is not None],
            "doubts": self.doubts,
            "before": self.before,
        }


def look_at(
    session: Session, request: Request, found: Reach, order: Order, ticks: Ticks, narrowed: Narrowed
) -> Seen:
    """What the order would do to the chosen tasks. Raises AnswerInvalid, and NotFound for another's task."""
    calendar = calendar_of(session, found.occurrence)
    today = calendar.local_date(context.now(request))
    listed = entries(session, found.occurrence, paths=found.paths, today=today, calendar=calendar)
    asked = Asked(found.occurrence, found.paths, today, calendar)
    whole = selected(session, asked, narrowed.wish) if ticks.whole else []
    chosen = listed_of(listed, whole if ticks.whole else ticks.tasks)
    check_order(order, today=today)
    person = acting(session, found.occurrence, order)
    return Seen(
        person,
        _lines(session, found, order, person, chosen, today),
        _doubts(found, order, calendar, today, render.language_of(request)),
        ticks.whole.count if ticks.whole and ticks.whole != Selection.of(whole) else None,
    )


def listed_of(listed: Sequence[Entry], task_ids: Sequence[int]) -> list[Entry]:
    """The chosen tasks among those the account may see. Raises NotFound, AnswerInvalid for none at all."""
    wanted = set(task_ids)
    here = [entry for entry in listed if entry.task_id in wanted]
    if len(here) != len(wanted):
        raise NotFound("task", min(wanted - {entry.task_id for entry in here}))
    if not here:
        raise AnswerInvalid([NOBODY])
    return here


def _lines(
    session: Session,
    found: Reach,
    order: Order,
    person: Person | None,
    chosen: Sequence[Entry],
    today: date,
) -> list[Line]:
    directory = Directory.load(session, found.occurrence.root_id, today)
    posts = {(entry.unit_id, entry.role) for entry in chosen}
    held = taken(session, posts, order, person, today=today)
    lines = []
    for entry in chosen:
        recipient = directory.recipient(entry.unit_id, entry.role)
        reachable = recipient is not None and recipient.address is not None
        standing = {"reachable": reachable, "taken": (entry.unit_id, entry.role) in held}
        lines.append(Line(entry, recipient, hindrance(order, entry.state, entry.due_on, **standing)))
    return lines


def _doubts(
    found: Reach, order: Order, calendar: WorkingCalendar, today: date, language: str
) -> list[DateDoubt]:
    """What speaks against the new deadline; nothing where none is given."""
    it = found.occurrence
    if order.new_due_on is None:
        return []
    steps = [
        (title_in(language, stage.title, it), date.fromisoformat(it.stage_due[stage.id]))
        for stage in found.activity.stages
        if stage.id in it.stage_due
    ]
    closes_on = calendar.local_date(it.closes_at - timedelta(seconds=1))
    return date_doubts(order.new_due_on, closes_on=closes_on, steps=steps, today=today, calendar=calendar)
