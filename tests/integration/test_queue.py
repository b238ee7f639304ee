"""The queue of runs: wanted once, claimed by one, valid only under the newest fence."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, select

from config.settings import load_settings
from cycle import store
from cycle.errors import FenceLost, NotNow
from cycle.organisation.tables import Unit
from cycle.runs import queue, requests, workers
from cycle.runs.log import lines_of
from cycle.runs.queue import LEASE, Claim, Work
from cycle.runs.reading import RunSearch, overrun, recent_runs, run_counts
from cycle.runs.tables import FlowPause, PrefectAnswer, Recorded, Run, RunState, RunStep, Wake
from flows.runtime import DemoClock, Runtime
from flows.worker import LeaseKeeper
from tests.support.municipality import instant

NOW = instant(2027, 4, 1)
AFTER_LEASE = NOW + LEASE + timedelta(seconds=1)


def add_root(session: Session, root_id: str = "BY") -> None:
    session.add(Unit(id=root_id, root_id=root_id, path=f"/{root_id}/", name="Byby Kommune", kind="kommune"))


def wanted(engine: Engine, *works: Work) -> int:
    with store.transaction(engine) as session:
        if session.get(Unit, "BY") is None:
            add_root(session)
            session.flush()
        return queue.want(session, works, now=NOW)


def claim(engine: Engine, worker: str = "w1", *, real=NOW) -> Claim | None:
    with store.transaction(engine) as session:
        return queue.claim(session, worker=worker, now=NOW, real=real)


def held(engine: Engine, worker: str = "w1", *, real=NOW) -> Claim:
    found = claim(engine, worker, real=real)
    assert found is not None
    return found


def run_of(engine: Engine, run_id: int) -> Run:
    with store.reading(engine) as session:
        run = session.get_one(Run, run_id)
        session.expunge(run)
        return run


def finish(engine: Engine, claimed: Claim) -> None:
    with store.transaction(engine) as session:
        queue.finish(session, claimed, now=NOW, milliseconds=5, counts={"opened": 3})


REMIND = Work("remind", "BY", "BY", 20)
OPEN = Work("quarterly_report", "open:1", "BY", 40)


def test_the_same_work_is_wanted_once_until_it_is_finished(engine: Engine) -> None:
    assert wanted(engine, REMIND, OPEN) == 2
    assert wanted(engine, REMIND, OPEN) == 0
    finish(engine, held(engine))
    assert wanted(engine, REMIND, OPEN) == 1


def test_higher_priority_goes_first_and_then_the_oldest(engine: Engine) -> None:
    wanted(engine, REMIND)
    wanted(engine, OPEN, Work("quarterly_report", "open:2", "BY", 40))
    order = [held(engine).subject for _ in range(3)]
    assert order == ["open:1", "open:2", "BY"]
    assert claim(engine) is None


def test_an_expired_lease_is_claimed_again_with_a_higher_fence(engine: Engine) -> None:
    wanted(engine, REMIND)
    first = held(engine, "w1")
    assert claim(engine, "w2") is None
    second = held(engine, "w2", real=AFTER_LEASE)
    assert (second.id, second.fence, second.attempts) == (first.id, first.fence + 1, 2)


def test_a_lease_that_was_lost_is_told_once_and_a_run_that_has_just_ended_is_not(
    engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    wanted(engine, *(Work("quarterly_report", f"open:{n}", "BY", 40) for n in range(3)))
    lost, ended, kept = claims = [held(engine) for _ in range(3)]
    runtime = Runtime(engine, load_settings(data_dir=tmp_path), wall=DemoClock(AFTER_LEASE))
    leases = LeaseKeeper(runtime, LEASE, LEASE)
    for one in claims:
        leases.keep(one)
    assert held(engine, "w2", real=AFTER_LEASE).id == lost.id
    finish(engine, ended)
    for _ in range(2):
        leases.renew()
    told = [record.getMessage() for record in caplog.records]
    assert told == [f"run {lost.id} is no longer held"]
    assert run_of(engine, kept.id).lease_until == AFTER_LEASE + LEASE


def test_a_renewed_lease_is_not_claimed_again(engine: Engine) -> None:
    wanted(engine, REMIND)
    first = held(engine)
    with store.transaction(engine) as session:
        assert queue.renew(session, [first], real=AFTER_LEASE) == {first.id}
    assert claim(engine, "w2", real=AFTER_LEASE) is None


def test_a_late_commit_under_an_old_fence_is_refused_and_leaves_nothing(engine: Engine) -> None:
    wanted(engine, REMIND)
    first = held(engine, "w1")
    held(engine, "w2", real=AFTER_LEASE)
    with pytest.raises(FenceLost), store.transaction(engine) as session:
        add_root(session, "ANDEN")
        session.flush()
        queue.guard(session.connection(), first, real=AFTER_LEASE)
    with store.reading(engine) as session:
        assert session.get(Unit, "ANDEN") is None
    with pytest.raises(FenceLost):
        finish(engine, first)


def test_a_finished_run_keeps_its_counts_and_whether_prefect_knows_it(engine: Engine) -> None:
    wanted(engine, OPEN)
    claimed = held(engine)
    finish(engine, claimed)
    with store.transaction(engine) as session:
        queue.mark_recorded(session, claimed, Recorded.RECORDED, "abc")
    run = run_of(engine, claimed.id)
    assert (run.state, run.counts, run.milliseconds) == (RunState.DONE, {"opened": 3}, 5)
    assert (run.recorded, run.prefect_id, run.lease_until) == (Recorded.RECORDED, "abc", None)


def test_a_run_whose_workers_die_again_and_again_is_given_up(engine: Engine) -> None:
    wanted(engine, REMIND)
    real = NOW
    for _ in range(queue.MAX_ATTEMPTS):
        claimed = held(engine, real=real)
        real += LEASE + timedelta(seconds=1)
        with store.reading(engine) as session:
            assert [run.id for run in overrun(session, real=real)] == [claimed.id]
    with store.transaction(engine) as session:
        assert queue.give_up(session, now=NOW, real=real) == 1
    assert run_of(engine, claimed.id).state is RunState.FAILED
    assert claim(engine, real=real) is None


def test_a_paused_flow_is_not_claimed_until_it_is_resumed(engine: Engine) -> None:
    wanted(engine, REMIND)
    with store.transaction(engine) as session:
        requests.pause(session, "BY", "remind", by="account:1", now=NOW, why="Forkert tekst")
    assert claim(engine) is None
    with store.transaction(engine) as session:
        requests.resume(session, "BY", "remind", now=NOW)
        assert session.exec(select(Wake)).one().at == NOW
    assert claim(engine) is not None


def test_a_retry_wants_the_same_work_before_everything_else(engine: Engine) -> None:
    wanted(engine, REMIND)
    claimed = held(engine)
    with store.transaction(engine) as session:
        queue.fail(session, claimed, now=NOW, milliseconds=1, error="ValueError: nej")
    wanted(engine, OPEN)
    with store.transaction(engine) as session:
        again = requests.retry(session, claimed.id, now=NOW)
    assert held(engine).id == again != claimed.id
    with store.transaction(engine) as session:
        assert requests.retry(session, again, now=NOW) == again
        assert requests.retry(session, claimed.id, now=NOW) == again
        assert run_counts(session, ["BY"])[RunState.WANTED] == 1


def test_a_paused_flow_is_not_retried_and_pausing_twice_keeps_the_first_reason(engine: Engine) -> None:
    wanted(engine, REMIND)
    claimed = held(engine)
    with store.transaction(engine) as session:
        queue.fail(session, claimed, now=NOW, milliseconds=1, error="ValueError: nej")
        assert requests.pause(session, "BY", "remind", by="account:1", now=NOW, why="Forkert tekst")
        assert not requests.pause(session, "BY", "remind", by="account:2", now=NOW, why="En anden")
        assert session.get_one(FlowPause, ("BY", "remind")).why == "Forkert tekst"
        with pytest.raises(NotNow):
            requests.retry(session, claimed.id, now=NOW)
        assert requests.resume(session, "BY", "remind", now=NOW)
        assert not requests.resume(session, "BY", "remind", now=NOW)


def test_a_runs_log_names_every_worker_that_took_it_up_and_goes_with_the_run(engine: Engine) -> None:
    wanted(engine, REMIND)
    first = held(engine, "w1")
    second = held(engine, "w2", real=AFTER_LEASE)
    with store.reading(engine) as session:
        lines = [(line.fence, line.step, line.text) for line in lines_of(session, first.id)]
    assert lines == [(first.fence, RunStep.CLAIMED, "w1"), (second.fence, RunStep.CLAIMED, "w2")]
    with store.transaction(engine) as session:
        session.execute(sa.delete(Run))
    with store.reading(engine) as session:
        assert lines_of(session, first.id) == []


def test_workers_say_that_they_live_and_one_long_dead_is_forgotten(engine: Engine) -> None:
    signs = {"hands": 2, "busy": 1, "prefect": PrefectAnswer.ANSWERS}
    with store.transaction(engine) as session:
        workers.beat(session, "dead", real=NOW - timedelta(days=2), **signs)
        workers.beat(session, "w1", real=NOW, **signs)
        workers.beat(session, "w1", real=AFTER_LEASE, **signs)
    with store.transaction(engine) as session:
        assert [(each.name, each.beaten_at) for each in workers.workers(session)] == [("w1", AFTER_LEASE)]
        workers.leave(session, "w1")
        assert workers.workers(session) == []


def test_the_runs_page_reads_the_newest_first_and_counts_every_state(engine: Engine) -> None:
    wanted(engine, REMIND, OPEN)
    finish(engine, held(engine))
    with store.reading(engine) as session:
        assert [run.subject for run in recent_runs(session, ["BY"])] == ["open:1", "BY"]
        for search in (RunSearch(state=RunState.DONE), RunSearch(occurrence_id=1)):
            assert [run.subject for run in recent_runs(session, ["BY"], search)] == ["open:1"]
        assert recent_runs(session, ["BY"], RunSearch(occurrence_id=2)) == []
        assert len(recent_runs(session, ["BY"], RunSearch(since=NOW, until=NOW + timedelta(days=1)))) == 2
        assert recent_runs(session, ["BY"], RunSearch(until=NOW)) == []
        assert recent_runs(session, ["ANDEN"]) == []
        counts = run_counts(session, ["BY"])
    assert counts == {RunState.WANTED: 1, RunState.CLAIMED: 0, RunState.DONE: 1, RunState.FAILED: 0}
