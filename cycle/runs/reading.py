"""What the runs page, `doctor` and the demo ask about runs, pauses and the clock."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import NotFound
from cycle.runs.tables import UNFINISHED, ClockPulse, FlowPause, Recorded, Run, RunState

VERBS_OF_OCCURRENCE = ("open", "advance", "close", "erase")
"""What a run does to an occurrence: "open:12". Others name a municipality, which may be a number."""


@dataclass(frozen=True)
class RunSearch:
    """Which runs are looked for. `since` and `until` are instants (UTC) between which they were wanted."""

    flow: str | None = None
    state: RunState | None = None
    occurrence_id: int | None = None
    since: datetime | None = None
    until: datetime | None = None


EVERY_RUN = RunSearch()


def recent_runs(
    session: Session,
    root_ids: Iterable[str],
    search: RunSearch = EVERY_RUN,
    *,
    limit: int = 100,
    offset: int = 0,
) -> list[Run]:
    """The newest runs of these municipalities first."""
    query = select(Run).where(col(Run.root_id).in_(list(root_ids)), *_conditions(search))
    return list(session.exec(query.order_by(col(Run.id).desc()).limit(limit).offset(offset)))


def _conditions(search: RunSearch) -> Iterator[sa.ColumnElement[bool]]:
    if search.flow is not None:
        yield col(Run.flow) == search.flow
    if search.state is not None:
        yield col(Run.state) == search.state
    if search.occurrence_id is not None:
        yield col(Run.subject).in_([f"{verb}:{search.occurrence_id}" for verb in VERBS_OF_OCCURRENCE])
    if search.since is not None:
        yield col(Run.wanted_at) >= search.since
    if search.until is not None:
        yield col(Run.wanted_at) < search.until


def get_run(session: Session, root_ids: Iterable[str], run_id: int) -> Run:
    """The run. Raises NotFound when there is none in these municipalities."""
    run = session.get(Run, run_id)
    if run is None or run.root_id not in set(root_ids):
        raise NotFound("run", run_id)
    return run


def newer_run(session: Session, run: Run) -> int | None:
    """The newest run of the same work that was wanted after this one, if any."""
    query = sa.select(sa.func.max(col(Run.id))).where(
        col(Run.flow) == run.flow, col(Run.subject) == run.subject, col(Run.id) > run.id
    )
    return session.execute(query).scalar()


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
