"""What a new revision does to the tasks of an activity that is open."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.plan.model import Activity
from cycle.tasks.approval import review_due
from cycle.tasks.calendars import calendar_of
from cycle.tasks.letters import tell_new_deadline
from cycle.tasks.states import WAITING_FOR_HOLDER, TaskKind
from cycle.tasks.tables import CycleRevision, Occurrence, Task

OWN_WORK = (TaskKind.ANSWER, TaskKind.DRAFT)
Which = tuple[sa.ColumnElement[bool], ...]
Move = tuple[sa.ColumnElement[bool], date, date]
"""Which tasks, the due date they were given, and the one they get."""


def follow(
    session: Session,
    occurrence: Occurrence,
    before: Mapping[str, Any],
    revision: CycleRevision,
    *,
    now: datetime,
) -> int:
    """Lets waiting tasks take the occurrence's new dates and forms; gives how many mails tell of it.

    `before` holds the columns that were changed, as they were. A task that was extended or sent back
    keeps its date unless the new one is later. Whoever had been told the old date is told the new one.
    """
    waiting = (col(Task.occurrence_id) == occurrence.id, col(Task.state).in_(list(WAITING_FOR_HOLDER)))
    session.execute(sa.update(Task).where(*waiting).values(next_reminder_at=now))
    _take_forms(session, occurrence, before, waiting)
    queued = 0
    moves = [*_moved(occurrence, before), *_moved_reviews(session, occurrence, before, waiting, now=now)]
    for mine, old, new in moves:
        moved = _take_date(session, waiting, mine, old, new, now=now)
        _record(session, occurrence, moved, old, revision, now=now)
        queued += tell_new_deadline(
            session,
            moved,
            root_id=occurrence.root_id,
            old_due=old,
            key=f"deadline:{revision.id}",
            now=now,
        )
    return queued


def _take_forms(
    session: Session,
    occurrence: Occurrence,
    before: Mapping[str, Any],
    waiting: Which,
) -> None:
    if "form_version_id" in before:
        own = col(Task.kind).in_(OWN_WORK)
        values = {"form_version_id": occurrence.form_version_id}
        session.execute(sa.update(Task).where(*waiting, own).values(**values))
    for stage in before.get("stage_forms", {}):
        values = {"form_version_id": occurrence.stage_forms.get(stage)}
        session.execute(sa.update(Task).where(*waiting, _of_stage(stage)).values(**values))


def _moved(occurrence: Occurrence, before: Mapping[str, Any]) -> Iterator[Move]:
    """(which tasks, old due date, new due date) of the answers and of each stage whose date changed."""
    if "due_on" in before:
        yield col(Task.kind).in_(OWN_WORK), before["due_on"], occurrence.due_on
    for stage, old in before.get("stage_due", {}).items():
        new = occurrence.stage_due.get(stage, old)
        if new != old:
            yield _of_stage(stage), date.fromisoformat(old), date.fromisoformat(new)


def _moved_reviews(
    session: Session,
    occurrence: Occurrence,
    before: Mapping[str, Any],
    waiting: Which,
    *,
    now: datetime,
) -> list[Move]:
    """As `_moved`, of the reviews: they are due some working days after the answers.

    One opened after the old deadline was counted from its own day, so it only moves to a later date.
    """
    old = Activity.model_validate_json(before.get("activity", occurrence.activity))
    new = Activity.model_validate_json(occurrence.activity)
    calendar = calendar_of(session, occurrence)
    counted = calendar.add_working_days(before.get("due_on", occurrence.due_on), old.review_days)
    due = review_due(occurrence, new, calendar, now=now)
    is_review = col(Task.kind) == TaskKind.REVIEW
    dates = session.scalars(sa.select(col(Task.original_due_on)).where(*waiting, is_review).distinct())
    if "due_on" not in before and old.review_days == new.review_days:
        return []
    return [(is_review, each, due) for each in sorted(dates) if each < due or each == counted != due]


def _record(
    session: Session,
    occurrence: Occurrence,
    moved: Sequence[Task],
    old: date,
    revision: CycleRevision,
    *,
    now: datetime,
) -> None:
    told = {"root_id": occurrence.root_id, "at": now, "actor": revision.by, "verb": "revise"}
    dates = {"old_due_on": old.isoformat(), "revision": revision.no}
    history.record_many(
        session,
        [
            {
                **told,
                "thing": f"task:{task.id}",
                "why": revision.why,
                "data": {**dates, "due_on": task.due_on.isoformat()},
            }
            for task in moved
        ],
    )


def _of_stage(stage: str) -> sa.ColumnElement[bool]:
    """Tasks of a stage: their subject is its id, for one agreement with the unit behind a colon."""
    subject = col(Task.subject)
    return sa.or_(subject == stage, sa.func.substr(subject, 1, len(stage) + 1) == f"{stage}:")


def _take_date(
    session: Session,
    waiting: Which,
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
