"""What the columns of a municipality's own lists mean, as somebody chose by hand.

A choice is by heading: the id of one of our columns, `level:` and a kind of unit for a column that holds one
level of the hierarchy, or nothing for a column to be passed over.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from cycle.organisation.columns import Column, heading_key, places_of

LEVEL = "level:"
NAMED_BY_LEVELS = frozenset({"name", "kind"})
"""What a file with a column per level need not have a column for."""


@dataclass(frozen=True)
class Chosen:
    """The choices by `heading_key`; a heading that is not here is read as ever."""

    by_heading: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, headings: Mapping[str, str]) -> "Chosen":
        """From headings as they are written."""
        return cls({heading_key(heading): meant for heading, meant in headings.items()})

    def known(self, columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns under all names they may have, to find the sheet and the separator by."""
        return tuple(replace(each, names=(*each.names, *self._names(each.id))) for each in columns)

    def among(self, headings: Sequence[str], columns: Sequence[Column]) -> tuple[Column, ...]:
        """The columns as they are called in a file with these headings, its levels after them."""
        here = [key for key in map(heading_key, headings) if key in self.by_heading]
        taken = frozenset(here)
        levels = [
            Column(f"{LEVEL}{n:02d}:{self.by_heading[key].removeprefix(LEVEL)}", (key,))
            for n, key in enumerate(dict.fromkeys(here))
            if self.by_heading[key].startswith(LEVEL)
        ]
        own = [self._as_called(column, taken) for column in columns]
        if levels:
            own = [replace(each, required=False) if each.id in NAMED_BY_LEVELS else each for each in own]
        return (*own, *levels)

    def _as_called(self, column: Column, taken: frozenset[str]) -> Column:
        if by_hand := tuple(name for name in self._names(column.id) if name in taken):
            return replace(column, names=by_hand, loose=())
        free = tuple(name for name in column.names if heading_key(name) not in taken)
        return replace(column, names=free)

    def _names(self, column_id: str) -> tuple[str, ...]:
        return tuple(key for key, meant in self.by_heading.items() if meant == column_id)


AS_NAMED = Chosen()
"""No choice: every column is known by one of its own names."""


def levels_of(found: Sequence[str] | frozenset[str]) -> list[tuple[str, str]]:
    """(column, kind of unit) of the levels among the columns that were found, from the top."""
    return [(name, name.split(":", 2)[2]) for name in sorted(found) if name.startswith(LEVEL)]


def meanings(headings: Sequence[str], columns: Sequence[Column], chosen: Chosen) -> list[str]:
    """What each heading is read as: a column's id, a level, or "" where it is passed over."""
    places = places_of(headings, chosen.among(headings, columns))
    meant = {place: name for name, found in places.items() for place in found[:1]}
    return [
        LEVEL + name.split(":", 2)[2] if (name := meant.get(place, "")).startswith(LEVEL) else name
        for place in range(len(headings))
    ]
