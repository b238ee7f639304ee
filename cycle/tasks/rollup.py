"""The roll-up of an occurrence: every unit that owed something is counted, none is left out."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.calendar import WorkingCalendar
from cycle.columns import among
from cycle.organisation.tables import Unit
from cycle.store import table_of
from cycle.tasks.calendars import calendar_of
from cycle.tasks.moves import get_occurrence
from cycle.tasks.standing import Owed, finished, timeliness
from cycle.tasks.states import SubmissionKind, TaskKind, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Submission, Task


class Outcome(StrEnum):
    """How a unit appears in the roll-up. Exactly one per unit."""

    ANSWERED = "answered"
    NOT_APPROVED = "answered_not_approved"
    NIL = "nil"
    LATE = "late"
    RETURNED = "returned"
    MISSING = "missing"
    WAITING = "waiting"
    WAIVED = "waived"


REPLIED = (Outcome.ANSWERED, Outcome.NOT_APPROVED, Outcome.NIL, Outcome.LATE)
"""What counts as an answer, in every number and sum."""


@dataclass(frozen=True)
class Line:
    """One unit's entry. `answers` are canonical values of form version `form_version_id`.

    An answer that was sent back, or is not owed any more, counts in nothing: its values are not here.
    """

    task_id: int
    unit_id: str
    unit: str
    kind: str
    area: str
    path: str
    outcome: Outcome
    on_time: bool
    version: int | None
    form_version_id: int | None
    answers: dict[str, Any]


@dataclass(frozen=True)
class Section:
    """What a district, area or the direction wrote about its own units, if it has written."""

    unit_id: str
    unit: str
    path: str
    stage: str
    title: str
    answers: dict[str, Any] | None
    form_version_id: int | None


@dataclass(frozen=True)
class Counted:
    """A goal of which no unit's own status is told: how many of all have which light (None: hidden)."""

    code: str
    title: str
    counts: dict[str, int | None]


@dataclass(frozen=True)
class Rollup:
    """Everything of one occurrence, lines in the order of the organisation tree.

    The answers in `lines` hold no row of the goals that are `counted` instead.
    """

    occurrence_id: int
    title: str
    concerns_year: int
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]
    counted: tuple[Counted, ...] = ()

    def counts(self, below: str = "/") -> dict[Outcome, int]:
        """Units by outcome, below a unit path; every outcome is a key."""
        found = Counter(line.outcome for line in self.lines if line.path.startswith(below))
        return {outcome: found.get(outcome, 0) for outcome in Outcome}


OWN_WORK = (TaskKind.ANSWER, TaskKind.DRAFT)
WRITTEN_ABOVE = (TaskKind.CONSOLIDATE, TaskKind.RELEASE)


class _Row(NamedTuple):
    """The columns of a task and its unit that the roll-up is made of."""

    task_id: int
    kind: TaskKind
    subject: str
    title: str
    state: TaskState
    level: int
    levels: int
    due_on: date
    original_due_on: date
    received_at: datetime | None
    due_when_received: date | None
    unit_id: str
    unit: str
    unit_kind: str
    area: str
    path: str


class _Answer(NamedTuple):
    """The columns of a task's newest submission."""

    version: int
    kind: SubmissionKind
    form_version_id: int | None
    answers: dict[str, Any]


_ROWS = (
    sa.select(
        col(Task.id),
        col(Task.kind),
        col(Task.subject),
        col(Task.title),
        col(Task.state),
        col(Task.level),
        col(Task.levels),
        col(Task.due_on),
        col(Task.original_due_on),
        col(Task.received_at),
        col(Task.due_when_received),
        col(Unit.id),
        col(Unit.name),
        col(Unit.kind),
        col(Unit.area),
        col(Unit.path),
    )
    .join(Unit, col(Unit.id) == col(Task.unit_id))
    .where(col(Task.occurrence_id) == sa.bindparam("occurrence_id"))
    .order_by(col(Unit.path), col(Task.id))
)


def roll_up(session: Session, occurrence_id: int, *, now: datetime) -> Rollup:
    """Puts the occurrence together as it stands at `now`. Raises NotFound."""
    session.flush()
    return _put_together(session, occurrence_id, _ROWS, newest_submissions(occurrence_id), {}, now)


def roll_up_some(session: Session, occurrence_id: int, task_ids: Collection[int], *, now: datetime) -> Rollup:
    """The same of these tasks alone, for a page of them. Raises NotFound."""
    those = among(table_of(Task).c.id, "task_ids")
    newest = newest_submissions(occurrence_id).where(those)
    return _put_together(session, occurrence_id, _ROWS.where(those), newest, {"task_ids": task_ids}, now)


def _put_together(
    session: Session, occurrence_id: int, query: Any, newest: Any, given: Mapping[str, Any], now: datetime
) -> Rollup:
    occurrence = get_occurrence(session, occurrence_id)
    calendar = calendar_of(session, occurrence)
    found: Any = session.connection().execute(query, {"occurrence_id": occurrence_id, **given}).all()
    rows = list(map(_Row._make, found))
    answers = _newest_answers(session, newest, given)
    lines = [
        _line(row, answers.get(row.task_id), occurrence, calendar, now)
        for row in rows
        if row.kind in OWN_WORK
    ]
    sections = [_section(row, answers.get(row.task_id)) for row in rows if row.kind in WRITTEN_ABOVE]
    return Rollup(occurrence_id, occurrence.title, occurrence.concerns_year, tuple(lines), tuple(sections))


def own_work(occurrence_id: int, paths: Sequence[str]) -> sa.Select[Any]:
    """A query of the tasks (by number) that have a line within the unit paths, in the order of the lines."""
    query = sa.select(col(Task.id)).join(Unit, col(Unit.id) == col(Task.unit_id))
    own = (col(Task.occurrence_id) == occurrence_id, col(Task.kind).in_(OWN_WORK))
    return query.where(*own, within(col(Unit.path), paths)).order_by(col(Unit.path), col(Task.id))


def as_json(rollup: Rollup) -> dict[str, Any]:
    """The roll-up as plain data, as kept in `Release.content`."""
    return {
        "title": rollup.title,
        "concerns_year": rollup.concerns_year,
        "counts": {outcome.value: count for outcome, count in rollup.counts().items()},
        "lines": [{**vars(line), "outcome": line.outcome.value} for line in rollup.lines],
        "sections": [vars(section) for section in rollup.sections],
        "counted": [vars(goal) for goal in rollup.counted],
    }


def from_json(content: Mapping[str, Any]) -> Rollup:
    """A released roll-up as it was: the reverse of `as_json`. `content` holds no occurrence id."""
    return Rollup(
        occurrence_id=0,
        title=content["title"],
        concerns_year=content["concerns_year"],
        lines=tuple(Line(**{**line, "outcome": Outcome(line["outcome"])}) for line in content["lines"]),
        sections=tuple(Section(**section) for section in content["sections"]),
        counted=tuple(Counted(**goal) for goal in content.get("counted", ())),
    )


def newest_submissions(occurrence_id: int) -> Any:
    """A query of the id of each task's newest submission."""
    return (
        sa.select(sa.func.max(col(Submission.id)))
        .join(Task, col(Task.id) == col(Submission.task_id))
        .where(col(Task.occurrence_id) == occurrence_id, col(Submission.withdrawn_at).is_(None))
        .group_by(col(Submission.task_id))
    )


def _newest_answers(session: Session, newest: Any, given: Mapping[str, Any]) -> dict[int, _Answer]:
    query = sa.select(
        col(Submission.task_id),
        col(Submission.version),
        col(Submission.kind),
        col(Submission.form_version_id),
        col(Submission.answers),
    ).where(col(Submission.id).in_(newest))
    found = session.connection().execute(query, given).all()
    return {task_id: _Answer(*answer) for task_id, *answer in found}


def _line(
    row: _Row, answer: _Answer | None, occurrence: Occurrence, calendar: WorkingCalendar, now: datetime
) -> Line:
    standing = timeliness(row, occurrence, today=calendar.local_date(now), calendar=calendar)
    shown_as = outcome(row, answer, standing)
    return Line(
        task_id=row.task_id,
        unit_id=row.unit_id,
        unit=row.unit,
        kind=row.unit_kind,
        area=row.area,
        path=row.path,
        outcome=shown_as,
        on_time=standing in (Timeliness.ON_TIME, Timeliness.ON_TIME_EXTENDED),
        version=answer.version if answer else None,
        form_version_id=answer.form_version_id if answer else None,
        answers=answer.answers if answer and shown_as in REPLIED else {},
    )


def outcome(task: Owed, answer: _Answer | None, standing: Timeliness) -> Outcome:
    """The one place a unit is counted in."""
    return outcome_of(task.state, answer.kind if answer else None, standing, finished=finished(task))


def outcome_of(
    state: TaskState, answer: SubmissionKind | None, standing: Timeliness, *, finished: bool
) -> Outcome:
    """The same of what tells it: the kind of the newest answer (None: there is none), and whether more is
    expected of anyone. What nobody has approved yet is named so before all else.
    """
    if state in (TaskState.WAIVED, TaskState.CANCELLED):
        return Outcome.WAIVED
    if state is TaskState.RETURNED:
        return Outcome.RETURNED
    if answer is None:
        return Outcome.MISSING if standing is Timeliness.MISSING else Outcome.WAITING
    if not finished:
        return Outcome.NOT_APPROVED
    if answer is SubmissionKind.NIL:
        return Outcome.NIL
    return Outcome.LATE if standing is Timeliness.LATE else Outcome.ANSWERED


def _section(row: _Row, answer: _Answer | None) -> Section:
    return Section(
        unit_id=row.unit_id,
        unit=row.unit,
        path=row.path,
        stage=row.subject,
        title=row.title,
        answers=answer.answers if answer else None,
        form_version_id=answer.form_version_id if answer else None,
    )
