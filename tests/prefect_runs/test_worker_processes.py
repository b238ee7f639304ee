"""Workers in processes of their own: killed, stopped, many at once, told to end."""

import asyncio
import signal
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from config.settings import Settings
from cycle import store
from cycle.runs import queue
from cycle.runs.queue import Work
from cycle.runs.tables import Recorded, RunState
from flows.recording import Recorder
from flows.runtime import Runtime
from flows.worker import Worker
from tests.support import municipality, worker_process
from tests.support.engine import NOW, marking, marks, runs
from tests.support.prefect import PrefectServer


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def want(engine: Engine, *numbers: int) -> None:
    with store.transaction(engine) as session:
        municipality.build(session, units_per_district=1, districts=1)
        works = [Work("quarterly_report", f"open:{number}", "BY") for number in numbers]
        queue.want(session, works, now=NOW)


def until(true: Callable[[], bool], seconds: float = 30) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


def work_here(engine: Engine, data_dir: Path) -> None:
    """Another worker, in this process, until there is nothing to claim."""
    runtime = Runtime(engine, Settings(data_dir=data_dir))

    async def work() -> None:
        await Worker(runtime, Recorder(data_dir, ""), body_of=marking).drain()

    asyncio.run(work())


def expired(engine: Engine) -> bool:
    (run,) = runs(engine)
    return run.lease_until is not None and run.lease_until < Runtime(engine, Settings()).wall.now()


@pytest.mark.parametrize("fate", ["killed", "stopped"])
def test_what_a_dead_or_frozen_worker_held_is_done_by_another_and_its_late_commit_is_refused(
    engine: Engine, tmp_path: Path, fate: str
) -> None:
    want(engine, 1)
    first = worker_process.start(url_of(engine), tmp_path, waiting=tmp_path)
    try:
        worker_process.wait_for(tmp_path / "begun")
        first.send_signal(signal.SIGKILL if fate == "killed" else signal.SIGSTOP)
        work_here(engine, tmp_path)
        assert marks(engine) == [], "it is held until its lease has run out"
        until(lambda: expired(engine))
        work_here(engine, tmp_path)
        (tmp_path / "go").touch()
        if fate == "stopped":
            first.send_signal(signal.SIGCONT)
            first.terminate()
            assert first.wait(30) == 0
    finally:
        first.kill()
        first.wait()
    (run,) = runs(engine)
    assert (run.state, run.fence, run.attempts) == (RunState.DONE, 2, 2)
    assert marks(engine) == ["open:1"]


@pytest.mark.parametrize("through", ["prefect", "nothing"])
def test_a_lease_is_renewed_while_a_long_body_runs_and_a_worker_told_to_end_finishes_it(
    sqlite_engine: Engine, tmp_path: Path, prefect: PrefectServer, through: str
) -> None:
    """Prefect takes SIGTERM over where it can: then the body would be broken off."""
    want(sqlite_engine, 1, 2, 3)
    api_url = prefect.api_url if through == "prefect" else ""
    worker = worker_process.start(url_of(sqlite_engine), tmp_path, api_url=api_url, waiting=tmp_path)
    try:
        until(lambda: [run.state for run in runs(sqlite_engine)].count(RunState.CLAIMED) == 2)
        worker_process.wait_for(tmp_path / "begun")
        time.sleep((worker_process.LEASE + timedelta(seconds=0.5)).total_seconds())
        worker.terminate()
        time.sleep(0.5)
        (tmp_path / "go").touch()
        assert worker.wait(30) == 0
    finally:
        worker.kill()
        worker.wait()
    by_state = Counter(run.state for run in runs(sqlite_engine))
    assert by_state == {RunState.DONE: 2, RunState.WANTED: 1}
    done = [run for run in runs(sqlite_engine) if run.state is RunState.DONE]
    assert {run.attempts for run in done} == {1}
    assert {run.recorded is Recorded.RECORDED for run in done} == {through == "prefect"}


@pytest.mark.parametrize("engine", ["postgresql"], indirect=True)
def test_two_workers_on_postgresql_do_forty_of_forty_once_each(
    engine: Engine, prefect: PrefectServer
) -> None:
    want(engine, *range(1, 41))
    workers = [
        worker_process.start(url_of(engine), prefect.data_dir, api_url=prefect.api_url) for _ in range(2)
    ]
    try:
        until(lambda: all(run.state is RunState.DONE for run in runs(engine)), 120)
        for worker in workers:
            worker.terminate()
        assert [worker.wait(30) for worker in workers] == [0, 0]
    finally:
        for worker in workers:
            worker.kill()
            worker.wait()
    done = runs(engine)
    assert Counter(marks(engine)) == {f"open:{n}": 1 for n in range(1, 41)}
    assert {run.attempts for run in done} == {1}
    assert len({run.worker for run in done}) == 2
    recorded = [run.prefect_id for run in done if run.recorded is Recorded.RECORDED]
    assert len(recorded) > 20, "a machine under load may lose a record, not most of them"
    assert set(recorded) <= {run["id"] for run in prefect.flow_runs()}
