"""The rows of an XLSX workbook as text. Formulas are read as the values Excel last computed."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from cycle.organisation.faults import Faults

UNPACKED_LIMIT = 400 * 1024 * 1024
_LITERAL = re.compile(r'"[^"]*"|\\.')
"""What a number format writes as it stands: a percent sign in it does not multiply by a hundred."""

Rows = list[list[str]]


def read_sheets(data: bytes, row_limit: int, faults: Faults, *, amounts: bool = False) -> list[Rows]:
    """Each visible sheet's rows, blank rows kept so that row numbers agree. Raises ImportInvalid.

    Cells are written as `cell_text` says, in a sheet of `amounts` as `amount_text` says.
    """
    with _visible_sheets(data, faults, values=True) as sheets:
        return [_rows(sheet, row_limit, faults, amounts) for sheet in sheets]


def formulas_without_values(data: bytes, faults: Faults) -> list[set[tuple[int, int]]]:
    """(row, column), counted from 0, of each visible sheet's formulas that nobody has computed.

    A program that writes workbooks keeps no values; Excel keeps them when it saves, the empty text too.
    Raises ImportInvalid.
    """
    with (
        _visible_sheets(data, faults, values=False) as written,
        _visible_sheets(data, faults, values=True) as computed,
    ):
        return [_uncomputed(*pair) for pair in zip(written, computed, strict=True)]


def cell_name(row: int, column: int) -> str:
    """The cell as Excel names it ("C2"); row and column are counted from 0."""
    return f"{column_name(column)}{row + 1}"


def column_name(column: int) -> str:
    """The column as Excel names it ("C"); counted from 0."""
    from openpyxl.utils import get_column_letter

    return get_column_letter(column + 1)


@contextmanager
def _visible_sheets(data: bytes, faults: Faults, *, values: bool) -> Iterator[Sequence[Any]]:
    from openpyxl import load_workbook  # an eighth of the start of a command that seldom meets a workbook

    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > UNPACKED_LIMIT:
                faults.fail("broken workbook")
        workbook = load_workbook(BytesIO(data), read_only=True, data_only=values)
        try:
            yield [sheet for sheet in workbook.worksheets if sheet.sheet_state == "visible"]
        finally:
            workbook.close()
    except (zipfile.BadZipFile, KeyError, ValueError, OSError, SyntaxError, EOFError, TypeError):
        faults.fail("broken workbook")


def _uncomputed(written: Any, computed: Any) -> set[tuple[int, int]]:
    written.reset_dimensions()
    computed.reset_dimensions()
    return {
        (n, at)
        for n, row in enumerate(zip(written.iter_rows(), computed.iter_rows(), strict=True))
        for at, (formula, value) in enumerate(zip(*row, strict=True))
        if formula.data_type == "f" and value.value is None and value.data_type != "str"
    }


def _rows(sheet: Any, row_limit: int, faults: Faults, amounts: bool) -> Rows:
    sheet.reset_dimensions()
    rows: Rows = []
    for row in _texts(sheet, amounts):
        if len(rows) > row_limit:
            faults.fail("too many rows", limit=row_limit)
        rows.append(row)
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _texts(sheet: Any, amounts: bool) -> Iterator[list[str]]:
    if amounts:
        for cells in sheet.iter_rows():
            yield [amount_text(cell.value, cell.number_format) for cell in cells]
    else:
        for values in sheet.iter_rows(values_only=True):
            yield [cell_text(value) for value in values]


def cell_text(value: object) -> str:
    """A cell as it would stand in a CSV file: whole numbers without decimals, dates as ISO."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return str(value)


def amount_text(value: object, shown_as: str | None = None) -> str:
    """A cell of a sheet of amounts: a number with a decimal comma, so that 1.234 is not taken for 1234.

    What a formula leaves behind the sixth decimal is rounded off. `shown_as` is the cell's number format:
    0.125 shown as a percentage is "12,5 %".
    """
    if isinstance(value, bool) or not isinstance(value, int | float):
        return cell_text(value)
    if "%" not in (shown_as or ""):
        return _with_comma(value)
    hundredths = "%" in _LITERAL.sub("", shown_as or "")
    return f"{_with_comma(value * 100 if hundredths else value)} %"


def _with_comma(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{round(Decimal(str(value)), 6):f}".rstrip("0").rstrip(".").replace(".", ",")
