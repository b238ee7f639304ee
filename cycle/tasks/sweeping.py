"""The nightly check of every hint: is each waiting task looked at when it ought to be?"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from cycle.reminders.decide import catching_up
from cycle.tasks.reminder_facts import TASK, Reader, read_rows, rows_query
from cycle.tasks.reminding import look_at, set_looks
from cycle.tasks.states import WAITING_FOR_HOLDER

CHUNK = 2000
_WAITING = rows_query(
    TASK.c.id > sa.bindparam("after"), TASK.c.state.in_(list(WAITING_FOR_HOLDER)), order=TASK.c.id
)


@dataclass(frozen=True, slots=True)
class Difference:
    """A task whose hint was wrong. `new_recipient`: it has to be told to someone who has not been told."""

    task_id: int
    stored: datetime | None
    expected: datetime | None
    new_recipient: bool


@dataclass
class Swept:
    """One chunk's differences; `last` is the id to go on from, None at the end."""

    differences: list[Difference] = field(default_factory=list)
    last: int | None = None


def differences(
    session: Session, reader: Reader, root_id: str, *, after: int = 0, limit: int = CHUNK
) -> Swept:
    """Checks up to `limit` waiting tasks with an id above `after`, and puts right what differs.

    A task that is to be looked at by now anyway is left alone.
    """
    rows = read_rows(session, _WAITING, root_id=root_id, after=after, limit=limit)
    swept = Swept(last=rows[-1].id if rows else None)
    looks: dict[datetime | None, list[int]] = defaultdict(list)
    for row, facts in zip(rows, reader.facts(session, rows), strict=True):
        if row.next_reminder_at is not None and row.next_reminder_at <= reader.now:
            continue
        new_recipient = catching_up(facts)
        expected = reader.now if new_recipient else look_at(facts)
        if expected != row.next_reminder_at:
            swept.differences.append(Difference(row.id, row.next_reminder_at, expected, new_recipient))
            looks[expected].append(row.id)
    set_looks(session, looks)
    return swept
