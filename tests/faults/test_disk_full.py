"""The disk is full: a clear word, nothing half done, and the work goes on when there is room again."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import col, select

from cli import main
from config.settings import load_settings
from cycle.history import History
from cycle.runs.tables import Run, RunState
from cycle.store import DISK_FULL, FULL, in_words, reading, transaction
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Submission, Task
from flows.recording import Recorder
from flows.registry import Body
from flows.runtime import DemoClock, RunContext, Runtime
from flows.turn import turn
from flows.worker import Worker
from tests.support import municipality as m
from tests.support.leader import World

OPENS = m.instant(2027, 4, 1, 6)
PLENTY = 2**30


class Disk:
    """How much more a store may grow."""

    words = ""

    def leave_room_for_some_tasks(self) -> None:
        """The first chunk of an opening at most."""
        raise NotImplementedError

    def fill(self) -> None:
        """Nothing more fits."""
        raise NotImplementedError

    def clear(self) -> None:
        """There is room again."""
        raise NotImplementedError


class SqliteDisk(Disk):
    """So many pages more and no further."""

    words = "database or disk is full"

    def __init__(self, engine: Engine) -> None:
        self._engine, self._limit = engine, PLENTY
        event.listen(engine, "begin", self._limit_it)

    def leave_room_for_some_tasks(self) -> None:
        self._leave(12)

    def fill(self) -> None:
        self._leave(0)

    def clear(self) -> None:
        self._limit = PLENTY

    def _leave(self, pages: int) -> None:
        with self._engine.connect() as connection:
            used = connection.exec_driver_sql("PRAGMA page_count").scalar_one()
        self._limit = used + pages

    def _limit_it(self, connection: sa.Connection) -> None:
        connection.exec_driver_sql(f"PRAGMA max_page_count={self._limit}")


class PostgresDisk(Disk):
    """The server raises what it raises when it cannot extend a table's file."""

    words = "could not extend file: No space left on device"

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.clear()

    def leave_room_for_some_tasks(self) -> None:
        self._refuse("task", "(SELECT count(*) FROM task) >= 500")

    def fill(self) -> None:
        self._refuse("submission", "true")

    def clear(self) -> None:
        self._run("DROP FUNCTION IF EXISTS no_room() CASCADE")

    def _refuse(self, table: str, condition: str) -> None:
        refusal = f"RAISE EXCEPTION '{self.words}' USING ERRCODE = '{DISK_FULL}'"
        body = f"BEGIN IF {condition} THEN {refusal}; END IF; RETURN NEW; END"
        self._run(f"CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ {body} $$")
        self._run(f"CREATE TRIGGER no_room BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION no_room()")

    def _run(self, statement: str) -> None:
        with self._engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.fixture
def disk(engine: Engine) -> Iterator[Disk]:
    """The disk under the store."""
    made = SqliteDisk(engine) if engine.dialect.name == "sqlite" else PostgresDisk(engine)
    yield made
    made.clear()


def test_an_opening_without_room_is_red_in_words_and_done_when_there_is_room_again(
    engine: Engine, disk: Disk, tmp_path: Path
) -> None:
    with transaction(engine) as session:
        town = m.build(session, units_per_district=150)
        cycle = m.start_cycle(session, town)
        m.add_occurrence(session, town, cycle, state=OccurrenceState.PLANNED)
    clock = DemoClock(OPENS)
    runtime = Runtime(engine, load_settings(data_dir=tmp_path, secret_key="k" * 40), clock)

    def work() -> None:
        turn(runtime)
        asyncio.run(Worker(runtime, Recorder(tmp_path, "")).drain())

    disk.leave_room_for_some_tasks()
    work()
    with reading(engine) as session:
        run = session.exec(select(Run)).one()
        assert run.state is RunState.FAILED
        assert run.error == f"OperationalError: {FULL} ({disk.words})"
        assert session.exec(select(Occurrence)).one().state is OccurrenceState.PLANNED
        assert len(session.exec(select(Task)).all()) in (0, 500), "whole chunks or nothing"
        assert session.exec(select(History).where(col(History.thing).like("occurrence:%"))).all() == []
    disk.clear()
    clock.advance(timedelta(minutes=2))
    work()
    with reading(engine) as session:
        assert session.exec(select(Occurrence)).one().state is OccurrenceState.OPEN
        assert sorted(session.exec(select(Task.unit_id))) == sorted(town.units)
        states = session.exec(select(Run.state).where(col(Run.subject).like("open:%"))).all()
    assert sorted(states) == [RunState.DONE, RunState.FAILED]


def test_a_run_that_cannot_even_be_marked_as_failed_is_taken_up_again(
    sqlite_engine: Engine, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    engine = sqlite_engine
    with transaction(engine) as session:
        town = m.build(session, units_per_district=2)
        m.add_occurrence(session, town, m.start_cycle(session, town), state=OccurrenceState.PLANNED)
    later = DemoClock(OPENS)
    runtime = Runtime(engine, load_settings(data_dir=tmp_path, secret_key="k" * 40), DemoClock(OPENS), later)
    turn(runtime)

    def full(*_: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    def body_of(_flow: str, _subject: str) -> Body:
        def fills_the_disk(_context: RunContext) -> None:
            event.listen(engine, "commit", full)
            full()

        return fills_the_disk

    asyncio.run(Worker(runtime, Recorder(tmp_path, ""), body_of=body_of).drain())
    event.remove(engine, "commit", full)
    assert "could not be marked as failed: Databasen har ikke plads" in caplog.text
    with reading(engine) as session:
        assert session.exec(select(Run)).one().state is RunState.CLAIMED
    later.advance(timedelta(minutes=2))
    asyncio.run(Worker(runtime, Recorder(tmp_path, "")).drain())
    with reading(engine) as session:
        run = session.exec(select(Run)).one()
        assert (run.state, run.attempts) == (RunState.DONE, 2)
        assert len(session.exec(select(Task)).all()) == 8


def test_a_leaders_answer_that_cannot_be_kept_stands_on_the_page_to_be_sent_again(
    engine: Engine, disk: Disk, tmp_path: Path
) -> None:
    world = World(engine, tmp_path)
    form = world.form()
    words = "Vi følger op i maj. " * 190
    fields = {"act": "submit", "status__light": "grøn", "beloeb": "1", "bemaerkning": words}
    disk.fill()
    refused = form.send(world.browser, **fields)
    assert refused.status_code == 503 and words.strip() in refused.text
    assert world.rows(Submission) == [] and world.state().value == "open"
    disk.clear()
    assert form.send(world.browser, **fields).status_code == 303
    assert [row.answers["bemaerkning"] for row in world.rows(Submission)] == [words.strip()]


def test_a_command_says_so_in_words_and_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.delenv("AARSHJUL_LANGUAGE", raising=False)
    units = ["unit_id;parent_id;name;kind", "K;;Kommunen;kommune"]
    units += [f"S{n};K;Skolen nummer {n};skole" for n in range(2000)]
    (tmp_path / "units.csv").write_text("\n".join(units), encoding="utf-8")
    assert main.run("cycle", ["show"]) == 0

    def limited(connection: sa.Connection) -> None:
        connection.exec_driver_sql("PRAGMA max_page_count=1")

    event.listen(Engine, "begin", limited)
    try:
        status = main.run("import", ["units", str(tmp_path / "units.csv")])
    finally:
        event.remove(Engine, "begin", limited)
    assert status == 1
    said = capsys.readouterr()
    assert "Fejl: Databasen har ikke plads til mere." in said.err
    assert main.run("import", ["units", str(tmp_path / "units.csv")]) == 0


def test_postgresqls_own_word_for_it_is_understood() -> None:
    full = DBAPIError("INSERT", {}, psycopg.errors.DiskFull("could not extend file"))
    assert in_words(full) == f"{FULL} (could not extend file)"
    other = DBAPIError("INSERT", {}, psycopg.errors.UniqueViolation("double"))
    assert in_words(other) == "double"
