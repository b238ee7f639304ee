"""Read models: how each activity of a year stands, counted in the database, never row by row.

Every function takes `paths`, the unit paths the reader may see ("/KBH/"); what lies outside is not
counted. Dates are local, `today` is the municipality's.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.rules import within
from cycle.organisation.tables import Unit
from cycle.tasks.calendars import calendar_of_cycle
from cycle.tasks.standing import DUE_SOON_DAYS
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task

ANSWERED = (TaskState.SUBMITTED, TaskState.APPROVED)
WAITING = (TaskState.OPEN, TaskState.RETURNED)
NOT_OWED = (TaskState.WAIVED, TaskState.CANCELLED)
UNIT_KINDS = (TaskKind.ANSWER, TaskKind.DRAFT)
"""What the units themselves owe; the other kinds are the steps above or after it."""


class Standing(StrEnum):
    """How an activity as a whole stands today. Computed, never stored."""

    NOT_YET = "not_yet"
    ON_TRACK = "on_track"
    DUE_SOON = "due_soon"
    OVERDUE = "overdue"
    COMPLETE = "complete"
    INCOMPLETE = "incomplete"
    CANCELLED = "cancelled"
    BEFORE_START = "before_start"


@dataclass(frozen=True)
class Summary:
    """One occurrence with its counts: `owed` = answered + waiting; `overdue` of the waiting."""

    occurrence: Occurrence
    owed: int
    answered: int
    overdue: int
    not_owed: int
    standing: Standing

    @property
    def waiting(self) -> int:
        """How many posts still owe an answer."""
        return self.owed - self.answered


def cycles_of(session: Session, root_ids: Iterable[str]) -> list[Cycle]:
    """The municipalities' cycles, newest year first."""
    found = select(Cycle).where(col(Cycle.root_id).in_(list(root_ids)))
    return list(session.exec(found.order_by(col(Cycle.year).desc(), col(Cycle.plan_id), col(Cycle.id))))


def planned_in(session: Session, cycle_id: int) -> Sequence[Occurrence]:
    """Every activity of a cycle in the order it opens."""
    found = select(Occurrence).where(Occurrence.cycle_id == cycle_id)
    order = (col(Occurrence.opens_at), col(Occurrence.due_on), col(Occurrence.id))
    return session.exec(found.order_by(*order)).all()


def year_of(session: Session, cycle_id: int, *, paths: Sequence[str], today: date) -> list[Summary]:
    """Every activity of a cycle in the order it opens, with how it stands."""
    return _summaries(session, planned_in(session, cycle_id), paths=paths, today=today)


def summary_of(session: Session, occurrence: Occurrence, *, paths: Sequence[str], today: date) -> Summary:
    """One activity with how it stands."""
    return _summaries(session, [occurrence], paths=paths, today=today)[0]


def overdue_by(today: date) -> sa.ColumnElement[bool]:
    """On `Task`: `standing.is_overdue` in SQL, as of the local date."""
    return sa.and_(col(Task.state).in_(WAITING), col(Task.due_on) < today)


def _summaries(
    session: Session, occurrences: Sequence[Occurrence], *, paths: Sequence[str], today: date
) -> list[Summary]:
    ids = [o.id for o in occurrences]
    state, one = col(Task.state), sa.literal(1)
    rows = session.execute(
        sa.select(
            col(Task.occurrence_id),
            _count(sa.case((state.in_(ANSWERED), one))),
            _count(sa.case((state.in_(WAITING), one))),
            _count(sa.case((overdue_by(today), one))),
            _count(sa.case((state.in_(NOT_OWED), one))),
        )
        .where(
            col(Task.occurrence_id).in_(ids), col(Task.kind).in_(UNIT_KINDS), *_at_units(occurrences, paths)
        )
        .group_by(col(Task.occurrence_id))
    )
    counts = {row[0]: tuple(int(n) for n in row[1:]) for row in rows}
    started = {cycle_id: _started_on(session, cycle_id) for cycle_id in {o.cycle_id for o in occurrences}}
    return [
        _summary(o, counts.get(o.id or 0, (0, 0, 0, 0)), today, before_start=o.due_on < started[o.cycle_id])
        for o in occurrences
    ]


def _at_units(occurrences: Sequence[Occurrence], paths: Sequence[str]) -> list[sa.ColumnElement[bool]]:
    """On `Task`: that of a unit below the paths; nothing to ask when whole municipalities are below them."""
    if all(f"/{occurrence.root_id}/" in paths for occurrence in occurrences):
        return []
    return [col(Task.unit_id).in_(sa.select(col(Unit.id)).where(within(col(Unit.path), paths)))]


def _started_on(session: Session, cycle_id: int) -> date:
    """The local date on which the cycle was started: that of its first revision."""
    first = sa.select(col(CycleRevision.at)).where(
        col(CycleRevision.cycle_id) == cycle_id, col(CycleRevision.no) == 1
    )
    at: datetime = session.execute(first).scalar_one()
    return calendar_of_cycle(session, cycle_id).local_date(at)


def _summary(occurrence: Occurrence, counts: tuple[int, ...], today: date, *, before_start: bool) -> Summary:
    answered, waiting, overdue, not_owed = counts
    return Summary(
        occurrence=occurrence,
        owed=answered + waiting,
        answered=answered,
        overdue=overdue,
        not_owed=not_owed,
        standing=standing_of(
            occurrence.state,
            occurrence.due_on,
            waiting=waiting,
            overdue=overdue,
            today=today,
            before_start=before_start,
        ),
    )


def standing_of(
    state: OccurrenceState,
    due_on: date,
    *,
    waiting: int,
    overdue: int,
    today: date,
    before_start: bool = False,
) -> Standing:
    """An activity's standing from its state and its counts.

    `before_start`: its deadline was over before its cycle was started, so it was never called off.
    """
    if state is OccurrenceState.CANCELLED:
        return Standing.BEFORE_START if before_start else Standing.CANCELLED
    if state is OccurrenceState.PLANNED:
        return Standing.NOT_YET
    if state is OccurrenceState.CLOSED:
        return Standing.INCOMPLETE if waiting else Standing.COMPLETE
    if overdue:
        return Standing.OVERDUE
    soon = today >= due_on - timedelta(days=DUE_SOON_DAYS)
    return Standing.DUE_SOON if waiting and soon else Standing.ON_TRACK


def _count(case: Any) -> sa.Function[int]:
    return sa.func.count(case)


@dataclass(frozen=True)
class Step:
    """How far one kind of step has come: the tasks of one stage (or of one kind of verdict)."""

    kind: TaskKind
    title: str
    done: int
    total: int
    due_on: date


def steps_of(session: Session, occurrence_id: int, *, paths: Sequence[str]) -> list[Step]:
    """The steps above and after the units' own answers, in the order they are due."""
    done = _count(sa.case((col(Task.state).in_((*ANSWERED, *NOT_OWED)), sa.literal(1))))
    rows = session.execute(
        sa.select(col(Task.kind), col(Task.title), done, sa.func.count(), sa.func.max(col(Task.due_on)))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(
            col(Task.occurrence_id) == occurrence_id,
            col(Task.kind).not_in(UNIT_KINDS),
            within(col(Unit.path), paths),
        )
        .group_by(col(Task.kind), col(Task.title))
    )
    found = [Step(kind, title, int(n), int(total), due) for kind, title, n, total, due in rows]
    return sorted(found, key=lambda step: (step.due_on, step.title))
