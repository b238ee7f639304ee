"""One activity day by day: how many answered, and how many were written to about it."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.local_dates import local_date_of
from cycle.organisation.tables import Unit
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import is_sqlite
from cycle.tasks.fates import Asked, answered_on
from cycle.tasks.tables import Task

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


def day_by_day(session: Session, asked: Asked) -> list[Day]:
    """The days on which something happened, in order."""
    answers, written = _answered(session, asked), _written(session, asked)
    found, total = [], 0
    for day in sorted({*answers, *(day for day, _ in written)}):
        total += answers[day]
        reminded = sum(written[day, kind] for kind in REMINDERS)
        opened, escalated = written[day, ReminderKind.OPENS], written[day, ReminderKind.ESCALATE]
        found.append(Day(day, answers[day], total, opened, reminded, escalated))
    return found


def _answered(session: Session, asked: Asked) -> Counter[date]:
    """How many were answered first on which day."""
    day = answered_on(session, asked).label("day")
    query = sa.select(day, sa.func.count()).select_from(Task).where(*asked.conditions)
    query = query.where(col(Task.received_at).is_not(None)).group_by("day")
    rows = session.execute(_with_units(query, asked))
    return Counter({on: int(number) for on, number in rows})


def _written(session: Session, asked: Asked) -> Counter[tuple[date, str]]:
    """How many tasks were written about on which day, by the kind of step."""
    decision = ReminderDecision
    at, zone = col(decision.decided_at), asked.calendar.zone
    day = local_date_of(at, zone, years=asked.years, sqlite=is_sqlite(session)).label("day")
    query = (
        sa.select(day, col(decision.rule_kind), sa.func.count())
        .join(Task, col(Task.id) == col(decision.task_id))
        .where(*asked.conditions, col(decision.verdict).in_((Decided.SENT, Decided.MERGED)))
        .group_by("day", col(decision.rule_kind))
    )
    rows = session.execute(_with_units(query, asked))
    return Counter({(on, kind): int(number) for on, kind, number in rows})


def _with_units(query: sa.Select[Any], asked: Asked) -> sa.Select[Any]:
    """The query of tasks with their units, where it has to be looked at which of them are asked for."""
    return query if asked.whole else query.join(Unit, col(Unit.id) == col(Task.unit_id))
