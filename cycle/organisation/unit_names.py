"""What units are called, and units that a list calls by their names."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.organisation.leader_file import LeaderRow
from cycle.organisation.tables import Unit


def names_of(session: Session, root_id: str) -> Mapping[str, str]:
    """What the units of a municipality are called, by their numbers."""
    return dict(session.exec(select(Unit.id, Unit.name).where(Unit.root_id == root_id)).all())


def with_unit_ids(session: Session, rows: Iterable[LeaderRow], root_id: str, today: date) -> list[LeaderRow]:
    """The rows with the number of the one unit open on the local date `today` that is called so.

    A number is taken as it is, and so is a name that no unit or several have. `root_id`: the municipality
    whose units are meant; empty: the one that the list's numbers belong to, or the only one there is. A name
    never brings another municipality into a list.
    """
    rows = list(rows)
    root_of = dict(session.exec(select(Unit.id, Unit.root_id)).all())
    if all(row.unit_id in root_of for row in rows):
        return rows
    numbered = {root_of[row.unit_id] for row in rows if row.unit_id in root_of}
    roots = {root_id} if root_id else numbered or set(root_of.values())
    if len(roots) != 1:
        return rows
    called = _called(session, roots.pop(), today)
    found = {row.unit_id: called.get(_key(row.unit_id), ()) for row in rows if row.unit_id not in root_of}
    only = {name: ids[0] for name, ids in found.items() if len(ids) == 1}
    return [replace(row, unit_id=only.get(row.unit_id, row.unit_id)) for row in rows]


def _called(session: Session, root_id: str, today: date) -> Mapping[str, Sequence[str]]:
    """The numbers of the municipality's open units by name."""
    is_open = sa.func.coalesce(col(Unit.closed_on), today) >= today
    found: dict[str, list[str]] = defaultdict(list)
    for unit_id, name in session.exec(select(Unit.id, Unit.name).where(Unit.root_id == root_id, is_open)):
        found[_key(name)].append(unit_id)
    return found


def _key(name: str) -> str:
    return " ".join(name.split()).casefold()
