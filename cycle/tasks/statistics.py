"""How many answers were expected and how many came when, across years and places: one read model.

What is counted is what units themselves owe (`overview.UNIT_KINDS`), each task once:

    expected = on time + on time after extension + late + missing + waiting;   waived is beside it

A task is in the same place here as in its activity's list (`standing.timeliness`), and the tests hold the
two against each other. Counted in the database: years of answers of thousands of units are not read.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.local_dates import local_date_of
from cycle.organisation.tables import Unit
from cycle.store import in_pieces, is_sqlite
from cycle.tasks.numbers import Numbers
from cycle.tasks.overview import ANSWERED, NOT_OWED, UNIT_KINDS
from cycle.tasks.parts import Part, at_units
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import Submission, Task


class Level(StrEnum):
    """What the rows are."""

    MUNICIPALITY = "municipality"
    AREA = "area"
    DISTRICT = "district"
    KIND = "kind"
    UNIT = "unit"


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
class Question:
    """What is counted: where, in rows of which level. `periods` gives each occurrence its period, if asked.

    `years` are the first and the last in which answers came (UTC); `zone` is the municipality's. `units`:
    only these of the units that are asked for. `nil`: whether those with nothing to report are counted too.
    """

    level: Level
    today: date
    zone: ZoneInfo
    years: tuple[int, int]
    place: Place = EVERYWHERE
    periods: Mapping[int, int] = field(default_factory=dict)
    units: Sequence[str] | None = None
    nil: bool = True


_PLACES: Mapping[Level, tuple[str, ...]] = {
    Level.MUNICIPALITY: (),
    Level.AREA: ("area",),
    Level.DISTRICT: ("area", "district"),
    Level.KIND: ("kind",),
    Level.UNIT: (),
}
"""The columns of `Unit` that the rows of a level are told apart by; those of units need none but the id."""


def count(session: Session, parts: Sequence[Part], question: Question) -> list[Row]:
    """The rows in order of place and period; places of which nothing was asked are not there."""
    found: dict[tuple[Any, ...], list[int]] = {}
    counts = (_timed, _waived, _nil) if question.nil else (_timed, _waived)
    for part in (each.own(session) for each in parts):
        for counted in (each(session, part, question) for each in counts):
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
    found: set[Place] = set()
    for part in (each.own(session) for each in parts):
        asked = sa.exists().where(col(Task.unit_id) == col(Unit.id), *_of_tasks(part, question))
        units = sa.select(*_NAMED).where(asked, within(col(Unit.path), part.paths), *_asked(question.place))
        found.update(Place(*row) for row in session.execute(units))
    return sorted(found)


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
    """The tasks that are owed, by when they were answered."""
    original = col(Task.original_due_on)
    received: Any = col(Task.received_at)
    due = sa.func.coalesce(col(Task.due_when_received), col(Task.due_on))
    day = local_date_of(received, question.zone, years=question.years, sqlite=is_sqlite(session))

    def after(date_: Any) -> Any:
        """Whether it came after the date. Most came long before: SQLite reckons the day of the others."""
        if not is_sqlite(session):
            return day > date_
        return sa.and_(
            sa.type_coerce(received, sa.String()) > sa.type_coerce(date_, sa.String()), day > date_
        )

    counted = [
        sa.func.count(),
        sa.func.count(received),
        _sum(after(sa.case((due < original, due), else_=original))),
        _sum(after(due)),
        _sum(sa.and_(received.is_(None), col(Task.due_on) < question.today)),
    ]

    def query(*key: Any) -> Any:
        return sa.select(*key, *counted).select_from(Task).where(col(Task.state).not_in(NOT_OWED))

    for *key, numbers in _grouped(session, query, part, question):
        expected, answered, not_at_first, late, missing = numbers
        yield *key, [expected, answered - not_at_first, not_at_first - late, late, missing, 0, 0]


def _waived(session: Session, part: Part, question: Question) -> Counted:
    """The tasks that are owed no more: they are few, so the others need not be asked of each."""

    def query(*key: Any) -> Any:
        return sa.select(*key, sa.func.count()).select_from(Task).where(col(Task.state).in_(NOT_OWED))

    for *key, (waived,) in _grouped(session, query, part, question):
        yield *key, [0, 0, 0, 0, 0, waived, 0]


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
                _IS_NIL,
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
    units = [getattr(Unit, name) for name in _PLACES[question.level]]
    if question.level is Level.UNIT:
        units = [col(Task.unit_id)]
    key = [*units, period.label("period")]
    counted = query(*key).where(*_of_tasks(part, question), *_of_units(session, part, question))
    if _PLACES[question.level]:
        counted = counted.join(Unit, col(Unit.id) == col(Task.unit_id))
    for row in session.execute(counted.group_by("period", *units)):  # an index has them by activity
        yield *row[: len(key)], [int(number) for number in row[len(key) :]]


def _of_tasks(part: Part, question: Question) -> list[sa.ColumnElement[bool]]:
    """Which tasks are counted, by what they tell themselves: what units owe in the activities."""
    return [
        col(Task.occurrence_id).in_(part.occurrences),
        col(Task.kind).in_(UNIT_KINDS),
        *([] if question.units is None else [col(Task.unit_id).in_(question.units)]),
    ]


def _of_units(session: Session, part: Part, question: Question) -> list[sa.ColumnElement[bool]]:
    """Which tasks are counted, by their units: within the reader's reach, where it is asked for."""
    asked, seen = _asked(question.place), at_units(session, part)
    if not asked or _PLACES[question.level]:
        return [*asked, *seen]
    return [col(Task.unit_id).in_(sa.select(col(Unit.id)).where(*asked)), *seen]


def _places(
    session: Session, level: Level, keys: Iterable[Sequence[str]]
) -> Callable[[Sequence[str]], Place]:
    """What the rows with these keys are about."""
    if level is not Level.UNIT:
        return lambda key: Place(**dict(zip(_PLACES[level], key, strict=True)))
    units = _named(session, {key[0] for key in keys})
    return lambda key: units[key[0]]


def _named(session: Session, ids: set[str]) -> dict[str, Place]:
    found = (
        Place(*row)
        for piece in in_pieces(sorted(ids))
        for row in session.execute(sa.select(*_NAMED).where(col(Unit.id).in_(piece)))
    )
    return {place.unit_id: place for place in found}


_NAMED = (col(Unit.area), col(Unit.district), col(Unit.kind), col(Unit.name), col(Unit.id))
"""The columns of a `Place`."""
_IS_NIL = sa.type_coerce(col(Submission.kind), sa.String()) == sa.literal(
    SubmissionKind.NIL.value, literal_execute=True
)
"""Written out, so that the index on just these is seen to fit."""


def _asked(place: Place) -> list[sa.ColumnElement[bool]]:
    names = ("area", "district", "kind")
    return [col(getattr(Unit, name)) == value for name in names if (value := getattr(place, name))]


def _sum(condition: Any) -> Any:
    return sa.func.count(sa.case((condition, sa.literal(1))))
