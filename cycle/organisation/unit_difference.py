"""What an imported file of units would change, shown before anything is changed."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import date, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlmodel import Session, col, select

from cycle.organisation.faults import Faults
from cycle.organisation.lasting import HEAD_ROLES
from cycle.organisation.snapshot import Post, units_of
from cycle.organisation.snapshot import UnitRow as StoredUnit
from cycle.organisation.tables import Unit
from cycle.organisation.unit_file import UnitFile
from cycle.organisation.unit_row import UnitRow

CLOSE_LIMIT = 0.05
"""A file that closes a larger share of the open units has to be confirmed."""

FACTS = ("name", "kind", "area", "ownership", "district", "postal_code")


class UnitChanged(StrEnum):
    """What happens to a unit."""

    ADDED = "added"
    MOVED = "moved"
    RENAMED = "renamed"
    CHANGED = "changed"
    REOPENED = "reopened"
    CLOSED = "closed"


class UnitChange(NamedTuple):
    """One change as it is shown. `field` says which fact; `row` is the file's row, if it has one."""

    what: UnitChanged
    unit_id: str
    name: str
    kind: str
    root_id: str
    field: str = ""
    before: str = ""
    after: str = ""
    row: int | None = None


@dataclass(frozen=True)
class UnitsDifference:
    """All changes, and the rows to insert (parents first) and to update. Empty when nothing changes."""

    changes: tuple[UnitChange, ...]
    inserts: tuple[Mapping[str, Any], ...]
    updates: tuple[Mapping[str, Any], ...]
    roots: tuple[str, ...]
    units: Mapping[str, StoredUnit]
    """All units of the municipalities as they will be, by id."""
    open_units: int
    new_kinds: Mapping[str, int]
    """How many units have each kind that no unit of the municipality had: it may be a slip of the pen."""

    @property
    def closes(self) -> int:
        """How many units it closes."""
        return sum(change.what is UnitChanged.CLOSED for change in self.changes)

    @property
    def posts(self) -> frozenset[Post]:
        """The head posts of the units concerned; everything below them may have a new superior."""
        return frozenset((change.unit_id, HEAD_ROLES.get(change.kind, "leder")) for change in self.changes)

    @property
    def needs_confirmation(self) -> bool:
        """Whether it closes more than 5 % of the open units."""
        return self.closes > CLOSE_LIMIT * self.open_units


def units_difference(
    session: Session, file: UnitFile, *, today: date, language: str = "da"
) -> UnitsDifference:
    """Compares a file with the store on the local date `today`.

    Units of the file's municipalities that the file does not have are closed from `today` on. Columns the
    file does not have are left alone. Raises ImportInvalid when an id belongs to another municipality.
    """
    roots = tuple(sorted({row.root_id for row in file.rows}))
    _check_taken(session, file, roots, language)
    stored = {unit.id: unit for unit in units_of(session, roots)}
    compared = _Comparison(file, stored, today)
    for row in file.rows:
        compared.take(row)
    compared.close_missing()
    return UnitsDifference(
        changes=tuple(compared.changes),
        inserts=tuple(compared.inserts),
        updates=tuple({"id": key, **values} for key, values in compared.updates.items() if values),
        roots=roots,
        units=_after(stored, compared),
        open_units=sum(_is_open(unit, today) for unit in stored.values()),
        new_kinds=_new_kinds(file, stored.values()),
    )


def _after(stored: Mapping[str, StoredUnit], compared: "_Comparison") -> dict[str, StoredUnit]:
    changed = {key: stored[key]._replace(**values) for key, values in compared.updates.items() if values}
    return {**stored, **changed, **{each["id"]: StoredUnit(**each) for each in compared.inserts}}


def _new_kinds(file: UnitFile, stored: Collection[StoredUnit]) -> Mapping[str, int]:
    """None when there is nothing to compare with, as at the first import."""
    known = {unit.kind for unit in stored}
    return Counter(row.kind for row in file.rows if known and row.kind not in known)


class _Comparison:
    """The work of one comparison: collects what is found, row by row."""

    def __init__(self, file: UnitFile, stored: dict[str, StoredUnit], today: date) -> None:
        self.given = file.how.columns
        self.rows = {row.id: row for row in file.rows}
        self.stored = stored
        self.today = today
        self.changes: list[UnitChange] = []
        self.inserts: list[dict[str, Any]] = []
        self.updates: dict[str, dict[str, Any]] = {}

    def take(self, row: UnitRow) -> None:
        unit = self.stored.get(row.id)
        if unit is None:
            self._add(row)
            return
        values = self.updates.setdefault(row.id, {})
        if row.path != unit.path:
            values["path"] = row.path
        if row.parent_id != unit.parent_id:
            values["parent_id"] = row.parent_id
            self._note(UnitChanged.MOVED, row, before=unit.parent_id or "", after=row.parent_id or "")
        for fact in FACTS:
            if fact in self.given and getattr(row, fact) != getattr(unit, fact):
                self._set(row, unit, fact, UnitChanged.RENAMED if fact == "name" else UnitChanged.CHANGED)
        self._compare_dates(row, unit)

    def close_missing(self) -> None:
        for unit in self.stored.values():
            if unit.id in self.rows:
                continue
            values = self.updates.setdefault(unit.id, {})
            if (path := self._path_of(unit)) != unit.path:
                values["path"] = path
            if _is_open(unit, self.today):
                values["closed_on"] = self.today - timedelta(days=1)
                self.changes.append(
                    UnitChange(UnitChanged.CLOSED, unit.id, unit.name, unit.kind, unit.root_id)
                )

    def _add(self, row: UnitRow) -> None:
        values = {field.name: getattr(row, field.name) for field in fields(row) if field.name != "number"}
        known_town = row.root_id in self.stored
        if known_town and row.opened_on is None and "opened_on" not in self.given:
            values["opened_on"] = self.today
        self.inserts.append({**values, "root_id": row.root_id})
        self._note(UnitChanged.ADDED, row, after=row.parent_id or "")

    def _compare_dates(self, row: UnitRow, unit: StoredUnit) -> None:
        if "opened_on" in self.given and row.opened_on != unit.opened_on:
            self._set(row, unit, "opened_on", UnitChanged.CHANGED)
        if "closed_on" in self.given:
            if row.closed_on != unit.closed_on:
                self._set(row, unit, "closed_on", _end_change(row.closed_on))
        elif unit.closed_on is not None and unit.closed_on < self.today:
            self._set(row, unit, "closed_on", UnitChanged.REOPENED)

    def _set(self, row: UnitRow, unit: StoredUnit, fact: str, what: UnitChanged) -> None:
        value = getattr(row, fact)
        self.updates[row.id][fact] = value
        self._note(what, row, field=fact, before=_text(getattr(unit, fact)), after=_text(value))

    def _note(
        self, what: UnitChanged, row: UnitRow, *, field: str = "", before: str = "", after: str = ""
    ) -> None:
        facts = (row.id, row.name, row.kind, row.root_id, field, before, after, row.number or None)
        self.changes.append(UnitChange(what, *facts))

    def _path_of(self, unit: StoredUnit) -> str:
        """The path of a unit the file has not: below where the file puts the unit above it."""
        tail = ""
        above: StoredUnit | None = unit
        while above is not None and above.id not in self.rows:
            tail = f"{above.id}/{tail}"
            above = self.stored.get(above.parent_id or "")
        return (self.rows[above.id].path if above else "/") + tail


def _end_change(closed_on: date | None) -> UnitChanged:
    return UnitChanged.REOPENED if closed_on is None else UnitChanged.CLOSED


def _is_open(unit: StoredUnit, today: date) -> bool:
    return unit.closed_on is None or unit.closed_on >= today


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _check_taken(session: Session, file: UnitFile, roots: Iterable[str], language: str) -> None:
    others = dict(
        session.exec(select(Unit.id, Unit.root_id).where(col(Unit.root_id).not_in(tuple(roots)))).all()
    )
    taken: dict[str, list[UnitRow]] = defaultdict(list)
    for row in file.rows:
        if row.id in others:
            taken[others[row.id]].append(row)
    faults = Faults(language)
    for root, rows in taken.items():
        first = min(rows, key=lambda row: row.number)
        faults.add("id taken", row=first.number, count=len(rows), value=first.id, other=root)
    faults.raise_if_any()
