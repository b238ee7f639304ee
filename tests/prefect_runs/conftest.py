"""A Prefect server for the session, and a store with work to do."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from config.settings import Settings
from cycle import store
from cycle.runs import queue
from cycle.runs.queue import Work
from flows.recording import Recorder
from flows.runtime import Runtime
from tests.support import municipality
from tests.support.engine import NOW
from tests.support.prefect import PrefectServer


@pytest.fixture(scope="session")
def prefect_session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    server = PrefectServer(tmp_path_factory.mktemp("prefect"))
    try:
        server.start()
        yield server
    finally:  # also one that was too slow to answer
        server.kill()


@pytest.fixture
def prefect(prefect_session: PrefectServer) -> Iterator[PrefectServer]:
    """The session's server, alive at the start of each test."""
    prefect_session.ensure()
    yield prefect_session


@pytest.fixture
def recorder(prefect: PrefectServer) -> Recorder:
    return Recorder(prefect.data_dir, prefect.api_url, patience=4, reprobe=0.5)


@pytest.fixture
def runtime(sqlite_engine: Engine, tmp_path: Path) -> Runtime:
    with store.transaction(sqlite_engine) as session:
        municipality.build(session, units_per_district=1, districts=1)
    return Runtime(sqlite_engine, Settings(data_dir=tmp_path))


@pytest.fixture
def want(runtime: Runtime) -> Callable[..., None]:
    """Wants quarterly reports to be opened: one run per number."""

    def wanted(*numbers: int) -> None:
        works = [Work("quarterly_report", f"open:{number}", "BY") for number in numbers]
        with store.transaction(runtime.engine) as session:
            queue.want(session, works, now=NOW)

    return wanted
