"""One activity's list: every post that owes something, and how it stands.

What is counted at the top and what a filter shows are the same predicates, so a number always equals the
length of the list behind it. `entries` reads all of it, for files; a page of it with its counts is
`list_pages.list_page`.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.calendar import WorkingCalendar
from cycle.organisation.tables import Unit
from cycle.tasks.overview import UNIT_KINDS
from cycle.tasks.standing import as_read, awaits_approval, is_overdue, timeliness
from cycle.tasks.states import SubmissionKind, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Submission, Task

ACTED_ON = (TaskState.OPEN, TaskState.RETURNED, TaskState.SUBMITTED)
"""The states in which the secretariat can still extend, waive or write about a task."""


class Entry(NamedTuple):
    """One post's place in the list. Dates are local; `nil`: the newest answer has nothing to remark.

    `as_read` is the state as people read it. A tuple, because a page makes thousands of them.
    """

    task_id: int
    unit_id: str
    unit: str
    kind: str
    area: str
    district: str
    path: str
    role: str
    subject: str
    state: TaskState
    as_read: TaskState
    due_on: date
    original_due_on: date
    timeliness: Timeliness
    received_at: datetime | None
    submission_id: int | None
    version: int
    nil: bool
    awaits_approval: bool
    overdue: bool

    @property
    def waits(self) -> bool:
        """Whether the post still owes something."""
        return self.state in (TaskState.OPEN, TaskState.RETURNED)

    @property
    def can_be_acted_on(self) -> bool:
        """Whether the secretariat can still extend, waive or write about it."""
        return self.state in ACTED_ON


class Standing(Protocol):
    """What the filters look at: an `Entry`, or a `Fate` that many have."""

    @property
    def state(self) -> TaskState: ...
    @property
    def timeliness(self) -> Timeliness: ...
    @property
    def nil(self) -> bool: ...
    @property
    def awaits_approval(self) -> bool: ...
    @property
    def waits(self) -> bool: ...
    @property
    def overdue(self) -> bool: ...


T, S = Timeliness, TaskState
FILTERS: Mapping[str, Callable[[Standing], bool]] = {
    "alle": lambda e: True,
    "svaret": lambda e: e.state in (S.SUBMITTED, S.APPROVED),
    "til-tiden": lambda e: e.timeliness is T.ON_TIME,
    "til-tiden-efter-forlaengelse": lambda e: e.timeliness is T.ON_TIME_EXTENDED,
    "for-sent": lambda e: e.timeliness is T.LATE,
    "intet-at-bemaerke": lambda e: e.nil,
    "afventer-godkendelse": lambda e: e.awaits_approval,
    "sendt-retur": lambda e: e.state is S.RETURNED,
    "mangler": lambda e: e.waits,
    "over-fristen": lambda e: e.overdue,
    "udeblevet": lambda e: e.timeliness in (T.OVERDUE, T.MISSING),
    "fritaget": lambda e: e.state in (S.WAIVED, S.CANCELLED),
}
"""What a list can be narrowed to, by the word in the address."""


@dataclass(frozen=True)
class Wish:
    """What of the list is asked for; empty means everything. `state` is a key of `FILTERS`."""

    state: str = ""
    area: str = ""
    district: str = ""
    kind: str = ""
    text: str = ""


def entries(
    session: Session,
    occurrence: Occurrence,
    *,
    paths: Sequence[str],
    today: date,
    calendar: WorkingCalendar,
) -> list[Entry]:
    """Everything the units below `paths` owe in the occurrence, in the order of the tree."""
    its = (
        col(Task.occurrence_id) == occurrence.id,
        col(Task.kind).in_(UNIT_KINDS),
        within(col(Unit.path), paths),
    )
    return _read(session, its, occurrence, today, calendar)


def entries_of(
    session: Session,
    occurrence: Occurrence,
    task_ids: Collection[int],
    *,
    today: date,
    calendar: WorkingCalendar,
) -> list[Entry]:
    """These of the occurrence's entries, in the order of the tree."""
    return _read(session, [col(Task.id).in_(task_ids)], occurrence, today, calendar)


def _read(
    session: Session,
    conditions: Sequence[sa.ColumnElement[bool]],
    occurrence: Occurrence,
    today: date,
    calendar: WorkingCalendar,
) -> list[Entry]:
    rows = session.execute(
        sa.select(*_TASK, *_UNIT, *_SUBMISSION)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .outerjoin(
            Submission,
            sa.and_(
                col(Submission.task_id) == col(Task.id),
                col(Submission.withdrawn_at).is_(None),
                ~_NEWER,
            ),
        )
        .where(*conditions)
        .order_by(col(Unit.path), col(Task.role), col(Task.subject))
    )
    return [_entry(row, occurrence, today, calendar) for row in rows]


def tallies(found: Iterable[tuple[Standing, int]]) -> dict[str, int]:
    """How many each filter would show of those who stand so, so many each."""
    each = list(found)
    return {name: sum(number for one, number in each if admits(one)) for name, admits in FILTERS.items()}


_newer = aliased(Submission)
_NEWER = sa.exists().where(
    col(_newer.task_id) == col(Submission.task_id),
    col(_newer.id) > col(Submission.id),
    col(_newer.withdrawn_at).is_(None),
)
"""A newer submission of the same task: looked for task by task, since each has few. A list of the newest
of a whole occurrence took seconds where the store held three years."""

_TASK: tuple[Any, ...] = (
    col(Task.id).label("task_id"),
    col(Task.unit_id),
    col(Task.role),
    col(Task.subject),
    col(Task.state),
    col(Task.level),
    col(Task.levels),
    col(Task.due_on),
    col(Task.original_due_on),
    col(Task.received_at),
    col(Task.due_when_received),
)
_UNIT: tuple[Any, ...] = (
    col(Unit.name).label("unit"),
    col(Unit.kind).label("unit_kind"),
    col(Unit.area),
    col(Unit.district),
    col(Unit.path),
)
_SUBMISSION: tuple[Any, ...] = (
    col(Submission.id).label("submission_id"),
    col(Submission.version),
    col(Submission.kind).label("submission_kind"),
)


def _entry(row: sa.Row[Any], occurrence: Occurrence, today: date, calendar: WorkingCalendar) -> Entry:
    answered = row.state in (TaskState.SUBMITTED, TaskState.APPROVED)
    return Entry(
        task_id=row.task_id,
        unit_id=row.unit_id,
        unit=row.unit,
        kind=row.unit_kind,
        area=row.area,
        district=row.district,
        path=row.path,
        role=row.role,
        subject=row.subject,
        state=row.state,
        as_read=as_read(row),
        due_on=row.due_on,
        original_due_on=row.original_due_on,
        timeliness=timeliness(row, occurrence, today=today, calendar=calendar),
        received_at=row.received_at,
        submission_id=row.submission_id,
        version=row.version or 0,
        nil=answered and row.submission_kind is SubmissionKind.NIL,
        awaits_approval=awaits_approval(row),
        overdue=is_overdue(row.state, row.due_on, today=today),
    )
