"""The units of a file as a tree, every fault found at once.

A file has either a column for the parent unit or, flat, one for the municipality: then each municipality
becomes a root with the units straight below it.
"""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, replace

from cycle.organisation.cells import Cells
from cycle.organisation.chosen_columns import AS_NAMED, Chosen, levels_of
from cycle.organisation.columns import UNITS, names_in
from cycle.organisation.faults import Faults
from cycle.organisation.reading import FileRows, read_rows
from cycle.organisation.tables import Ownership
from cycle.organisation.unit_levels import place_rows
from cycle.organisation.unit_row import MUNICIPALITY, UnitRow

_UNIT_ID = re.compile(r"[\w.:-]+( [\w.:-]+)*")


@dataclass(frozen=True)
class UnitFile:
    """The units of a file, parents before children, and how the file was read."""

    rows: tuple[UnitRow, ...]
    how: FileRows


def read_units(
    data: bytes, *, language: str = "da", chosen: Chosen = AS_NAMED, town: UnitRow | None = None
) -> UnitFile:
    """Reads a CSV or XLSX file of units. Raises ImportInvalid with every fault, each with its row.

    `chosen` says what columns mean whose headings do not; with a column per level the units are those of
    `town`, the municipality as the store has it.
    """
    faults = Faults(language)
    how = read_rows(data, UNITS, faults, chosen)
    if levels := levels_of(how.columns):
        return _by_levels(how, levels, town, faults)
    flat = "municipality" in how.columns and "parent_id" not in how.columns
    if not flat and "parent_id" not in how.columns:
        names = next(names_in(column, faults) for column in UNITS if column.id == "parent_id")
        faults.fail("missing column", column=names[0], found=tuple(sorted(how.columns)), names=names)
    needed = frozenset({"unit_id", "name", "kind", *(("municipality",) if flat else ())})
    rows = [_row(cells, needed, faults, flat=flat) for cells in how.rows]
    if flat:
        rows = _municipalities(how.rows) + rows
    _check_ids(rows, faults)
    placed = _placed(rows, flat, faults)
    faults.raise_if_any()
    return UnitFile(tuple(sorted(placed, key=lambda row: row.path)), how)


def _by_levels(
    how: FileRows, levels: list[tuple[str, str]], town: UnitRow | None, faults: Faults
) -> UnitFile:
    own = [(cells, _row(cells, frozenset({"unit_id"}), faults)) for cells in how.rows]
    rows = place_rows(own, levels, town, faults)
    _check_ids(rows, faults)
    placed = _placed(rows, False, faults)
    faults.raise_if_any()
    given = how.columns | {"name", "kind", "area", "district"}
    return UnitFile(tuple(sorted(placed, key=lambda row: row.path)), replace(how, columns=given))


def municipality_id(name: str) -> str:
    """The id of a municipality that a flat file only names: "Aabenraa" -> "kommune-aabenraa"."""
    text = name.casefold().replace("æ", "ae").replace("ø", "oe").replace("å", "aa")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return f"{MUNICIPALITY}-" + re.sub(r"[^a-z0-9]+", "-", plain).strip("-")


def _municipalities(rows: list[Cells]) -> list[UnitRow]:
    names = sorted({name for cells in rows if (name := cells.text("municipality"))})
    return [UnitRow(0, municipality_id(name), None, name, MUNICIPALITY) for name in names]


def _row(cells: Cells, needed: Collection[str], faults: Faults, *, flat: bool = False) -> UnitRow:
    for column in sorted(needed):
        if not cells.text(column):
            cells.fault(faults, "missing value", column)
    town = cells.text("municipality")
    parent = cells.identity("parent_id") if not flat else municipality_id(town) if town else ""
    row = UnitRow(
        number=cells.number,
        id=cells.identity("unit_id"),
        parent_id=parent or None,
        name=cells.text("name"),
        kind=cells.text("kind").lower(),
        area=cells.text("area"),
        ownership=_ownership(cells, faults),
        district=cells.text("district"),
        postal_code=cells.identity("postal_code"),
        opened_on=cells.day("opened_on", faults),
        closed_on=cells.day("closed_on", faults),
    )
    if row.opened_on and row.closed_on and row.closed_on < row.opened_on:
        faults.add("dates backwards", row=cells.number)
    return row


def _ownership(cells: Cells, faults: Faults) -> Ownership:
    text = cells.text("ownership").lower()
    try:
        return Ownership(text)
    except ValueError:
        faults.add("bad ownership", row=cells.number, value=text)
        return Ownership.NONE


def _check_ids(rows: list[UnitRow], faults: Faults) -> None:
    seen: dict[str, UnitRow] = {}
    for row in rows:
        if row.id and not _UNIT_ID.fullmatch(row.id):
            faults.add("bad id", row=row.number, value=row.id)
        first = seen.setdefault(row.id.casefold(), row)
        if row.id and first is not row:
            key = "double id" if first.id == row.id else "nearly double id"
            faults.add(key, row=row.number, value=row.id, other=first.number)


def _placed(rows: list[UnitRow], flat: bool, faults: Faults) -> list[UnitRow]:
    """The rows with their paths; those whose place cannot be found are noted as faults."""
    by_id = {row.id: row for row in rows}
    _check_parents(rows, by_id, faults)
    if not flat:
        _check_roots(rows, faults)
    paths: dict[str, str] = {}
    circles: set[frozenset[str]] = set()
    for row in rows:
        chain = _unplaced_chain(row, by_id, paths)
        if chain is None:
            continue
        top = by_id[chain[-1]]
        if top.parent_id in chain:
            _note_circle(chain[chain.index(top.parent_id) :], by_id, circles, faults)
            continue
        path = paths.get(top.parent_id or "", "/")
        for unit_id in reversed(chain):
            path = paths[unit_id] = f"{path}{unit_id}/"
    return [replace(row, path=paths[row.id]) for row in rows if row.id in paths]


def _unplaced_chain(row: UnitRow, by_id: dict[str, UnitRow], paths: dict[str, str]) -> list[str] | None:
    """The row's id and those above it that have no path yet; None when a parent is missing."""
    chain: list[str] = []
    current = row
    while current.id not in chain:
        if current.id in paths:
            break
        chain.append(current.id)
        if current.parent_id is None:
            break
        if current.parent_id not in by_id:
            return None
        current = by_id[current.parent_id]
    return chain or None


def _check_parents(rows: list[UnitRow], by_id: dict[str, UnitRow], faults: Faults) -> None:
    for row in rows:
        if row.parent_id is not None and row.parent_id not in by_id:
            faults.add("no parent", row=row.number, value=row.parent_id)


def _check_roots(rows: list[UnitRow], faults: Faults) -> None:
    roots = [row for row in rows if row.parent_id is None]
    for row in roots:
        if row.kind != MUNICIPALITY and len(roots) > 1:
            other = next(root for root in roots if root is not row)
            faults.add("second root", row=row.number, other=other.number)


def _note_circle(
    ids: list[str], by_id: dict[str, UnitRow], circles: set[frozenset[str]], faults: Faults
) -> None:
    if frozenset(ids) not in circles:
        circles.add(frozenset(ids))
        faults.add("circle", row=by_id[ids[0]].number, value=" → ".join([*ids, ids[0]]))
