"""The queue of work: wanted, claimed under a fence, finished.

A `Run` row is one piece of work. Workers claim it by compare-and-set; each claim raises the fence and
sets a lease in real time. Whoever holds the newest fence may commit, nobody else (`guard`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session, col

from cycle.errors import FenceLost
from cycle.runs.log import write_line
from cycle.runs.tables import UNFINISHED, FlowPause, Recorded, Run, RunState, RunStep
from cycle.store import is_sqlite, table_of

LEASE = timedelta(seconds=60)
"""How long a claim is good for without being renewed."""

MAX_ATTEMPTS = 5
"""How many workers may die over one run."""

ERROR_LENGTH = 4000
DIED = f"Arbejderen døde {MAX_ATTEMPTS} gange under kørslen. / The worker died {MAX_ATTEMPTS} times."


@dataclass(frozen=True)
class Work:
    """A piece of work that ought to be done: which flow, of what, for which municipality."""

    flow: str
    subject: str
    root_id: str
    priority: int = 0


@dataclass(frozen=True)
class Claim:
    """A run held by a worker. `fence` is the number its commits are checked against."""

    id: int
    root_id: str
    flow: str
    subject: str
    fence: int
    attempts: int


def want(session: Session, works: Iterable[Work], *, now: datetime) -> int:
    """Writes a wanted run for each piece of work that has no unfinished one; gives how many are new."""
    rows = [
        {
            "flow": work.flow,
            "subject": work.subject,
            "root_id": work.root_id,
            "priority": work.priority,
            "state": RunState.WANTED,
            "wanted_at": now,
            "counts": {},
        }
        for work in works
    ]
    if not rows:
        return 0
    insert: Any = sqlite.insert if is_sqlite(session) else postgresql.insert
    statement = insert(Run).on_conflict_do_nothing().returning(col(Run.id))
    return len(session.execute(statement.values(rows)).all())


def claim(
    session: Session, *, worker: str, now: datetime, real: datetime, lease: timedelta = LEASE
) -> Claim | None:
    """Takes the next run that is wanted, or claimed with a lease that has run out.

    `now` is the engine's time, kept as `started_at`; `real` the wall clock's, for the lease. Highest
    priority first, then the oldest. Runs of a paused flow stay where they are.
    """
    found = session.execute(_next_claimable(real)).first()
    if found is None:
        return None
    run_id, fence = found
    taken = session.execute(
        sa.update(Run)
        .where(col(Run.id) == run_id, col(Run.fence) == fence, _claimable(real))
        .values(
            state=RunState.CLAIMED,
            fence=fence + 1,
            worker=worker,
            lease_until=real + lease,
            started_at=now,
            ended_at=None,
            attempts=Run.attempts + 1,
            error="",
            progress="",
            recorded=Recorded.PENDING,
            prefect_id="",
        )
        .returning(col(Run.root_id), col(Run.flow), col(Run.subject), col(Run.attempts))
    ).first()
    if taken is None:
        return None
    write_line(session.connection(), run_id, fence + 1, RunStep.CLAIMED, at=now, text=worker)
    return Claim(run_id, taken.root_id, taken.flow, taken.subject, fence + 1, taken.attempts)


def _next_claimable(real: datetime) -> sa.Select[int | None, int]:
    paused = sa.exists().where(
        col(FlowPause.root_id) == col(Run.root_id), col(FlowPause.flow) == col(Run.flow)
    )
    return (
        sa.select(col(Run.id), col(Run.fence))
        .where(UNFINISHED, _claimable(real), ~paused)
        .order_by(col(Run.priority).desc(), col(Run.id))
        .limit(1)
        .with_for_update(skip_locked=True, of=Run)
    )


def _claimable(real: datetime) -> sa.ColumnElement[bool]:
    expired = sa.and_(col(Run.state) == RunState.CLAIMED, col(Run.lease_until) < real)
    return sa.or_(col(Run.state) == RunState.WANTED, expired)


def renew(session: Session, claims: Iterable[Claim], *, real: datetime, lease: timedelta = LEASE) -> set[int]:
    """Extends the leases of these claims; gives the ids of the runs still held."""
    held = set()
    for held_claim in claims:
        if _touch(session.connection(), held_claim.id, held_claim.fence, {"lease_until": real + lease}):
            held.add(held_claim.id)
    return held


def guard(
    connection: sa.Connection,
    held: Claim,
    *,
    real: datetime,
    progress: str | None = None,
    counts: Mapping[str, int] | None = None,
    lease: timedelta = LEASE,
) -> None:
    """Makes this transaction valid only under the claim's fence: call it right before the commit.

    Keeps with it how far the body has come. Raises FenceLost when another worker has claimed the run
    since; the caller's transaction then rolls back.
    """
    values: dict[str, Any] = {"lease_until": real + lease}
    if progress is not None:
        values["progress"] = progress
    if counts is not None:
        values["counts"] = dict(counts)
    if not _touch(connection, held.id, held.fence, values):
        raise FenceLost(held.id, held.fence)


def finish(
    session: Session, held: Claim, *, now: datetime, milliseconds: int, counts: Mapping[str, int]
) -> None:
    """The body is done. Raises FenceLost when the run was taken over."""
    _end(session, held, RunState.DONE, now, milliseconds, counts=dict(counts))


def fail(session: Session, held: Claim, *, now: datetime, milliseconds: int, error: str) -> None:
    """The body raised. `error` is kept for the runs page. Raises FenceLost."""
    _end(session, held, RunState.FAILED, now, milliseconds, error=error[:ERROR_LENGTH])


def _end(
    session: Session, held: Claim, state: RunState, now: datetime, milliseconds: int, **values: Any
) -> None:
    ended = {"state": state, "ended_at": now, "milliseconds": milliseconds, "lease_until": None, **values}
    if not _touch(session.connection(), held.id, held.fence, ended):
        raise FenceLost(held.id, held.fence)


def give_up(session: Session, *, now: datetime, real: datetime) -> int:
    """Ends the runs whose workers have died again and again as failed; gives how many.

    A body that takes its worker down with it would otherwise be claimed for ever.
    """
    result = session.connection().execute(_GIVE_UP, {"now": now, "real": real})
    return int(result.rowcount)


def doomed() -> tuple[sa.ColumnElement[bool] | sa.TextClause, ...]:
    """What is true of a run that `give_up` ends; `real` is the parameter it takes."""
    return (
        UNFINISHED,
        _run.c.state == RunState.CLAIMED,
        _run.c.lease_until < sa.bindparam("real", type_=_run.c.lease_until.type),
        _run.c.attempts >= MAX_ATTEMPTS,
    )


_run = table_of(Run)
_GIVE_UP = (
    sa.update(_run)
    .where(*doomed())
    .values(state=RunState.FAILED, ended_at=sa.bindparam("now"), lease_until=None, error=DIED)
)


def mark_recorded(session: Session, held: Claim, recorded: Recorded, prefect_id: str = "") -> None:
    """Keeps whether Prefect knows of this run, and under which id. Ignored when it was taken over."""
    session.execute(
        sa.update(Run)
        .where(col(Run.id) == held.id, col(Run.fence) == held.fence)
        .values(recorded=recorded, prefect_id=prefect_id)
    )


def state_of(session: Session, held: Claim) -> RunState | None:
    """The run's state, or None when another worker has claimed it since."""
    found = session.execute(
        sa.select(col(Run.state)).where(col(Run.id) == held.id, col(Run.fence) == held.fence)
    ).first()
    return found[0] if found else None


_HELD = sa.update(_run).where(
    _run.c.id == sa.bindparam("its_id"),
    _run.c.fence == sa.bindparam("its_fence"),
    _run.c.state == RunState.CLAIMED,
)


def _touch(connection: sa.Connection, run_id: int, fence: int, values: Mapping[str, Any]) -> bool:
    """A plain statement: every commit of a body comes by here."""
    result = connection.execute(_HELD, {"its_id": run_id, "its_fence": fence, **values})
    return result.rowcount == 1


def claimable(session: Session, *, real: datetime) -> bool:
    """Whether a worker would find something to claim; costs no write."""
    return session.execute(sa.select(1).where(UNFINISHED, _claimable(real)).limit(1)).first() is not None
