"""The head posts of a whole municipality and what is wrong with each: of thousands no person is read.

It says what `directory.Directory` says of one post, from the few columns that tell it; the tests hold the
two against each other.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from enum import StrEnum
from operator import itemgetter
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.organisation.lasting import HeadRoles
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute, Unit
from cycle.store import table_of


class Trouble(StrEnum):
    """Why a post's mail goes elsewhere, or nowhere."""

    VACANT = "vacant"
    NOBODY = "nobody"
    NO_ADDRESS = "no_address"
    DEAD_ADDRESS = "dead_address"
    DOUBTFUL_ADDRESS = "doubtful_address"


OF_HEALTH: Mapping[AddressHealth | None, Trouble | None] = {
    None: Trouble.NO_ADDRESS,
    AddressHealth.OK: None,
    AddressHealth.DOUBTFUL: Trouble.DOUBTFUL_ADDRESS,
    AddressHealth.DEAD: Trouble.DEAD_ADDRESS,
}


class HeadPost(NamedTuple):
    """A head post. `holder` is the id of the appointed one, `instead` of whoever gets the mail today."""

    unit_id: str
    unit: str
    path: str
    role: str
    trouble: Trouble | None
    has_substitute: bool
    holder: int | None
    instead: int | None


def head_posts(session: Session, root_id: str, paths: Sequence[str], *, today: date) -> list[HeadPost]:
    """Those of open units at or below the paths, in the order of the tree, on the local date."""
    found, below = _Found(session, root_id, today), tuple(paths)
    return [
        post
        for unit_id, name, path, is_open in found.units
        if is_open and path.startswith(below) and (post := found.post(unit_id, name, path))
    ]


def names_of_people(session: Session, root_ids: Collection[str]) -> dict[int, str]:
    """What everybody in these municipalities is called, by id."""
    people = sa.select(col(Person.id), col(Person.name)).where(col(Person.root_id).in_(root_ids))
    return {person_id: name for person_id, name in session.execute(people)}


class _Found:
    """What is read of one municipality: nothing of it is queried again."""

    def __init__(self, session: Session, root_id: str, today: date) -> None:
        given = {"root_id": root_id, "today": today}

        def read(query: sa.Select[Any]) -> Sequence[Any]:
            return session.execute(query, given).all()

        units, terms = read(_UNITS), read(_terms_of(Appointment))
        self.units = sorted(
            ((unit_id, name, path, is_open) for unit_id, name, path, _, is_open in units),
            key=itemgetter(2),
        )
        kinds = {unit_id: kind for unit_id, _, _, kind, _ in units}
        self._roles = HeadRoles(kinds, ((unit_id, role) for unit_id, role, _, _ in terms))
        self._holders = _acting(terms)
        self._substitutes = _acting(read(_terms_of(Substitute)))
        self._shared = {(unit_id, role): health for unit_id, role, health in read(_SHARED)}
        self._unwell = {person_id: health for person_id, health in read(_UNWELL)}

    def post(self, unit_id: str, name: str, path: str) -> HeadPost | None:
        """The head post of the unit; None when nothing heads it."""
        role = self._roles.head(unit_id)
        if role is None:
            return None
        at: Post | None = (unit_id, role)
        holder, substitute = self._holders.get((unit_id, role)), self._substitutes.get((unit_id, role))
        instead = holder if substitute is None else substitute
        if instead is None:
            at = self._above(path)
            instead = self._acts(at) if at else None
        trouble = self._trouble(holder, instead, at)
        return HeadPost(unit_id, name, path, role, trouble, substitute is not None, holder, instead)

    def _above(self, path: str) -> Post | None:
        """The post above the unit at which somebody is, climbing over vacant ones."""
        for ancestor in reversed(path.strip("/").split("/")[:-1]):
            role = self._roles.head(ancestor)
            if role is not None and self._acts((ancestor, role)) is not None:
                return ancestor, role
        return None

    def _acts(self, at: Post) -> int | None:
        return self._substitutes.get(at, self._holders.get(at))

    def _trouble(self, holder: int | None, instead: int | None, at: Post | None) -> Trouble | None:
        if instead is None or at is None:
            return Trouble.NOBODY
        if holder is None:
            return Trouble.VACANT
        own = self._unwell.get(instead, AddressHealth.OK)
        return OF_HEALTH[self._shared.get(at, own)]


def _acting(terms: Iterable[Any]) -> dict[Post, int]:
    """Who is at each post; of two at once the later begun counts, then the later written."""
    return {(unit_id, role): person_id for unit_id, role, person_id, in_force in terms if in_force}


_unit, _person, _address = table_of(Unit).c, table_of(Person).c, table_of(Address).c
_TODAY: sa.BindParameter[date] = sa.bindparam("today", type_=sa.Date())
_HERE = _unit.root_id == sa.bindparam("root_id")


def _from(first: sa.ColumnElement[Any], last: sa.ColumnElement[Any]) -> sa.ColumnElement[int]:
    """1 when the date is in between, or there is no end: the dates themselves are not read."""
    begun, lasts = sa.or_(first.is_(None), first <= _TODAY), sa.or_(last.is_(None), last >= _TODAY)
    return sa.case((sa.and_(begun, lasts), 1), else_=0)


def _terms_of(table: type[Appointment] | type[Substitute]) -> sa.Select[Any]:
    c = table_of(table).c
    terms = sa.select(c.unit_id, c.role, c.person_id, _from(c.valid_from, c.valid_to))
    return terms.join(table_of(Unit), _unit.id == c.unit_id).where(_HERE).order_by(c.valid_from, c.id)


_UNITS = sa.select(
    _unit.id, _unit.name, _unit.path, _unit.kind, _from(_unit.opened_on, _unit.closed_on)
).where(_HERE)
_SHARED = (
    sa.select(_address.unit_id, _address.role, _address.health)
    .join(table_of(Unit), _unit.id == _address.unit_id)
    .where(_HERE, _address.person_id.is_(None), _address.valid_to.is_(None))
    .order_by(_address.id)
)
_MAILBOX: Any = (
    sa.select(_address.health)
    .where(_address.person_id == _person.id, _address.valid_to.is_(None))
    .order_by(_address.id.desc())
    .limit(1)
    .scalar_subquery()
)
_UNWELL = sa.select(_person.id, _MAILBOX).where(
    _person.root_id == sa.bindparam("root_id"), sa.or_(_MAILBOX.is_(None), _MAILBOX != AddressHealth.OK)
)
"""The people whose own address in use is not well, with its health; null: they have none."""
