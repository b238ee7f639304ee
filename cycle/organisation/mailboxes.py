"""Whose mailbox an address is."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.organisation.tables import Address, Person


def people_with(session: Session, address: str) -> Sequence[Person]:
    """The persons whose own address in use this is, in any case; several may share one.

    A mailbox that belongs to a post is nobody's own, and an address that was replaced is no longer theirs.
    """
    key = email_key(address)
    query = (
        select(Person, Address.email)
        .join(Address, col(Address.person_id) == col(Person.id))
        .where(col(Address.id).in_(_in_use(key)))
        .order_by(col(Person.id))
    )
    return [person for person, email in session.exec(query) if email_key(email) == key]


def address_of(session: Session, person_id: int) -> str:
    """The person's own address in use; empty when none is known."""
    own = select(Address.email).where(Address.person_id == person_id, col(Address.valid_to).is_(None))
    return session.exec(own.order_by(col(Address.id).desc())).first() or ""


def _in_use(key: str) -> sa.Select[int | None]:
    """The newest open address of everyone who has, or has had, this one."""
    theirs = sa.select(col(Address.person_id)).where(
        sa.or_(col(Address.email) == key, sa.func.lower(col(Address.email)) == key),
        col(Address.person_id).is_not(None),
    )
    newest = sa.func.max(col(Address.id))
    return (
        sa.select(newest)
        .where(col(Address.person_id).in_(theirs), col(Address.valid_to).is_(None))
        .group_by(col(Address.person_id))
    )
