"""The example processes in a store of their own, their clock, and the posts that answer.

play = Process(engine, tmp_path, "god-ledelse", instant(2007, 5, 1))
play.run(until=instant(2008, 9, 1))               # every post answers each task two days after it came
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.municipality import Folder, load_municipality, start_years
from config.loader import LoadedPlan, load_plan
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from tests.support.koebenhavn import Year

EXAMPLES = Path(__file__).parents[2] / "config" / "examples" / "processer"
DELIVERED = {"leveret": "ja", "bemaerkning": "Opdigtet: resultatet ligger klar."}


def example(name: str) -> LoadedPlan:
    """The example's plan, checked."""
    return load_plan(EXAMPLES / name)


class Process(Year):
    """One example process from its first day on."""

    def __init__(self, engine: Engine, folder: Path, name: str, start: datetime, year: int = 2007) -> None:
        with transaction(engine) as session:
            loaded = load_municipality(session, Folder.at(EXAMPLES / name), now=start)
            start_years(session, loaded, [year], None, now=start)
        super().__init__(engine, folder, start)
        self.root = loaded.plan.municipality

    def waiting(self) -> list[Task]:
        """The tasks that somebody owes an answer to, oldest first."""
        owed = select(Task).where(col(Task.state).in_([TaskState.OPEN, TaskState.RETURNED]))
        kinds = col(Task.kind).in_([TaskKind.ANSWER, TaskKind.HOMEWORK])
        with reading(self.engine) as session:
            return list(session.exec(owed.where(kinds).order_by(col(Task.id))))

    def run(
        self,
        *,
        until: datetime,
        answers: Mapping[str, Mapping[str, Any]] | None = None,
        also: Callable[[], None] = lambda: None,
    ) -> None:
        """Plays on; each task is answered two days after it was opened, as given by activity id (homework:
        by the kind of task). `also` is done every other day.
        """
        self.settle()
        while self.now < until:
            also()
            for task in self.waiting():
                if task.opened_at <= self.now - timedelta(days=2):
                    named = task.kind if task.kind is TaskKind.HOMEWORK else self.activity_of(task)
                    self.answer(task, (answers or {}).get(named, DELIVERED))
            self.until(min(until, self.now + timedelta(days=2)))

    def activity_of(self, task: Task) -> str:
        with reading(self.engine) as session:
            return session.get_one(Occurrence, task.occurrence_id).activity_id

    def occurrences(self) -> dict[str, Occurrence]:
        """Every occurrence by its activity's id."""
        with reading(self.engine) as session:
            return {row.activity_id: row for row in session.exec(select(Occurrence))}
