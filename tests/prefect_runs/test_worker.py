"""Workers carry runs out as Prefect flow runs, and without Prefect when it fails them."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cycle.runs.tables import Recorded, RunState
from flows.recording import Recorder
from flows.registry import Body
from flows.runtime import RunContext, Runtime
from flows.worker import Worker
from tests.support.engine import Held, marking, marks, runs
from tests.support.prefect import PAGE, PrefectServer, somebody_else, written

Want = Callable[..., None]


def drain(runtime: Runtime, recorder: Recorder, body_of=marking, *, concurrency: int = 2) -> int:
    async def work() -> int:
        return await Worker(runtime, recorder, body_of=body_of, concurrency=concurrency).drain()

    return asyncio.run(work())


def names(server: PrefectServer, prefect_ids: list[str]) -> dict[str, tuple[str, str]]:
    """Name and state of these flow runs, by id."""
    return {
        run["id"]: (run["name"], run["state_type"]) for run in server.flow_runs() if run["id"] in prefect_ids
    }


def test_twenty_wanted_runs_are_done_once_each_and_prefect_shows_them_by_name(
    runtime: Runtime, prefect: PrefectServer, want: Want
) -> None:
    want(*range(1, 21))
    recorder = Recorder(prefect.data_dir, prefect.api_url, probe=15)
    assert drain(runtime, recorder) == 20
    assert sorted(marks(runtime.engine)) == sorted(f"open:{n}" for n in range(1, 21))
    done = runs(runtime.engine)
    assert {(run.state, run.recorded, run.attempts) for run in done} == {
        (RunState.DONE, Recorded.RECORDED, 1)
    }
    assert all(run.counts == {"marks": 1} for run in done)
    shown = names(prefect, [run.prefect_id for run in done])
    assert {run.prefect_id: (f"quarterly_report {run.subject}", "COMPLETED") for run in done} == shown


def test_a_body_that_fails_is_failed_here_and_there_and_its_words_stay_here(
    runtime: Runtime, recorder: Recorder, prefect: PrefectServer, want: Want
) -> None:
    def failing(_flow: str, _subject: str) -> Body:
        def body(_context: RunContext) -> None:
            raise ValueError("Karen Sørensen <karen@hjemligt.example> har ingen adresse")

        return body

    want(1)
    drain(runtime, recorder, failing)
    (run,) = runs(runtime.engine)
    assert (run.state, run.recorded) == (RunState.FAILED, Recorded.RECORDED)
    assert "Karen Sørensen" in run.error
    assert names(prefect, [run.prefect_id])[run.prefect_id][1] == "FAILED"
    everything = written(prefect.home)
    assert run.prefect_id.replace("-", "").encode() in everything or run.prefect_id.encode() in everything
    assert b"karen@hjemligt" not in everything
    assert "Sørensen".encode() not in everything


def test_a_server_killed_in_mid_flow_costs_nothing_but_the_record_and_a_new_one_is_used_again(
    runtime: Runtime, recorder: Recorder, prefect: PrefectServer, want: Want
) -> None:
    want(1)
    started = time.monotonic()
    drain(runtime, recorder, Held(prefect.kill).body)
    assert time.monotonic() - started < 30
    want(2)
    drain(runtime, recorder)
    assert [(run.state, run.recorded, run.attempts) for run in runs(runtime.engine)] == [
        (RunState.DONE, Recorded.NOT_RECORDED, 1),
        (RunState.DONE, Recorded.NOT_RECORDED, 1),
    ]
    prefect.ensure()
    time.sleep(0.6)
    want(3)
    drain(runtime, recorder)
    assert runs(runtime.engine)[-1].recorded is Recorded.RECORDED
    assert marks(runtime.engine) == ["open:1", "open:2", "open:3"]


def test_a_server_that_hangs_in_mid_flow_does_not_hold_the_year_up(
    runtime: Runtime, recorder: Recorder, prefect: PrefectServer, want: Want
) -> None:
    want(1, 2, 3)
    started = time.monotonic()
    drain(runtime, recorder, Held(prefect.hang).body, concurrency=1)
    assert time.monotonic() - started < 25
    assert marks(runtime.engine) == ["open:1", "open:2", "open:3"]
    assert {(run.state, run.recorded) for run in runs(runtime.engine)} == {
        (RunState.DONE, Recorded.NOT_RECORDED)
    }


def test_a_server_that_hangs_before_the_body_begins_is_passed_by_and_the_body_runs_once(
    runtime: Runtime, prefect: PrefectServer, want: Want
) -> None:
    recorder = Recorder(prefect.data_dir, prefect.api_url, patience=2, reprobe=0.5)

    async def work() -> None:
        assert await recorder.ready()
        prefect.hang()
        await Worker(runtime, recorder, body_of=marking).drain()
        prefect.go_on()
        await asyncio.sleep(3)  # what was given up on may answer now

    want(1)
    asyncio.run(work())
    assert marks(runtime.engine) == ["open:1"]
    (run,) = runs(runtime.engine)
    assert (run.state, run.recorded) == (RunState.DONE, Recorded.NOT_RECORDED)


@pytest.mark.parametrize("answer", [b"", PAGE, b"nonsense\r\n\r\n"], ids=["silent", "a page", "not http"])
def test_a_port_taken_by_something_else_is_not_taken_for_prefect(
    runtime: Runtime, tmp_path: Path, want: Want, answer: bytes
) -> None:
    want(1, 2)
    with somebody_else(answer) as address:
        drain(runtime, Recorder(tmp_path, address))
    assert sorted(marks(runtime.engine)) == ["open:1", "open:2"]
    assert {run.recorded for run in runs(runtime.engine)} == {Recorded.NOT_RECORDED}


def test_without_any_prefect_the_work_is_done_at_once(runtime: Runtime, tmp_path: Path, want: Want) -> None:
    want(*range(1, 21))
    started = time.monotonic()
    drain(runtime, Recorder(tmp_path, ""))
    assert time.monotonic() - started < 10
    assert len(marks(runtime.engine)) == 20
