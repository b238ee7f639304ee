"""Whom a name and an address typed by hand mean: somebody known already, or a new person."""

from dataclasses import dataclass
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import clean_email, email_fault, email_key
from cycle.errors import AnswerInvalid, Problem
from cycle.organisation.names import name_key
from cycle.organisation.people import ID, person_key
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Address, Person

LONGEST_NAME = 200
NO_ADDRESS = Problem("email", "Adressen er ikke en gyldig e-mailadresse.", "Skriv navn@domæne.dk.")


@dataclass(frozen=True)
class Newcomer:
    """A name and an address as typed; the address may be empty."""

    name: str
    email: str = ""


def known_person(session: Session, root_id: str, who: Newcomer) -> Person | None:
    """Who has the address already; None when nobody has, or there is none.

    Raises AnswerInvalid with all that is wrong: the name is missing or too long, the address cannot be one,
    or it is somebody else's.
    """
    email, problems = clean_email(who.email), _faults(who)
    if problems:
        raise AnswerInvalid(problems)
    person = whose_address(session, root_id, email) if email else None
    if person is not None and name_key(person.name) != name_key(who.name):
        raise AnswerInvalid(
            [
                Problem(
                    "email",
                    f"Adressen hører til {person.name}.",
                    "Skriv det navn, hvis det er den samme, eller en anden adresse.",
                )
            ]
        )
    return person


def find_or_make(session: Session, root_id: str, who: Newcomer, post: Post, *, today: date) -> Person:
    """The person meant, made with the address from `today` (local) if nobody is. Raises AnswerInvalid."""
    known = known_person(session, root_id, who)
    if known is not None:
        return known
    email = checked_email(who.email)
    key = person_key("", email or None, post, who.name)
    person = session.exec(select(Person).where(Person.root_id == root_id, Person.key == key)).first()
    if person is None:
        person = Person(root_id=root_id, key=key, name=who.name)
        session.add(person)
        session.flush()
    if email:
        session.add(Address(person_id=person.id, email=email, valid_from=today))
    return person


def checked_email(text: str) -> str:
    """The cleaned address, empty when there is none. Raises AnswerInvalid when it cannot be one."""
    email = clean_email(text)
    if email and email_fault(email):
        raise AnswerInvalid([NO_ADDRESS])
    return email


def whose_address(session: Session, root_id: str, email: str) -> Person | None:
    """The person of the municipality who has the address in use, or is known by it."""
    key = email_key(email)
    same = sa.or_(sa.func.lower(col(Address.email)) == key, col(Address.email) == email)
    query = (
        select(Person)
        .join(Address, col(Address.person_id) == col(Person.id))
        .where(Person.root_id == root_id, same, col(Address.valid_to).is_(None))
    )
    by_key = select(Person).where(Person.root_id == root_id, Person.key == key)
    return session.exec(query).first() or session.exec(by_key).first()


def key_after(person: Person, email: str) -> str:
    """What the person is known by when the address changes: an id of a file goes before any address."""
    return person.key if person.key.startswith(ID) or not email else email_key(email)


def _faults(who: Newcomer) -> list[Problem]:
    """What is wrong with the name and with the address, each by itself."""
    found = []
    if not who.name:
        found.append(Problem("name", "Navnet mangler.", "Skriv for- og efternavn."))
    elif len(who.name) > LONGEST_NAME:
        found.append(Problem("name", "Navnet er for langt.", "Skriv kun navnet."))
    email = clean_email(who.email)
    return [*found, NO_ADDRESS] if email and email_fault(email) else found
