"""Playing a year: the clock jumps from one event to the next, and the engine does what it always does."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col

from config.settings import Settings
from cycle import store
from cycle.messages.tables import Message
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task
from flows.due_work import next_instant
from flows.runtime import DemoClock

Progress = Callable[[datetime, int], None]
"""Told the engine's time and how many answers have been given so far."""


class Inhabitants(Protocol):
    """The people who answer, approve and decide."""

    answered: int

    def next_instant(self) -> datetime | None:
        """When somebody acts next (UTC)."""
        ...

    def act(self, now: datetime) -> int:
        """Does everything planned up to `now`; gives how many answers were given."""
        ...


class Driver(Protocol):
    """Does what is due at the clock's time."""

    def settle(self) -> int:
        """Works until nothing is due any more; gives how many runs that took."""
        ...


_NOTICED = (
    sa.select(sa.func.count()).select_from(Message),
    sa.select(sa.func.count()).where(col(Message.sent_at).is_not(None)),
    sa.select(sa.func.count()).select_from(Task),
    sa.select(sa.func.count()).where(col(Occurrence.state) == OccurrenceState.CLOSED),
)


@dataclass
class Player:
    """One store, one clock, one driver, and the people who answer.

    `stops` are instants (UTC, the earliest first) at which the clock stops whatever the store says.
    """

    engine: Engine
    settings: Settings
    clock: DemoClock
    driver: Driver
    people: Inhabitants | None = None
    stops: Sequence[datetime] = ()

    def next(self, until: datetime) -> bool:
        """Goes on until something has been done that a person would notice: mail, or a change of state.

        Looks that change nothing are passed over. False when the year is over.
        """
        self.driver.settle()
        before = self._noticeable()
        while self.step(until):
            if self._noticeable() != before:
                return True
        return False

    def _noticeable(self) -> tuple[int, ...]:
        with store.reading(self.engine) as session:
            return tuple(session.execute(query).scalar_one() for query in _NOTICED)

    def step(self, until: datetime) -> bool:
        """Goes to the next event, not beyond `until`; False when there was none before it."""
        with store.reading(self.engine) as session:
            due = next_instant(session, after=self.clock.now(), settings=self.settings)
        acts = self.people.next_instant() if self.people else None
        stop = next((at for at in self.stops if at > self.clock.now()), None)
        at = min((at for at in (due, acts, stop) if at is not None), default=None)
        if at is None or at > until:
            self.clock.reach(until)
            self.driver.settle()
            return False
        self.clock.reach(at)
        self.driver.settle()
        if self.people is not None and acts is not None and acts <= self.clock.now():
            self.people.act(self.clock.now())
            self.driver.settle()
        return True

    def play(self, until: datetime, progress: Progress | None = None) -> None:
        """Plays to `until` (UTC)."""
        self.driver.settle()
        while self.step(until):
            if progress is not None:
                progress(self.clock.now(), self.people.answered if self.people else 0)
