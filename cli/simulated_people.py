"""The people of a dry run: they answer and approve at the same times as in the demo, but in bulk.

What they write does not matter there, so no answers are made up; every task changes state as it would.
Receipts are counted, not written.
"""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cli.demo.habits import Habits, due
from cycle import store
from cycle.columns import among
from cycle.organisation.directory import Directory
from cycle.store import insert_many, table_of
from cycle.tasks.moves import wake_stages
from cycle.tasks.states import WAITING_FOR_HOLDER, Channel, OccurrenceState, SubmissionKind, TaskState
from cycle.tasks.tables import Occurrence, Submission, Task


@dataclass
class SimulatedPeople(Habits):
    """Everyone of one municipality. `answered` counts the answers given so far."""

    answered: int = 0
    organisation_stands_still: bool = False
    _seen_last: Directory | None = None

    def organisation(self, session: Session, today: date) -> Directory:
        """Who holds which post today; read once where nobody changes the organisation meanwhile."""
        known = self._seen_last if self.organisation_stands_still else None
        self._seen_last = (known or super().organisation(session, today)).at(today)
        return self._seen_last

    def act(self, now: datetime) -> int:
        """Does everything planned up to `now`; gives how many answers were given."""
        today = self.calendar.local_date(now)
        with store.transaction(self.engine) as session:
            given = self._answer(session, self.who_can(session, due(self.plans, today), today), today, now)
            judged = self._judge(session, due(self.verdicts, today))
            due(self.decisions, today)
            for occurrence_id in {self.seen[task_id].occurrence_id for task_id in (*given, *judged)}:
                wake_stages(session, occurrence_id, at=now)
        self.answered += len(given)
        return len(given)

    def _answer(self, session: Session, ids: list[int], today: date, now: datetime) -> list[int]:
        given = _changed(session, _SUBMIT, ids, received_at=now)
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
        insert_many(session, table_of(Submission), rows)
        for task_id in given:
            if self.seen[task_id].levels:
                self.verdict_after(task_id, today)
        return given

    def _judge(self, session: Session, ids: list[int]) -> list[int]:
        return _changed(session, _APPROVE, ids)


def _changed(session: Session, update: sa.Update, ids: list[int], **values: Any) -> list[int]:
    """The ids of the tasks of open occurrences that the update changed."""
    write = session.connection()
    return list(write.scalars(update, {"ids": ids, **values}).all()) if ids else []


_TASK, _OCCURRENCE = table_of(Task), table_of(Occurrence).c
_IS_OPEN = sa.select(_OCCURRENCE.id).where(_OCCURRENCE.state == OccurrenceState.OPEN)
_THEIRS = (
    sa.update(_TASK)
    .where(among(_TASK.c.id, "ids"), _TASK.c.occurrence_id.in_(_IS_OPEN))
    .returning(_TASK.c.id)
)
_SUBMIT = _THEIRS.where(_TASK.c.state.in_(list(WAITING_FOR_HOLDER))).values(
    state=TaskState.SUBMITTED,
    received_at=sa.bindparam("received_at", type_=_TASK.c.received_at.type),
    due_when_received=_TASK.c.due_on,
)
_APPROVE = _THEIRS.where(_TASK.c.state == TaskState.SUBMITTED).values(
    state=TaskState.APPROVED, level=_TASK.c.levels
)
AGREED = {"beslutning": "enig", "navn": "Opdigtet underskriver"}
