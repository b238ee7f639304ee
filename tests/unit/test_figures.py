"""Files of figures: encodings, workbooks, totals, signs, and every refusal."""

from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from cycle.danish import format_decimal
from cycle.errors import ImportInvalid
from cycle.tasks.figure_file import Money, read_figures
from cycle.tasks.figure_sheet import FigureSheet

FOLLOW_UP = """\
unit_id;post;oprindeligt_budget_2025;korrigeret_budget_31_10;forventet_regnskab;afvigelse;afvigelse_pct
U1;Børne- og Familieudvalget;768,2;769,5;771,0;1,5;0,2%
U2;Kultur-, Fritids- og Landdistriktsudvalget;48,2;68,5;60,0;-8,5;12,5%
U3;Beskæftigelsesudvalget;762,0;761,6;761,6;0,0;0,0%
U4;Social- og Sundhedsudvalget;949,2;948,1;950,2;2,1;0,2%
U5;Teknik- og Miljøudvalget;61,0;62,8;64,2;1,4;2,3%
U6;Økonomiudvalget;357,9;372,7;368,2;-4,4;1,2%
;Driftsudgifter i alt;2.946,6;2.983,3;2.975,3;-8,0;0,3%
"""
"""A real municipality's follow-up of October 2025 in mio. kr., with unit ids put in front."""

PLAIN = "unit_id;navn;Ramme\nS1;Søskolen;1.250.000\nS2;Ålborggade;-2.093,8\nI alt;;1.247.906,2\n"


def workbook(*rows: Sequence[object]) -> bytes:
    book, out = Workbook(), BytesIO()
    assert book.active is not None
    for row in rows:
        book.active.append(list(row))
    book.save(out)
    return out.getvalue()


def refused(data: bytes | str, **options: object) -> list[str]:
    with pytest.raises(ImportInvalid) as error:
        read_figures(data.encode() if isinstance(data, str) else data, **options)  # type: ignore[arg-type]
    return [str(problem) for problem in error.value.problems]


def test_rows_that_do_not_add_up_to_the_printed_total_are_shown_with_the_difference_and_not_mended():
    sheet = read_figures(FOLLOW_UP.encode(), money=Money.MILLION)
    assert sheet.columns == (
        "oprindeligt_budget_2025",
        "korrigeret_budget_31_10",
        "forventet_regnskab",
        "afvigelse",
    )
    assert sheet.unused == ("afvigelse_pct",)
    assert sheet.sums()["oprindeligt_budget_2025"] == Decimal("2946500000")
    assert sheet.totals["oprindeligt_budget_2025"] == Decimal("2946600000")
    tenth = Decimal("100000")
    assert sheet.differences() == {
        "oprindeligt_budget_2025": tenth,
        "korrigeret_budget_31_10": tenth,
        "forventet_regnskab": tenth,
        "afvigelse": -tenth,
    }
    assert sheet.amounts["U2"]["afvigelse"] == Decimal("-8500000") and sheet.negative() == 2


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (PLAIN.encode(), "UTF-8"),
        (PLAIN.encode("utf-8-sig"), "UTF-8 (BOM)"),
        (PLAIN.encode("cp1252"), "Windows-1252"),
        (PLAIN.encode("utf-16"), "UTF-16"),
        (PLAIN.replace("\n", "\r\n").encode("cp1252"), "Windows-1252"),
        (("sep=;\n" + PLAIN).encode(), "UTF-8"),
        (("# Opdigtede; beløb\n\n" + PLAIN).encode(), "UTF-8"),
        (PLAIN.replace(";", "\t").encode(), "UTF-8"),
        (
            workbook(
                ("Budgetrammer 2028",),
                (),
                ("Enheds-id", "Navn", "Ramme"),
                ("S1", "Søskolen", 1250000),
                ("S2", "Ålborggade", -2093.8),
                ("", "I alt", 1247906.2),
            ),
            "XLSX",
        ),
    ],
)
def test_the_same_figures_are_read_whatever_program_saved_them(data: bytes, encoding: str):
    sheet = read_figures(data)
    assert sheet.amounts == {"S1": {"Ramme": Decimal(1250000)}, "S2": {"Ramme": Decimal("-2093.8")}}
    assert sheet.differences() == {} and sheet.totals and sheet.encoding == encoding


def test_a_workbooks_decimals_are_never_taken_for_thousands_and_formula_dust_is_brushed_off():
    sheet = read_figures(workbook(("unit_id", "Ramme"), (101001, 12.25), ("S2", 0.1 + 0.2), ("S3", 1e9)))
    assert [row["Ramme"] for row in sheet.amounts.values()] == [
        Decimal("12.25"),
        Decimal("0.3"),
        Decimal(10**9),
    ]
    assert list(sheet.amounts) == ["101001", "S2", "S3"]
    (fault,) = refused(workbook(("unit_id", "Ramme"), ("S1", 1.234)))
    assert fault.startswith("række 2: »Ramme«: 1,234 har mere end to decimaler")


def test_a_heading_that_speaks_of_thousands_or_millions_is_asked_about_and_never_guessed():
    text = "unit_id;Ramme (1.000 kr.)\nS1;54.252\n"
    assert refused(text) == [
        "filen: Overskriften »Ramme (1.000 kr.)« siger, at beløbene ikke står i hele kroner. "
        "Vælg, hvad beløbene er i (i kommandoen --unit tkr)."
    ]
    assert read_figures(text.encode(), money=Money.THOUSAND).sums() == {
        "Ramme (1.000 kr.)": Decimal(54252000)
    }
    assert read_figures(text.encode(), money=Money.KR).sums() == {"Ramme (1.000 kr.)": Decimal(54252)}
    assert "--unit mio" in refused("unit_id;Ramme i mio. kr.\nS1;54,3\n")[0]


def test_only_the_columns_asked_for_are_taken():
    text = "unit_id;navn;distrikt;Elever;Ramme\nS1;A;Nord;250;100\nS2;B;Syd;300;200\n"
    assert read_figures(text.encode()).columns == ("Elever", "Ramme")
    sheet = read_figures(text.encode(), only=["ramme"])
    assert sheet.columns == ("Ramme",) and sheet.unused == ("distrikt", "Elever")
    assert "Kolonnen »Løn« mangler" in refused(text, only=["Løn"])[0]


TWO_ROWS = (
    ("", "", "Løn", "", "Drift", ""),
    ("Enhedsnummer", "Navn", "Budget", "Regnskab", "Budget", "Regnskab i %"),
    ("S1", "Søskolen", "10.000.000", "9.900.000", "2.000.000", "95 %"),
    ("I alt", "", "10.000.000", "9.900.000", "2.000.000", "95 %"),
)


@pytest.mark.parametrize("data", [workbook(*TWO_ROWS), "\n".join(map(";".join, TWO_ROWS)).encode()])
def test_columns_to_be_taken_that_share_a_heading_are_refused_and_nothing_is_lost(data: bytes):
    assert refused(data) == [
        "række 2: Overskriften »Budget« står 2 gange (kolonne C, E). "
        "Giv hver kolonne sit eget navn i den række, fx »Løn, budget« og »Drift, budget«."
    ]
    assert "columns C, E" in refused(data, language="en", only=["budget"])[0]
    assert read_figures(data, only=["Regnskab"]).sums() == {"Regnskab": Decimal(9_900_000)}


def test_an_amount_without_a_heading_is_refused_and_a_remark_without_one_is_passed_over():
    (told,) = refused("unit_id,navn,Ramme\nS1,Søskolen,1250,50\nS2,Åskolen,300\nS3,Ny,1,2\n")
    assert told.startswith("række 2: 50 i kolonne D har ingen overskrift. Giv kolonnen en overskrift")
    (told,) = refused(workbook(("unit_id", "", "Ramme"), ("S1", "ny", 1), ("S2", 7, 2)))
    assert told.startswith("række 3: 7 i kolonne B har ingen overskrift.")
    noted = b"unit_id;;Ramme\nS1;7;1;ny skole\n"
    assert read_figures(noted, only=["Ramme"]).amounts == {"S1": {"Ramme": Decimal(1)}}


@pytest.mark.parametrize(
    "headings",
    ["Enhedsnr.;Enhed", "Enhed;Enhedsnr.", "Unit no.;Unit", "Enhed;Navn", "enheds-id;Post"],
)
def test_the_units_number_is_found_under_the_headings_of_our_own_lists(headings: str):
    rows = [("S1", "Søskolen"), ("", "I alt")]
    turned = [row[::-1] if headings == "Enhed;Enhedsnr." else row for row in rows]
    sheet = read_figures("\n".join([f"{headings};Budget", *(f"{a};{b};100" for a, b in turned)]).encode())
    assert sheet.columns == ("Budget",) and sheet.unused == ()
    assert sheet.amounts == {"S1": {"Budget": Decimal(100)}} == {"S1": sheet.totals}


def test_percentages_are_told_from_amounts_in_a_workbook_as_in_text():
    book, out = Workbook(), BytesIO()
    assert book.active is not None
    book.active.append(["unit_id", "Andel", "Vægt", "Ramme"])
    for row, (share, weight) in enumerate([(0.5, 7.5), (0.125, 12)], start=2):
        book.active.append([f"S{row}", share, weight, 100])
        book.active.cell(row, 2).number_format = "0.0%"
        book.active.cell(row, 3).number_format = '0.0" %"'
    book.save(out)
    sheet = read_figures(out.getvalue())
    assert sheet.columns == ("Ramme",) and sheet.unused == ("Andel", "Vægt")
    assert refused(out.getvalue(), only=["Andel"])[1] == (
        "række 3: »Andel«: 12,5 % er en procent og ikke et beløb. "
        "Skriv beløbet, eller slet kolonnen (kommandoen tager kun andre med --column)."
    )
    assert "»Vægt«: 7,5 % er" in refused(out.getvalue(), only=["Vægt"])[0]
    (told,) = refused("unit_id;Ramme\nS1;100\nS2;12 pct.\n")
    assert told.startswith("række 3: »Ramme«: 12 pct. er en procent")


def test_an_empty_amount_is_a_unit_without_a_figure():
    sheet = read_figures(b"unit_id;Ramme;Heraf\nS1;100;50\nS2;;\nS3;300;\n")
    assert sheet.without == ("S2", "S3") and set(sheet.amounts) == {"S1", "S3"}
    assert sheet.sums() == {"Ramme": Decimal(400), "Heraf": Decimal(50)}


@pytest.mark.parametrize(
    ("text", "faults"),
    [
        ("", ["filen: Der er ingen kolonne med enhedernes id. Kald den unit_id eller enheds-id."]),
        ("navn;Ramme\nA;1\n", ["filen: Der er ingen kolonne med enhedernes id."]),
        ("unit_id;navn\nS1;A\n", ["filen: Der er ingen kolonne med beløb."]),
        (
            "unit_id;Ramme\nS1;1\nS1;2\n;3\nS4;mange\nS5;1,250.50\n",
            [
                "række 3: Id'et S1 står også i række 2.",
                "række 4: »unit_id« er tom.",
                "række 5: »Ramme«: »mange« kan ikke læses som et tal.",
                "række 6: »Ramme«: »1,250.50« kan ikke læses som et tal.",
            ],
        ),
        (
            "unit_id;Ramme\nS1;1\nI alt;1\nS2;2\nI alt;3\n",
            ["række 5: Der står også en sum i række 3. Behold kun den sidste sum, og slet mellemsummer."],
        ),
        ("unit_id;Ramme\nS1;9999999999999999\n", ["række 2: »Ramme«: 9999999999999999 er for stort"]),
    ],
)
def test_every_fault_is_told_with_its_row(text: str, faults: list[str]):
    told = refused(text)
    assert len(told) == len(faults)
    for said, expected in zip(told, faults, strict=True):
        assert said.startswith(expected)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"\xd0\xcf\x11\xe0rest", "Excels gamle format"),
        (b"PK\x03\x04rest", "Regnearket kan ikke læses"),
        (b"\x00\x01\x02\xff", "hverken tekst eller et regneark"),
        (b'unit_id;Ramme\n"S1;1\n', "Anførselstegnene går ikke op"),
    ],
)
def test_what_is_no_table_is_refused_in_words(data: bytes, fault: str):
    assert fault in refused(data)[0]


FORMULAS = workbook(
    ("Budgetrammer 2028",),
    ("unit_id", "Navn", "Elever", "Ramme", "Heraf løn"),
    ("S1", "Søskolen", 250, 100, "=D3*0.8"),
    ("S2", "Ålborggade", 300, "=C4*2", "=D4*0.8"),
    ("I alt", "", 550, "=SUM(D3:D4)", ""),
)


def test_formulas_whose_values_were_not_kept_are_named_with_their_column_and_first_cell():
    assert refused(FORMULAS) == [
        "række 4: »Ramme«: D4 er en formel uden gemt værdi (2 i kolonnen). "
        "Åbn filen i Excel, og gem den igen, eller sæt beløbene ind som værdier.",
        "række 3: »Heraf løn«: E3 er en formel uden gemt værdi (2 i kolonnen). "
        "Åbn filen i Excel, og gem den igen, eller sæt beløbene ind som værdier.",
    ]
    assert refused(FORMULAS, language="en", only=["ramme"]) == [
        "row 4: “Ramme”: D4 is a formula without a kept value (2 in the column). "
        "Open the file in Excel and save it again, or paste the amounts as values."
    ]
    assert read_figures(FORMULAS, only=["Elever"]).sums() == {"Elever": Decimal(550)}


def test_limits_are_written_as_the_reader_writes_numbers(monkeypatch):
    monkeypatch.setattr("cycle.tasks.figure_file.ROW_LIMIT", 1_000)
    long = "unit_id;Ramme\n" + "S;1\n" * 1_001
    assert refused(long) == ["filen: Filen har mere end 1.000 rækker. Er det den rigtige fil?"]
    assert refused(long, language="en") == [
        "the file: The file has more than 1,000 rows. Is it the right file?"
    ]


def test_a_formula_that_gives_the_empty_text_has_a_value():
    """As Excel keeps it: the cell says that its value is text, and the text is empty."""
    data, saved = workbook(("unit_id", "Ramme", "Note"), ("S1", 100, '=IF(B2>50,"","lille")')), BytesIO()
    with ZipFile(BytesIO(data)) as source, ZipFile(saved, "w") as target:
        for name in source.namelist():
            text = source.read(name)
            target.writestr(name, text.replace(b'<c r="C2">', b'<c r="C2" t="str">'))
    assert len(refused(data)) == 1
    assert read_figures(saved.getvalue()).columns == ("Ramme",)


@pytest.mark.parametrize(
    ("data", "row"),
    [
        ('unit_id,navn,Ramme\nS1,Søskolen,n/a\nS2,Ålborggade,"1,250,000.50"\nS3,C,"-2,093,800"\n', 3),
        (workbook(("unit_id", "Elever", "Ramme"), ("S1", 9, "1,250,000.50"), ("S2", 8, "kr. 2,000.00")), 2),
    ],
    ids=["csv", "text in a workbook, beside a column that can be read"],
)
def test_a_column_in_english_numbers_is_named_with_its_first_cell_and_how_to_write_it(data, row):
    assert refused(data) == [
        f"række {row}: »Ramme«: 1,250,000.50 er skrevet på engelsk (2 i kolonnen). "
        "Tal læses på dansk: skriv 1.250.000,5."
    ]
    assert refused(data, language="en") == [
        f"row {row}: “Ramme”: 1,250,000.50 is written the English way (2 in the column). "
        "Numbers are read the Danish way: write 1.250.000,5."
    ]


def test_faults_are_told_in_english_to_those_who_chose_it():
    assert refused("name;Frame\nA;1\n", language="en") == [
        "the file: There is no column with the units' ids. Call it unit_id."
    ]


amounts = st.decimals(min_value=-(10**12), max_value=10**12, places=2)


@given(st.dictionaries(st.from_regex(r"[A-Z][0-9]{1,5}", fullmatch=True), amounts, min_size=1, max_size=30))
def test_whatever_amounts_are_written_in_danish_they_come_back_and_add_up(given_amounts):
    rows = [f"{unit_id};{format_decimal(amount)}" for unit_id, amount in given_amounts.items()]
    total = format_decimal(sum(given_amounts.values(), Decimal(0)))
    sheet: FigureSheet = read_figures("\n".join(["unit_id;Ramme", *rows, f"I alt;{total}"]).encode())
    assert {unit: row["Ramme"] for unit, row in sheet.amounts.items()} == given_amounts
    assert sheet.differences() == {}
