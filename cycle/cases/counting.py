"""The documents of cases as the database counts them: how many there are, and how many are not filed.

What `gathering` and `said` make documents of, row by row, is told here without making them: an activity of
thousands of units has tens of thousands. The tests hold the two against each other.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from cycle.cases.journal import marks
from cycle.cases.model import Item, ItemKind
from cycle.cases.said import WITH_WORDS
from cycle.cases.tables import Journalised
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement, SealedDocument
from cycle.plan.model import FlowName
from cycle.store import is_sqlite, table_of
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Occurrence, Review, Submission, Task


@dataclass(frozen=True)
class Tally:
    """So many documents, and so many of them that wait to be filed; of these so many are `old`.

    `since`: when the oldest that waits was sent or received (aware); None when nothing waits.
    """

    total: int = 0
    waiting: int = 0
    old: int = 0
    since: datetime | None = None

    def __add__(self, other: "Tally") -> "Tally":
        first = [each for each in (self.since, other.since) if each is not None]
        numbers = (self.total + other.total, self.waiting + other.waiting, self.old + other.old)
        return Tally(*numbers, min(first, default=None))


class Row(NamedTuple):
    """One document by the row it is made from; `filed`: whether it has been journalised."""

    at: datetime
    kind: ItemKind
    row_id: int
    filed: bool


class _Sort(NamedTuple):
    """Documents of one kind: where they are found, the columns they are known by, and what they are about.

    `unit_id` is that of the task or the agreement; `subject` is the task's, whose step may be about another.
    """

    kind: ItemKind
    source: Any
    occurrence_id: sa.ColumnElement[int]
    row_id: sa.ColumnElement[int]
    key: sa.ColumnElement[str]
    at: sa.ColumnElement[datetime]
    unit_id: sa.ColumnElement[str]
    subject: sa.ColumnElement[str]


_occurrence, _task, _submission = (table_of(each).c for each in (Occurrence, Task, Submission))
_review, _remark, _sealed = (table_of(each).c for each in (Review, GoalRemark, SealedDocument))
_agreement, _filed = table_of(Agreement).c, table_of(Journalised).c


def _key(prefix: str, row_id: sa.ColumnElement[int]) -> sa.ColumnElement[str]:
    return sa.literal(f"{prefix}:", sa.String(), literal_execute=True) + sa.cast(row_id, sa.String)


_TASKS, _ANSWERED = table_of(Task), _task.id == _submission.task_id
_AGREED = table_of(Agreement)
_NONE = sa.literal("", sa.String(), literal_execute=True)
_SORTS = (
    _Sort(
        ItemKind.LETTER,
        sa.select()
        .select_from(_TASKS.join(table_of(Occurrence), _occurrence.id == _task.occurrence_id))
        .where(_occurrence.flow == FlowName.BUDGET_CALL.value, _occurrence.opened_at.is_not(None))
        .where(_task.kind == TaskKind.ANSWER),
        _task.occurrence_id,
        _task.id,
        _key("letter", _task.id),
        _occurrence.opened_at,
        _task.unit_id,
        _NONE,
    ),
    _Sort(
        ItemKind.ANSWER,
        sa.select()
        .select_from(table_of(Submission).join(_TASKS, _ANSWERED))
        .where(_submission.withdrawn_at.is_(None)),
        _task.occurrence_id,
        _submission.id,
        _key("submission", _submission.id),
        _submission.received_at,
        _task.unit_id,
        _task.subject,
    ),
    _Sort(
        ItemKind.REVIEW,
        sa.select()
        .select_from(
            table_of(Review)
            .join(table_of(Submission), _submission.id == _review.submission_id)
            .join(_TASKS, _ANSWERED)
        )
        .where(WITH_WORDS),
        _task.occurrence_id,
        _review.id,
        _key("review", _review.id),
        _review.at,
        _task.unit_id,
        _task.subject,
    ),
    _Sort(
        ItemKind.REMARK,
        sa.select().select_from(table_of(GoalRemark).join(_AGREED, _agreement.id == _remark.agreement_id)),
        _agreement.occurrence_id,
        _remark.id,
        _key("remark", _remark.id),
        _remark.at,
        _agreement.unit_id,
        _NONE,
    ),
    _Sort(
        ItemKind.AGREEMENT,
        sa.select().select_from(
            table_of(SealedDocument).join(_AGREED, _agreement.id == _sealed.agreement_id)
        ),
        _agreement.occurrence_id,
        _sealed.id,
        _key("agreement", _agreement.id) + ":" + sa.cast(_sealed.version, sa.String),
        _sealed.at,
        _agreement.unit_id,
        _NONE,
    ),
)
"""Every sort of document of which an activity has as many as it has units. What else it has is made of few
rows, which are read."""


def rows_of(session: Session, root_id: str, occurrence_id: int, unit_id: str = "") -> Iterator[Row]:
    """Every document of these sorts that one activity has, or that is about one unit of it, in no order."""
    for sort in _SORTS:
        query = sort.source.add_columns(sort.at, sort.row_id, _is_filed(root_id, sort))
        query = query.where(sort.occurrence_id == occurrence_id)
        query = query.where(_about(session, sort) == unit_id) if unit_id else query
        for at, row_id, filed in session.connection().execute(query):
            yield Row(at, sort.kind, row_id, bool(filed))


def ids_of(rows: Iterable[Row]) -> dict[ItemKind, list[int]]:
    """The rows' numbers by kind, as `gathering.by_rows` takes them."""
    found: dict[ItemKind, list[int]] = {}
    for row in rows:
        found.setdefault(row.kind, []).append(row.row_id)
    return found


def tallies(
    session: Session, root_id: str, occurrences: Iterable[int], *, before: datetime
) -> dict[int, Tally]:
    """The documents of these sorts by activity; old is what was sent or received before that instant."""
    found: dict[int, Tally] = {}
    for sort in _SORTS:
        for occurrence_id, *row in _counted(session, root_id, sort, occurrences, before, sort.occurrence_id):
            found[occurrence_id] = found.get(occurrence_id, Tally()) + Tally(*row)
    return found


def tallies_by_unit(
    session: Session, root_id: str, occurrence_id: int, *, before: datetime
) -> Mapping[str, Tally]:
    """One activity's documents of these sorts by the unit that they are about: a superior's step names it."""
    found: dict[str, Tally] = {}
    for sort in _SORTS:
        about = _about(session, sort)
        for unit_id, *row in _counted(session, root_id, sort, [occurrence_id], before, about):
            found[unit_id] = found.get(unit_id, Tally()) + Tally(*row)
    return found


def tally_of(session: Session, root_id: str, items: Sequence[Item], *, before: datetime) -> dict[int, Tally]:
    """The same of documents that have been made, by activity."""
    filed = marks(session, root_id, [item.key for item in items])
    found: dict[int, Tally] = {}
    for item in items:
        waits = item.key not in filed
        one = Tally(1, waits, waits and item.at < before, item.at if waits else None)
        found[item.occurrence_id] = found.get(item.occurrence_id, Tally()) + one
    return found


def _about(session: Session, sort: _Sort) -> sa.ColumnElement[str]:
    """What stands behind the colon of the subject; else the unit that the document is of."""
    at = (sa.func.instr if is_sqlite(session) else sa.func.strpos)(sort.subject, ":")
    named = sa.func.nullif(sa.func.substr(sort.subject, at + 1), "")
    return sa.case((at > 0, sa.func.coalesce(named, sort.unit_id)), else_=sort.unit_id)


def _counted(
    session: Session,
    root_id: str,
    sort: _Sort,
    occurrences: Iterable[int],
    before: datetime,
    by: sa.ColumnElement[Any],
) -> Sequence[Any]:
    """(what they are counted by, total, waiting, old, since)"""
    rows = (
        sort.source.add_columns(by.label("of"), sort.at.label("at"), _is_filed(root_id, sort).label("filed"))
        .where(sort.occurrence_id.in_(list(occurrences)))
        .subquery()
        .c
    )
    waits = sa.not_(rows.filed)
    query = sa.select(
        rows.of,
        sa.func.count(),
        _number(waits),
        _number(sa.and_(waits, rows.at < before)),
        sa.func.min(sa.case((waits, rows.at))),
    )
    found: Sequence[Any] = session.connection().execute(query.group_by(rows.of)).all()
    return found


def _is_filed(root_id: str, sort: _Sort) -> sa.ColumnElement[bool]:
    return sa.exists().where(_filed.root_id == root_id, _filed.item == sort.key)


def _number(condition: sa.ColumnElement[bool]) -> sa.ColumnElement[int]:
    return sa.func.count(sa.case((condition, sa.literal(1))))
