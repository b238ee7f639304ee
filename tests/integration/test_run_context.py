"""What a body is given: a guarded commit, its progress and figures, the municipality's calendar."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from config.settings import Settings
from cycle import store
from cycle.errors import FenceLost
from cycle.organisation.tables import Unit
from cycle.runs import queue
from cycle.runs.log import lines_of
from cycle.runs.queue import LEASE, Claim, Work
from cycle.runs.tables import PrefectAnswer, Run, RunStep
from cycle.runs.workers import workers
from flows import registry
from flows.runtime import DemoClock, RunContext, Runtime
from flows.worker_pulse import SignOfLife
from tests.support.engine import NOW


@pytest.fixture
def runtime(engine: Engine, tmp_path: Path) -> Runtime:
    with store.transaction(engine) as session:
        session.add(Unit(id="BY", root_id="BY", path="/BY/", name="Byby Kommune", kind="kommune"))
        session.flush()
        queue.want(session, [Work("remind", "BY", "BY")], now=NOW)
    return Runtime(engine, Settings(data_dir=tmp_path), DemoClock(NOW), DemoClock(NOW))


def claim(runtime: Runtime, *, later: timedelta = timedelta()) -> Claim:
    with store.transaction(runtime.engine) as session:
        held = queue.claim(session, worker="w", now=NOW, real=NOW + later)
    assert held is not None
    return held


def add_unit(context: RunContext, unit_id: str) -> None:
    with context.transaction() as session:
        session.add(Unit(id=unit_id, root_id=unit_id, path=f"/{unit_id}/", name="By", kind="kommune"))
        context.progress(f"{unit_id} er lavet")
        context.count(units=1)


def shown(runtime: Runtime, run_id: int) -> tuple[str, dict[str, int]]:
    with store.reading(runtime.engine) as session:
        run = session.get_one(Run, run_id)
        return run.progress, run.counts


def test_progress_and_figures_are_kept_with_the_commit_they_belong_to(runtime: Runtime) -> None:
    held = claim(runtime)
    context = RunContext(runtime, held, NOW)
    context.progress("begynder")
    assert shown(runtime, held.id) == ("begynder", {})
    add_unit(context, "A")
    add_unit(context, "B")
    assert shown(runtime, held.id) == ("B er lavet", {"units": 2})


def test_a_body_whose_run_was_taken_over_commits_nothing_and_says_so(runtime: Runtime) -> None:
    late = RunContext(runtime, claim(runtime), NOW)
    held = claim(runtime, later=LEASE + timedelta(seconds=1))
    with pytest.raises(FenceLost):
        add_unit(late, "A")
    with pytest.raises(FenceLost):
        late.progress("stadig her")
    add_unit(RunContext(runtime, held, NOW), "B")
    with store.reading(runtime.engine) as session:
        assert session.get(Unit, "A") is None
        assert session.get(Unit, "B") is not None


def test_a_body_that_raises_in_its_transaction_leaves_nothing(runtime: Runtime) -> None:
    context = RunContext(runtime, claim(runtime), NOW)
    with pytest.raises(ZeroDivisionError), context.transaction() as session:
        session.add(Unit(id="A", root_id="A", path="/A/", name="By", kind="kommune"))
        _ = 1 / 0
    add_unit(context, "B")
    with store.reading(runtime.engine) as session:
        assert session.get(Unit, "A") is None


def test_a_direct_context_needs_no_run_and_uses_the_danish_calendar_before_any_cycle(
    engine: Engine, tmp_path: Path
) -> None:
    context = RunContext.direct(engine, NOW, Settings(data_dir=tmp_path), "BY")
    add_unit(context, "BY")
    assert context.run.subject == "BY"
    assert not context.calendar("BY").is_working_day(date(2028, 6, 5))


@pytest.mark.parametrize(
    ("flow", "subject"),
    [("remind", "sweep:BY"), ("deliver", "BY"), ("collect", "BY"), ("results_dialogue", "erase:7")]
    + [(flow, f"{verb}:1") for flow in registry.NAMES[:-3] for verb in ("open", "advance", "close")],
)
def test_every_flow_of_a_plan_has_a_body_for_each_of_its_steps(flow: str, subject: str) -> None:
    assert callable(registry.body(flow, subject))


@pytest.mark.parametrize("subject", ["open:x", "explode:1", "open", ""])
def test_a_subject_that_no_flow_knows_is_refused(subject: str) -> None:
    with pytest.raises(LookupError):
        registry.body("quarterly_report", subject)


def test_only_dialogues_have_something_to_erase() -> None:
    with pytest.raises(LookupError, match="nothing to erase"):
        registry.body("quarterly_report", "erase:1")


def test_the_demo_clock_never_runs_backwards() -> None:
    clock = DemoClock(NOW)
    clock.advance(timedelta(days=7))
    with pytest.raises(ValueError, match="cannot go back"):
        clock.set(NOW)
    assert clock.now() == NOW + timedelta(days=7)


def test_a_run_that_goes_on_for_long_writes_a_line_now_and_then_and_not_with_every_commit(
    runtime: Runtime,
) -> None:
    held = claim(runtime)
    context = RunContext(runtime, held, NOW)
    add_unit(context, "A")
    add_unit(context, "B")
    late = RunContext(runtime, held, NOW, line_every=0)
    add_unit(late, "C")
    add_unit(late, "D")
    late.progress("D er lavet")
    with store.reading(runtime.engine) as session:
        told = [(line.text, line.counts) for line in lines_of(session, held.id)][1:]
    assert told == [("A er lavet", {"units": 1}), ("C er lavet", {"units": 1}), ("D er lavet", {"units": 2})]


def test_a_line_of_what_was_rolled_back_is_not_there(runtime: Runtime) -> None:
    held = claim(runtime)
    claim(runtime, later=LEASE + timedelta(seconds=1))
    with pytest.raises(FenceLost):
        add_unit(RunContext(runtime, held, NOW), "A")
    with store.reading(runtime.engine) as session:
        assert [line.step for line in lines_of(session, held.id)] == [RunStep.CLAIMED, RunStep.CLAIMED]


def test_a_worker_says_that_it_lives_until_it_ends(runtime: Runtime) -> None:
    heard = PrefectAnswer.SILENT
    with SignOfLife(runtime, "w", hands=2, busy=lambda: 1, prefect=lambda: heard, every=0.01) as sign:
        sign.beat()
        with store.reading(runtime.engine) as session:
            (row,) = workers(session)
            assert (row.name, row.beaten_at, row.hands, row.busy, row.prefect) == ("w", NOW, 2, 1, heard)
    with store.reading(runtime.engine) as session:
        assert workers(session) == []
