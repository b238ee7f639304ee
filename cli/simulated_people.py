"""The people of a dry run: they answer and approve at the same times as in the demo, but in bulk.

What they write does not matter there, so no answers are made up; every task changes state as it would.
Receipts are counted, not written.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cli.demo.habits import Habits, due, pieces
from cycle import store
from cycle.tasks.moves import wake_stages
from cycle.tasks.states import WAITING_FOR_HOLDER, Channel, OccurrenceState, SubmissionKind, TaskState
from cycle.tasks.tables import Occurrence, Submission, Task


@dataclass
class SimulatedPeople(Habits):
    """Everyone of one municipality. `answered` counts the answers given so far."""

    answered: int = 0

    def act(self, now: datetime) -> int:
        """Does everything planned up to `now`; gives how many answers were given."""
        today = self.calendar.local_date(now)
        with store.transaction(self.engine) as session:
            given = self._answer(session, due(self.plans, today), today, now)
            judged = self._judge(session, due(self.verdicts, today))
            due(self.decisions, today)
            for occurrence_id in {self.seen[task_id].occurrence_id for task_id in (*given, *judged)}:
                wake_stages(session, occurrence_id, at=now)
        self.answered += len(given)
        return len(given)

    def _answer(self, session: Session, ids: list[int], today: date, now: datetime) -> list[int]:
        given = []
        for piece in pieces(ids):
            given += self._changed(
                session,
                piece,
                col(Task.state).in_(list(WAITING_FOR_HOLDER)),
                state=TaskState.SUBMITTED,
                received_at=now,
                due_when_received=Task.due_on,
            )
        rows: list[dict[str, Any]] = [
            {
                "task_id": task_id,
                "version": 1,
                "kind": SubmissionKind.COMPLETE,
                "answers": AGREED,
                "channel": Channel.WEB,
                "by": "simulated",
                "received_at": now,
                "once": f"simulated:{task_id}",
            }
            for task_id in given
        ]
        if rows:
            session.execute(sa.insert(Submission), rows)
        for task_id in given:
            if self.seen[task_id].levels:
                self.verdict_after(task_id, today)
        return given

    def _judge(self, session: Session, ids: list[int]) -> list[int]:
        judged = []
        for piece in pieces(ids):
            judged += self._changed(
                session,
                piece,
                col(Task.state) == TaskState.SUBMITTED,
                state=TaskState.APPROVED,
                level=Task.levels,
            )
        return judged

    def _changed(self, session: Session, ids: list[int], when: Any, **values: Any) -> list[int]:
        """The ids of the tasks of open occurrences that the update changed."""
        is_open = sa.select(col(Occurrence.id)).where(col(Occurrence.state) == OccurrenceState.OPEN)
        result = session.execute(
            sa.update(Task)
            .where(col(Task.id).in_(ids), when, col(Task.occurrence_id).in_(is_open))
            .values(**values)
            .returning(col(Task.id))
            .execution_options(synchronize_session=False)
        )
        return list(result.scalars())


AGREED = {"beslutning": "enig", "navn": "Opdigtet underskriver"}
