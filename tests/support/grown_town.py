"""A played town with thousands of units: each unit that answers, with all that it has, again and again.

    town = Town(folder)                 # a dozen of Copenhagen's units, one of everything
    grow(town.engine, units=5_000)      # their tasks, mails, agreements, goals, history: as if all had played

What hangs on a unit below which there is none is copied with it, found by the foreign keys: a table added
tomorrow grows without being named here. Then come two years of answers before the played one.
"""

import random
import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from cycle.goals.tables import GoalStatus
from cycle.goals.tallies import keep_tallies
from cycle.history import History
from cycle.organisation.tables import Appointment, Unit
from cycle.store import table_of, transaction
from cycle.tables import METADATA
from cycle.tasks.tables import Occurrence
from tests.support import municipality, three_years
from tests.support.municipality import Town

STEP = 1_000_000
"""The ids of one copy lie so far from those of the next."""
SUFFIXED = {
    ("message", "key"),
    ("submission", "once"),
    ("person", "key"),
    ("inbound", "message_id"),
    ("goal", "key"),
    ("goal_remark", "once"),
}
"""Words that are unique in a municipality."""
ADDRESSES = {"email", "address", "invited_address"}
ROOTS = {"root_id"}
OF_FEW = {"gathering_participant"}
"""Nobody invites thousands of units to one meeting."""
NUMBERED = re.compile(r"^(task|agreement|person|submission|message|goal):(\d+)$")
EARLIER = (2025, 2026)

Row = dict[str, Any]


def grow(engine: Engine, *, units: int = 5_000, root_id: str = "KBH") -> Town:
    """Copies until there are at least so many units, writes the years before, and says who there is."""
    with transaction(engine) as session:
        leaves = _leaves(session, root_id)
        kept = _rows(session, leaves)
        for number in range(1, -(-units // len(leaves))):
            for table, rows in kept.items():
                session.execute(sa.insert(table), [_copied(table, row, number, kept) for row in rows])
        town = Town(root_id, units=sorted(_leaves(session, root_id)))
        _earlier_years(session, town)
        for given in session.exec(select(GoalStatus.occurrence_id).distinct()).all():
            keep_tallies(session, session.get_one(Occurrence, given))
    return town


def _leaves(session: Session, root_id: str) -> set[str]:
    """The units that no unit is below."""
    above = select(Unit.parent_id).where(col(Unit.parent_id).is_not(None))
    found = select(Unit.id).where(Unit.root_id == root_id, col(Unit.id).not_in(above))
    return set(session.exec(found.where(col(Unit.kind) != "kommune")))


class _Kept(dict[sa.Table, list[Row]]):
    """Rows to copy, by table; `ids` are theirs by the table's name."""

    def __init__(self, leaves: set[str]) -> None:
        super().__init__()
        self.ids: dict[str, set[Any]] = {"unit": set(leaves)}


def _rows(session: Session, leaves: set[str]) -> _Kept:
    """What belongs to the units, table by table in the order of the foreign keys."""
    kept = _Kept(leaves)
    holders = select(Appointment.person_id).where(col(Appointment.unit_id).in_(leaves))
    kept.ids["person"] = set(session.exec(holders))
    for table in METADATA.sorted_tables:
        if table is table_of(History) or table.name in OF_FEW:
            continue
        rows = [dict(row._mapping) for row in session.execute(sa.select(table))]
        mine = [row for row in rows if _belongs(table, row, kept)]
        if mine:
            kept[table] = mine
            if "id" in table.c:
                kept.ids[table.name] = {row["id"] for row in mine}
    history = [dict(row._mapping) for row in session.execute(sa.select(table_of(History)))]
    kept[table_of(History)] = [row for row in history if _of_a_copied_thing(row["thing"], kept)]
    return kept


def _belongs(table: sa.Table, row: Row, kept: _Kept) -> bool:
    if table.name in ("unit", "person"):
        return row["id"] in kept.ids[table.name]
    return any(row[name] in kept.ids.get(of, ()) for name, of in _references(table).items())


def _references(table: sa.Table) -> Mapping[str, str]:
    """Which table each column points to; a municipality is not what a row hangs on."""
    found = {c.name: key.column.table.name for c in table.c for key in c.foreign_keys if c.name not in ROOTS}
    return found | ({"unit_id": "unit"} if "unit_id" in table.c else {})


def _of_a_copied_thing(thing: str, kept: _Kept) -> bool:
    found = NUMBERED.match(thing)
    return found is not None and int(found[2]) in kept.ids.get(found[1], ())


def _copied(table: sa.Table, row: Row, number: int, kept: _Kept) -> Row:
    """The row of copy `number`: its own ids, and those of the copies it hangs on."""
    made, shift = dict(row), _shifter(number)
    if "id" in row:
        made["id"] = shift(row["id"])
    for name, of in _references(table).items():
        if row[name] in kept.ids.get(of, ()):
            made[name] = shift(row[name])
    for name, value in row.items():
        if isinstance(value, str) and value:
            made[name] = _word(table.name, name, made[name], number, kept)
    if table.name == "unit":
        made["path"] = row["path"].replace(f"/{row['id']}/", f"/{made['id']}/")
        made["name"] = f"{row['name']} {number}"
    if table is table_of(History):
        made |= {"id": row["id"] + STEP * number, "position": None, "previous": "", "hash": ""}
    return made


def _shifter(number: int) -> Callable[[Any], Any]:
    return lambda id_: f"{id_}-{number}" if isinstance(id_, str) else id_ + STEP * number


def _word(table: str, name: str, value: str, number: int, kept: _Kept) -> str:
    """Unique words and addresses become the copy's own, and what names a row by its number is renamed."""
    if (table, name) in SUFFIXED:
        return f"{value}~{number}"
    if name in ADDRESSES and "@" in value:
        return f"{number}.{value}"
    if name in ("thing", "by", "actor") and (found := NUMBERED.match(value)):
        of = found[1]
        return f"{of}:{int(found[2]) + STEP * number}" if int(found[2]) in kept.ids.get(of, ()) else value
    before, colon, unit = value.partition(":")
    if name == "subject" and colon and unit in kept.ids["unit"]:
        return f"{before}:{unit}-{number}"
    return value


def _earlier_years(session: Session, town: Town) -> None:
    """Seven requests to every unit in each of the two years before."""
    drawn = random.Random(27)
    for year in EARLIER:
        cycle = municipality.start_cycle(session, town, year)
        for name, month, day in three_years.REQUESTS:
            three_years.request(session, town, cycle, name, date(year, month, day), drawn)
