"""What is on a post's desk: whoever takes the post over takes it over."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.organisation.snapshot import Post
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Draft, Occurrence, Task

ON_THE_DESK = (TaskState.OPEN, TaskState.RETURNED, TaskState.SUBMITTED)


@dataclass(frozen=True)
class Work:
    """One task of the post that is not over, and whether an answer has been begun."""

    task: Task
    occurrence: Occurrence
    begun: bool

    @property
    def due_on(self) -> date:
        """The local date on which it is due."""
        return self.task.due_on


def work_of(session: Session, post: Post) -> list[Work]:
    """The tasks of the post that wait, were sent back or await approval, the first due first."""
    begun = sa.exists().where(col(Draft.task_id) == col(Task.id))
    rows = session.execute(
        sa.select(Task, Occurrence, begun)
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(
            col(Task.unit_id) == post[0],
            col(Task.role) == post[1],
            col(Task.state).in_(ON_THE_DESK),
            col(Occurrence.state) == OccurrenceState.OPEN,
        )
        .order_by(col(Task.due_on), col(Task.id))
    )
    return [Work(*row) for row in rows]
