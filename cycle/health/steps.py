"""Steps of the year that are due and have not been taken, asked apart from the clock that should see them."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import col

from cycle.runs.tables import FlowPause
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task

DUE = timedelta(hours=2)
_NOTHING: sa.ColumnClause[int] = sa.literal_column("0")
"""Added so that SQLite walks what is late, and not every task of every occurrence."""

CLOSE = timedelta(hours=30)
"""A close waits until 04:00 local, and up to a day for the mailbox."""


def overdue(now: datetime) -> list[tuple[str, Any]]:
    """(verb, question for municipality and id), of which each answer is one step that was due long ago.

    Those of paused flows are left out: somebody wants them to wait.
    """
    since, it = now - DUE, Occurrence
    ids = sa.select(col(it.root_id), col(it.id)).where(~_paused(col(it.flow)))
    planned, open_ = col(it.state) == OccurrenceState.PLANNED, col(it.state) == OccurrenceState.OPEN
    running = col(it.state).in_([OccurrenceState.OPEN, OccurrenceState.CLOSED])
    unerased = (col(it.erased_at).is_(None), col(it.opened_at).is_not(None))
    reminders = (
        sa.select(col(it.root_id), col(Task.id))
        .join(it, col(it.id) == col(Task.occurrence_id) + _NOTHING)
        .where(col(Task.next_reminder_at) < since, ~_paused(sa.literal("remind")))
    )
    return [
        ("open", ids.where(planned, col(it.opens_at) < since)),
        ("close", ids.where(open_, col(it.closes_at) < now - CLOSE)),
        ("advance", ids.where(running, col(it.advance_at) < since)),
        ("erase", ids.where(*unerased, col(it.erase_at) < since)),
        ("task", reminders),
    ]


def _paused(flow: sa.SQLColumnExpression[str]) -> sa.Exists:
    return sa.exists().where(col(FlowPause.root_id) == col(Occurrence.root_id), col(FlowPause.flow) == flow)
