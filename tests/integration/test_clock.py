"""The clock turns by itself, at once when asked, after an error again, and one clock leads."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from config.settings import Settings
from cycle import store
from cycle.runs import requests
from cycle.runs.tables import ClockPulse, Run, Wake
from cycle.tasks.states import OccurrenceState
from flows.clock import RingingClock
from flows.runtime import DemoClock, Runtime
from tests.support import municipality
from tests.support.municipality import instant

NOW = instant(2027, 4, 1, 6)
SELDOM = timedelta(hours=1)


@pytest.fixture
def runtime(engine: Engine, tmp_path: Path) -> Runtime:
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=1, districts=1)
        cycle = municipality.start_cycle(session, town, 2027)
        municipality.add_occurrence(session, town, cycle, state=OccurrenceState.PLANNED)
    return Runtime(engine, Settings(data_dir=tmp_path), DemoClock(NOW - timedelta(days=1)))


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.02)


def pulses(engine: Engine) -> dict[str, str]:
    """The error of each clock's last turn, by name."""
    with store.reading(engine) as session:
        return {name: error for name, error in session.exec(select(ClockPulse.name, ClockPulse.error))}


def wanted(engine: Engine) -> list[str]:
    with store.reading(engine) as session:
        return list(session.exec(select(Run.subject)))


def test_the_clock_turns_at_its_start_and_at_once_when_somebody_has_asked(runtime: Runtime) -> None:
    clock = RingingClock(runtime, name="ur", every=SELDOM, look_every=timedelta(seconds=0.1))
    clock.start()
    try:
        until(lambda: "ur" in pulses(runtime.engine))
        assert wanted(runtime.engine) == []
        assert isinstance(runtime.clock, DemoClock)
        runtime.clock.set(NOW)
        with store.transaction(runtime.engine) as session:
            requests.wake(session, now=NOW)
        until(lambda: len(wanted(runtime.engine)) == 1)
        with store.reading(runtime.engine) as session:
            assert session.exec(select(Wake)).all() == []
    finally:
        clock.stop()


def test_a_turn_that_fails_is_kept_as_the_clocks_error_and_the_next_one_mends_it(runtime: Runtime) -> None:
    clock = RingingClock(runtime, name="ur")
    with runtime.engine.begin() as connection:
        connection.execute(sa.text("ALTER TABLE occurrence RENAME TO elsewhere"))
    try:
        clock.ring()
    finally:
        with runtime.engine.begin() as connection:
            connection.execute(sa.text("ALTER TABLE elsewhere RENAME TO occurrence"))
    assert "occurrence" in pulses(runtime.engine)["ur"]
    clock.ring()
    clock.stop()
    assert pulses(runtime.engine) == {"ur": ""}


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_of_two_clocks_on_postgresql_one_turns_and_the_other_takes_over_when_it_stops(
    runtime: Runtime,
) -> None:
    first = RingingClock(runtime, name="første")
    second = RingingClock(Runtime(runtime.engine, runtime.settings), name="anden")
    first.ring()
    second.ring()
    assert list(pulses(runtime.engine)) == ["første"]
    first.stop()
    second.ring()
    assert sorted(pulses(runtime.engine)) == ["anden", "første"]
    second.stop()
