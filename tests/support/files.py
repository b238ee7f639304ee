"""Files of units and leaders for tests, as bytes in whatever form they come."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

from openpyxl import Workbook

from cycle.organisation.applying import Import

KOEBENHAVN = Path(__file__).parents[2] / "config/examples/koebenhavn"
TODAY = date(2026, 12, 1)

UNITS = """\
unit_id;parent_id;name;kind;area;ownership
BY;;Byby Kommune;kommune;;
SK;BY;Skoler;område;Skoler;
D1;SK;Distrikt Øst;distrikt;Skoler;
S1;D1;Havneskolen;skole;Skoler;kommunal
S2;D1;Åskolen;skole;Skoler;kommunal
S3;SK;Ærø Friskole;skole;Skoler;selvejende
"""

LEADERS = """\
unit_id;role;name;email;valid_from;valid_to
BY;kommunaldirektør;Kirsten Mose;kirsten@by.example;2026-08-01;
SK;områdechef;Anders Bro;anders@by.example;2026-08-01;
D1;distriktschef;Ditte Lund;ditte@by.example;2026-08-01;
S1;leder;Ida Eg;ida@by.example;2026-08-01;
S2;leder;Åse Ø;åse.ø@by.example;2026-08-01;
"""


def given(text, today=TODAY, **more):
    """A file to import: text or bytes, a path, on a local date."""
    data = text.read_bytes() if isinstance(text, Path) else text.encode() if isinstance(text, str) else text
    name = text.name if isinstance(text, Path) else "fil.csv"
    now = datetime(today.year, today.month, today.day, 9, tzinfo=UTC)
    return Import(name, data, "account:1", now, today, **more)


def workbook(rows, *, before=()):
    """An XLSX file of one sheet, with other sheets before it."""
    book = Workbook()
    book.remove(book.active)
    for name, content in (*before, ("Ark", rows)):
        sheet = book.create_sheet(name)
        for row in content:
            sheet.append(list(row))
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def table(text):
    """The rows of a semicolon file."""
    return [line.split(";") for line in text.splitlines()]
