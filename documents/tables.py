"""Tables as files: XLSX with typed cells, and CSV as a Danish Excel opens it.

What people wrote stays text: nothing in a cell can run (CWE-1236). Rows may hold text, numbers (int or
Decimal), dates, aware instants, booleans and None.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

Cell = str | int | Decimal | date | datetime | bool | None

RUNS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What a spreadsheet takes for the beginning of a formula."""

UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")
LONGEST = 32_767
WRAPPED = 60
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


def to_xlsx(table: Table) -> bytes:
    """The table as an Office Open XML workbook with a frozen, filterable heading."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(re.sub(r"[\[\]:*?/\\]", " ", clean(table.name))[:31] or "1")
    sheet.freeze_panes = "B2"
    for n, column in enumerate(table.columns, start=1):
        sheet.column_dimensions[get_column_letter(n)].width = column.width
    make = _Styled(sheet, table.zone)
    sheet.append([make.heading(column.title) for column in table.columns])
    count = 1
    for row in table.rows:
        cells = zip(row, table.columns, strict=True)
        sheet.append([make.cell(value, column.kind) for value, column in cells])
        count += 1
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(table.columns))}{count}"
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


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


class _Styled:
    """Makes the cells of one sheet.

    A style is made once per kind and copied as openpyxl's own worksheet copy does (`_style`): comparing
    styles cell by cell takes nearly as long as everything else.
    """

    def __init__(self, sheet: Any, zone: ZoneInfo) -> None:
        self._sheet, self._zone = sheet, zone
        self._styles: dict[tuple[Kind, bool, bool], Any] = {}

    def heading(self, title: str) -> Any:
        """A cell of the first row."""
        cell = self.cell(title, Kind.TEXT)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = PatternFill("solid", start_color="22364D")
        cell.alignment = Alignment(vertical="top", wrap_text=True)
        return cell

    def cell(self, value: Cell, kind: Kind) -> Any:
        """A typed cell; what is text stays text."""
        cell: Any = WriteOnlyCell(self._sheet)
        if isinstance(value, bool):
            value = _yes_no(value)
        if value is None or value == "":
            return cell
        if isinstance(value, str):
            text = clean(value)
            cell.value, cell.data_type = text, "s"
            cell._style = self._style(Kind.TEXT, len(text) > WRAPPED, runs(text))
        else:
            cell.value = _local(value, self._zone)
            cell._style = self._style(kind, False, False)
        return cell

    def _style(self, kind: Kind, wrapped: bool, quoted: bool) -> Any:
        key = (kind, wrapped, quoted)
        if key not in self._styles:
            model: Any = WriteOnlyCell(self._sheet)
            model.number_format, model.quotePrefix = kind.value, quoted
            model.alignment = Alignment(vertical="top", wrap_text=wrapped)
            self._styles[key] = model._style
        return copy(self._styles[key])


def _plain(value: Cell, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _yes_no(value)
    if isinstance(value, datetime):
        return f"{_local(value, zone):%d-%m-%Y %H:%M}"
    if isinstance(value, date):
        return f"{value:%d-%m-%Y}"
    if isinstance(value, str):
        text = clean(value)
        return f"'{text}" if runs(text) else text
    return format(value, "f").replace(".", ",") if isinstance(value, Decimal) else str(value)


def _local(value: Any, zone: ZoneInfo) -> Any:
    return value.astimezone(zone).replace(tzinfo=None) if isinstance(value, datetime) else value


def _yes_no(value: bool) -> str:
    return "Ja" if value else "Nej"
