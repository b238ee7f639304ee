"""One way to change a task's state: the table of moves, applied as compare-and-set."""

from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.errors import Conflict, NotAllowed, NotFound, NotNow
from cycle.tasks.states import TASK_MOVES, Actor, TaskVerb
from cycle.tasks.tables import Occurrence, Task


def get_task(session: Session, task_id: int) -> Task:
    """The task. Raises NotFound."""
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound("task", task_id)
    return task


def get_occurrence(session: Session, occurrence_id: int) -> Occurrence:
    """The occurrence. Raises NotFound."""
    occurrence = session.get(Occurrence, occurrence_id)
    if occurrence is None:
        raise NotFound("occurrence", occurrence_id)
    return occurrence


def check_move(task: Task, verb: TaskVerb, actor: Actor) -> None:
    """Whether the task's state allows the verb to this actor. Raises NotNow or NotAllowed."""
    move = TASK_MOVES.get((task.state, verb))
    if move is None:
        raise NotNow("task", task.id, task.state.value, verb.value)
    if actor not in move[1]:
        raise NotAllowed(verb.value, f"task {task.id}")


def move(session: Session, task: Task, verb: TaskVerb, *, actor: Actor, **values: Any) -> None:
    """Applies the verb if the row still is in the state the caller saw, with further column values.

    Raises NotNow when the state does not allow it, NotAllowed when the actor may not, Conflict when
    someone else changed the row meanwhile.
    """
    check_move(task, verb, actor)
    target, _ = TASK_MOVES[task.state, verb]
    result = session.execute(
        sa.update(Task)
        .where(col(Task.id) == task.id, col(Task.state) == task.state, col(Task.level) == task.level)
        .values(state=target, **values)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount == 0:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        raise Conflict("task", task.id)
    session.refresh(task)


def wake_stages(session: Session, occurrence_id: int, *, at: object) -> None:
    """Asks for a look at the occurrence's reviews and stages, no later than `at` (an instant)."""
    session.execute(
        sa.update(Occurrence)
        .where(
            col(Occurrence.id) == occurrence_id,
            sa.or_(col(Occurrence.advance_at).is_(None), col(Occurrence.advance_at) > at),
        )
        .values(advance_at=at)
        .execution_options(synchronize_session=False)
    )
