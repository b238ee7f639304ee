"""What a flow's body is given: the store, the time, the settings, and a commit guarded by its fence.

Only this module reads a clock for the engine. `Runtime.clock` is the engine's time, which a demo sets;
`Runtime.wall` is real time and serves leases and pulses alone.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session

from config.settings import Settings
from cycle import store
from cycle.calendar import WorkingCalendar
from cycle.organisation.directory import Directory
from cycle.runs import queue
from cycle.runs.log import write_line
from cycle.runs.queue import Claim
from cycle.runs.tables import RunStep
from cycle.tasks.calendars import calendar_of_root

LINE_SECONDS = 5.0
"""Between two lines of a run's log: a body that commits every mail does not write one for each."""


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        ...


class SystemClock:
    """The machine's own time."""

    def now(self) -> datetime:
        """An aware instant in UTC."""
        return datetime.now(UTC)


class DemoClock:
    """A clock that stands still until it is set. It never runs backwards. Threads may share it."""

    def __init__(self, start: datetime) -> None:
        self._lock = threading.Lock()
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """The instant it was last set to, UTC."""
        with self._lock:
            return self._now

    def set(self, instant: datetime) -> None:
        """Moves to `instant` (aware). Raises ValueError when that lies in the past."""
        with self._lock:
            if instant < self._now:
                raise ValueError(f"the clock stands at {self._now:%Y-%m-%d %H:%M} and cannot go back")
            self._now = instant.astimezone(UTC)

    def reach(self, instant: datetime) -> None:
        """Moves to `instant` (aware), unless another thread has moved it further meanwhile."""
        with self._lock:
            self._now = max(self._now, instant.astimezone(UTC))

    def advance(self, by: timedelta) -> datetime:
        """Moves forward by `by`, and tells the instant it came to, UTC."""
        with self._lock:
            self._now += by
            return self._now


@dataclass(frozen=True)
class Runtime:
    """What this process runs with, put together once at its start."""

    engine: Engine
    settings: Settings
    clock: Clock = field(default_factory=SystemClock)
    wall: Clock = field(default_factory=SystemClock)
    still: dict[str, tuple[WorkingCalendar, Directory]] | None = None
    """What is kept instead of read anew, by municipality; only where plan and organisation stand still
    (a simulation). The directory is seen on another date."""
    makes_documents: bool = True
    """Whether signed agreements are set and sealed; a simulation keeps nothing."""


class RunContext:
    """One body's view of the engine. `now` stands still for the whole body.

    `run` says which run this is (`id`, `root_id`, `flow`, `subject`, `fence`). A direct context
    (simulation, tests) has no Run row: its `run.id` and `run.fence` are 0 and no commit is guarded.
    """

    def __init__(
        self, runtime: Runtime, run: Claim, now: datetime, *, line_every: float = LINE_SECONDS
    ) -> None:
        self.engine = runtime.engine
        self.settings = runtime.settings
        self.run = run
        self.now = now
        self.makes_documents = runtime.makes_documents
        self.counts: dict[str, int] = {}
        self._runtime = runtime
        self._progress: str | None = None
        self._written: tuple[str | None, dict[str, int]] = (None, {})
        self._line_every, self._line_from = line_every, float("-inf")
        self._inside = False

    @classmethod
    def direct(
        cls, engine: Engine, now: datetime, settings: Settings, root_id: str, subject: str = ""
    ) -> "RunContext":
        """A context without a Run row: the body runs here and now, nothing is claimed or guarded."""
        claim = Claim(id=0, root_id=root_id, flow="direct", subject=subject or root_id, fence=0, attempts=1)
        return cls(Runtime(engine, settings, DemoClock(now)), claim, now)

    def moment(self) -> datetime:
        """The time that has come while the body works; never before `now`. For what others wait for."""
        return max(self.now, self._runtime.clock.now())

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work; commits only while this run's fence is valid. Raises FenceLost."""
        with store.transaction(self.engine) as session:
            self._inside = True
            try:
                yield session
            finally:
                self._inside = False
            session.flush()
            self._guard(session.connection())

    @contextmanager
    def plainly(self) -> Iterator[sa.Connection]:
        """As `transaction`, for plain statements. Raises FenceLost."""
        with store.plainly(self.engine) as connection:
            yield connection
            self._guard(connection)

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A snapshot to read from; whatever is written in it is rolled back."""
        with store.reading(self.engine) as session:
            yield session

    def calendar(self, root_id: str) -> WorkingCalendar:
        """The municipality's working calendar. Call it outside `transaction()`."""
        with self.reading() as session:
            return calendar_of_root(session, root_id)

    def surroundings(self, session: Session, root_id: str) -> tuple[WorkingCalendar, Directory]:
        """The municipality's calendar, and its organisation on today's local date, as `session` sees them."""
        still = self._runtime.still
        if still is not None and root_id in still:
            calendar, directory = still[root_id]
            still[root_id] = calendar, directory.at(calendar.local_date(self.now))
            return still[root_id]
        calendar = calendar_of_root(session, root_id)
        found = calendar, Directory.load(session, root_id, calendar.local_date(self.now))
        if still is not None:
            still[root_id] = found
        return found

    def progress(self, text: str) -> None:
        """Says how far the body has come ("300 af 470"). Inside a transaction it is kept at its commit."""
        self._progress = text
        if not self._inside and self.run.id:
            with store.plainly(self.engine) as connection:
                self._guard(connection)

    def count(self, **counts: int) -> None:
        """Adds to the run's figures ("opened", "sent" …); kept at the next commit and at the end."""
        for name, number in counts.items():
            self.counts[name] = self.counts.get(name, 0) + number

    def _guard(self, connection: sa.Connection) -> None:
        if self.run.id:
            queue.guard(
                connection,
                self.run,
                real=self._runtime.wall.now(),
                progress=self._progress,
                counts=self.counts,
            )
            self._write_line(connection)

    def _write_line(self, connection: sa.Connection) -> None:
        """A line of the run's log, when it has come further and the last line is some seconds old."""
        came = (self._progress, dict(self.counts))
        if came == self._written or time.monotonic() < self._line_from:
            return
        self._written, self._line_from = came, time.monotonic() + self._line_every
        at, (text, counts) = self.moment(), came
        write_line(
            connection, self.run.id, self.run.fence, RunStep.CAME, at=at, text=text or "", counts=counts
        )
