"""The rows that a directory is made of, read once: units, people, terms and mailboxes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute, Unit

Post = tuple[str, str]
"""A unit's id and a role there."""


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


class Mailbox(NamedTuple):
    """An address in use."""

    email: str
    health: AddressHealth


@dataclass(frozen=True)
class Rows:
    """What is read from the store for one municipality; every date is answered from it.

    Terms stand in the order in which they begin, those of one day in the order they were written.
    """

    units: dict[str, Unit]
    people: dict[int, tuple[str, str]]
    appointments: tuple[Term, ...]
    substitutes: tuple[Term, ...]
    personal: dict[int, Mailbox]
    shared: dict[Post, Mailbox]


def read_rows(session: Session, root_id: str, only: Sequence[str] | None = None) -> Rows:
    """The rows of a municipality, or of the units `only` and the people who hold a post there."""
    with Session(bind=session.connection(), autoflush=False) as own:
        query = select(Unit).where(Unit.root_id == root_id)
        units = own.exec(query if only is None else query.where(col(Unit.id).in_(only))).all()
        own.expunge_all()
    appointments = _terms(session, Appointment, root_id, only)
    substitutes = _terms(session, Substitute, root_id, only)
    holders = None if only is None else {term.person_id for term in (*appointments, *substitutes)}
    return Rows(
        units={unit.id: unit for unit in units},
        people=_people(session, root_id, holders),
        appointments=appointments,
        substitutes=substitutes,
        personal=_personal(session, root_id, holders),
        shared=_shared(session, root_id, only),
    )


def _people(session: Session, root_id: str, only: Collection[int] | None) -> dict[int, tuple[str, str]]:
    query = select(Person.id, Person.name, Person.language).where(Person.root_id == root_id)
    rows = session.exec(query if only is None else query.where(col(Person.id).in_(only)))
    return {person_id: (name, language) for person_id, name, language in rows if person_id}


def _terms(
    session: Session,
    table: type[Appointment] | type[Substitute],
    root_id: str,
    only: Sequence[str] | None,
) -> tuple[Term, ...]:
    columns = (
        col(table.unit_id),
        col(table.role),
        col(table.person_id),
        col(table.valid_from),
        col(table.valid_to),
    )
    query = sa.select(*columns).join(Unit, col(Unit.id) == col(table.unit_id))
    query = query.where(col(Unit.root_id) == root_id if only is None else col(table.unit_id).in_(only))
    query = query.order_by(col(table.valid_from), col(table.id))
    return tuple(Term(*row) for row in session.execute(query))


def _personal(session: Session, root_id: str, only: Collection[int] | None) -> dict[int, Mailbox]:
    query = (
        select(Address.person_id, Address.email, Address.health)
        .join(Person, col(Person.id) == col(Address.person_id))
        .where(Person.root_id == root_id, col(Address.valid_to).is_(None))
        .order_by(col(Address.id))
    )
    rows = session.exec(query if only is None else query.where(col(Person.id).in_(only)))
    return {person: Mailbox(email, AddressHealth(health)) for person, email, health in rows if person}


def _shared(session: Session, root_id: str, only: Sequence[str] | None) -> dict[Post, Mailbox]:
    query = (
        select(Address.unit_id, Address.role, Address.email, Address.health)
        .join(Unit, col(Unit.id) == col(Address.unit_id))
        .where(Unit.root_id == root_id, col(Address.person_id).is_(None), col(Address.valid_to).is_(None))
        .order_by(col(Address.id))
    )
    rows = session.exec(query if only is None else query.where(col(Unit.id).in_(only)))
    return {
        (unit, role): Mailbox(email, AddressHealth(health))
        for unit, role, email, health in rows
        if unit and role
    }
