"""What the runs page, `doctor` and the demo ask about runs, pauses and the clock."""

from collections.abc import Iterable, Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.runs.tables import UNFINISHED, ClockPulse, FlowPause, Recorded, Run, RunState


def recent_runs(
    session: Session,
    root_ids: Iterable[str],
    *,
    flow: str | None = None,
    state: RunState | None = None,
    limit: int = 100,
) -> list[Run]:
    """The newest runs of these municipalities first."""
    query = select(Run).where(col(Run.root_id).in_(list(root_ids)))
    if flow is not None:
        query = query.where(Run.flow == flow)
    if state is not None:
        query = query.where(Run.state == state)
    return list(session.exec(query.order_by(col(Run.id).desc()).limit(limit)))


def run_counts(session: Session, root_ids: Iterable[str]) -> dict[RunState, int]:
    """How many runs there are in each state, zeros included."""
    rows = session.execute(
        sa.select(col(Run.state), sa.func.count())
        .where(col(Run.root_id).in_(list(root_ids)))
        .group_by(col(Run.state))
    )
    found: Mapping[RunState, int] = {state: number for state, number in rows}
    return {state: found.get(state, 0) for state in RunState}


def recorded_counts(session: Session) -> dict[Recorded, int]:
    """How many finished runs Prefect knows of, and how many not."""
    rows = session.execute(
        sa.select(col(Run.recorded), sa.func.count())
        .where(col(Run.state).in_((RunState.DONE, RunState.FAILED)))
        .group_by(col(Run.recorded))
    )
    found: Mapping[Recorded, int] = {recorded: number for recorded, number in rows}
    return {recorded: found.get(recorded, 0) for recorded in Recorded}


def pauses(session: Session, root_ids: Iterable[str]) -> list[FlowPause]:
    """The flows that are paused, with by whom and why."""
    query = select(FlowPause).where(col(FlowPause.root_id).in_(list(root_ids)))
    return list(session.exec(query.order_by(col(FlowPause.flow))))


def pulses(session: Session) -> list[ClockPulse]:
    """The last turn of every clock, newest first."""
    return list(session.exec(select(ClockPulse).order_by(col(ClockPulse.turned_at).desc())))


def overrun(session: Session, *, real: datetime) -> list[Run]:
    """Claimed runs whose lease has run out: their worker has died or hangs."""
    query = select(Run).where(UNFINISHED, Run.state == RunState.CLAIMED, col(Run.lease_until) < real)
    return list(session.exec(query))
