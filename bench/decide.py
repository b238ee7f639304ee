"""100,000 due tasks of a million open ones: decided and queued, and the selection alone.

The same 100,000 of 200,000 open ones are decided too: the cost must follow from what is due. Each task was
told of at its opening, and what is due is the first reminder: the ledger is read and written. Five of a
leader's tasks share a mail. The selection is compared by the quickest of many runs.
"""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import select

from bench.measurement import Measurement, timed
from bench.stores import STORES, settle
from config.settings import Settings
from cycle import store
from cycle.messages.tables import Message
from cycle.plan.model import DEFAULT_REMINDERS, ReminderKind
from cycle.reminders import ledger
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import insert_many
from cycle.tasks.cycles import RULES
from cycle.tasks.reminder_facts import TASK, read_rows
from cycle.tasks.reminding import CHUNK, DUE
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from flows.remind import remind
from flows.runtime import RunContext
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant

UNITS = 20_000
DUE_ACTIVITIES = 5
TOTALS = {"200,000": 10, "1,000,000": 50}
SECONDS, FLAT, SELECTION = 60.0, 1.3, 3.0
OPENED, DEADLINE = date(2027, 4, 1), date(2027, 4, 30)
NOW = instant(2027, 4, 16, 6)
LATER = NOW + timedelta(days=3)
RUNS = 100


def measure() -> Iterator[Measurement]:
    """On both databases: seconds for each number of open tasks, their ratio, and the selection."""
    for name, fresh in STORES.items():
        seconds: dict[str, tuple[float, float]] = {}
        for total, activities in TOTALS.items():
            with fresh() as engine:
                fill(engine, activities)
                settle(engine)
                yield from selection(engine, f"of {total} open ones, {name}")
                wall, processor = timed(partial(decide, engine))
                told = check(engine)
            seconds[total] = wall, processor
            what = f"decided and queued: {told}, of {total} open ones, {name}"
            yield Measurement("decide", what, wall, "s", SECONDS, processor)
        many, few = seconds["1,000,000"], seconds["200,000"]
        what = f"1,000,000 open ones to 200,000, {name}"
        yield Measurement("decide", what, many[0] / few[0], "times", FLAT, many[1] / few[1])


def decide(engine: Engine) -> None:
    """The flow's body, as a worker runs it."""
    remind(RunContext.direct(engine, NOW, Settings(data_dir=Path("/nonexistent")), ROOT))


def selection(engine: Engine, of: str) -> Iterator[Measurement]:
    """The due tasks as rows that the rules take, against the same statement through the bare driver."""
    asked = {"root_id": ROOT, "now": NOW, "limit": CHUNK}
    compiled = DUE.compile(engine, compile_kwargs={"render_postcompile": True})
    with store.transaction(engine) as session:
        values = compiled.construct_params(asked)
        ready = {name: _for_driver(value, compiled, name, engine) for name, value in values.items()}
        given: Any = [ready[name] for name in compiled.positiontup or ()] or ready
        cursor = session.connection().connection.cursor()

        def bare() -> None:
            assert len(cursor.execute(str(compiled), given).fetchall()) == asked["limit"]

        def with_engine() -> None:
            assert len(read_rows(session, DUE, **asked)) == asked["limit"]

        pairs = [(timed(with_engine)[0], timed(bare)[0]) for _ in range(RUNS)]
        found, plain = (min(times) for times in zip(*pairs, strict=True))
    what = f"the selection of the next {CHUNK} due ones to bare SQL, {of}"
    yield Measurement("decide", what, found / plain, "times", SELECTION, note=f"quickest of {RUNS}")


def _for_driver(value: Any, compiled: Any, name: str, engine: Engine) -> Any:
    process = compiled.binds[name].type.dialect_impl(engine.dialect).bind_processor(engine.dialect)
    return process(value) if process else value


def check(engine: Engine) -> str:
    """What was decided; nothing is left that is due."""
    with store.reading(engine) as session:
        decided = (
            sa.select(sa.func.count()).select_from(ReminderDecision).where(ledger.TABLE.c.decided_at == NOW)
        )
        mails = sa.select(sa.func.count()).select_from(Message)
        due = sa.select(sa.func.count()).select_from(Task).where(TASK.c.next_reminder_at <= NOW)
        counts = [int(session.execute(query).scalar_one()) for query in (decided, mails, due)]
    assert counts == [DUE_ACTIVITIES * UNITS, UNITS, 0], counts
    return f"{counts[0]} tasks in {counts[1]} mails"


def fill(engine: Engine, activities: int) -> None:
    """So many open activities for all units; the first few are due."""
    rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=UNITS // 4)
        cycle = municipality.start_cycle(session, town, 2027)
    for number in range(activities):
        with store.transaction(engine) as session:
            occurrence = municipality.add_occurrence(
                session,
                town,
                cycle,
                f"rapport-{number}",
                opens_on=OPENED,
                due_on=DEADLINE,
                closes_on=DEADLINE,
            )
            occurrence.rules = rules
            insert_many(session, TASK, _tasks(town, occurrence, NOW if number < DUE_ACTIVITIES else LATER))
    with store.transaction(engine) as session:
        told = session.execute(select(Task.id, Task.unit_id)).all()
        ledger.write(session, [_told(id_, town.leaders[unit]) for id_, unit in told])


def _tasks(town: Town, occurrence: Occurrence, look: datetime) -> list[dict[str, Any]]:
    same: dict[str, Any] = {
        "occurrence_id": occurrence.id,
        "role": "leder",
        "subject": "",
        "kind": TaskKind.ANSWER,
        "title": occurrence.title,
        "state": TaskState.OPEN,
        "opened_at": occurrence.opens_at,
        "due_on": occurrence.due_on,
        "original_due_on": occurrence.due_on,
        "form_version_id": occurrence.form_version_id,
        "next_reminder_at": look,
        "prefill": {},
    }
    return [{**same, "unit_id": unit} for unit in town.units]


def _told(task_id: int | None, person_id: int) -> dict[str, Any]:
    return {
        "task_id": task_id,
        "rule_id": DEFAULT_REMINDERS[0].id,
        "rule_kind": ReminderKind.OPENS.value,
        "deadline": DEADLINE,
        "ordinal": 1,
        "nominal_on": OPENED,
        "decided_at": instant(2027, 4, 1, 6),
        "verdict": Decided.SENT,
        "reason": "Besked om ny opgave: sendt i dagens mail.",
        "person_id": person_id,
        "message_id": None,
    }
