"""The two persons a results dialogue is between on one day: a unit's leader and the nearest superior."""

from dataclasses import dataclass
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.names import name_key
from cycle.organisation.tables import Address


class Known(NamedTuple):
    """What a party is known by on one day: name, and the address's key ("" while there is none)."""

    name: str
    address: str

    def is_still(self, other: "Known") -> bool:
        """Whether neither the name nor the address has changed; a name written otherwise is the same."""
        return self.has_the_name(other.name) and self.address == other.address

    def has_the_name(self, name: str) -> bool:
        """Whether this is plainly the name."""
        return name_key(self.name) == name_key(name)


@dataclass(frozen=True)
class Parties:
    """Who prepares a dialogue about the post at a unit. Both hold their post themselves: nobody stands in."""

    unit_id: str
    leader: Recipient
    superior: Recipient

    def known(self, person_id: int) -> Known:
        """What this party is known by today."""
        party = self.leader if person_id == self.leader.person_id else self.superior
        return Known(party.name, email_key(party.address) if party.address else "")

    def other(self, person_id: int) -> Recipient | None:
        """The party opposite this person; None for anybody who is not a party."""
        if person_id == self.leader.person_id:
            return self.superior
        return self.leader if person_id == self.superior.person_id else None


def parties_of(directory: Directory, unit_id: str, role: str) -> Parties | None:
    """The holder of the post and the holder of the head post above; None while either post is vacant.

    A substitute is no party, and neither is whoever is above a vacant superior's post.
    """
    above = directory.superior_post(unit_id)
    leader = directory.holder(unit_id, role)
    superior = directory.holder(*above) if above else None
    if leader is None or superior is None or leader.person_id == superior.person_id:
        return None
    return Parties(unit_id, leader, superior)


def person_of_account(session: Session, root_id: str, email: str) -> int | None:
    """Which person of the municipality an account is: the one whose own address in use it signs in with.

    None when nobody has the address, or when more than one person or a post shares it.
    """
    person = sa.table("person", sa.column("id", sa.Integer), sa.column("root_id", sa.String))
    rows = session.exec(
        select(Address.person_id, Address.email)
        .join(person, person.c.id == col(Address.person_id), isouter=True)
        .where(col(Address.valid_to).is_(None), sa.or_(person.c.root_id == root_id, person.c.id.is_(None)))
        .where(sa.func.lower(col(Address.email)) == email_key(email))
    )
    owners = {owner for owner, address in rows if email_key(address) == email_key(email)}
    return owners.pop() if len(owners) == 1 else None
