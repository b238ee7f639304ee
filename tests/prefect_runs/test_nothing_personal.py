"""A month played by the real flows through Prefect: everything is recorded there, and nobody is named."""

import asyncio
from datetime import datetime
from pathlib import Path

from pydantic import TypeAdapter
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings
from cycle import store
from cycle.messages.tables import Message, MessageState
from cycle.organisation.tables import Address, Person, Unit
from cycle.plan.model import DEFAULT_REMINDERS, ReminderRule
from cycle.runs.tables import Recorded, Run, RunState
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.turn import turn
from flows.worker import Worker
from tests.support import mail_server, municipality
from tests.support.engine import runs
from tests.support.municipality import instant
from tests.support.prefect import PrefectServer, written

MOMENTS = (
    instant(2027, 4, 1, 6),
    instant(2027, 4, 1, 7, 30),
    instant(2027, 4, 20, 8),
    instant(2027, 4, 28, 8),
    instant(2027, 5, 1, 4),
)


RULES = TypeAdapter(tuple[ReminderRule, ...]).dump_json(DEFAULT_REMINDERS).decode()


def settle(runtime: Runtime, recorder: Recorder) -> None:
    """Turns and works until nothing is due."""

    async def work() -> int:
        return await Worker(runtime, recorder).drain()

    while turn(runtime).wanted:
        asyncio.run(work())


def play(runtime: Runtime, clock: DemoClock, recorder: Recorder, moments: tuple[datetime, ...]) -> None:
    for moment in moments:
        clock.set(moment)
        settle(runtime, recorder)


def personal(engine: Engine) -> list[str]:
    """Every name and address in the store."""
    with store.reading(engine) as session:
        found = [*session.exec(select(Person.name)), *session.exec(select(Address.email))]
        return [*found, *session.exec(select(Unit.name).where(col(Unit.parent_id).is_not(None)))]


def test_a_month_played_through_prefect_is_recorded_there_and_names_nobody(
    sqlite_engine: Engine, tmp_path: Path, prefect: PrefectServer
) -> None:
    with store.transaction(sqlite_engine) as session:
        town = municipality.build(session, units_per_district=1, districts=1)
        cycle = municipality.start_cycle(session, town, 2027)
        occurrence = municipality.add_occurrence(session, town, cycle, state=OccurrenceState.PLANNED)
        occurrence.rules = RULES
    clock = DemoClock(MOMENTS[0])
    with mail_server.running() as server:
        settings = Settings(
            data_dir=tmp_path, smtp_host="127.0.0.1", smtp_port=server.port, smtp_security="none"
        )
        runtime = Runtime(sqlite_engine, settings, clock)
        play(runtime, clock, Recorder(prefect.data_dir, prefect.api_url, probe=15), MOMENTS)
        received = len(server.received)

    done = runs(sqlite_engine)
    assert {run.state for run in done} == {RunState.DONE}, [run.error for run in done if run.error]
    assert {"quarterly_report", "remind", "deliver"} == {run.flow for run in done}
    with store.reading(sqlite_engine) as session:
        assert session.exec(select(Occurrence.state)).all() == [OccurrenceState.CLOSED]
        sent = session.exec(select(Message.id).where(Message.state == MessageState.SENT)).all()
    assert received == len(sent) > 4

    recorded = {run.prefect_id: name(run) for run in done if run.recorded is Recorded.RECORDED}
    assert len(recorded) > len(done) / 2
    shown = {run["id"]: run["name"] for run in prefect.flow_runs()}
    assert {run_id: shown.get(run_id) for run_id in recorded} == recorded
    everything = written(prefect.home)
    assert b"quarterly_report open:" in everything
    assert [word for word in personal(sqlite_engine) if word.encode() in everything] == []


def name(run: Run) -> str:
    return f"{run.flow} {run.subject}"
