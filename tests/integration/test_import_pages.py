"""Lists imported on the page: columns named by hand and remembered, levels as columns, only what was seen."""

from datetime import date
from io import BytesIO
from itertools import product
from pathlib import Path

import pytest
from httpx import Response
from openpyxl import Workbook
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.organisation.chosen_columns import Chosen
from cycle.organisation.leader_file import LeaderRow
from cycle.organisation.tables import Address, Appointment, ImportDraft, ImportRecord, Person, Unit
from cycle.organisation.unit_difference import units_difference
from cycle.organisation.unit_file import read_units
from cycle.organisation.unit_names import with_unit_ids
from cycle.store import reading, transaction
from tests.support.municipality import instant
from tests.support.web import Form, Site

TODAY = date(2027, 4, 12)
OS2MO = {
    "root": "level:kommune",
    "org": "level:forvaltning",
    "sub org": "level:område",
    "sub sub org": "level:distrikt",
    "sub sub sub org": "level:skole",
    "BVN": "unit_id",
    "Type": "kind",
}
HEADINGS = ";".join(OS2MO)
TREE = (
    "By Kommune;Børn og unge;Skoler;Vest;Byskolen;S1;skole",
    "By Kommune;Børn og unge;Skoler;Vest;Åskolen;S2;skole",
    "By Kommune;Børn og unge;Skoler;Øst;Havneskolen;S3;skole",
    "By Kommune;Børn og unge;Dagtilbud;;;D;område",
)


def tree(*rows: str) -> bytes:
    return "\n".join((HEADINGS, *rows)).encode()


class Lists:
    """A municipality with its root alone, the secretariat, and one beside it."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=instant(2027, 4, 12))
        with transaction(engine) as session:
            for root, name in (("BY", "By Kommune"), ("ANDEN", "Anden Kommune")):
                session.add(Unit(id=root, root_id=root, path=f"/{root}/", name=name, kind="kommune"))
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def upload(self, kind: str, content: bytes, name: str = "liste.csv") -> str:
        form = Form(self.office.get("/indlaes"), "/indlaes")
        sent = form.send(self.office, kind=kind, files={"file": (name, content)})
        assert sent.status_code == 303, sent.text
        return str(sent.headers["location"])

    def name_columns(self, page: str, meant: dict[str, str]) -> None:
        form = Form(self.office.get(page), f"{page}/kolonner")
        choices = {f"column__{n}": value for n, value in enumerate(meant.values())}
        assert form.send(self.office, **choices).status_code == 303

    def apply(self, page: str, **fields: str) -> Response:
        return Form(self.office.get(page), page).send(self.office, **fields)

    def load(self, kind: str, content: bytes, meant: dict[str, str] | None = None, **fields: str) -> Response:
        page = self.upload(kind, content)
        if meant:
            self.name_columns(page, meant)
        return self.apply(page, **fields)

    def units(self) -> dict[str, Unit]:
        with reading(self.engine) as session:
            return {unit.name: unit for unit in session.exec(select(Unit).where(Unit.root_id == "BY"))}


@pytest.fixture
def lists(engine: Engine, tmp_path: Path) -> Lists:
    return Lists(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Lists:
    return Lists(sqlite_engine, tmp_path)


def test_a_hierarchy_with_a_column_per_level_becomes_the_tree_under_the_known_municipality(
    lists: Lists,
) -> None:
    page = lists.upload("units", tree(*TREE))
    shown = lists.office.get(page).text
    assert "Filens kolonner" in shown and "mangler" in shown and "Børn og unge" in shown
    assert lists.units().keys() == {"By Kommune"}
    lists.name_columns(page, OS2MO)
    shown = lists.office.get(page).text
    assert "<strong>8</strong> Nye enheder" in shown
    assert lists.apply(page).headers["location"] == "/indlaes?gjort=indlaest&antal=8"
    units = lists.units()
    school = units["Havneskolen"]
    assert (school.id, school.kind, school.area, school.district) == ("S3", "skole", "Skoler", "Øst")
    above = [units[name].id for name in ("By Kommune", "Børn og unge", "Skoler", "Øst")]
    assert school.path == "/" + "/".join([*above, "S3"]) + "/"
    assert above[0] == "BY" and units["Øst"].kind == "distrikt" and units["Dagtilbud"].id == "D"


def test_the_same_file_again_changes_nothing_and_its_columns_are_remembered(lists: Lists) -> None:
    lists.load("units", tree(*TREE), OS2MO)
    before = lists.units()
    page = lists.upload("units", tree(*TREE))
    assert "Ingen ændringer. Filen siger det samme, som vi har." in lists.office.get(page).text
    moved = [row.replace("Vest;Åskolen", "Øst;Åskolen") for row in TREE]
    assert lists.load("units", tree(*moved)).status_code == 303
    after = lists.units()
    assert after["Åskolen"].parent_id == before["Øst"].id and after["Åskolen"].district == "Øst"
    with reading(lists.engine) as session:
        kept = session.exec(select(ImportRecord.counts).order_by(col(ImportRecord.id))).all()
        assert kept == [{"added": 8}, {"moved": 1, "changed": 1}]
        assert len(session.exec(select(ImportDraft)).all()) == 1


def test_the_command_reads_the_file_as_the_page_was_told_to(sqlite_engine: Engine) -> None:
    rows = [row.partition(";")[2] for row in TREE]
    without_root = "\n".join((HEADINGS.partition(";")[2], *rows)).encode()
    with transaction(sqlite_engine) as session:
        session.add(Unit(id="BY", root_id="BY", path="/BY/", name="By Kommune", kind="kommune"))
        session.flush()
        from cycle.organisation.import_drafts import town_of

        town = town_of(session, "BY")
        for data in (tree(*TREE), without_root):
            file = read_units(data, chosen=Chosen.of(OS2MO), town=town)
            found = units_difference(session, file, today=TODAY)
            assert {change.what.value for change in found.changes} == {"added"}
            assert len(found.changes) == 8 and found.roots == ("BY",)


def test_a_file_that_closes_much_asks_first(lists: Lists) -> None:
    lists.load("units", tree(*TREE), OS2MO)
    page = lists.upload("units", tree(TREE[0]))
    shown = lists.office.get(page)
    assert "Filen afslutter meget" in shown.text and 'name="confirmed"' in shown.text
    refused = lists.apply(page)
    assert refused.status_code == 422 and lists.units()["Havneskolen"].closed_on is None
    assert lists.apply(page, confirmed="1").status_code == 303
    assert lists.units()["Havneskolen"].closed_on == date(2027, 4, 11)


LEADERS = "Nr.;Skoleleder;Adresse;Bemærkning\nS1;Ida Holm;ida@by.example;x\nS2;Bo Lund;bo@by.example;\n"
MEANT = {"Nr.": "unit_id", "Skoleleder": "name", "Adresse": "email", "Bemærkning": ""}


def test_leaders_under_other_headings_are_read_as_chosen_from_excel_too(lists: Lists) -> None:
    lists.load("units", tree(*TREE), OS2MO)
    book, file = Workbook(), BytesIO()
    for row in LEADERS.strip().split("\n"):
        book.active.append(row.split(";"))
    book.save(file)
    page = lists.upload("leaders", file.getvalue(), "ledere.xlsx")
    lists.name_columns(page, MEANT)
    shown = lists.office.get(page).text
    assert "<strong>2</strong> Nye ledere" in shown and "Ida Holm" in shown
    assert lists.apply(page).status_code == 303
    again = lists.upload("leaders", LEADERS.encode())
    assert "Ingen ændringer" in lists.office.get(again).text


def test_a_unit_stands_by_its_number_or_by_a_name_that_only_it_has(lists: Lists) -> None:
    """And the page says both, also where the list has but one of them."""
    lists.load("units", tree(*TREE), OS2MO)
    page = lists.upload("leaders", LEADERS.replace("S1;", "byskolen;").encode())
    assert "enhedens nr. eller navn" in lists.office.get(page).text
    lists.name_columns(page, MEANT)
    shown = lists.office.get(page).text
    assert "<strong>S1 Byskolen</strong>, " in shown and "<strong>S2 Åskolen</strong>, " in shown
    assert lists.apply(page).status_code == 303
    with reading(lists.engine) as session:
        assert sorted(session.exec(select(Appointment.unit_id))) == ["S1", "S2"]


def test_a_name_that_two_units_have_or_only_a_closed_one_or_a_foreign_one_is_asked_for_its_number(
    small: Lists,
) -> None:
    small.load("units", tree(*TREE, *(row.replace(";S1;", ";S4;") for row in TREE[:1])), OS2MO)
    with transaction(small.engine) as session:
        session.get_one(Unit, "S3").closed_on = date(2027, 4, 1)
        path = "/ANDEN/F1/"
        session.add(
            Unit(id="F1", root_id="ANDEN", parent_id="ANDEN", path=path, name="Fremskolen", kind="skole")
        )
    names = ("Byskolen", "Havneskolen", "Fremskolen")
    rows = [f"{name};Leder {name};{name}@by.example;" for name in names]
    page = small.upload("leaders", "\n".join((LEADERS.partition("\n")[0], *rows)).encode())
    small.name_columns(page, MEANT)
    told = small.office.get(page).text
    for name in names:
        assert f"Enheden »{name}« findes ikke, eller flere hedder det." in told


def test_without_a_municipality_said_a_name_is_one_of_that_of_the_lists_numbers(small: Lists) -> None:
    """As for the command: a name that only another municipality has brings none of its units into a list."""
    small.load("units", tree(*TREE), OS2MO)
    with transaction(small.engine) as session:
        path = "/ANDEN/F1/"
        session.add(
            Unit(id="F1", root_id="ANDEN", parent_id="ANDEN", path=path, name="Fremskolen", kind="skole")
        )
        session.flush()
        for given, meant in (
            (("S1", "Åskolen", "Fremskolen"), ["S1", "S2", "Fremskolen"]),
            (("F1", "Åskolen", "fremskolen"), ["F1", "Åskolen", "F1"]),
            (("Åskolen",), ["Åskolen"]),
            (("S1", "F1", "Åskolen"), ["S1", "F1", "Åskolen"]),
        ):
            rows = [LeaderRow(n, unit, "leder", "Ida") for n, unit in enumerate(given)]
            assert [each.unit_id for each in with_unit_ids(session, rows, "", TODAY)] == meant


def test_who_is_who_is_asked_and_nothing_is_applied_before_it_is_answered(lists: Lists) -> None:
    lists.load("units", tree(*TREE), OS2MO)
    lists.load("leaders", LEADERS.encode(), MEANT)
    page = lists.upload("leaders", LEADERS.replace("ida@", "ida.holm@").encode())
    shown = lists.office.get(page)
    assert "Ny adresse: samme person?" in shown.text and f'action="{page}"' not in shown.text
    Form(shown, f"{page}/personer").send(lists.office, row__2="same")
    assert lists.apply(page).status_code == 303
    with reading(lists.engine) as session:
        people = session.exec(select(Person.name).order_by(Person.name)).all()
        assert people == ["Bo Lund", "Ida Holm"]
        assert session.exec(
            select(Address.email).where(col(Address.valid_to).is_(None)).order_by(Address.email)
        ).all() == ["bo@by.example", "ida.holm@by.example"]


def test_what_changed_meanwhile_is_shown_instead_of_applied(lists: Lists) -> None:
    lists.load("units", tree(*TREE), OS2MO)
    page = lists.upload("leaders", LEADERS.encode())
    lists.name_columns(page, MEANT)
    seen = Form(lists.office.get(page), page)
    lists.load("leaders", LEADERS.replace("Bo Lund;bo", "Eva Dahl;eva").encode(), MEANT)
    late = seen.send(lists.office)
    assert late.status_code == 409 and "Forskellen er en anden nu" in late.text and "Eva Dahl" in late.text
    with reading(lists.engine) as session:
        assert len(session.exec(select(Appointment)).all()) == 2


def test_faults_name_file_row_and_column_in_the_readers_language(small: Lists) -> None:
    small.load("units", tree(*TREE), OS2MO)
    bad = LEADERS.replace("ida@by.example", "ida") + "S9;Kaj;kaj@by.example;\n"
    page = small.upload("leaders", bad.encode(), "ledere.csv")
    small.name_columns(page, MEANT)
    for language, said in (
        (
            "da",
            (
                "ledere.csv, række 2: »ida« er ikke en e-mailadresse",
                "ledere.csv, række 4: Enheden »S9« findes",
            ),
        ),
        (
            "en",
            ("ledere.csv, row 2: “ida” is not an e-mail address", "ledere.csv, row 4: There is no unit “S9”"),
        ),
    ):
        text = small.office.get(f"{page}?sprog={language}", follow_redirects=True).text
        assert all(each in text for each in said), language
        assert f'action="{page}"' not in text


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"PK\x03\x04kaput", b"\xd0\xcf\x11\xe0x", b"a\n"])
def test_a_file_that_is_no_list_is_refused_with_a_cure(small: Lists, content: bytes) -> None:
    page = small.office.get(small.upload("units", content, "<b>x</b>.csv"))
    assert page.status_code == 200 and "kan ikke indlæses" in page.text and "<b>x</b>" not in page.text


def test_another_municipality_is_never_touched(small: Lists) -> None:
    foreign = "id;overordnet;navn;art\nNY;;Ny Kommune;kommune\nN1;NY;Skole;skole\n"
    text = small.office.get(small.upload("units", foreign.encode())).text
    assert "Filen er om en anden kommune: NY." in text
    taken = "id;overordnet;navn;art\nANDEN;;Anden;kommune\n"
    assert "Filen er om en anden kommune" in small.office.get(small.upload("units", taken.encode())).text


def test_only_the_office_imports_and_only_its_own_files(small: Lists) -> None:
    page = small.upload("units", tree(*TREE))
    others = {
        "direction": small.site.signed_in("dir@by.example", Role.DIRECTION, "BY"),
        "operator": small.site.signed_in("drift@by.example", Role.OPERATOR, "BY"),
        "elsewhere": small.site.signed_in("sek@anden.example", Role.SECRETARIAT, "ANDEN"),
        "nobody": small.site.browser(),
    }
    before = small.site.row_counts()
    for (who, browser), act in product(others.items(), ("", "/kolonner", "/personer", "/slet")):
        assert browser.get(page).status_code in (303, 403, 404), who
        csrf = "" if who == "nobody" else Form(browser.get("/tilgaengelighed"), "/log-ud").fields["csrf"]
        answer = browser.post(f"{page}{act}", data={"csrf": csrf, "seen": "x"})
        assert answer.status_code in (401, 403, 404), (who, act)
    assert small.site.row_counts() == before
