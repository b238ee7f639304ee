"""One turn of the clock: what is due becomes wanted runs, history is chained, the pulse is written."""

import time
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history, store
from cycle.history import History
from cycle.runs import queue
from cycle.runs.tables import ClockPulse, Wake
from flows.due_work import due_work
from flows.empty_mailbox import note_empty
from flows.runtime import Runtime

CHAIN_LOCK = 0x6161_7274
"""PostgreSQL advisory lock: one chains at a time (SQLite has one writer anyway)."""


_HISTORY, _PULSES = store.table_of(History).c, store.table_of(ClockPulse)
NEWEST_WAKE = sa.select(sa.func.max(store.table_of(Wake).c.id))
UNCHAINED = sa.select(_HISTORY.root_id).where(_HISTORY.hash.is_(None)).distinct()
SIGNS = sa.select(
    NEWEST_WAKE.scalar_subquery().label("woken"),
    sa.exists().where(_HISTORY.hash.is_(None)).label("unchained"),
    sa.exists().where(*queue.doomed()).label("doomed"),
)
"""Whether there is anything of what a turn seldom meets, asked at once: PostgreSQL is a network away."""
PULSE = sa.update(_PULSES).where(_PULSES.c.name == sa.bindparam("clock"))


@dataclass(frozen=True)
class Turn:
    """What one turn did."""

    wanted: int
    chained: int
    milliseconds: int


def turn(runtime: Runtime, *, name: str = "turn") -> Turn:
    """Looks at what is due and wants it. `name` is whose pulse it is. Safe to run twice, or at once by two.

    Whatever woke the clock before this turn has been seen when it ends.
    """
    started = time.monotonic()
    now, real = runtime.clock.now(), runtime.wall.now()
    note_empty(runtime.engine, runtime.settings, now=now)
    with store.reading(runtime.engine) as session:
        read = session.connection()
        signs = read.execute(SIGNS, {"real": real}).one()
        works = due_work(session, now=now, settings=runtime.settings)
        unchained = [root_id for (root_id,) in read.execute(UNCHAINED)] if signs.unchained else []
    with store.transaction(runtime.engine) as session:
        if signs.woken is not None:
            session.execute(sa.delete(Wake).where(col(Wake.id) <= signs.woken))
        if signs.doomed:
            queue.give_up(session, now=now, real=real)
        wanted = queue.want(session, works, now=now)
        milliseconds = _since(started)
        pulse(session, name, turned_at=real, milliseconds=milliseconds, wanted=wanted, error="")
    chained = sum(_chain(runtime, root_id) for root_id in unchained)
    return Turn(wanted, chained, _since(started))


def newest_wake(session: Session) -> int | None:
    """The newest row that asks the clock to turn at once, if any."""
    return session.connection().execute(NEWEST_WAKE).scalar()


def pulse(session: Session, name: str, *, turned_at: datetime, **values: Any) -> None:
    """Writes down that the clock `name` has turned, and how it went."""
    values = {"milliseconds": 0, "wanted": 0, **values, "turned_at": turned_at}
    changed = session.connection().execute(PULSE, {"clock": name, **values})
    if changed.rowcount == 0:
        session.add(ClockPulse(name=name, **values))


def _chain(runtime: Runtime, root_id: str) -> int:
    with store.transaction(runtime.engine) as session:
        if not store.is_sqlite(session):
            session.execute(sa.text(f"SELECT pg_advisory_xact_lock({CHAIN_LOCK})"))
        return history.chain(session, root_id)


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
