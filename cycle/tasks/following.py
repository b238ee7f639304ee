"""What a new revision does to the tasks of an activity that is open."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.tasks.letters import tell_new_deadline
from cycle.tasks.states import WAITING_FOR_HOLDER, TaskKind
from cycle.tasks.tables import Occurrence, Task

OWN_WORK = (TaskKind.ANSWER, TaskKind.DRAFT)


def follow(
    session: Session, occurrence: Occurrence, before: Mapping[str, Any], *, revision_id: int, now: datetime
) -> int:
    """Lets waiting tasks take the occurrence's new dates and forms; gives how many mails tell of it.

    `before` holds the columns that were changed, as they were. A task that was extended or sent back
    keeps its date unless the new one is later. Whoever had been told the old date is told the new one.
    """
    waiting = (col(Task.occurrence_id) == occurrence.id, col(Task.state).in_(list(WAITING_FOR_HOLDER)))
    session.execute(sa.update(Task).where(*waiting).values(next_reminder_at=now))
    _take_forms(session, occurrence, before, waiting)
    queued = 0
    for mine, old, new in _moved(occurrence, before):
        moved = _take_date(session, waiting, mine, old, new, now=now)
        queued += tell_new_deadline(
            session,
            moved,
            root_id=occurrence.root_id,
            old_due=old,
            key=f"deadline:{revision_id}",
            now=now,
        )
    return queued


def _take_forms(
    session: Session,
    occurrence: Occurrence,
    before: Mapping[str, Any],
    waiting: tuple[sa.ColumnElement[bool], ...],
) -> None:
    if "form_version_id" in before:
        own = col(Task.kind).in_(OWN_WORK)
        values = {"form_version_id": occurrence.form_version_id}
        session.execute(sa.update(Task).where(*waiting, own).values(**values))
    for stage in before.get("stage_forms", {}):
        values = {"form_version_id": occurrence.stage_forms.get(stage)}
        session.execute(sa.update(Task).where(*waiting, _of_stage(stage)).values(**values))


def _moved(
    occurrence: Occurrence, before: Mapping[str, Any]
) -> Iterator[tuple[sa.ColumnElement[bool], date, date]]:
    """(which tasks, old due date, new due date) of the answers and of each stage whose date changed."""
    if "due_on" in before:
        yield col(Task.kind).in_(OWN_WORK), before["due_on"], occurrence.due_on
    for stage, old in before.get("stage_due", {}).items():
        new = occurrence.stage_due.get(stage, old)
        if new != old:
            yield _of_stage(stage), date.fromisoformat(old), date.fromisoformat(new)


def _of_stage(stage: str) -> sa.ColumnElement[bool]:
    """Tasks of a stage: their subject is its id, for one agreement with the unit behind a colon."""
    subject = col(Task.subject)
    return sa.or_(subject == stage, sa.func.substr(subject, 1, len(stage) + 1) == f"{stage}:")


def _take_date(
    session: Session,
    waiting: tuple[sa.ColumnElement[bool], ...],
    mine: sa.ColumnElement[bool],
    old: date,
    new: date,
    *,
    now: datetime,
) -> list[Task]:
    """Moves the tasks that were given the old date; gives those whose own date changed by it."""
    moved = []
    for task in session.exec(select(Task).where(*waiting, mine, Task.original_due_on == old)).all():
        task.original_due_on = new
        if task.due_on == old or task.due_on < new:
            task.due_on, task.due_since = new, now
            moved.append(task)
        session.add(task)
    session.flush()
    return moved
