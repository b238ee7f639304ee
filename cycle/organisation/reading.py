"""Reads a CSV or XLSX file into rows of named text, whatever program it was saved by.

Encodings: UTF-8 with or without BOM, UTF-16 with BOM, Windows-1252. Separators: semicolon, comma, tab.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from cycle.organisation.cells import Cells
from cycle.organisation.chosen_columns import AS_NAMED, Chosen, meanings
from cycle.organisation.columns import Column, find_columns, recognised
from cycle.organisation.csv_text import decode, split
from cycle.organisation.faults import Faults
from cycle.organisation.spreadsheet import read_sheets

MEGABYTE = 1024 * 1024
SIZE_LIMIT = 20 * MEGABYTE
ROW_LIMIT = 100_000
EXAMPLES = 3
"""So many values of a column are shown to whoever says what it means."""


@dataclass(frozen=True)
class FileRows:
    """The rows of a file, and how it was read: what it was taken for, and the headings passed over."""

    columns: frozenset[str]
    rows: list[Cells]
    encoding: str
    separator: str = ""
    unused: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Raw:
    rows: list[list[str]]
    encoding: str
    separator: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of a file: what it is read as ("": it is passed over), and what stands first under it."""

    text: str
    meant: str
    examples: tuple[str, ...]


def look_at_headings(
    data: bytes, columns: Sequence[Column], faults: Faults, chosen: Chosen = AS_NAMED
) -> list[Heading]:
    """The headings of a file, for somebody to say what they mean. Raises ImportInvalid."""
    raw = _opened(data, chosen.known(columns), faults)
    rows = [[" ".join(cell.split()) for cell in row] for row in raw.rows if any(map(str.strip, row))]
    headings = rows[0]
    under = [
        [row[place] for row in rows[1:] if place < len(row) and row[place]] for place in range(len(headings))
    ]
    meant = meanings(headings, columns, chosen)
    return [
        Heading(text, meant[place], tuple(dict.fromkeys(under[place]))[:EXAMPLES])
        for place, text in enumerate(headings)
        if text
    ]


def read_rows(data: bytes, columns: Sequence[Column], faults: Faults, chosen: Chosen = AS_NAMED) -> FileRows:
    """Reads the file. Raises ImportInvalid when it cannot be read or its headings do not fit.

    Faults of single rows (too many fields, control characters, too long) are added to `faults`.
    """
    raw = _opened(data, chosen.known(columns), faults)
    rows = [(number, row) for number, row in enumerate(raw.rows, 1) if any(map(str.strip, row))]
    headings = [" ".join(cell.split()) for cell in rows[0][1]]
    columns = chosen.among(headings, columns)
    places = find_columns(headings, columns, faults, row=rows[0][0])
    found = []
    called = {name: headings[place] for name, place in places.items()}
    limits = {column.id: column.limit for column in columns}
    for number, row in rows[1:]:
        if any(map(str.strip, row[len(headings) :])):
            faults.add("too many cells", row=number, cells=len(row), columns=len(headings))
        values = {name: row[place] for name, place in places.items() if place < len(row)}
        cells = Cells(number, values, called)
        cells.check(limits, faults)
        found.append(cells)
    known = set(places.values())
    unused = tuple(text for place, text in enumerate(headings) if text and place not in known)
    return FileRows(frozenset(places), found, raw.encoding, raw.separator, unused)


def _opened(data: bytes, columns: Sequence[Column], faults: Faults) -> _Raw:
    """The rows with something in them, at least two. Raises ImportInvalid."""
    if len(data) > SIZE_LIMIT:
        faults.fail("too big", size=round(len(data) / MEGABYTE, 1), limit=SIZE_LIMIT // MEGABYTE)
    raw = _read(data, columns, faults)
    if sum(any(map(str.strip, row)) for row in raw.rows) < 2:
        faults.fail("empty file")
    return raw


def _read(data: bytes, columns: Sequence[Column], faults: Faults) -> _Raw:
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        faults.fail("old excel")
    if data.startswith(b"PK\x03\x04"):
        sheets = read_sheets(data, ROW_LIMIT, faults)
        best = max(sheets, key=lambda rows: _headings_known(rows, columns), default=[])
        return _Raw(best, "XLSX")
    text, encoding = decode(data, faults)
    rows, separator = split(text, columns, faults)
    if len(rows) > ROW_LIMIT:
        faults.fail("too many rows", limit=ROW_LIMIT)
    return _Raw(rows, encoding, separator)


def _headings_known(rows: list[list[str]], columns: Sequence[Column]) -> int:
    return recognised(next((row for row in rows if any(map(str.strip, row))), []), columns)
