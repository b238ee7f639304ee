"""Whether anything at all is to be done, in one statement.

Most turns find nothing. This asks every hint at once, by a statement that is built once, so that such a
turn costs a few milliseconds; `due_work` then looks closely only when there is something to see.
"""

from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, col

from config.settings import Settings
from cycle.history import History
from cycle.messages.tables import UNSENT, MailboxMark, Message
from cycle.runs.tables import UNFINISHED, Run, RunState, Wake
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence, Task
from flows.due_work import MAILBOX_EVERY, sweeping_since

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_INSTANT = SQLModel.metadata.tables["occurrence"].c.opens_at.type
NOW, REAL, READ_SINCE, SWEPT_SINCE = (
    sa.bindparam(name, type_=_INSTANT) for name in ("now", "real", "read_since", "swept_since")
)
READING, SWEEPING = sa.bindparam("reading", type_=sa.Boolean), sa.bindparam("sweeping", type_=sa.Boolean)

_PLANNED = col(Occurrence.state) == OccurrenceState.PLANNED
_OPEN = col(Occurrence.state) == OccurrenceState.OPEN
_READ = (
    sa.exists()
    .where(col(MailboxMark.root_id) == col(Cycle.root_id), col(MailboxMark.read_until) > READ_SINCE)
    .correlate(Cycle)
)
_SWEPT = (
    sa.exists()
    .where(
        col(Run.flow) == "remind",
        col(Run.subject) == sa.literal("sweep:") + col(Occurrence.root_id),
        col(Run.wanted_at) >= SWEPT_SINCE,
        col(Run.state) != RunState.FAILED,
    )
    .correlate(Occurrence)
)
_DUE = sa.or_(
    sa.exists().where(_PLANNED, col(Occurrence.opens_at) <= NOW),
    sa.exists().where(_OPEN, col(Occurrence.closes_at) <= NOW),
    sa.exists().where(_OPEN, col(Occurrence.advance_at) <= NOW),
    sa.exists().where(col(Task.next_reminder_at) <= NOW),
    sa.exists().where(UNSENT, col(Message.next_at) <= NOW),
    sa.and_(READING, sa.exists().select_from(Cycle).where(~_READ)),
    sa.and_(SWEEPING, sa.exists().where(_OPEN, ~_SWEPT)),
)
_OVERRUN = sa.exists().where(UNFINISHED, col(Run.state) == RunState.CLAIMED, col(Run.lease_until) < REAL)
GLANCE = sa.select(
    _DUE.label("due"),
    _OVERRUN.label("overrun"),
    sa.exists().where(col(History.hash).is_(None)).label("unchained"),
    sa.select(sa.func.max(col(Wake.id))).scalar_subquery().label("woken"),
)


@dataclass(frozen=True)
class Glance:
    """What a turn has to do. `woken`: the newest request to turn at once."""

    due: bool
    overrun: bool
    unchained: bool
    woken: int | None


def glance(session: Session, *, now: datetime, real: datetime, settings: Settings) -> Glance:
    """Every hint at once. `due` may be true where `due_work` finds that nothing can be done yet."""
    swept_since = sweeping_since(now, settings.zone)
    row = session.execute(
        GLANCE,
        {
            "now": now,
            "real": real,
            "reading": bool(settings.imap_host),
            "read_since": now - MAILBOX_EVERY,
            "sweeping": swept_since is not None,
            "swept_since": swept_since or LONG_AGO,
        },
    ).one()
    return Glance(bool(row.due), bool(row.overrun), bool(row.unchained), row.woken)
