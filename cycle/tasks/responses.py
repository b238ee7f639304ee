"""One activity day by day: how many answered, and how many were written to about it."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.calendar import WorkingCalendar
from cycle.local_dates import local_date_of
from cycle.organisation.tables import Unit
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import is_sqlite
from cycle.tasks.listing import Entry
from cycle.tasks.overview import UNIT_KINDS
from cycle.tasks.tables import Occurrence, Task

REMINDERS = (ReminderKind.BEFORE, ReminderKind.ON, ReminderKind.AFTER)


@dataclass(frozen=True)
class Day:
    """One local day: first answers that came, and tasks whose post (or its superior) was written to.

    `answered` are those of the day, `total` all until then.
    """

    day: date
    answered: int
    total: int
    opened: int
    reminded: int
    escalated: int


def day_by_day(
    session: Session,
    occurrence: Occurrence,
    listed: Sequence[Entry],
    *,
    paths: Sequence[str],
    calendar: WorkingCalendar,
    now: datetime,
) -> list[Day]:
    """The days on which something happened, in order. `listed` are the occurrence's entries below `paths`."""
    answers = Counter(calendar.local_date(e.received_at) for e in listed if e.received_at)
    written = _written(session, occurrence, paths=paths, calendar=calendar, now=now)
    found, total = [], 0
    for day in sorted({*answers, *(day for day, _ in written)}):
        total += answers[day]
        reminded = sum(written[day, kind] for kind in REMINDERS)
        opened, escalated = written[day, ReminderKind.OPENS], written[day, ReminderKind.ESCALATE]
        found.append(Day(day, answers[day], total, opened, reminded, escalated))
    return found


def _written(
    session: Session,
    occurrence: Occurrence,
    *,
    paths: Sequence[str],
    calendar: WorkingCalendar,
    now: datetime,
) -> Counter[tuple[date, str]]:
    """How many tasks were written about on which day, by the kind of step."""
    decision, years = ReminderDecision, (occurrence.opens_at.year, now.year)
    at = col(decision.decided_at)
    day = local_date_of(at, calendar.zone, years=years, sqlite=is_sqlite(session)).label("day")
    rows = session.execute(
        sa.select(day, col(decision.rule_kind), sa.func.count())
        .join(Task, col(Task.id) == col(decision.task_id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            col(Task.occurrence_id) == occurrence.id,
            col(Task.kind).in_(UNIT_KINDS),
            col(decision.verdict).in_((Decided.SENT, Decided.MERGED)),
            within(col(Unit.path), paths),
        )
        .group_by("day", col(decision.rule_kind))
    )
    return Counter({(on, kind): int(number) for on, kind, number in rows})
