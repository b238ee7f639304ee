"""A turn with nothing due, on a store with 50,000 open tasks."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col

from bench.measurement import Measurement, timing
from bench.stores import STORES, settle
from config.settings import Settings
from cycle import store
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.runs.tables import Run, RunState
from cycle.tasks.tables import Task
from flows.runtime import DemoClock, Runtime
from flows.turn import turn
from tests.support import municipality

LIMIT_MS = 5
OCCURRENCES, UNITS = 10, 5000
NOW = datetime(2027, 4, 6, 9, tzinfo=UTC)
RUNS = 50


def measure() -> Iterator[Measurement]:
    """On both databases."""
    for name, fresh in STORES.items():
        with fresh() as engine:
            fill(engine)
            settle(engine)
            runtime = Runtime(engine, Settings(data_dir=Path("/nonexistent")), DemoClock(NOW))
            turned = timing(partial(turn, runtime), RUNS)
            wanted = _runs_wanted(engine)
        what = f"a turn with nothing due, {OCCURRENCES * UNITS} open tasks, {name}"
        yield Measurement("turn", what, turned.wall * 1e3, "ms", LIMIT_MS, turned.processor * 1e3, RUNS)
        yield Measurement("turn", f"runs wanted by it, {name}", wanted, "runs", note="must be 0")


def fill(engine: Engine) -> None:
    """5,000 units with ten open activities each, all looked at later, the night's sweep done."""
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=UNITS // 4)
        cycle = municipality.start_cycle(session, town, 2027)
        for number in range(OCCURRENCES):
            occurrence = municipality.add_occurrence(
                session,
                town,
                cycle,
                f"rapport-{number}",
                title=f"Rapport {number}",
                opens_on=date(2027, 4, 1),
            )
            municipality.add_tasks(session, town, occurrence)
        session.execute(sa.update(Task).values(next_reminder_at=NOW + timedelta(days=3)))
        session.add(
            Run(
                flow="remind",
                subject=f"sweep:{town.root_id}",
                state=RunState.DONE,
                root_id=town.root_id,
                wanted_at=NOW,
            )
        )
        people = list(town.leaders.values())
        session.execute(
            sa.insert(Message),
            [_sent(town.root_id, number, person) for number, person in enumerate(people * 4)],
        )


def _sent(root_id: str, number: int, person_id: int) -> dict[str, object]:
    return {
        "root_id": root_id,
        "key": f"daily:{number}",
        "kind": MessageKind.DAILY,
        "person_id": person_id,
        "address": f"leder{person_id}@by.example",
        "state": MessageState.SENT,
        "created_at": NOW,
        "next_at": NOW,
        "sent_at": NOW,
    }


def _runs_wanted(engine: Engine) -> int:
    with store.reading(engine) as session:
        query = sa.select(sa.func.count()).where(col(Run.state) != RunState.DONE)
        return int(session.execute(query).scalar_one())
