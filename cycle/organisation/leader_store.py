"""What the store knows of leaders, read for a comparison with a file."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.columns import among
from cycle.organisation.lasting import Lasting
from cycle.organisation.people import StoredPerson
from cycle.organisation.snapshot import Post, Rows, Term, UnitRow, units_of
from cycle.organisation.tables import Address, Appointment, Person, Substitute, Unit
from cycle.organisation.terms import StoredTerm
from cycle.store import table_of

_PERSON: tuple[Any, ...] = tuple(
    col(getattr(Person, name)) for name in ("id", "root_id", "key", "name", "language")
)
Terms = dict[Post, list[StoredTerm]]


@dataclass(frozen=True)
class StoredLeaders:
    """People, terms and shared mailboxes of some municipalities, as they are on one local date."""

    roots: tuple[str, ...]
    units: dict[str, UnitRow]
    heads: dict[str, Lasting]
    """By municipality: which role heads a unit."""
    people: dict[int, StoredPerson]
    appointments: Terms
    substitutes: Terms
    mailboxes: dict[Post, tuple[int, str]]


def read_stored(
    session: Session, unit_ids: Iterable[str], today: date, known: Mapping[str, UnitRow]
) -> StoredLeaders:
    """Reads the municipalities that these units belong to; units in `known` are as they are there."""
    session.flush()
    units = _units(session, frozenset(unit_ids), known)
    roots = tuple(sorted({unit.root_id for unit in units.values()}))
    appointments = _terms(session, Appointment, roots)
    substitutes = _terms(session, Substitute, roots)
    return StoredLeaders(
        roots=roots,
        units=units,
        heads={root: _heads(root, units, appointments, substitutes) for root in roots},
        people=_people(session, roots, (appointments, substitutes), today),
        appointments=appointments,
        substitutes=substitutes,
        mailboxes=_mailboxes(session, roots),
    )


def _units(session: Session, named: Collection[str], known: Mapping[str, UnitRow]) -> dict[str, UnitRow]:
    query = select(Unit.root_id).where(among(table_of(Unit).c.id, "named")).distinct()
    others = {"named": [unit_id for unit_id in named if unit_id not in known]}
    roots = {known[unit_id].root_id for unit_id in named if unit_id in known}
    found = {unit_id: unit for unit_id, unit in known.items() if unit.root_id in roots}
    if others["named"] and (more := set(session.scalars(query, others)) - roots):
        found |= {unit.id: unit for unit in units_of(session, more)}
    return found


def _heads(root: str, units: Mapping[str, UnitRow], appointments: Terms, substitutes: Terms) -> Lasting:
    here = {unit_id: unit for unit_id, unit in units.items() if unit.root_id == root}
    held, stood_in = (tuple(_in(here, terms)) for terms in (appointments, substitutes))
    return Lasting(Rows(here, {}, held, stood_in, {}, {}))


def _in(units: Mapping[str, UnitRow], terms: Terms) -> Iterator[Term]:
    for (unit_id, role), found in terms.items():
        if unit_id in units:
            yield from (Term(unit_id, role, each.person_id, each.valid_from, each.valid_to) for each in found)


def _terms(session: Session, table: type[Appointment] | type[Substitute], roots: tuple[str, ...]) -> Terms:
    columns: tuple[Any, ...] = (
        col(table.unit_id),
        col(table.role),
        col(table.id),
        col(table.person_id),
        col(table.valid_from),
        col(table.valid_to),
    )
    query = (
        sa.select(*columns)
        .join(Unit, col(Unit.id) == col(table.unit_id))
        .where(col(Unit.root_id).in_(roots))
        .order_by(col(table.valid_from), col(table.id))
    )
    terms: Terms = defaultdict(list)
    for unit_id, role, *facts in session.connection().execute(query).all():
        terms[unit_id, role].append(StoredTerm._make(facts))
    return terms


def _people(
    session: Session, roots: tuple[str, ...], all_terms: Iterable[Terms], today: date
) -> dict[int, StoredPerson]:
    posts: dict[int, set[Post]] = defaultdict(set)
    for terms in all_terms:
        for post, found in terms.items():
            for term in found:
                if term.valid_to is None or term.valid_to >= today:
                    posts[term.person_id].add(post)
    addresses = _addresses(session, roots)
    people = {}
    query = sa.select(*_PERSON).where(col(Person.root_id).in_(roots))
    for id_, *facts in session.connection().execute(query).all():
        address_id, email = addresses.get(id_, (None, None))
        people[id_] = StoredPerson._make((id_, *facts, email, address_id, frozenset(posts.get(id_, ()))))
    return people


def _addresses(session: Session, roots: tuple[str, ...]) -> dict[int, tuple[int, str]]:
    query = (
        sa.select(col(Address.person_id), col(Address.id), col(Address.email))
        .join(Person, col(Person.id) == col(Address.person_id))
        .where(col(Person.root_id).in_(roots), col(Address.valid_to).is_(None))
        .order_by(col(Address.id))
    )
    rows = session.connection().execute(query).all()
    return {person_id: (key, email) for person_id, key, email in rows if person_id is not None and key}


def _mailboxes(session: Session, roots: tuple[str, ...]) -> dict[Post, tuple[int, str]]:
    query = (
        sa.select(col(Address.unit_id), col(Address.role), col(Address.id), col(Address.email))
        .join(Unit, col(Unit.id) == col(Address.unit_id))
        .where(
            col(Unit.root_id).in_(roots),
            col(Address.person_id).is_(None),
            col(Address.valid_to).is_(None),
        )
        .order_by(col(Address.id))
    )
    rows = session.connection().execute(query).all()
    return {(unit, role): (key, email) for unit, role, key, email in rows if unit and role and key}
