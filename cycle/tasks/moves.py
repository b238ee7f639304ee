"""One way to change a task's state: the table of moves, applied as compare-and-set."""

from collections.abc import Iterable, Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm.attributes import set_committed_value
from sqlmodel import Session

from cycle.errors import Conflict, NotAllowed, NotFound, NotNow
from cycle.store import in_pieces, table_of
from cycle.tasks.states import TASK_MOVES, Actor, TaskState, TaskVerb
from cycle.tasks.tables import Occurrence, Task

_task, _occurrence = table_of(Task), table_of(Occurrence)
_ITS_ID: sa.BindParameter[int] = sa.bindparam("its_id")
_MOVE = sa.update(_task).where(
    _task.c.id == _ITS_ID,
    _task.c.state == sa.bindparam("its_state"),
    _task.c.level == sa.bindparam("its_level"),
)
_WAKE = sa.update(_occurrence).where(
    _occurrence.c.id == _ITS_ID,
    sa.or_(_occurrence.c.advance_at.is_(None), _occurrence.c.advance_at > sa.bindparam("no_later")),
)


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
    someone else changed the row meanwhile. `values` are plain values, no expressions: they are what the
    task object then has too.
    """
    check_move(task, verb, actor)
    target, _ = TASK_MOVES[task.state, verb]
    session.flush()
    seen = {"its_id": task.id, "its_state": task.state, "its_level": task.level}
    changed = {"state": target, **values}
    if session.connection().execute(_MOVE, {**seen, **changed}).rowcount == 0:
        raise Conflict("task", task.id)
    _take_on(task, changed)


def move_all(
    session: Session, tasks: Iterable[Task], verb: TaskVerb, *, actor: Actor, **values: Any
) -> set[int]:
    """As `move` for many tasks at once; gives the ids of those whose row still was as the caller saw it.

    Raises NotNow or NotAllowed when a task's state does not allow the verb: then none is moved.
    """
    alike: dict[tuple[TaskState, int], dict[int, Task]] = {}
    for task in tasks:
        check_move(task, verb, actor)
        alike.setdefault((task.state, task.level), {})[task.id or 0] = task
    session.flush()
    moved: set[int] = set()
    for (state, level), those in alike.items():
        changed = {"state": TASK_MOVES[state, verb][0], **values}
        as_seen = (_task.c.state == state, _task.c.level == level)
        for piece in in_pieces(those):
            update = sa.update(_task).where(_task.c.id.in_(piece), *as_seen).values(changed)
            ids = set(session.connection().scalars(update.returning(_task.c.id)))
            moved |= ids
            for task in (those[id_] for id_ in ids):
                _take_on(task, changed)
    return moved


def wake_stages(session: Session, occurrence_id: int, *, at: object) -> None:
    """Asks for a look at the occurrence's reviews and stages, no later than `at` (an instant)."""
    session.connection().execute(_WAKE, {"its_id": occurrence_id, "no_later": at, "advance_at": at})


def _take_on(task: Task, changed: Mapping[str, Any]) -> None:
    """Gives the object the values that its row has now."""
    for name, value in changed.items():
        set_committed_value(task, name, value)
