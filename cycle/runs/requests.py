"""What people ask of the engine: try again, pause a flow, look now.

Pages ask by writing rows here; the clock and the workers act on them. Who asked is in `History`, which
the caller records in the same transaction.
"""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col, select

from cycle.errors import NotFound, NotNow
from cycle.runs.queue import Work, want
from cycle.runs.reading import newer_run
from cycle.runs.tables import FlowPause, Run, RunState, Wake
from cycle.store import is_sqlite

BY_HAND = 100
"""Priority of what a person asked for: before everything the clock wants."""


def wake(session: Session, *, now: datetime) -> None:
    """Makes the clock turn within two seconds instead of thirty."""
    session.add(Wake(at=now))


def retry(session: Session, run_id: int, *, now: datetime) -> int:
    """Wants the same work again at once, whatever the back-off; gives the run that does it.

    Asked twice it is wanted once: a run that has not ended, or a newer one of the same work, is given as it
    is. Raises NotFound; NotNow when the run's flow is paused.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound("run", run_id)
    if run.state not in (RunState.DONE, RunState.FAILED):
        return run_id
    if (newer := newer_run(session, run)) is not None:
        return newer
    if session.get(FlowPause, (run.root_id, run.flow)) is not None:
        raise NotNow("run", run_id, "paused", "retry")
    want(session, [Work(run.flow, run.subject, run.root_id, BY_HAND)], now=now)
    return newer_run(session, run) or run_id


def retry_opening(session: Session, flow: str, occurrence_id: int, *, now: datetime) -> bool:
    """Whether the occurrence's opening had failed; it then need not wait for its next try.

    Where the flow is paused, whoever resumes it starts it.
    """
    subject = f"open:{occurrence_id}"
    runs = select(Run).where(Run.flow == flow, Run.subject == subject).order_by(col(Run.id).desc())
    run = session.exec(runs.limit(1)).first()
    if run is None or run.state is not RunState.FAILED:
        return False
    try:
        retry(session, run.id or 0, now=now)
    except NotNow:
        return False
    wake(session, now=now)
    return True


def pause(session: Session, root_id: str, flow: str, *, by: str, now: datetime, why: str) -> bool:
    """From now on nothing of this flow starts for the municipality; False when it was paused already."""
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    values = {"root_id": root_id, "flow": flow, "by": by, "at": now, "why": why}
    new = insert(FlowPause).values(**values).on_conflict_do_nothing().returning(col(FlowPause.flow))
    return session.execute(new).first() is not None


def resume(session: Session, root_id: str, flow: str, *, now: datetime) -> bool:
    """Lets the flow go on and looks at once; False when it was not paused."""
    row = sa.delete(FlowPause).where(col(FlowPause.root_id) == root_id, col(FlowPause.flow) == flow)
    if not session.connection().execute(row).rowcount:
        return False
    wake(session, now=now)
    return True
