"""Which workers live: each says so every half minute, and goes when it ends."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.runs.tables import PrefectAnswer, WorkerPulse
from cycle.store import table_of

FORGOTTEN = timedelta(days=1)
"""After so long nobody asks any more what became of a worker that was killed."""

_ROWS = table_of(WorkerPulse)
_BEAT = sa.update(_ROWS).where(_ROWS.c.name == sa.bindparam("worker"))


def beat(
    session: Session, name: str, *, real: datetime, hands: int, busy: int, prefect: PrefectAnswer
) -> None:
    """The worker lives at `real` (UTC, the machine's time), with so many of its hands busy."""
    values: dict[str, Any] = {"beaten_at": real, "hands": hands, "busy": busy, "prefect": prefect}
    if session.connection().execute(_BEAT, {"worker": name, **values}).rowcount == 0:
        session.execute(sa.delete(WorkerPulse).where(col(WorkerPulse.beaten_at) < real - FORGOTTEN))
        session.add(WorkerPulse(name=name, **values))
        session.flush()


def leave(session: Session, name: str) -> None:
    """The worker has ended as it should."""
    session.execute(sa.delete(WorkerPulse).where(col(WorkerPulse.name) == name))


def workers(session: Session) -> Sequence[WorkerPulse]:
    """Every worker that was heard of lately, the newest sign of life first."""
    return session.exec(select(WorkerPulse).order_by(col(WorkerPulse.beaten_at).desc())).all()
