"""The daily self-check: looks at the store beside the clock, and tells by a path that is not the outbox.

It runs in the clock's process in a thread of its own, never in a worker, so that it speaks when turns or
workers hang. When this process is gone, the heartbeat's silence says so.
"""

import logging
from datetime import date, datetime, time, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlmodel import Session

from cycle import store
from cycle.health import reports
from cycle.health.checks import Fault, Found, look
from flows.anchoring import anchor
from flows.heartbeat import Heartbeat
from flows.runtime import Runtime
from notifications.selfcheck_mail import Findings, Undelivered, has_receiver, tell

FROM = time(7, 30)
"""Local: after the night's sweep, and half an hour after the send window has opened."""

SETTLING = timedelta(minutes=15)
"""After a start the engine first does what has come to be due while it was down."""

PATIENCE = timedelta(seconds=60)
"""For each question to PostgreSQL: what holds up the turn may hold this up too, which is a fault too."""

MOST_PINGS_LOST = 10
MONDAY = 0

log = logging.getLogger("aarshjul.selfcheck")


class DailyCheck:
    """Checks once a day; call `look` every few minutes. Of several on one store, one does it."""

    def __init__(
        self,
        runtime: Runtime,
        heartbeat: Heartbeat,
        *,
        settling: timedelta = SETTLING,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._runtime, self._heartbeat, self._patience = runtime, heartbeat, patience
        self._not_before = runtime.wall.now() + settling
        self._store_failed = 0
        self._store_told: date | None = None

    def look(self) -> None:
        """The day's check when it is time and has not been made; never raises."""
        real = self._runtime.wall.now()
        local = real.astimezone(self._runtime.settings.zone)
        if real < self._not_before or local.time() < FROM:
            return
        try:
            self._check(local.date(), real)
            self._store_failed = 0
        except SQLAlchemyError:
            self._store_down(local.date(), real)
        except Exception:  # the next look tries again
            log.exception("the self-check failed")

    def _check(self, on: date, real: datetime) -> None:
        with store.reading(self._runtime.engine) as session:
            self._bound(session)
            made = reports.report_of(session, on)
            found = self._findings(session, real) if made is None else made.found
        if self._begin(on, found, real) if made is None else self._claim_again(on, real):
            self._tell(on, found, real)
        if made is None:
            anchor(self._runtime, on=on, now=real)

    def _findings(self, session: Session, real: datetime) -> list[dict[str, Any]]:
        now, settings = self._runtime.clock.now(), self._runtime.settings
        found = look(session, now=now, real=real, reads_mail=settings.reads_mail)
        if self._heartbeat.failures >= MOST_PINGS_LOST:
            found.append(Found(Fault.PING_FAILING, self._heartbeat.failures))
        return [each.as_json() for each in found]

    def _begin(self, on: date, found: Findings, real: datetime) -> bool:
        """Writes the day's row; whether it is this process that tells it."""
        wanted = self._is_to_be_told(on, found)
        try:
            with store.transaction(self._runtime.engine) as session:
                self._bound(session)
                reports.begin(session, on, found, tell=wanted, now=real)
        except IntegrityError:
            return False  # another process was quicker
        return wanted

    def _is_to_be_told(self, on: date, found: Findings) -> bool:
        settings = self._runtime.settings
        often = settings.selfcheck_all_well
        all_well = often == "daily" or (often == "weekly" and on.weekday() == MONDAY)
        return has_receiver(settings) and (bool(found) or all_well)

    def _claim_again(self, on: date, real: datetime) -> bool:
        with store.transaction(self._runtime.engine) as session:
            return reports.claim_again(session, on, now=real)

    def _tell(self, on: date, found: Findings, real: datetime) -> None:
        error = ""
        try:
            tell(self._runtime.settings, found, on=on, now=real)
        except Undelivered as undelivered:
            error = str(undelivered)
            log.warning("the self-check's report did not get out: %s", error)
        with store.transaction(self._runtime.engine) as session:
            reports.settle(session, on, told=not error, error=error, now=real)

    def _bound(self, session: Session) -> None:
        """No statement of this transaction waits for long. SQLite has its own patience."""
        if not store.is_sqlite(session):
            milliseconds = round(self._patience.total_seconds() * 1000)
            session.execute(sa.text(f"SET LOCAL statement_timeout = {milliseconds}"))

    def _store_down(self, on: date, real: datetime) -> None:
        """Told once a day from memory, at the second look that fails: there is nowhere to write it."""
        self._store_failed += 1
        if self._store_failed < 2 or self._store_told == on or not has_receiver(self._runtime.settings):
            return
        self._store_told = on
        try:
            tell(self._runtime.settings, [Found(Fault.STORE_UNREACHABLE, 1).as_json()], on=on, now=real)
        except Undelivered as undelivered:
            log.warning("the self-check's report did not get out: %s", undelivered)
