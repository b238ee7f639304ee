"""Tables, and CSV as a Danish Excel opens it; as a workbook see `documents.workbook`.

What people wrote stays text: nothing in a cell can run (CWE-1236). Rows may hold text, numbers (int or
Decimal), dates, aware instants, booleans and None.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

Cell = str | int | Decimal | date | datetime | bool | None

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
LONGEST = 32_767
CUT = " […]"


class Kind(StrEnum):
    """How a column's cells are shown; in XLSX as a number format."""

    TEXT = "@"
    WHOLE = "0"
    NUMBER = "#,##0.00"
    DATE = "dd-mm-yyyy"
    INSTANT = "dd-mm-yyyy hh:mm"


@dataclass(frozen=True)
class Column:
    """A column's heading, kind, and width in characters."""

    title: str
    kind: Kind = Kind.TEXT
    width: int = 18


@dataclass(frozen=True)
class Table:
    """A sheet: its name, columns and rows. `zone` is the local time that instants are shown in."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell]]
    zone: ZoneInfo


def marked(table: Table, mark: str) -> Table:
    """The table with a first column that says of every row what it is ("Opdigtede svar"), so that no row is
    taken for something else when it is copied elsewhere."""
    columns = [Column(mark, Kind.TEXT, 16), *table.columns]
    return replace(table, columns=columns, rows=((mark, *row) for row in table.rows))


def to_csv(table: Table) -> bytes:
    """The table as CSV: UTF-8 with byte order mark, semicolons, decimal commas, dates as 31-12-2027.

    Text that a spreadsheet would run gets an apostrophe in front, which Excel shows.
    """
    target = io.StringIO(newline="")
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    writer.writerow([_plain(column.title, table.zone) for column in table.columns])
    for row in table.rows:
        writer.writerow([_plain(value, table.zone) for value in row])
    return "\ufeff".encode() + target.getvalue().encode()


def clean(text: str) -> str:
    """The text without characters that no file may hold, and no longer than a cell may be."""
    kept = UNPRINTABLE.sub("", text)
    return kept if len(kept) <= LONGEST else kept[: LONGEST - len(CUT)] + CUT


def runs(text: str) -> bool:
    """Whether a spreadsheet could take the text for a formula."""
    return text.lstrip(" \xa0").startswith(RUNS)


def _plain(value: Cell, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return yes_no(value)
    if isinstance(value, datetime):
        return f"{local_time(value, zone):%d-%m-%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, str):
        text = clean(value)
        return f"'{text}" if runs(text) else text
    return format(value, "f").replace(".", ",") if isinstance(value, Decimal) else str(value)


def local_time(value: Any, zone: ZoneInfo) -> Any:
    """An instant as Excel wants it: local and without zone; anything else as it is."""
    return value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value


def yes_no(value: bool) -> str:
    """As a cell says it."""
    return "Ja" if value else "Nej"
