"""The clock: APScheduler turns every 30 seconds, and within two when somebody asked.

It holds no business dates: the jobs are in memory and only say "look". Of several clocks on one
PostgreSQL store the one that holds the advisory lock turns; the others wait for it.
"""

import logging
import socket
import threading
from datetime import datetime, timedelta

import sqlalchemy as sa
from apscheduler.schedulers.background import BackgroundScheduler
from sqlalchemy.exc import SQLAlchemyError

from cycle import store
from flows.heartbeat import Heartbeat
from flows.runtime import Runtime
from flows.selfcheck import DailyCheck
from flows.turn import newest_wake, pulse, turn

EVERY = timedelta(seconds=30)
LOOK_EVERY = timedelta(seconds=2)
CHECK_EVERY = timedelta(minutes=5)
CLOCK_LOCK = 0x6161_7275

log = logging.getLogger("aarshjul.clock")


class RingingClock:
    """Turns until it is stopped. Its threads are daemons: they never keep the process alive."""

    def __init__(
        self,
        runtime: Runtime,
        *,
        name: str | None = None,
        every: timedelta = EVERY,
        look_every: timedelta = LOOK_EVERY,
        check_every: timedelta = CHECK_EVERY,
    ) -> None:
        self.name = name or f"clock@{socket.gethostname()}"
        self._runtime = runtime
        self._every, self._look_every, self._check_every = every, look_every, check_every
        self._one_at_a_time = threading.Lock()
        self._leadership = Leadership(runtime)
        self._scheduler = BackgroundScheduler(timezone="UTC")
        self._heartbeat = Heartbeat(runtime.settings.heartbeat_url)
        self._daily_check = DailyCheck(runtime, self._heartbeat)

    def start(self) -> None:
        """Turns at once and then every 30 seconds."""
        options = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler.add_job(
            self.ring,
            "interval",
            seconds=self._every.total_seconds(),
            next_run_time=datetime.now().astimezone(),
            **options,
        )
        self._scheduler.add_job(self.look, "interval", seconds=self._look_every.total_seconds(), **options)
        if not self._runtime.settings.demo:
            seconds = self._check_every.total_seconds()
            self._scheduler.add_job(self._daily_check.look, "interval", seconds=seconds, **options)
        self._scheduler.start()

    def stop(self) -> None:
        """Lets the turn under way end, and gives up the lead."""
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._leadership.release()

    def ring(self) -> None:
        """One turn, unless one is under way or another clock leads. An error is logged and kept."""
        if not self._one_at_a_time.acquire(blocking=False):
            return
        try:
            if self._leadership.held():
                turn(self._runtime, name=self.name)
                self._heartbeat.beat()
        except Exception as error:  # the clock goes on whatever a turn stumbles over
            log.exception("turn failed")
            self._keep(error)
        finally:
            self._one_at_a_time.release()

    def look(self) -> None:
        """Turns when somebody has written a wake row."""
        try:
            with store.reading(self._runtime.engine) as session:
                woken = newest_wake(session)
        except SQLAlchemyError:
            return  # the next turn says so
        if woken is not None:
            self.ring()

    def _keep(self, error: Exception) -> None:
        try:
            with store.transaction(self._runtime.engine) as session:
                told = f"{type(error).__name__}: {error}"[:1000]
                pulse(session, self.name, turned_at=self._runtime.wall.now(), error=told)
        except SQLAlchemyError:
            log.error("the store cannot be reached; turning again in %s", self._every)


class Leadership:
    """Which of several clocks turns: on PostgreSQL an advisory lock held by one connection."""

    def __init__(self, runtime: Runtime) -> None:
        self._engine = runtime.engine
        self._connection: sa.Connection | None = None

    def held(self) -> bool:
        """Whether this clock leads now; takes the lead when nobody has it. SQLite has one machine."""
        if self._engine.dialect.name != "postgresql":
            return True
        if self._connection is not None and self._alive(self._connection):
            return True
        connection = self._engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        if connection.execute(sa.text(f"SELECT pg_try_advisory_lock({CLOCK_LOCK})")).scalar():
            self._connection = connection
            return True
        connection.close()
        return False

    def release(self) -> None:
        """Lets another clock lead."""
        if self._connection is None:
            return
        try:
            self._connection.execute(sa.text(f"SELECT pg_advisory_unlock({CLOCK_LOCK})"))
        except SQLAlchemyError:
            self._connection.invalidate()  # it is gone, and the lock with it
        self._connection.close()
        self._connection = None

    def _alive(self, connection: sa.Connection) -> bool:
        try:
            connection.execute(sa.text("SELECT 1"))
        except SQLAlchemyError:
            self.release()
            return False
        return True
