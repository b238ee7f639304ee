from datetime import date, datetime

import pytest
from hypothesis import given as all_of
from hypothesis import strategies as st

from cycle.access.emails import clean_email, email_fault, email_key
from cycle.errors import ImportInvalid
from cycle.organisation import spreadsheet
from cycle.organisation.columns import LEADERS as LEADER_COLUMNS
from cycle.organisation.columns import UNITS as UNIT_COLUMNS
from cycle.organisation.days import parse_day
from cycle.organisation.faults import SENTENCES, Faults
from cycle.organisation.leader_file import read_leaders
from cycle.organisation.reading import SIZE_LIMIT
from cycle.organisation.unit_file import municipality_id, read_units
from tests.support.files import LEADERS, UNITS, table, workbook


def problems(read, data, language="da"):
    with pytest.raises(ImportInvalid) as caught:
        read(data if isinstance(data, bytes) else data.encode(), language=language)
    return [str(problem) for problem in caught.value.problems]


def only(read, data, language="da"):
    found = problems(read, data, language)
    assert len(found) == 1, found
    return found[0]


def names(data):
    return [row.name for row in read_units(data).rows]


NAMES = ["Byby Kommune", "Skoler", "Distrikt Øst", "Havneskolen", "Åskolen", "Ærø Friskole"]


@pytest.mark.parametrize(
    ("data", "encoding", "separator"),
    [
        (UNITS.encode(), "UTF-8", ";"),
        (UNITS.encode("utf-8-sig"), "UTF-8 (BOM)", ";"),
        (UNITS.encode("cp1252"), "Windows-1252", ";"),
        (UNITS.encode("utf-16"), "UTF-16", ";"),
        (UNITS.replace(";", ",").encode(), "UTF-8", ","),
        (UNITS.replace(";", "\t").encode(), "UTF-8", "\t"),
        (UNITS.replace("\n", "\r\n").encode(), "UTF-8", ";"),
        (("sep=|\n" + UNITS.replace(";", "|")).encode(), "UTF-8", "|"),
    ],
)
def test_every_usual_encoding_and_separator_gives_the_same_rows_and_is_named(data, encoding, separator):
    file = read_units(data)
    assert [row.name for row in file.rows] == NAMES
    assert (file.how.encoding, file.how.separator) == (encoding, separator)


def test_a_file_that_mixes_encodings_is_refused_with_its_line():
    mixed = UNITS.encode().replace("Åskolen".encode(), "Åskolen".encode("cp1252"))
    assert only(read_units, mixed).startswith("linje 6: Filen blander tegnsæt")


def test_danish_and_english_headings_in_any_order_and_spelling_are_understood():
    danish = "Navn;ART;Enheds-ID;Overordnet\nByby;Kommune;BY;\nSkolen;Skole;S1;BY\n"
    english = "name,kind,Unit Id,parent_id\nByby,kommune,BY,\nSkolen,skole,S1,BY\n"
    assert read_units(danish.encode()).rows == read_units(english.encode()).rows
    leaders = "Enhed;Rolle;Navn;E-mail;Fra;Til\nS1;Leder;Ida;ida@by.example;1.8.2026;30/6-2027\n"
    row = read_leaders(leaders.encode()).rows[0]
    assert (row.role, row.valid_from, row.valid_to) == ("leder", date(2026, 8, 1), date(2027, 6, 30))


def test_a_missing_column_is_named_with_what_was_found_and_what_it_may_be_called():
    told = only(read_leaders, "enhed;navn\nS1;Ida\n")
    assert told == (
        "række 1: Kolonnen »e-mail« mangler. Fundet: »enhed«, »navn«. "
        "Den kan hedde »e-mail«, »email«, »mail«, »e-mailadresse«, »mailadresse«, »e-post«."
    )
    assert "Kolonnen »overordnet« mangler" in only(read_units, "unit_id;name;kind\nA;B;kommune\n")
    assert only(read_leaders, "enhed;navn\nS1;Ida\n", "en").startswith(
        "row 1: The column “e-mail” is missing. Found: “enhed”, “navn”."
    )
    assert ".." not in only(read_leaders, "Enhedsnr.;Navn;Tlf.\nS1;Ida;1\n"), "their stop, and ours"


def test_two_headings_with_one_meaning_and_unused_headings_are_told():
    told = only(read_leaders, "enheds-id;unit_id;navn;mail\nS1;S1;Ida;\n")
    assert "»enheds-id« og »unit_id« betyder begge enhed" in told
    told = only(read_leaders, "Enhed;Navn;Enhed;Mail\nS1;Ida;S1;\n")
    assert "»Enhed« og »Enhed« betyder begge enhed" in told
    file = read_units(b"unit_id;parent_id;name;kind;Antal elever\nBY;;Byby;kommune;12\n")
    assert file.how.unused == ("Antal elever",)


def test_the_units_number_and_name_are_found_under_the_headings_of_our_own_lists():
    units = "Enhedsnr.;Enhed;Art;Overordnet\nBY;Byby;kommune;\nS1;Skolen;skole;BY\n"
    assert [(row.id, row.name) for row in read_units(units.encode()).rows] == [
        ("BY", "Byby"),
        ("S1", "Skolen"),
    ]
    english = "Unit;Unit no.;Leader name;name;email\nThe school;S1;;Ida;ida@by.example\n"
    assert read_leaders(english.encode()).rows[0].unit_id == "S1"
    assert read_leaders(b"Enhed;Navn;Mail\nS1;Ida;ida@by.example\n").rows[0].unit_id == "S1"


def test_all_faults_of_a_file_are_told_at_once_each_with_its_row():
    text = (
        "unit_id;parent_id;name;kind;ownership;fra\n"
        "BY;;Byby;kommune;;\n"
        "S1;BY;Skolen;skole;privat;\n"
        "S1;BY;Skolen igen;skole;;\n"
        "s1;BY;Skolen med småt;skole;;\n"
        ";BY;;skole;;\n"
        "S/2;BY;Skråskolen;skole;;\n"
        "S3;XX;Forældreløs;skole;;32.1.2027\n"
        "S4;;Uden kommune;skole;;\n"
    )
    told = problems(read_units, text)
    for row, words in (
        (3, "»privat« er ikke en ejerform"),
        (4, "Id'et S1 står også i række 3"),
        (5, "afviger kun i store og små bogstaver"),
        (6, "»unit_id« er tom"),
        (6, "»name« er tom"),
        (7, "»S/2« kan ikke være et enheds-id"),
        (8, "Den overordnede enhed XX er ikke i filen"),
        (8, "er ikke en dato: 32.1.2027"),
        (9, "Enheden har ingen overordnet; det har række 2 heller ikke"),
    ):
        assert any(line.startswith(f"række {row}: ") and words in line for line in told), (row, words, told)


def test_a_circle_of_parents_is_told_once_by_name():
    text = "unit_id;parent_id;name;kind\nBY;;B;kommune\nA;B;A;x\nB;C;B;x\nC;A;C;x\nD;C;D;x\nE;E;E;x\n"
    told = problems(read_units, text)
    assert [line for line in told if "i ring" in line] == [
        "række 3: Enhederne er overordnet hinanden i ring: A → B → C → A. Ret en af de overordnede.",
        "række 7: Enhederne er overordnet hinanden i ring: E → E. Ret en af de overordnede.",
    ]


def test_children_may_stand_before_their_parents_and_paths_follow_the_tree():
    lines = UNITS.splitlines()
    file = read_units("\n".join([lines[0], *reversed(lines[1:])]).encode())
    paths = {row.id: row.path for row in file.rows}
    assert paths["S1"] == "/BY/SK/D1/S1/"
    assert file.rows[0].id == "BY"
    assert {row.root_id for row in file.rows} == {"BY"}


def test_a_flat_file_makes_each_municipality_a_root():
    text = "unit_id;municipality;name;kind\n1;Ærø;Marstal Skole;skole\n2;Aabenraa;Lyreskolen;skole\n"
    file = read_units(text.encode())
    assert [(row.id, row.parent_id, row.kind) for row in file.rows] == [
        ("kommune-aabenraa", None, "kommune"),
        ("2", "kommune-aabenraa", "skole"),
        ("kommune-aeroe", None, "kommune"),
        ("1", "kommune-aeroe", "skole"),
    ]
    assert municipality_id("Høje-Taastrup") == "kommune-hoeje-taastrup"
    assert "»municipality« er tom" in only(read_units, "unit_id;municipality;name;kind\n1;;Skole;skole\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "Filen er tom"),
        (b"\n \n;;\n", "Filen er tom"),
        (b"unit_id;parent_id;name;kind\n", "Filen er tom"),
        (b"x" * (SIZE_LIMIT + SIZE_LIMIT // 40), "Filen fylder 20,5 MB; grænsen er 20 MB"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 xls", "Excels gamle format"),
        (b"PK\x03\x04 no archive", "Regnearket kan ikke læses"),
        (b"\x89PNG\r\n\x1a\n\0\0\0", "hverken tekst eller et regneark"),
        (b'unit_id;parent_id;name;kind\nBY;;"Byby;kommune\n', "Anførselstegnene går ikke op"),
        (b"unit_id;parent_id;name;kind\nBY;;By;by;kommune\n", "Rækken har 5 felter"),
        (b"unit_id;parent_id;name;kind\nBY;;By\x07by;kommune\n", "usynlige styretegn"),
        (b"unit_id;parent_id;name;kind\nBY;;" + b"x" * 300 + b";kommune\n", "grænsen er 200"),
        (b"unit_id;parent_id;name;kind\nBY;;#REF!;kommune\n", "Excel-fejlen #REF!"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_cure(data, words):
    told = only(read_units, data)
    assert words in told
    assert told.endswith((".", "?"))


def test_a_workbook_is_read_like_a_csv_file_with_numbers_and_dates_as_cells():
    rows = [
        ["Enhed", "Rolle", "Navn", "E-mail", "Fra"],
        [101001.0, "leder", "Ida", "ida@by.example", datetime(2026, 8, 1)],
        ["101002.0", "leder", "Bo", None, date(2026, 8, 1)],
        [None, None, None, None, None],
    ]
    file = read_leaders(workbook(rows, before=[("Vejledning", [["Læs mig først"]])]))
    assert file.how.encoding == "XLSX"
    assert [(row.unit_id, row.email, row.valid_from) for row in file.rows] == [
        ("101001", "ida@by.example", date(2026, 8, 1)),
        ("101002", None, date(2026, 8, 1)),
    ]
    assert names(workbook(table(UNITS))) == NAMES


def test_a_workbook_that_unpacks_to_far_too_much_is_refused(monkeypatch):
    monkeypatch.setattr(spreadsheet, "UNPACKED_LIMIT", 1000)
    assert "Regnearket kan ikke læses" in only(read_units, workbook(table(UNITS)))


@pytest.mark.parametrize(
    ("email", "words"),
    [
        ('"ida@by.example\r\nBcc: alle@by.example"', "indeholder linjeskift"),
        ("ida.by.example", "@ mangler"),
        ("ida@by", "gyldigt domæne"),
        ("ida@by..example", "gyldigt domæne"),
        ('"ida@by.example, bo@by.example"', "flere e-mailadresser"),
        ("Ida <ida@by.example>", "ikke en gyldig e-mailadresse"),
        ("i" * 65 + "@by.example", "for lang"),
    ],
)
def test_an_address_that_cannot_be_written_to_is_refused_with_its_row(email, words):
    told = only(read_leaders, f"enhed,navn,mail\nS1,Ida,{email}\n")
    assert told.startswith("række 2: ")
    assert words in told


@pytest.mark.parametrize(
    "email", ["ida@by.example", "hanne.højvang1@by.example", "ida+svar@blåbær.example", "o'neil@a-b.example"]
)
def test_non_ascii_local_parts_and_domains_are_accepted(email):
    assert read_leaders(f"enhed;navn;mail\nS1;Ida;mailto:{email}\n".encode()).rows[0].email == email


@all_of(st.text(max_size=80))
def test_an_accepted_address_never_holds_a_second_header_or_recipient(text):
    cleaned = clean_email(text)
    if email_fault(cleaned) is None:
        assert not set(cleaned) & set('\r\n\0 ,;<>"')
        assert cleaned.count("@") == 1
        assert email_key(cleaned) == email_key(cleaned.upper().lower())


def test_one_address_with_two_names_and_one_id_with_two_addresses_are_faults():
    told = problems(
        read_leaders,
        "enhed;navn;mail;medarbejdernummer\n"
        "S1;Ida;leder@by.example;\nS2;Bo;Leder@by.example;\n"
        "S3;Åse;a@by.example;77\nS4;Åse;b@by.example;77\n",
    )
    assert [line.split(":")[0] for line in told] == ["række 3", "række 5"]
    assert "fællespostkasse" in told[0]


def test_a_personal_number_is_refused_as_a_staff_number():
    told = only(read_leaders, "enhed;navn;mail;medarbejdernummer\nS1;Ida;;010170-1234\n")
    assert "CPR" in told
    assert "010170" not in told


def test_a_row_without_a_name_says_that_the_post_is_vacant_but_an_address_needs_a_name():
    row = read_leaders(b"enhed;navn;mail\nS1;;\n").rows[0]
    assert row.is_vacant
    assert "»navn« er tom" in only(read_leaders, "enhed;navn;mail\nS1;;x@by.example\n")


def test_dates_backwards_and_unknown_languages_are_faults():
    told = problems(read_leaders, "enhed;navn;mail;fra;til;sprog\nS1;Ida;;2.1.2027;1.1.2027;fransk\n")
    assert [line.split(": ", 1)[1].split(".")[0] for line in told] == [
        "Sproget fransk kendes ikke",
        "Slutdatoen ligger før startdatoen",
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2027-07-01", date(2027, 7, 1)),
        ("2027-07-01 00:00:00", date(2027, 7, 1)),
        ("1.7.2027", date(2027, 7, 1)),
        ("01-07-2027", date(2027, 7, 1)),
        ("1/7/2027", date(2027, 7, 1)),
        ("1/7-2027", date(2027, 7, 1)),
        ("1. juli 2027", date(2027, 7, 1)),
        ("29. februar 2028", date(2028, 2, 29)),
        ("29.2.2027", None),
        ("1.7.27", None),
        ("2027-13-01", None),
        ("i morgen", None),
        ("1.1.0001", None),
    ],
)
def test_dates_are_read_as_danes_and_machines_write_them(text, day):
    assert parse_day(text) == day


@all_of(st.dates(date(1900, 1, 1), date(2200, 12, 31)))
def test_every_day_is_read_back_from_both_spellings(day):
    assert parse_day(day.isoformat()) == parse_day(f"{day.day}.{day.month}.{day.year}") == day


def test_every_fault_has_a_cure_in_both_languages_with_the_same_placeholders():
    for key, (danish, english) in SENTENCES.items():
        for what, other in zip(danish, english, strict=True):
            assert what.endswith((".", "?")), key
            assert set(_names(what)) == set(_names(other)), key


def _names(sentence):
    from string import Formatter

    return [name for _, name, _, _ in Formatter().parse(sentence) if name]


def test_no_heading_means_two_columns():
    for columns in (UNIT_COLUMNS, LEADER_COLUMNS):
        headings = [key for column in columns for key in column.keys(loose=False)]
        assert len(headings) == len(set(headings))
        assert not set(headings) & {key for column in columns for key in column.keys(loose=True)}
    with pytest.raises(ImportInvalid):
        Faults().fail("empty file")


@all_of(st.binary(max_size=300))
def test_any_bytes_are_rows_or_a_told_fault_and_nothing_worse(data):
    for read in (read_units, read_leaders):
        try:
            assert read(data).rows
        except ImportInvalid as error:
            assert error.problems


LINES = st.text(alphabet="abcæøåÆØÅ;,\"\n\t '@.1\u00a0", max_size=120)


@all_of(LINES)
def test_any_text_under_right_headings_is_rows_or_a_told_fault(text):
    for read, head in ((read_units, UNITS), (read_leaders, LEADERS)):
        try:
            assert read((head.splitlines()[0] + "\n" + text).encode()).rows
        except ImportInvalid as error:
            assert all(problem.cure for problem in error.problems)
