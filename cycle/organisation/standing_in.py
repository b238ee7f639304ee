"""Somebody acts for posts for a time: named by hand, beside what the files of leaders say."""

from collections.abc import Collection, Iterable
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import AnswerInvalid, Problem
from cycle.organisation.tables import Address, Appointment, Person, Substitute
from cycle.store import in_pieces

Post = tuple[str, str]
"""A unit's id and a role."""


def person_with(session: Session, root_id: str, email: str) -> Person:
    """The one person of the municipality who uses the address. Raises AnswerInvalid, at `email`."""
    query = (
        select(Person)
        .join(Address, col(Address.person_id) == col(Person.id))
        .where(
            Person.root_id == root_id,
            sa.func.lower(col(Address.email)) == email.strip().lower(),
            col(Address.valid_to).is_(None),
        )
        .distinct()
    )
    found = session.exec(query).all()
    if len(found) == 1:
        return found[0]
    what = "Ingen leder eller stedfortræder i kommunen har den mailadresse."
    cure = "Ret adressen, eller indlæs personen først."
    if found:
        what, cure = "Flere personer bruger den mailadresse.", "Vælg en adresse, som kun én bruger."
    raise AnswerInvalid([Problem("email", what, cure)])


def taken_posts(
    session: Session, posts: Iterable[Post], person_id: int, *, first: date, last: date
) -> set[Post]:
    """The posts for which somebody acts already on one of these local days, or that the person holds."""
    wanted, taken = set(posts), set[Post]()
    for piece in in_pieces({unit_id for unit_id, _ in wanted}):
        for table in (Substitute, Appointment):
            days = (col(table.valid_from) <= last, sa.func.coalesce(col(table.valid_to), last) >= first)
            own = () if table is Substitute else (col(table.person_id) == person_id,)
            rows = sa.select(col(table.unit_id), col(table.role))
            found = session.execute(rows.where(col(table.unit_id).in_(piece), *days, *own))
            taken.update((unit_id, role) for unit_id, role in found)
    return taken & wanted


def stand_in(
    session: Session, posts: Collection[Post], person_id: int, *, first: date, last: date
) -> list[Substitute]:
    """The person acts for each post from the first to the last local day, both inclusive; gives the rows.

    The caller keeps the history, and has the posts' tasks looked at again.
    """
    added = [
        Substitute(unit_id=unit_id, role=role, person_id=person_id, valid_from=first, valid_to=last)
        for unit_id, role in sorted(posts)
    ]
    session.add_all(added)
    session.flush()
    return added
