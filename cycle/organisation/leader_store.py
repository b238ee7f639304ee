"""What the store knows of leaders, read for a comparison with a file."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.organisation.directory import Directory
from cycle.organisation.people import StoredPerson
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Address, Appointment, Person, Substitute, Unit
from cycle.organisation.terms import StoredTerm

Terms = dict[Post, list[StoredTerm]]


@dataclass(frozen=True)
class StoredLeaders:
    """People, terms and shared mailboxes of some municipalities, as they are on one local date."""

    roots: tuple[str, ...]
    directories: dict[str, Directory]
    people: dict[int, StoredPerson]
    appointments: Terms
    substitutes: Terms
    mailboxes: dict[Post, tuple[int, str]]


def read_stored(session: Session, unit_ids: Iterable[str], today: date) -> StoredLeaders:
    """Reads the municipalities that these units belong to."""
    root_of = dict(session.exec(select(Unit.id, Unit.root_id)).all())
    roots = tuple(sorted({root_of[unit_id] for unit_id in unit_ids if unit_id in root_of}))
    appointments = _terms(session, Appointment, roots)
    substitutes = _terms(session, Substitute, roots)
    return StoredLeaders(
        roots=roots,
        directories={root: Directory.load(session, root, today) for root in roots},
        people=_people(session, roots, (appointments, substitutes), today),
        appointments=appointments,
        substitutes=substitutes,
        mailboxes=_mailboxes(session, roots),
    )


def _terms(session: Session, table: type[Appointment] | type[Substitute], roots: tuple[str, ...]) -> Terms:
    columns = (
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
    for unit_id, role, *facts in session.execute(query):
        terms[unit_id, role].append(StoredTerm(*facts))
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
    for person in session.exec(select(Person).where(col(Person.root_id).in_(roots))):
        assert person.id is not None
        address_id, email = addresses.get(person.id, (None, None))
        facts = (person.id, person.root_id, person.key, person.name, person.language, email, address_id)
        people[person.id] = StoredPerson(*facts, frozenset(posts[person.id]))
    return people


def _addresses(session: Session, roots: tuple[str, ...]) -> dict[int, tuple[int, str]]:
    query = (
        select(Address.person_id, Address.id, Address.email)
        .join(Person, col(Person.id) == col(Address.person_id))
        .where(col(Person.root_id).in_(roots), col(Address.valid_to).is_(None))
        .order_by(col(Address.id))
    )
    rows = session.exec(query)
    return {person_id: (key, email) for person_id, key, email in rows if person_id is not None and key}


def _mailboxes(session: Session, roots: tuple[str, ...]) -> dict[Post, tuple[int, str]]:
    query = (
        select(Address.unit_id, Address.role, Address.id, Address.email)
        .join(Unit, col(Unit.id) == col(Address.unit_id))
        .where(
            col(Unit.root_id).in_(roots),
            col(Address.person_id).is_(None),
            col(Address.valid_to).is_(None),
        )
        .order_by(col(Address.id))
    )
    rows = session.exec(query)
    return {(unit, role): (key, email) for unit, role, key, email in rows if unit and role and key}
