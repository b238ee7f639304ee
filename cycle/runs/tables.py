"""The work queue: what is wanted, claimed, done; and what people ask of it."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, SQLModel

from cycle.columns import Instant
from cycle.store import enum_type


class RunState(StrEnum):
    """wanted -> claimed -> done | failed; a claimed run whose lease has run out is claimable again."""

    WANTED = "wanted"
    CLAIMED = "claimed"
    DONE = "done"
    FAILED = "failed"


class Recorded(StrEnum):
    """Whether Prefect knows of the run. The store is the truth either way."""

    PENDING = "pending"
    RECORDED = "recorded"
    NOT_RECORDED = "not_recorded"


UNFINISHED = sa.text("state IN ('wanted', 'claimed')")


class Run(SQLModel, table=True):
    """One piece of work. `subject` says what of ("open:12", "KBH"); ids only, never names.

    At most one unfinished run per (flow, subject). `fence` rises at every claim; a commit inside the
    body is valid only while the row still carries the claimant's fence. `lease_until` is real time;
    `wanted_at`, `started_at` and `ended_at` are the engine's `now`, which a demo sets, so the time a
    body took is kept apart in `milliseconds`.
    """

    __table_args__ = (
        sa.Index(
            "uq_run_unfinished",
            "flow",
            "subject",
            unique=True,
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        sa.Index(
            "ix_run_unfinished",
            "priority",
            "id",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
        sa.Index("ix_run_subject", "flow", "subject", "wanted_at"),
        sa.Index("ix_run_work", "flow", "subject", "id"),
    )

    id: int | None = Field(default=None, primary_key=True)
    root_id: str = Field(foreign_key="unit.id", index=True)
    flow: str
    subject: str
    state: RunState = Field(default=RunState.WANTED, sa_type=enum_type(RunState), index=True)
    priority: int = 0
    fence: int = 0
    worker: str = ""
    lease_until: datetime | None = Field(default=None, sa_type=Instant)
    wanted_at: datetime = Field(sa_type=Instant)
    started_at: datetime | None = Field(default=None, sa_type=Instant)
    ended_at: datetime | None = Field(default=None, sa_type=Instant)
    milliseconds: int = 0
    attempts: int = 0
    progress: str = ""
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    error: str = ""
    recorded: Recorded = Field(default=Recorded.PENDING, sa_type=enum_type(Recorded))
    prefect_id: str = ""


class RunStep(StrEnum):
    """What a line of a run's log says: a worker took it up, or it came so far."""

    CLAIMED = "claimed"
    CAME = "came"


class RunLine(SQLModel, table=True):
    """One line of a run's log: ids, figures and the engine's own words, never names.

    A run that several workers took up in turn has one `CLAIMED` each, with the worker as `text` and the
    `fence` it got; `CAME` is written with the body's own commit, so it says what was really kept. `at` is the
    engine's `now` (see `Run`). The lines go with their run.
    """

    __tablename__ = "run_line"

    id: int | None = Field(default=None, primary_key=True)
    run_id: int = Field(foreign_key="run.id", ondelete="CASCADE", index=True)
    at: datetime = Field(sa_type=Instant)
    fence: int
    step: RunStep = Field(sa_type=enum_type(RunStep))
    text: str = ""
    counts: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class PrefectAnswer(StrEnum):
    """What a worker last heard of Prefect's server."""

    UNUSED = "unused"
    ANSWERS = "answers"
    SILENT = "silent"


class WorkerPulse(SQLModel, table=True):
    """A worker that lives, for the runs page: how many runs it has in hand, and whether Prefect answers it.

    `beaten_at` is real time (see `Run`). A worker that ends takes its row with it; one that was killed leaves
    it, until the next worker clears it away.
    """

    __tablename__ = "worker_pulse"

    name: str = Field(primary_key=True)
    beaten_at: datetime = Field(sa_type=Instant)
    hands: int
    busy: int = 0
    prefect: PrefectAnswer = Field(default=PrefectAnswer.UNUSED, sa_type=enum_type(PrefectAnswer))


class FlowPause(SQLModel, table=True):
    """A flow that the secretariat has paused for a municipality: nothing of it is wanted meanwhile."""

    __tablename__ = "flow_pause"

    root_id: str = Field(primary_key=True)
    flow: str = Field(primary_key=True)
    by: str
    at: datetime = Field(sa_type=Instant)
    why: str = ""


class Wake(SQLModel, table=True):
    """Written by whoever changed something: the clock turns at once instead of in 30 seconds."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(sa_type=Instant)


class ClockPulse(SQLModel, table=True):
    """The clock's last turn, for the runs page and `doctor`. `turned_at` is real time (see `Run`)."""

    __tablename__ = "clock_pulse"

    name: str = Field(primary_key=True)
    turned_at: datetime = Field(sa_type=Instant)
    milliseconds: int = 0
    wanted: int = 0
    error: str = ""
