"""The roll-up of an occurrence: every unit that owed something is counted, none is left out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.calendar import WorkingCalendar
from cycle.organisation.tables import Unit
from cycle.tasks.calendars import calendar_of
from cycle.tasks.moves import get_occurrence
from cycle.tasks.standing import finished, timeliness
from cycle.tasks.states import SubmissionKind, TaskKind, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Release, Submission, Task


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


@dataclass(frozen=True)
class Line:
    """One unit's entry. `answers` are canonical values of form version `form_version_id`."""

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
class Rollup:
    """Everything of one occurrence, lines in the order of the organisation tree."""

    occurrence_id: int
    title: str
    concerns_year: int
    lines: tuple[Line, ...]
    sections: tuple[Section, ...]

    def counts(self, below: str = "/") -> dict[Outcome, int]:
        """Units by outcome, below a unit path; every outcome is a key."""
        found = Counter(line.outcome for line in self.lines if line.path.startswith(below))
        return {outcome: found.get(outcome, 0) for outcome in Outcome}


def roll_up(session: Session, occurrence_id: int, *, now: datetime) -> Rollup:
    """Puts the occurrence together as it stands at `now`. Raises NotFound."""
    occurrence = get_occurrence(session, occurrence_id)
    calendar = calendar_of(session, occurrence)
    rows = session.exec(
        select(Task, Unit, Submission)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .outerjoin(
            Submission,
            sa.and_(
                col(Submission.task_id) == col(Task.id),
                col(Submission.id).in_(newest_submissions(occurrence_id)),
            ),
        )
        .where(Task.occurrence_id == occurrence_id)
        .order_by(col(Unit.path))
    ).all()
    lines = [
        _line(task, unit, submission, occurrence, calendar, now)
        for task, unit, submission in rows
        if task.kind in (TaskKind.ANSWER, TaskKind.DRAFT)
    ]
    sections = [
        _section(task, unit, submission)
        for task, unit, submission in rows
        if task.kind in (TaskKind.CONSOLIDATE, TaskKind.RELEASE)
    ]
    return Rollup(occurrence_id, occurrence.title, occurrence.concerns_year, tuple(lines), tuple(sections))


def release(session: Session, occurrence_id: int, *, by: str, now: datetime, why: str = "") -> Release:
    """Freezes the roll-up as the next numbered version; what was released before stays as it was."""
    occurrence = get_occurrence(session, occurrence_id)
    newest = session.exec(
        select(sa.func.max(Release.version)).where(Release.occurrence_id == occurrence_id)
    ).one()
    row = Release(
        occurrence_id=occurrence_id,
        version=(newest or 0) + 1,
        content={
            **as_json(roll_up(session, occurrence_id, now=now)),
            "newest_submission": _newest_submission(session, occurrence_id),
        },
        by=by,
        at=now,
        why=why,
    )
    session.add(row)
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb="release",
        thing=f"occurrence:{occurrence_id}",
        why=why,
        data={"version": row.version},
    )
    session.flush()
    return row


def release_again(
    session: Session, occurrence_id: int, *, by: str, now: datetime, why: str
) -> Release | None:
    """Releases the next version when something was answered since the newest one.

    None when nothing was, or nothing has been released yet.
    """
    before = releases(session, occurrence_id)
    if not before or before[-1].content["newest_submission"] == _newest_submission(session, occurrence_id):
        return None
    return release(session, occurrence_id, by=by, now=now, why=why)


def releases(session: Session, occurrence_id: int) -> Sequence[Release]:
    """Every released version, oldest first."""
    return session.exec(
        select(Release).where(Release.occurrence_id == occurrence_id).order_by(col(Release.version))
    ).all()


def as_json(rollup: Rollup) -> dict[str, Any]:
    """The roll-up as plain data, as kept in `Release.content`."""
    return {
        "title": rollup.title,
        "concerns_year": rollup.concerns_year,
        "counts": {outcome.value: count for outcome, count in rollup.counts().items()},
        "lines": [{**vars(line), "outcome": line.outcome.value} for line in rollup.lines],
        "sections": [vars(section) for section in rollup.sections],
    }


def from_json(content: Mapping[str, Any]) -> Rollup:
    """A released roll-up as it was: the reverse of `as_json`. `content` holds no occurrence id."""
    return Rollup(
        occurrence_id=0,
        title=content["title"],
        concerns_year=content["concerns_year"],
        lines=tuple(Line(**{**line, "outcome": Outcome(line["outcome"])}) for line in content["lines"]),
        sections=tuple(Section(**section) for section in content["sections"]),
    )


def _newest_submission(session: Session, occurrence_id: int) -> int | None:
    """The id of the last answer the occurrence got, of any kind of task."""
    return session.exec(
        select(sa.func.max(Submission.id))
        .join(Task, col(Task.id) == col(Submission.task_id))
        .where(Task.occurrence_id == occurrence_id)
    ).one()


def newest_submissions(occurrence_id: int) -> Any:
    """A query of the id of each task's newest submission."""
    return (
        sa.select(sa.func.max(col(Submission.id)))
        .join(Task, col(Task.id) == col(Submission.task_id))
        .where(col(Task.occurrence_id) == occurrence_id)
        .group_by(col(Submission.task_id))
    )


def _line(
    task: Task,
    unit: Unit,
    submission: Submission | None,
    occurrence: Occurrence,
    calendar: WorkingCalendar,
    now: datetime,
) -> Line:
    standing = timeliness(task, occurrence, today=calendar.local_date(now), calendar=calendar)
    return Line(
        task_id=task.id or 0,
        unit_id=unit.id,
        unit=unit.name,
        kind=unit.kind,
        area=unit.area,
        path=unit.path,
        outcome=outcome(task, submission, standing),
        on_time=standing in (Timeliness.ON_TIME, Timeliness.ON_TIME_EXTENDED),
        version=submission.version if submission else None,
        form_version_id=submission.form_version_id if submission else None,
        answers=submission.answers if submission else {},
    )


def outcome(task: Task, submission: Submission | None, standing: Timeliness) -> Outcome:
    """The one place a unit is counted in."""
    if task.state in (TaskState.WAIVED, TaskState.CANCELLED):
        return Outcome.WAIVED
    if task.state is TaskState.RETURNED:
        return Outcome.RETURNED
    if submission is None:
        return Outcome.MISSING if standing is Timeliness.MISSING else Outcome.WAITING
    if submission.kind is SubmissionKind.NIL:
        return Outcome.NIL
    if standing is Timeliness.LATE:
        return Outcome.LATE
    return Outcome.ANSWERED if finished(task) else Outcome.NOT_APPROVED


def _section(task: Task, unit: Unit, submission: Submission | None) -> Section:
    return Section(
        unit_id=unit.id,
        unit=unit.name,
        path=unit.path,
        stage=task.subject,
        title=task.title,
        answers=submission.answers if submission else None,
        form_version_id=submission.form_version_id if submission else None,
    )
