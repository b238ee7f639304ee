"""One leader's answer: what `cycle.tasks.submit.submit` costs, commit and all, one after the other."""

from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy.engine import Engine

from bench.measurement import Measurement, of_runs, timed
from bench.stores import STORES, settle
from cycle import store
from cycle.tasks.states import Channel, SubmissionKind
from cycle.tasks.submit import submit
from tests.support import municipality

LIMIT_MS = 30
"""2,000 leaders in the last minute, one after the other (issue 5, "Speed")."""
UNITS, ANSWERS = 500, 200
NOW = datetime(2027, 4, 20, 20, 59, tzinfo=UTC)


def measure() -> Iterator[Measurement]:
    """On both databases."""
    for name, fresh in STORES.items():
        with fresh() as engine:
            tasks = fill(engine)
            settle(engine)
            found = of_runs(timed(_Answer(engine, task_id)) for task_id in tasks[:ANSWERS])
        what = f"an answer with receipt and history, {name}"
        yield Measurement("answer", what, found.wall * 1e3, "ms", LIMIT_MS, found.processor * 1e3, ANSWERS)


def fill(engine: Engine) -> list[int]:
    """500 units with a report open; gives the ids of its tasks."""
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=UNITS // 4)
        cycle = municipality.start_cycle(session, town, 2027)
        occurrence = municipality.add_occurrence(session, town, cycle)
        return [task.id or 0 for task in municipality.add_tasks(session, town, occurrence)]


class _Answer:
    """One answer to one task."""

    def __init__(self, engine: Engine, task_id: int) -> None:
        self.engine, self.task_id = engine, task_id

    def __call__(self) -> None:
        with store.transaction(self.engine) as session:
            submit(
                session,
                self.task_id,
                answers=municipality.ANSWERS,
                kind=SubmissionKind.COMPLETE,
                channel=Channel.WEB,
                by="person:1",
                received_at=NOW,
                now=NOW,
                once=f"bench:{self.task_id}",
            )
