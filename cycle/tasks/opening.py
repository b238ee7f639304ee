"""Opening an occurrence: every post of its audience gets its task, in chunks that are safe to repeat."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.errors import Conflict
from cycle.store import insert_many, table_of
from cycle.tasks.records import record_occurrence
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task

Post = tuple[str, str]

TASK = table_of(Task)
_OF_OCCURRENCE = TASK.c.occurrence_id == sa.bindparam("occurrence_id")
_POSTS = sa.select(TASK.c.unit_id, TASK.c.role, TASK.c.subject).where(_OF_OCCURRENCE)
_NEWEST_ID = sa.select(sa.func.max(TASK.c.id)).where(_OF_OCCURRENCE)
_IDS_AFTER = sa.select(TASK.c.id).where(_OF_OCCURRENCE, TASK.c.id > sa.bindparam("newest"))


@dataclass(frozen=True)
class NewTask:
    """What one post shall owe."""

    unit_id: str
    role: str
    due_on: date
    subject: str = ""
    kind: TaskKind = TaskKind.ANSWER
    title: str = ""
    levels: int = 0
    form_version_id: int | None = None
    prefill: Mapping[str, Any] = field(default_factory=dict)


def finish_opening(session: Session, occurrence: Occurrence, *, now: datetime) -> None:
    """planned -> open, in the transaction that writes the last tasks.

    Until then a crash leaves the occurrence planned, so the next turn goes on where it stopped, and no
    reminder looks at its tasks. Safe to repeat. Raises Conflict when it was cancelled or closed meanwhile.
    """
    result = session.execute(
        sa.update(Occurrence)
        .where(col(Occurrence.id) == occurrence.id, col(Occurrence.state) == OccurrenceState.PLANNED)
        .values(state=OccurrenceState.OPEN, opened_at=now)
    )
    session.refresh(occurrence)
    session.execute(
        sa.update(Task)
        .where(
            col(Task.occurrence_id) == occurrence.id,
            col(Task.state) == TaskState.OPEN,
            col(Task.next_reminder_at).is_(None),
        )
        .values(next_reminder_at=now)
    )
    if result.rowcount:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        record_occurrence(session, occurrence, "open", by="engine", now=now)
    elif occurrence.state is not OccurrenceState.OPEN:
        raise Conflict("occurrence", occurrence.id, occurrence.state.value)


def existing_posts(session: Session, occurrence_id: int) -> set[tuple[str, str, str]]:
    """(unit, role, subject) of every task the occurrence has."""
    session.flush()
    rows = session.connection().execute(_POSTS, {"occurrence_id": occurrence_id}).all()
    return {(unit, role, subject) for unit, role, subject in rows}


def open_tasks(
    session: Session,
    occurrence: Occurrence,
    wanted: Iterable[NewTask],
    *,
    now: datetime,
    opens_with_them: bool = False,
) -> int:
    """Writes the tasks with their history rows; their first mail is decided by the reminders.

    The caller leaves out posts that already have theirs (`existing_posts`). While the occurrence is
    planned no reminder looks at them (`finish_opening`), unless it `opens_with_them` in this transaction.
    Gives how many were written.
    """
    assert occurrence.id is not None
    waits = occurrence.state is OccurrenceState.PLANNED and not opens_with_them
    look_at = None if waits else now
    rows = [{**_row(occurrence.id, new, now), "next_reminder_at": look_at} for new in wanted]
    if rows:
        _record(session, occurrence, _insert(session, occurrence.id, rows), now=now)
    return len(rows)


def _insert(session: Session, occurrence_id: int, rows: Sequence[Mapping[str, Any]]) -> Sequence[int]:
    """The ids of the rows. Asking for them afterwards costs less than having them returned."""
    write = session.connection()
    asked = {"occurrence_id": occurrence_id}
    newest = write.scalar(_NEWEST_ID, asked)
    insert_many(session, TASK, rows)
    return write.scalars(_IDS_AFTER, {**asked, "newest": newest or 0}).all()


def _record(session: Session, occurrence: Occurrence, ids: Iterable[int], *, now: datetime) -> None:
    common = {"root_id": occurrence.root_id, "at": now, "actor": "engine", "verb": "open"}
    history.record_many(session, [{**common, "thing": f"task:{id_}"} for id_ in ids])


def chunks(items: Sequence[NewTask], size: int = 500) -> Iterable[Sequence[NewTask]]:
    """The items in pieces, one transaction each."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def _row(occurrence_id: int, new: NewTask, now: datetime) -> dict[str, Any]:
    return {
        "occurrence_id": occurrence_id,
        "unit_id": new.unit_id,
        "role": new.role,
        "subject": new.subject,
        "kind": new.kind,
        "title": new.title,
        "levels": new.levels,
        "opened_at": now,
        "due_on": new.due_on,
        "original_due_on": new.due_on,
        "form_version_id": new.form_version_id,
        "prefill": dict(new.prefill),
    }
