"""What people ask of the engine: try again, pause a flow, look now.

Pages ask by writing rows here; the clock and the workers act on them. Who asked is in `History`, which
the caller records in the same transaction.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.errors import NotFound, NotNow
from cycle.runs.queue import Work, want
from cycle.runs.tables import FlowPause, Run, RunState, Wake

BY_HAND = 100
"""Priority of what a person asked for: before everything the clock wants."""


def wake(session: Session, *, now: datetime) -> None:
    """Makes the clock turn within two seconds instead of thirty."""
    session.add(Wake(at=now))


def retry(session: Session, run_id: int, *, now: datetime) -> int:
    """Wants the same work again at once, whatever the back-off; gives the new run's id.

    Raises NotFound; NotNow when the run has not ended, its flow is paused, or the same work is wanted
    already.
    """
    run = session.get(Run, run_id)
    if run is None:
        raise NotFound("run", run_id)
    if run.state not in (RunState.DONE, RunState.FAILED):
        raise NotNow("run", run_id, run.state.value, "retry")
    if session.get(FlowPause, (run.root_id, run.flow)) is not None:
        raise NotNow("run", run_id, "paused", "retry")
    work = Work(run.flow, run.subject, run.root_id, BY_HAND)
    if not want(session, [work], now=now):
        raise NotNow("run", run_id, "wanted already", "retry")
    newest: int = session.execute(
        sa.select(col(Run.id))
        .where(col(Run.flow) == run.flow, col(Run.subject) == run.subject)
        .order_by(col(Run.id).desc())
        .limit(1)
    ).scalar_one()
    return newest


def pause(session: Session, root_id: str, flow: str, *, by: str, now: datetime, why: str) -> None:
    """From now on nothing of this flow starts for the municipality. Raises NotNow when paused already."""
    if session.get(FlowPause, (root_id, flow)) is not None:
        raise NotNow("flow", flow, "paused", "pause")
    session.add(FlowPause(root_id=root_id, flow=flow, by=by, at=now, why=why))


def resume(session: Session, root_id: str, flow: str, *, now: datetime) -> None:
    """Lets the flow go on and looks at once. Raises NotNow when it is not paused."""
    row = session.get(FlowPause, (root_id, flow))
    if row is None:
        raise NotNow("flow", flow, "running", "resume")
    session.delete(row)
    wake(session, now=now)
