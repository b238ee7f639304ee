"""Opening one report for all units of Copenhagen, against bare bulk inserts of the very same rows.

The engine's way is the whole of it: the runs are wanted, claimed and finished, the flow's body writes the
tasks with their history, and `remind` decides each leader's first mail and lays it in the outbox. Then the
rows it wrote are read back, taken out again, and put in with one INSERT per table in one commit.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from bench.measurement import Measurement, timed
from bench.stores import STORES, settle
from config.settings import Settings
from cycle import store
from cycle.history import HISTORY
from cycle.messages.tables import Message
from cycle.plan.model import FlowName
from cycle.reminders.tables import ReminderDecision
from cycle.runs import queue
from cycle.runs.queue import Work
from cycle.runs.tables import Run
from cycle.store import table_of
from cycle.tasks.tables import Occurrence, Task
from flows import registry
from flows.runtime import DemoClock, RunContext, Runtime
from tests.support import koebenhavn
from tests.support.municipality import instant

TIMES = 3.0
RUNS = 15
OPENS = instant(2027, 4, 1, 6)
WRITTEN = (table_of(Task), HISTORY, table_of(Message), table_of(ReminderDecision))
"""In the order in which rows may be put in; they are taken out the other way round."""

Rows = Sequence[tuple[sa.Table, list[dict[str, Any]]]]


def measure() -> Iterator[Measurement]:
    """On both databases: the two medians, and the one as so many times the other."""
    for name, fresh in STORES.items():
        with fresh() as engine:
            koebenhavn.load(engine)
            settle(engine)
            report = _Report(engine)
            report.pair()  # not counted
            pairs = [report.pair() for _ in range(RUNS)]
        engine_ms, bare_ms = (median(times) * 1e3 for times in zip(*pairs, strict=True))
        times = median(with_engine / bare for with_engine, bare in pairs)
        what = f"a report opened with {report.counted}, {name}"
        yield Measurement("open", what, engine_ms, "ms", runs=RUNS)
        yield Measurement("open", f"the same rows as bare bulk inserts, {name}", bare_ms, "ms", runs=RUNS)
        yield Measurement(
            "open", f"the one to the other, pair by pair, {name}", times, "times", TIMES, runs=RUNS
        )


class _Report:
    """The first quarterly report, opened again and again on one store."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._runtime = Runtime(engine, Settings(data_dir=Path("/nonexistent")), DemoClock(OPENS))
        self._newest = {table: _newest(engine, table) for table in WRITTEN}
        self.counted = ""
        with store.reading(engine) as session:
            query = select(Occurrence).where(Occurrence.activity_id == "kvartalsrapport-1")
            self._planned = session.exec(query).one().model_dump()
        opening = Work(FlowName.QUARTERLY_REPORT.value, f"open:{self._planned['id']}", koebenhavn.ROOT)
        self._works = (opening, Work("remind", koebenhavn.ROOT, koebenhavn.ROOT))

    def pair(self) -> tuple[float, float]:
        """Wall seconds of the engine, and of the bare inserts of what it wrote."""
        with_engine, _ = timed(self._open)
        rows: Rows = [(table, self._new_rows(table)) for table in WRITTEN]
        self.counted = ", ".join(f"{len(found)} {table.name}" for table, found in rows)
        assert all(found for _, found in rows), self.counted
        self._take_out(rows)
        bare, _ = timed(lambda: self._put_in(rows))
        self._take_out(rows)
        return with_engine, bare

    def _open(self) -> None:
        for work in self._works:
            with store.transaction(self._engine) as session:
                queue.want(session, [work], now=OPENS)
            with store.transaction(self._engine) as session:
                claim = queue.claim(session, worker="bench", now=OPENS, real=self._runtime.wall.now())
            assert claim is not None
            context = RunContext(self._runtime, claim, OPENS)
            registry.body(work.flow, work.subject)(context)
            with store.transaction(self._engine) as session:
                queue.finish(session, claim, now=OPENS, milliseconds=0, counts=context.counts)

    def _new_rows(self, table: sa.Table) -> list[dict[str, Any]]:
        query = sa.select(table).where(table.c.id > self._newest[table])
        with self._engine.connect() as connection:
            return [dict(row) for row in connection.execute(query).mappings()]

    def _put_in(self, rows: Rows) -> None:
        with store.transaction(self._engine) as session:
            for table, found in rows:
                session.execute(sa.insert(table), found)

    def _take_out(self, rows: Rows) -> None:
        """The store as it was before."""
        with store.transaction(self._engine) as session:
            for table, found in reversed(rows):
                for piece in store.in_pieces([row["id"] for row in found]):
                    session.execute(sa.delete(table).where(table.c.id.in_(piece)))
            session.execute(sa.delete(Run))
            planned: Mapping[str, Any] = {
                name: value for name, value in self._planned.items() if name != "id"
            }
            session.execute(
                sa.update(Occurrence).where(col(Occurrence.id) == self._planned["id"]).values(**planned)
            )


def _newest(engine: Engine, table: sa.Table) -> int:
    with engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.max(table.c.id))).scalar_one() or 0)
