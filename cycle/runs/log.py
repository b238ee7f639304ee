"""A run's log: who took it up and how far it came, kept with the commits it speaks of."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.runs.tables import RunLine, RunStep
from cycle.store import table_of

MOST = 500
"""Lines that are shown of one run."""

_WRITE = sa.insert(table_of(RunLine))


def write_line(
    connection: sa.Connection,
    run_id: int,
    fence: int,
    step: RunStep,
    *,
    at: datetime,
    text: str = "",
    counts: Mapping[str, Any] | None = None,
) -> None:
    """Adds a line. `text` and `counts` hold ids and figures, never names."""
    values = {"run_id": run_id, "fence": fence, "step": step, "at": at, "text": text, "counts": counts or {}}
    connection.execute(_WRITE, values)


def lines_of(session: Session, run_id: int) -> list[RunLine]:
    """The first lines of a run's log, in the order they were written."""
    query = select(RunLine).where(RunLine.run_id == run_id)
    return list(session.exec(query.order_by(col(RunLine.id)).limit(MOST)))
