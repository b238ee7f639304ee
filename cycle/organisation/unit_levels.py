"""Units of a file that gives the hierarchy as one column per level, as OS2mo's reports do.

    Forvaltning      Område   Distrikt     Enhedsnr.  Art
    Børn og unge     Skoler   Vest         101019     skole     (and a column with the unit's name), or
    Børn og unge     Skoler   Vest Byskole 101019     skole     (the last level is the unit itself)

What stands above a row and has no row of its own gets an id made of its names, so that the same file
gives the same units again.
"""

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from cycle.organisation.cells import Cells
from cycle.organisation.faults import Faults
from cycle.organisation.names import name_key
from cycle.organisation.unit_row import MUNICIPALITY, UnitRow

LONGEST_ID = 64
Place = tuple[str, ...]
"""The names from the top down."""


@dataclass(frozen=True)
class Written:
    """A row's own place, the kinds of the levels it is under, and the row as its other columns have it."""

    place: Place
    kinds: tuple[str, ...]
    row: UnitRow


def place_rows(
    rows: Iterable[tuple[Cells, UnitRow]],
    levels: Sequence[tuple[str, str]],
    town: UnitRow | None,
    faults: Faults,
) -> list[UnitRow]:
    """The rows under their parents, and the units above them that have no row.

    `town` is the municipality the file is read for, if it is known; its name need not be a level.
    """
    written = [_written(cells, row, levels, faults) for cells, row in rows]
    tree = _Tree(town)
    for each in written:
        tree.ids.setdefault(tree.key(each.place), each.row.id)
    return [*tree.under(written), *tree.made.values(), *([town] if town else [])]


def _written(cells: Cells, row: UnitRow, levels: Sequence[tuple[str, str]], faults: Faults) -> Written:
    named = [(name, kind) for column, kind in levels if (name := cells.text(column))]
    if not named:
        cells.fault(faults, "missing value", levels[0][0])
    names, kinds = tuple(name for name, _ in named), tuple(kind for _, kind in named)
    itself = not row.name or (names and name_key(names[-1]) == name_key(row.name))
    kind = row.kind or (kinds[-1] if itself and kinds else "")
    if not kind:
        cells.fault(faults, "missing value", "kind")
    by_kind = dict(zip(kinds, names, strict=True))
    place, above = (names, kinds[:-1]) if itself else ((*names, row.name), kinds)
    whole = replace(
        row,
        name=row.name or (names[-1] if names else ""),
        kind=kind,
        area=row.area or by_kind.get("område", ""),
        district=row.district or by_kind.get("distrikt", ""),
    )
    return Written(place, above, whole)


class _Tree:
    """Which id has each place, and the units made because no row has theirs."""

    def __init__(self, town: UnitRow | None) -> None:
        self.town = town
        self.ids: dict[Place, str] = {}
        self.made: dict[Place, UnitRow] = {}

    def key(self, place: Place) -> Place:
        """The place as it is compared: below the municipality, whether or not the file names that."""
        names = tuple(map(name_key, place))
        return names[1:] if self.town and names[:1] == (name_key(self.town.name),) else names

    def under(self, written: Iterable[Written]) -> list[UnitRow]:
        """The rows with their parents; the municipality's own row is the one known."""
        found = []
        for each in written:
            parent = self._above(each.place[:-1], each.kinds, each.row)
            if self.town is None or self.key(each.place):
                found.append(replace(each.row, parent_id=parent))
        return found

    def _above(self, place: Place, kinds: tuple[str, ...], row: UnitRow) -> str | None:
        key = self.key(place)
        if not key:
            return self.town.id if self.town else None
        if key not in self.ids:
            self.ids[key] = _made_id(key)
            depth = len(place) - 1
            by_kind = dict(zip(kinds[: depth + 1], place, strict=True))
            self.made[key] = UnitRow(
                number=0,
                id=self.ids[key],
                parent_id=self._above(place[:-1], kinds[:depth], row),
                name=place[-1],
                kind=kinds[depth] or MUNICIPALITY,
                area=by_kind.get("område", ""),
                district=by_kind.get("distrikt", ""),
            )
        return self.ids[key]


def _made_id(key: Place) -> str:
    """An id of the names: "n-boern-og-unge-skoler"; a long one ends with a piece of its digest."""
    text = "-".join(key).replace("ß", "ss")
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    made = "n-" + re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(made) <= LONGEST_ID:
        return made
    return f"{made[: LONGEST_ID - 9]}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
