import csv
import io
import re
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from documents.tables import LONGEST, Column, Kind, Table, clean, runs, to_csv
from documents.workbook import to_xlsx

ZONE = ZoneInfo("Europe/Copenhagen")
ROOT = Path(__file__).parents[2]
DANGEROUS = [
    "=1+1",
    "+1",
    "-1+2",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    ' =HYPERLINK("x")',
    "\xa0=1+1",
    " \xa0 @SUM(A1)",
    "＝1+1",
    "=cmd|'/c calc'!A0",
]


def opened(table):
    return load_workbook(io.BytesIO(to_xlsx(table))).active


def read_csv(table):
    return list(csv.reader(io.StringIO(to_csv(table).decode("utf-8-sig"), newline=""), delimiter=";"))


def one_column(*values, kind=Kind.TEXT):
    return Table("Svar", [Column("Svar", kind)], [(value,) for value in values], ZONE)


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_person_wrote_never_becomes_a_formula_in_a_workbook(text):
    cell = opened(one_column(text))["A2"]
    assert cell.data_type == "s" and cell.quotePrefix
    assert cell.value.replace("_x000D_", "\r").strip() == text.strip()


@pytest.mark.parametrize("text", DANGEROUS)
def test_what_a_person_wrote_never_becomes_a_formula_in_csv(text):
    (cell,) = read_csv(one_column(text))[1]
    assert cell == f"'{text}"


def test_a_heading_cannot_be_a_formula_either():
    table = Table("=1", [Column("=1+1")], [], ZONE)
    assert opened(table)["A1"].data_type == "s"
    assert read_csv(table)[0] == ["'=1+1"]


def test_a_workbook_has_typed_cells():
    table = Table(
        "Svar",
        [Column("Tal", Kind.NUMBER), Column("Dag", Kind.DATE), Column("Tid", Kind.INSTANT), Column("Ja")],
        [(Decimal("-12.50"), date(2027, 4, 20), datetime(2027, 4, 20, 10, 5, tzinfo=UTC), True)],
        ZONE,
    )
    number, day, at, yes = opened(table)[2]
    assert (number.data_type, number.value, number.number_format) == ("n", -12.5, "#,##0.00")
    assert day.is_date and day.value.date() == date(2027, 4, 20)
    assert at.value == datetime(2027, 4, 20, 12, 5)
    assert yes.value == "Ja"


def test_csv_is_what_a_danish_excel_opens():
    table = Table(
        "Svar",
        [Column("Enhed"), Column("Tal", Kind.NUMBER), Column("Dag", Kind.DATE), Column("Tid", Kind.INSTANT)],
        [("Ærø; skole", Decimal("-1234.5"), date(2027, 4, 20), datetime(2027, 1, 1, 11, 0, tzinfo=UTC))],
        ZONE,
    )
    assert to_csv(table) == (
        "\ufeffEnhed;Tal;Dag;Tid\r\n".encode()
        + '"Ærø; skole";-1234,5;20-04-2027;01-01-2027 12:00\r\n'.encode()
    )


def test_a_text_longer_than_a_cell_is_cut_and_says_so():
    value = opened(one_column("æ" * (LONGEST + 10)))["A2"].value
    assert len(value) == LONGEST and value.endswith("[…]")


@given(st.text(max_size=60))
def test_any_text_makes_a_workbook_that_opens_and_a_csv_of_one_cell(text):
    table = one_column(text)
    cell = opened(table)["A2"]
    assert cell.data_type != "f" and (cell.data_type == "s" or not clean(text))
    rows = read_csv(table)
    assert len(rows) == 2 and rows[1] == [f"'{clean(text)}" if runs(clean(text)) else clean(text)]


def test_a_sheet_name_that_excel_refuses_is_made_good():
    book = load_workbook(io.BytesIO(to_xlsx(Table("a/b:c*[d]" + "x" * 40, [Column("A")], [], ZONE))))
    assert len(book.sheetnames[0]) <= 31 and not set("[]:*?/\\") & set(book.sheetnames[0])


def test_every_workbook_is_written_here_where_texts_stay_texts():
    rooms = ("cli", "config", "cycle", "documents", "flows", "notifications", "web")
    writers = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in sorted((ROOT / room).rglob("*.py"))
        if re.search(r"\bWorkbook\(", path.read_text(encoding="utf-8"))
    ]
    assert writers == ["documents/workbook.py"]
