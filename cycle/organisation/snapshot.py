"""The rows that a directory is made of, read once: units, people, terms and mailboxes."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from cycle.columns import among
from cycle.organisation.tables import Address, AddressHealth, Appointment, Ownership, Person, Substitute, Unit
from cycle.store import table_of

Post = tuple[str, str]
"""A unit's id and a role there."""


class UnitRow(NamedTuple):
    """A unit as it stands in the store: the columns of `Unit`, read by the hundred."""

    id: str
    parent_id: str | None
    root_id: str
    path: str
    name: str
    kind: str
    area: str
    ownership: Ownership
    district: str
    postal_code: str
    opened_on: date | None
    closed_on: date | None


class Term(NamedTuple):
    """A person at a post from one local date to another, both inclusive."""

    unit_id: str
    role: str
    person_id: int
    valid_from: date
    valid_to: date | None

    def covers(self, on: date) -> bool:
        """Whether the term is in force on that local date."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)


class Held(NamedTuple):
    """How many terms there ever were of a role at a unit."""

    unit_id: str
    role: str
    times: int


class Mailbox(NamedTuple):
    """An address in use."""

    email: str
    health: AddressHealth


@dataclass(frozen=True)
class Rows:
    """What is read from the store for one municipality; every date is answered from it.

    Terms stand in the order in which they begin, those of one day in the order they were written.
    """

    units: dict[str, UnitRow]
    people: dict[int, tuple[str, str]]
    appointments: tuple[Term, ...]
    substitutes: tuple[Term, ...]
    personal: dict[int, Mailbox]
    shared: dict[Post, Mailbox]
    held: Mapping[str, Sequence[Held]] = field(default_factory=dict)
    """By kind, where only some units were read: what was held at all units of that kind."""


@dataclass(frozen=True)
class _Question:
    """One query of all of a municipality, and the same of a part of it."""

    whole: sa.Select[Any]
    part: sa.Select[Any]

    @classmethod
    def of(cls, whole: sa.Select[Any], only: sa.ColumnElement[bool]) -> "_Question":
        return cls(whole, whole.where(only))

    def ask(self, session: Session, root_id: str, only: Collection[Any] | None) -> Sequence[Any]:
        """The rows; of the part only, when one is named."""
        if only is None:
            return session.connection().execute(self.whole, {"root_id": root_id}).all()
        return session.connection().execute(self.part, {"root_id": root_id, "only": list(only)}).all()


_ROOT_ID: sa.BindParameter[str] = sa.bindparam("root_id")
_unit, _person, _address = table_of(Unit).c, table_of(Person).c, table_of(Address).c


def _terms_of(table: type[Appointment] | type[Substitute]) -> _Question:
    c = table_of(table).c
    whole = (
        sa.select(c.unit_id, c.role, c.person_id, c.valid_from, c.valid_to)
        .join(table_of(Unit), _unit.id == c.unit_id)
        .where(_unit.root_id == _ROOT_ID)
        .order_by(c.valid_from, c.id)
    )
    return _Question.of(whole, among(c.unit_id, "only"))


# Made once: a post's directory is read with every answer, and making a statement costs more than its rows.
_UNITS = _Question.of(
    sa.select(*(_unit[name] for name in UnitRow._fields)).where(_unit.root_id == _ROOT_ID),
    among(_unit.id, "only"),
)
_IN_ROOTS = (
    sa.select(*(_unit[name] for name in UnitRow._fields))
    .where(among(_unit.root_id, "roots"))
    .order_by(_unit.path)
)
_APPOINTMENTS, _SUBSTITUTES = _terms_of(Appointment), _terms_of(Substitute)
_PEOPLE = _Question.of(
    sa.select(_person.id, _person.name, _person.language).where(_person.root_id == _ROOT_ID),
    among(_person.id, "only"),
)
_PERSONAL = _Question.of(
    sa.select(_address.person_id, _address.email, _address.health)
    .join(table_of(Person), _person.id == _address.person_id)
    .where(_person.root_id == _ROOT_ID, _address.valid_to.is_(None))
    .order_by(_address.id),
    among(_person.id, "only"),
)
_SHARED = _Question.of(
    sa.select(_address.unit_id, _address.role, _address.email, _address.health)
    .join(table_of(Unit), _unit.id == _address.unit_id)
    .where(_unit.root_id == _ROOT_ID, _address.person_id.is_(None), _address.valid_to.is_(None))
    .order_by(_address.id),
    among(_unit.id, "only"),
)


_appointment = table_of(Appointment).c
_HELD = (
    sa.select(_unit.kind, _unit.id, _appointment.role, sa.func.count())
    .join_from(table_of(Appointment), table_of(Unit), _unit.id == _appointment.unit_id)
    .where(_unit.root_id == _ROOT_ID, among(_unit.kind, "kinds"))
    .group_by(_unit.kind, _unit.id, _appointment.role)
)
_PLACE = sa.select(_unit.root_id, _unit.path).where(_unit.id == sa.bindparam("unit_id"))


def way_up(session: Session, unit_id: str) -> tuple[str, list[str]]:
    """The municipality of a unit, and the ids from the root down to it; empty for an unknown unit."""
    found = session.connection().execute(_PLACE, {"unit_id": unit_id}).first()
    return (found.root_id, found.path.strip("/").split("/")) if found else ("", [])


def units_of(session: Session, roots: Collection[str]) -> list[UnitRow]:
    """All units of these municipalities, those above before those below."""
    session.flush()
    found = session.connection().execute(_IN_ROOTS, {"roots": sorted(roots)})
    return list(map(UnitRow._make, found.all()))


def read_held(session: Session, root_id: str, kinds: Collection[str]) -> dict[str, list[Held]]:
    """What was ever held at the units of these kinds, by kind."""
    found: dict[str, list[Held]] = defaultdict(list)
    values = {"root_id": root_id, "kinds": sorted(kinds)}
    for kind, *row in session.connection().execute(_HELD, values):
        found[kind].append(Held(*row))
    return found


def read_posts(session: Session, root_id: str) -> Rows:
    """The units of a municipality and who ever held a post there: enough for which posts there are."""
    units = map(UnitRow._make, _UNITS.ask(session, root_id, None))
    appointments = tuple(map(Term._make, _APPOINTMENTS.ask(session, root_id, None)))
    return Rows({unit.id: unit for unit in units}, {}, appointments, (), {}, {})


def read_rows(session: Session, root_id: str, only: Sequence[str] | None = None) -> Rows:
    """The rows of a municipality, or of the units `only` and the people who hold a post there."""
    units = map(UnitRow._make, _UNITS.ask(session, root_id, only))
    appointments = tuple(map(Term._make, _APPOINTMENTS.ask(session, root_id, only)))
    substitutes = tuple(map(Term._make, _SUBSTITUTES.ask(session, root_id, only)))
    holders = None if only is None else {term.person_id for term in (*appointments, *substitutes)}
    personal = _PERSONAL.ask(session, root_id, holders)
    shared = _SHARED.ask(session, root_id, only)
    return Rows(
        units={unit.id: unit for unit in units},
        people={id_: (name, language) for id_, name, language in _PEOPLE.ask(session, root_id, holders)},
        appointments=appointments,
        substitutes=substitutes,
        personal={person: Mailbox(email, health) for person, email, health in personal},
        shared={
            (unit, role): Mailbox(email, health) for unit, role, email, health in shared if unit and role
        },
    )
