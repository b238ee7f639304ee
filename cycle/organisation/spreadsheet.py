"""The rows of an XLSX workbook as text. Formulas are read as the values Excel last computed."""

import zipfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from typing import Any

from cycle.organisation.faults import Faults

UNPACKED_LIMIT = 400 * 1024 * 1024

Rows = list[list[str]]


def read_sheets(
    data: bytes, row_limit: int, faults: Faults, cell: Callable[[object], str] | None = None
) -> list[Rows]:
    """Each visible sheet's rows, blank rows kept so that row numbers agree. Raises ImportInvalid.

    `cell` says how a cell is written (`cell_text` unless given).
    """
    with _visible_sheets(data, faults, values=True) as sheets:
        return [_rows(sheet, row_limit, faults, cell or cell_text) for sheet in sheets]


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
    from openpyxl.utils import get_column_letter

    return f"{get_column_letter(column + 1)}{row + 1}"


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


def _rows(sheet: Any, row_limit: int, faults: Faults, cell: Callable[[object], str]) -> Rows:
    sheet.reset_dimensions()
    rows: Rows = []
    for values in _values(sheet):
        if len(rows) > row_limit:
            faults.fail("too many rows", limit=row_limit)
        rows.append([cell(value) for value in values])
    while rows and not any(rows[-1]):
        rows.pop()
    return rows


def _values(sheet: Any) -> Iterator[tuple[object, ...]]:
    yield from sheet.iter_rows(values_only=True)


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


def amount_text(value: object) -> str:
    """A cell of a sheet of amounts: a number with a decimal comma, so that 1.234 is not taken for 1234.

    What a formula leaves behind the sixth decimal is rounded off.
    """
    if isinstance(value, float) and not value.is_integer():
        return f"{round(Decimal(str(value)), 6):f}".rstrip("0").replace(".", ",")
    return cell_text(value)
