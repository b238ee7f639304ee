"""How many answers were expected and how many came when, across years and places: one read model.

What is counted is what units themselves owe (`overview.UNIT_KINDS`), each task once:

    expected = on time + on time after extension + late + missing + waiting;   waived is beside it

A task is in the same place here as in its activity's list (`standing.timeliness`), and the tests hold the
two against each other. Counted in the database: years of answers of thousands of units are not read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date
from enum import StrEnum
from operator import attrgetter
from typing import Any, NamedTuple, Self
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.local_dates import local_date_of
from cycle.organisation.tables import Unit
from cycle.store import in_pieces, is_sqlite
from cycle.tasks.overview import ANSWERED, NOT_OWED, UNIT_KINDS
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import Submission, Task


class Level(StrEnum):
    """What the rows are."""

    MUNICIPALITY = "municipality"
    AREA = "area"
    DISTRICT = "district"
    KIND = "kind"
    UNIT = "unit"


@dataclass(frozen=True)
class Numbers:
    """What was expected and what came. `nil` are those of the received whose answer has nothing to report."""

    expected: int = 0
    on_time: int = 0
    extended: int = 0
    late: int = 0
    missing: int = 0
    waived: int = 0
    nil: int = 0

    @property
    def received(self) -> int:
        """The tasks that were answered, whenever."""
        return self.on_time + self.extended + self.late

    @property
    def waiting(self) -> int:
        """Not answered, and the deadline is not over."""
        return self.expected - self.received - self.missing

    @property
    def decided(self) -> int:
        """The tasks of which it is known whether they came in time: answered, or over the deadline."""
        return self.received + self.missing

    @property
    def share(self) -> float | None:
        """Which part of `decided` came on time, extensions included; None when nothing is decided."""
        return (self.on_time + self.extended) / self.decided if self.decided else None

    def __add__(self, other: Self) -> "Numbers":
        return Numbers(*(mine + theirs for mine, theirs in zip(_VALUES(self), _VALUES(other), strict=True)))


_VALUES = attrgetter(*(each.name for each in fields(Numbers)))


class Place(NamedTuple):
    """What one row is about; empty where the row is about all of them."""

    area: str = ""
    district: str = ""
    kind: str = ""
    unit: str = ""
    unit_id: str = ""


EVERYWHERE = Place()


@dataclass(frozen=True)
class Row:
    """One place in one period (0 when the periods are counted together)."""

    place: Place
    period: int
    numbers: Numbers


@dataclass(frozen=True)
class Part:
    """Occurrences and the unit paths of which the reader may see their answers."""

    occurrences: Sequence[int]
    paths: Sequence[str]


@dataclass(frozen=True)
class Question:
    """What is counted: where, in rows of which level. `periods` gives each occurrence its period, if asked.

    `years` are the first and the last in which answers came (UTC); `zone` is the municipality's. `units`:
    only these of the units that are asked for.
    """

    level: Level
    today: date
    zone: ZoneInfo
    years: tuple[int, int]
    place: Place = EVERYWHERE
    periods: Mapping[int, int] = field(default_factory=dict)
    units: Sequence[str] | None = None


_UNITS: Mapping[Level, tuple[str, ...]] = {
    Level.MUNICIPALITY: (),
    Level.AREA: ("area",),
    Level.DISTRICT: ("area", "district"),
    Level.KIND: ("kind",),
    Level.UNIT: ("id",),
}


def count(session: Session, parts: Sequence[Part], question: Question) -> list[Row]:
    """The rows in order of place and period; places of which nothing was asked are not there."""
    found: dict[tuple[Any, ...], list[int]] = {}
    for part in parts:
        for counted in (_timed(session, part, question), _nil(session, part, question)):
            for *key, numbers in counted:
                before = found.get(tuple(key))
                found[tuple(key)] = (
                    [a + b for a, b in zip(before, numbers, strict=True)] if before else numbers
                )
    place_of = _places(session, question.level, [place for *place, _ in found])
    rows = [Row(place_of(key[:-1]), key[-1], Numbers(*numbers)) for key, numbers in found.items()]
    return sorted(rows, key=lambda row: (*row.place, row.period))


def units_asked(session: Session, parts: Sequence[Part], question: Question) -> list[Place]:
    """The units of which something was asked, in order: each has its rows at the level of units."""
    found: set[str] = set()
    for part in parts:
        asked = sa.select(col(Task.unit_id)).join(Unit, col(Unit.id) == col(Task.unit_id)).distinct()
        found.update(session.execute(asked.where(*_counted(part, question))).scalars())
    return sorted(_named(session, found).values())


def total(rows: Sequence[Row]) -> Numbers:
    """All of them together."""
    return sum((row.numbers for row in rows), Numbers())


def places(session: Session, paths: Iterable[str]) -> list[Place]:
    """Every area, district and kind that units below these paths have, each combination once, in order."""
    names = [col(Unit.area), col(Unit.district), col(Unit.kind)]
    rows = session.execute(sa.select(*names).where(within(col(Unit.path), paths)).distinct().order_by(*names))
    return [Place(*row) for row in rows]


Counted = Iterator[tuple[Any, ...]]
"""The columns of a place, the period, and the list of its numbers in the order of `Numbers`."""


def _timed(session: Session, part: Part, question: Question) -> Counted:
    """Everything but the answers with nothing to report."""
    original = col(Task.original_due_on)
    received: Any = col(Task.received_at)
    due = sa.func.coalesce(col(Task.due_when_received), col(Task.due_on))
    day = local_date_of(received, question.zone, years=question.years, sqlite=is_sqlite(session))
    owed = col(Task.state).not_in(NOT_OWED)
    counted = [
        _sum(owed),
        _sum(sa.and_(owed, received.is_not(None))),
        _sum(sa.and_(owed, day > sa.case((due < original, due), else_=original))),
        _sum(sa.and_(owed, day > due)),
        _sum(sa.and_(owed, received.is_(None), col(Task.due_on) < question.today)),
        _sum(sa.not_(owed)),
    ]

    def query(*key: Any) -> Any:
        return sa.select(*key, *counted).select_from(Task)

    for *key, numbers in _grouped(session, query, part, question):
        expected, answered, not_at_first, late, missing, waived = numbers
        yield *key, [expected, answered - not_at_first, not_at_first - late, late, missing, waived, 0]


def _nil(session: Session, part: Part, question: Question) -> Counted:
    """The answered tasks whose newest answer has nothing to report."""
    newer = aliased(Submission)
    overtaken = sa.exists().where(
        col(newer.task_id) == col(Submission.task_id),
        col(newer.id) > col(Submission.id),
        col(newer.withdrawn_at).is_(None),
    )

    def query(*key: Any) -> Any:
        return (
            sa.select(*key, sa.func.count())
            .select_from(Task)
            .join(Submission, col(Submission.task_id) == col(Task.id))
            .where(
                col(Submission.kind) == SubmissionKind.NIL,
                col(Submission.withdrawn_at).is_(None),
                col(Task.state).in_(ANSWERED),
                ~overtaken,
            )
        )

    for *key, (nil,) in _grouped(session, query, part, question):
        yield *key, [0, 0, 0, 0, 0, 0, nil]


def _grouped(session: Session, query: Callable[..., Any], part: Part, question: Question) -> Counted:
    """What the query counts, by the level's places and the period, within the reader's reach."""
    period: Any = sa.literal(0)
    if question.periods:
        alone = all(occurrence == period for occurrence, period in question.periods.items())
        of: Any = col(Task.occurrence_id)
        period = of if alone else sa.case(dict(question.periods), value=of)
    key = [*(getattr(Unit, name) for name in _UNITS[question.level]), period.label("period")]
    rows = session.execute(
        query(*key)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(*_counted(part, question))
        .group_by(*key[:-1], "period")
    )
    for row in rows:
        yield *row[: len(key)], [int(number) for number in row[len(key) :]]


def _counted(part: Part, question: Question) -> list[sa.ColumnElement[bool]]:
    """Which tasks are counted: what units owe, within the reader's reach, where it is asked for."""
    return [
        col(Task.occurrence_id).in_(part.occurrences),
        col(Task.kind).in_(UNIT_KINDS),
        within(col(Unit.path), part.paths),
        *_asked(question.place),
        *([] if question.units is None else [col(Task.unit_id).in_(question.units)]),
    ]


def _places(
    session: Session, level: Level, keys: Iterable[Sequence[str]]
) -> Callable[[Sequence[str]], Place]:
    """What the rows with these keys are about."""
    if level is not Level.UNIT:
        return lambda key: Place(**dict(zip(_UNITS[level], key, strict=True)))
    units = _named(session, {key[0] for key in keys})
    return lambda key: units[key[0]]


def _named(session: Session, ids: set[str]) -> dict[str, Place]:
    columns = (col(Unit.area), col(Unit.district), col(Unit.kind), col(Unit.name), col(Unit.id))
    found = (
        Place(*row)
        for piece in in_pieces(sorted(ids))
        for row in session.execute(sa.select(*columns).where(col(Unit.id).in_(piece)))
    )
    return {place.unit_id: place for place in found}


def _asked(place: Place) -> list[sa.ColumnElement[bool]]:
    names = ("area", "district", "kind")
    return [col(getattr(Unit, name)) == value for name in names if (value := getattr(place, name))]


def _sum(condition: Any) -> Any:
    return sa.func.count(sa.case((condition, sa.literal(1))))
