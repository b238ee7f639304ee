"""Tables as XLSX with typed cells (`documents.tables` holds them).

A module of its own because openpyxl is a fifth of the memory that pages take, for the few downloads that
need it: pages import it when one is asked for.
"""

import io
import re
from copy import copy
from typing import Any
from zoneinfo import ZoneInfo

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from documents.tables import Cell, Kind, Table, clean, local_time, runs, yes_no

WRAPPED = 60


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
            value = yes_no(value)
        if value is None or value == "":
            return cell
        if isinstance(value, str):
            text = clean(value)
            cell.value, cell.data_type = text, "s"
            cell._style = self._style(Kind.TEXT, len(text) > WRAPPED, runs(text))
        else:
            cell.value = local_time(value, self._zone)
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
