"""A municipality of 5,000 units with three years of answers, written with few statements.

    town = three_years.write(engine)                   # 2025, 2026 and 2027, seven requests in each
    town = three_years.write(engine, units_per_district=3, districts=2)

Which unit answers when is drawn from a fixed seed: on time, on time after an extension, late, with nothing to
report, sent back, waived, not at all. The last request of 2027 is open.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.store import table_of, transaction
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskKind, TaskState
from cycle.tasks.tables import Cycle, Occurrence, Submission, Task
from tests.support import municipality
from tests.support.municipality import Town, instant

YEARS = (2025, 2026, 2027)
REQUESTS = (
    ("regnskab", 2, 20),
    ("budgetudmelding", 3, 15),
    ("kvartalsrapport-1", 4, 20),
    ("udviklingsaftaler", 6, 15),
    ("kvartalsrapport-2", 8, 20),
    ("kvartalsrapport-3", 10, 25),
    ("strategihoering", 11, 15),
)
NOW = instant(2027, 11, 13)
"""Two days before the last deadline, which nobody is over yet unless it was theirs alone."""
PIECE = 5_000


@dataclass(frozen=True)
class Fate:
    """What became of one task: its state, its deadlines, when it was answered, and whether with nothing."""

    state: TaskState
    original: date
    due: date
    received: datetime | None
    nil: bool


def write(engine: Engine, *, units_per_district: int = 250, districts: int = 10, seed: int = 27) -> Town:
    """Units, years, requests, tasks and answers; ids are given by the store."""
    drawn = random.Random(seed)
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=units_per_district, districts=districts)
        for year in YEARS:
            cycle = municipality.start_cycle(session, town, year)
            for name, month, day in REQUESTS:
                request(session, town, cycle, name, date(year, month, day), drawn)
    return town


def request(
    session: Session, town: Town, cycle: Cycle, name: str, due: date, drawn: random.Random
) -> Occurrence:
    """One request with a task for every unit and what became of it."""
    closes = due + timedelta(days=10)
    over = municipality.end_of(closes) < NOW
    made = municipality.add_occurrence(
        session, town, cycle, name, title=name.replace("-", " ").capitalize(),
        opens_on=due - timedelta(days=20), due_on=due, closes_on=closes,
        state=OccurrenceState.CLOSED if over else OccurrenceState.OPEN,
    )  # fmt: skip
    fates = [fate(due, drawn) for _ in town.units]
    for rows in pieces(_task(made, unit, each) for unit, each in zip(town.units, fates, strict=True)):
        session.execute(sa.insert(table_of(Task)), rows)
    ids = session.exec(select(Task.id).where(Task.occurrence_id == made.id).order_by(col(Task.id))).all()
    answered = ((id_, each) for id_, each in zip(ids, fates, strict=True) if each.received)
    for rows in pieces(_submission(id_ or 0, each) for id_, each in answered):
        session.execute(sa.insert(table_of(Submission)), rows)
    return made


def fate(due: date, drawn: random.Random) -> Fate:
    """What becomes of a unit with this deadline, by chance; nobody answers in the future."""
    what = drawn.random()
    later = due + timedelta(days=drawn.choice((5, 7, 9))) if drawn.random() < 0.2 else due
    if what < 0.03:
        return Fate(drawn.choice((TaskState.WAIVED, TaskState.CANCELLED)), due, later, None, False)
    received = municipality.end_of(due) + timedelta(hours=drawn.randint(-260, 30 if what < 0.9 else 200))
    if what > 0.94 or received >= NOW:
        return Fate(TaskState.OPEN, due, later, None, False)
    states = (TaskState.SUBMITTED, TaskState.APPROVED, TaskState.APPROVED, TaskState.RETURNED)
    return Fate(drawn.choice(states), due, later, received, drawn.random() < 0.25)


def pieces(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """The rows, some thousands at a time."""
    while piece := list(islice(rows, PIECE)):
        yield piece


def _task(made: Occurrence, unit: str, each: Fate) -> dict[str, Any]:
    return {
        "occurrence_id": made.id, "unit_id": unit, "role": "leder", "subject": "",
        "kind": TaskKind.ANSWER, "title": made.title, "state": each.state,
        "level": int(each.state is TaskState.APPROVED), "levels": 1, "opened_at": made.opens_at,
        "due_on": each.due, "original_due_on": each.original, "form_version_id": made.form_version_id,
        "link_generation": 1, "waived_why": "", "received_at": each.received,
        "due_when_received": each.due if each.received else None,
        "prefill": {"goals": ["Flere børn trives og lærer mere (opdigtet)"] * 8},
    }  # fmt: skip


def _submission(task_id: int, each: Fate) -> dict[str, Any]:
    return {
        "task_id": task_id, "version": 1, "answers": {} if each.nil else municipality.ANSWERS,
        "kind": SubmissionKind.NIL if each.nil else SubmissionKind.COMPLETE, "channel": Channel.WEB,
        "by": "post", "received_at": each.received, "after_close": False, "once": f"{task_id}:1",
    }  # fmt: skip
