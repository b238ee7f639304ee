"""The posts that need someone's eye: nobody there, nobody reachable, someone new, someone acting."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.organisation.directory import Capacity, Directory, Recipient
from cycle.organisation.snapshot import UnitRow
from cycle.organisation.tables import AddressHealth, Appointment, Person, Substitute, Unit


class Trouble(StrEnum):
    """Why a post's mail goes elsewhere, or nowhere."""

    VACANT = "vacant"
    NOBODY = "nobody"
    NO_ADDRESS = "no_address"
    DEAD_ADDRESS = "dead_address"
    DOUBTFUL_ADDRESS = "doubtful_address"


class PostRow(NamedTuple):
    """A head post. `holder` is the appointed one, `instead` whoever gets the mail today."""

    unit_id: str
    unit: str
    path: str
    role: str
    trouble: Trouble | None
    holder: Recipient | None
    instead: Recipient | None

    @property
    def has_substitute(self) -> bool:
        """Whether somebody stands in."""
        return self.instead is not None and self.instead.capacity is Capacity.SUBSTITUTE


@dataclass(frozen=True)
class Term:
    """Someone at a post from one local date to another, both inclusive (None: until further notice)."""

    unit_id: str
    unit: str
    role: str
    person_id: int
    person: str
    valid_from: date
    valid_to: date | None


def post_rows(directory: Directory, paths: Sequence[str]) -> list[PostRow]:
    """The head posts of open units in the order of the tree, each with what is wrong with it, if anything."""
    units = sorted(directory.units.values(), key=lambda unit: unit.path)
    below = tuple(paths)
    seen = (unit for unit in units if unit.path.startswith(below) and directory.is_open(unit.id))
    found = (_row(directory, unit) for unit in seen)
    return [row for row in found if row is not None]


def leader_changes(
    session: Session, paths: Sequence[str], *, today: date, days: int = 90
) -> tuple[list[Term], list[Term]]:
    """(who begins, who ends) at a post within `days` before and after the local date."""
    first, last = today - timedelta(days=days), today + timedelta(days=days)
    begin, end = col(Appointment.valid_from), col(Appointment.valid_to)
    return (
        _terms(session, Appointment, begin.between(first, last), paths, order=begin),
        _terms(session, Appointment, end.between(first, last), paths, order=end),
    )


def substitutes(session: Session, paths: Sequence[str], *, today: date, days: int = 90) -> list[Term]:
    """Who acts for someone on the local date, or will within `days`."""
    begin, end = col(Substitute.valid_from), col(Substitute.valid_to)
    in_time = sa.and_(begin <= today + timedelta(days=days), sa.or_(end.is_(None), end >= today))
    return _terms(session, Substitute, in_time, paths, order=begin)


def _row(directory: Directory, unit: UnitRow) -> PostRow | None:
    role = directory.head_role(unit.id)
    if role is None:
        return None
    holder = directory.holder(unit.id, role)
    instead = directory.substitute(unit.id, role) or holder or directory.superior(unit.id)
    trouble = _trouble(holder, instead)
    return PostRow(unit.id, unit.name, unit.path, role, trouble, holder, instead)


def _trouble(holder: Recipient | None, instead: Recipient | None) -> Trouble | None:
    if instead is None:
        return Trouble.NOBODY
    if holder is None:
        return Trouble.VACANT
    if instead.address is None:
        return Trouble.NO_ADDRESS
    if instead.health is AddressHealth.DEAD:
        return Trouble.DEAD_ADDRESS
    return Trouble.DOUBTFUL_ADDRESS if instead.health is AddressHealth.DOUBTFUL else None


def _terms(
    session: Session,
    table: type[Appointment] | type[Substitute],
    condition: sa.ColumnElement[bool],
    paths: Iterable[str],
    *,
    order: sa.SQLColumnExpression[Any],
) -> list[Term]:
    rows = session.execute(
        sa.select(
            col(table.unit_id),
            col(Unit.name),
            col(table.role),
            col(table.person_id),
            col(Person.name),
            col(table.valid_from),
            col(table.valid_to),
        )
        .join(Unit, col(Unit.id) == col(table.unit_id))
        .join(Person, col(Person.id) == col(table.person_id))
        .where(condition, within(col(Unit.path), paths))
        .order_by(order, col(Unit.path))
    )
    return [Term(*row) for row in rows]
