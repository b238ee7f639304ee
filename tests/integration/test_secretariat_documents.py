"""The roll-up page and the exports: nobody is left out, nothing in a file can run."""

import csv
import html
import io
import json
import re
from datetime import date

import pytest
import sqlalchemy as sa
from docx import Document
from icalendar import Calendar
from openpyxl import load_workbook
from pypdf import PdfReader

from cycle.access.roles import Role
from cycle.store import transaction
from cycle.tasks.releases import release
from cycle.tasks.states import SubmissionKind, TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Site

FORMULA = {
    "status": {"light": "rød", "comment": '=HYPERLINK("http://x.example";"klik")'},
    "beloeb": "-2093.80",
    "bemaerkning": "+45 12 34 56 78",
}


@pytest.fixture
def site(engine, tmp_path):
    """Twelve units: one answered with formulas, one nil, one late, one returned, eight silent."""
    site = Site(engine, tmp_path, at=instant(2027, 4, 25))
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        occurrence = municipality.add_occurrence(session, town, cycle)
        tasks = municipality.add_tasks(session, town, occurrence)
        by_unit = {task.unit_id: task for task in tasks}
        first, second, third, fourth = (by_unit[unit] for unit in town.units[:4])
        municipality.answer(session, first, at=instant(2027, 4, 9), answers=FORMULA)
        municipality.answer(session, second, at=instant(2027, 4, 9), kind=SubmissionKind.NIL)
        municipality.answer(session, third, at=instant(2027, 4, 22))
        municipality.answer(session, fourth, at=instant(2027, 4, 9), state=TaskState.RETURNED)
        stage = municipality.add_tasks(
            session,
            town,
            occurrence,
            units=town.districts,
            kind=TaskKind.CONSOLIDATE,
            role="distriktschef",
        )
        written = next(task for task in stage if task.unit_id == town.districts[0])
        municipality.answer(session, written, at=instant(2027, 4, 23))
    site.town = town
    return site


def words(page):
    assert page.status_code == 200, page.text[:2000]
    return words_of(page)


def words_of(page):
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))


def secretariat(site):
    return site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")


def test_the_roll_up_counts_every_unit_once_and_shows_a_section_that_nobody_wrote(site):
    page = secretariat(site).get("/afrapportering/1")
    said = words(page)
    assert "12 I alt" in said
    numbers = {name: int(n) for n, name in re.findall(r"<strong>(\d+)</strong> ([^<]+)</span>", page.text)}
    assert sum(n for name, n in numbers.items() if name != "I alt") == 12
    assert "Sendt retur" in numbers and numbers["Besvaret for sent"] == 1 and numbers["Intet at bemærke"] == 1
    assert said.count("Endnu ikke skrevet.") == 3 and "Vi følger op i maj." in said
    for district in ("Skoler · Distrikt 1", "Skoler · Distrikt 2", "Institutioner · Distrikt 2"):
        assert district in said
    for unit in ("Skole 1.1 Ærø", "Daginstitution 2.3 Ærø"):
        assert unit in said


def test_an_english_roll_up_calls_its_sections_by_the_plans_english(site):
    audience, due = {"kinds": ["distrikt"], "role": "distriktschef"}, {"date": "24. april"}
    stage = {"id": "samlet", "title": "Distriktets samling", "title_en": "Summary for the district"}
    with transaction(site.engine) as session:
        occurrence = session.get_one(Occurrence, 1)
        activity = {
            **json.loads(occurrence.activity),
            "stages": [{**stage, "audience": audience, "due": due}],
        }
        occurrence.activity = json.dumps(activity)
        session.execute(sa.update(Task).where(Task.kind == TaskKind.CONSOLIDATE).values(title=stage["title"]))
    office = secretariat(site)
    for language, said, unsaid in (("da", "title", "title_en"), ("en", "title_en", "title")):
        page = office.get(f"/afrapportering/1?sprog={language}").text
        assert f"<h3>{stage[said]}</h3>" in page and stage[unsaid] not in page


def test_a_released_version_stays_as_it_was_and_is_all_the_committee_sees(site):
    committee = site.signed_in("udvalg@by.example", Role.COMMITTEE, "BY")
    assert committee.get("/afrapportering/1").status_code == 404
    with transaction(site.engine) as session:
        release(session, 1, by="engine", now=instant(2027, 4, 24), why="Frigivet af direktionen")
    with transaction(site.engine) as session:
        task = session.get(municipality.Task, 5)
        municipality.answer(session, task, at=instant(2027, 4, 25))
    office = secretariat(site)
    assert "8 Afventer svar" in words(office.get("/afrapportering/1?udgave=1"))
    assert "7 Afventer svar" in words(office.get("/afrapportering/1"))
    said = words(committee.get("/afrapportering/1"))
    assert "Udgave 1" in said and "8 Afventer svar" in said
    assert "/opgave-historik/" not in committee.get("/afrapportering/1").text
    assert office.get("/afrapportering/1?udgave=9").status_code == 404


def test_the_workbook_has_every_unit_typed_cells_and_no_formula(site):
    answer = secretariat(site).get("/eksport/aktivitet/1.xlsx")
    assert 'filename="kvartalsrapport-1-2027.xlsx"' in answer.headers["content-disposition"]
    sheet = load_workbook(io.BytesIO(answer.content)).active
    heading, *rows = sheet.iter_rows()
    titles = [cell.value for cell in heading]
    assert len(rows) == 12
    first = dict(zip(titles, next(r for r in rows if r[0].value == site.town.units[0]), strict=True))
    assert first["Status, kommentar"].value == FORMULA["status"]["comment"]
    assert first["Status, kommentar"].data_type == "s" and first["Status, kommentar"].quotePrefix
    assert first["Forventet resultat"].value == pytest.approx(-2093.8)
    assert first["Frist"].is_date and first["Modtaget"].is_date and first["Udgave"].value == 1
    assert all(cell.data_type != "f" for row in rows for cell in row)


def test_csv_opens_in_a_danish_excel_with_the_same_rows_and_nothing_that_runs(site):
    answer = secretariat(site).get("/eksport/aktivitet/1.csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    heading, *rows = csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline=""), delimiter=";")
    first = dict(zip(heading, next(r for r in rows if r[0] == site.town.units[0]), strict=True))
    assert len(rows) == 12
    assert first["Status, kommentar"].startswith("'=") and first["Bemærkninger"].startswith("'+")
    assert first["Forventet resultat"] == "-2093,80" and first["Frist"] == "20-04-2027"
    silent = dict(zip(heading, next(r for r in rows if r[0] == site.town.units[-1]), strict=True))
    assert silent["Tilstand"] == "Afventer svar" and silent["Status"] == ""
    for row in rows:
        assert not any(cell.startswith(("=", "+", "@", "\t")) for cell in row)


def read(answer):
    assert answer.status_code == 200, answer.text[:2000]
    return [page.extract_text() for page in PdfReader(io.BytesIO(answer.content)).pages]


def test_the_annex_is_the_released_version_and_before_that_a_draft_on_every_page(site):
    office = secretariat(site)
    draft = office.get("/afrapportering/1.pdf")
    assert 'filename="kvartalsrapport-1-2027-udkast.pdf"' in draft.headers["content-disposition"]
    assert all("UDKAST" in page for page in read(draft))
    committee = site.signed_in("udvalg@by.example", Role.COMMITTEE, "BY")
    assert committee.get("/afrapportering/1.pdf").status_code == 404
    with transaction(site.engine) as session:
        release(session, 1, by="engine", now=instant(2027, 4, 24), why="Frigivet af direktionen")
    annex = committee.get("/afrapportering/1.pdf")
    assert 'filename="kvartalsrapport-1-2027-udgave-1.pdf"' in annex.headers["content-disposition"]
    said = "\n".join(read(annex))
    assert "Udgave 1" in said and "UDKAST" not in said and "Byby Kommune" in said
    rows = said.splitlines()
    assert len([row for row in rows if re.match(r"(Skole|Daginstitution) \d\.\d Ærø \w", row)]) == 12
    assert FORMULA["status"]["comment"] in said.replace("\n", " ") and "+45 12 34 56 78" not in said
    assert committee.get("/afrapportering/1.pdf").content == annex.content
    assert "/afrapportering/1.pdf?udgave=1" in committee.get("/afrapportering/1").text


def test_the_cover_for_the_committee_is_a_word_file(site):
    office = secretariat(site)
    answer = office.get("/afrapportering/1.docx")
    assert 'filename="kvartalsrapport-1-2027-udkast.docx"' in answer.headers["content-disposition"]
    said = [paragraph.text for paragraph in Document(io.BytesIO(answer.content)).paragraphs]
    assert "Sagsfremstilling" in said and any(
        text.startswith("Disse enheder har ikke svaret:") for text in said
    )
    assert "/afrapportering/1.docx" in office.get("/afrapportering/1").text
    part = Document(io.BytesIO(office.get("/afrapportering/1.docx?under=BY-IN-D1").content))
    units = {row.cells[0].text for table in part.tables for row in table.rows}
    assert "Daginstitution 1.1 Ærø" in units and not any(unit.startswith("Skole ") for unit in units)
    answered = office.get(f"/afrapportering/1.docx?under={site.town.units[0]}")
    charts = Document(io.BytesIO(answered.content)).inline_shapes
    assert charts[0]._inline.docPr.get("descr"), "a part has its charts too"
    assert office.get("/afrapportering/1.docx?under=FINDES-IKKE").status_code == 404
    committee = site.signed_in("udvalg@by.example", Role.COMMITTEE, "BY")
    assert committee.get("/afrapportering/1.docx").status_code == 404


def test_an_area_has_its_own_part_and_nobody_gets_another_s(site):
    office = secretariat(site)
    part = "\n".join(read(office.get("/afrapportering/1.pdf?under=BY-SK")))
    assert "Skoler, Kvartalsrapport 1" in part and "Skole 1.1 Ærø" in part and "Daginstitution" not in part
    head = site.signed_in("chef@by.example", Role.SUPERIOR, "BY-SK-D1")
    theirs = "\n".join(read(head.get("/afrapportering/1.pdf")))
    assert "Skole 1.1 Ærø" in theirs and "Skole 2.1 Ærø" not in theirs
    assert "Skole 2.1" not in "\n".join(read(head.get("/afrapportering/1.pdf?under=BY-SK-D2")))
    assert office.get("/afrapportering/1.pdf?under=NOWHERE").status_code == 404
    assert office.get("/afrapportering/1.pdf?udgave=9").status_code == 404


def test_a_faulty_template_is_a_page_that_says_which_line(site):
    folder = site.settings.templates_dir
    folder.mkdir(parents=True)
    (folder / "rollup.typ").write_text('#import "style.typ": *\n\n#data.titel')
    office = secretariat(site)
    answer = office.get("/afrapportering/1.pdf")
    assert answer.status_code == 500 and answer.headers["content-type"].startswith("text/html")
    said = html.unescape(words_of(answer))
    assert "rollup.typ:3" in said and "»titel«" in said and "Mente du »title«?" in said
    (folder / "rollup.typ").unlink()
    assert office.get("/afrapportering/1.pdf").status_code == 200


def test_the_wheel_is_a_page_for_the_wall_and_its_deadlines_go_into_a_calendar(site):
    office = secretariat(site)
    page = office.get("/aarshjul").text
    poster = re.search(r"/aarshjul/\d+/hjul.pdf", page).group()
    (sheet,) = read(office.get(poster))
    assert "Kvartalsrapport 1" in sheet and "Byby Kommune" in sheet and "Sept." in sheet
    answer = office.get(re.search(r"/aarshjul/\d+/frister.ics", page).group())
    assert answer.headers["content-type"].startswith("text/calendar")
    events = {str(one["summary"]): one for one in Calendar.from_ical(answer.content).walk("VEVENT")}
    assert set(events) == {"Kvartalsrapport 1 åbner", "Kvartalsrapport 1: frist"}
    due = events["Kvartalsrapport 1: frist"]
    assert due["dtstart"].dt == date(2027, 4, 20) and str(due["url"]).endswith("/aktivitet/1")
    assert str(due["uid"]) == "occurrence-1-due@127.0.0.1" and due["transp"] == "TRANSPARENT"
    assert site.browser().get(poster).status_code in (302, 303)


class Demo:
    controls = None
    mark = ("Opdigtede svar: ikke rigtige.", "Invented answers: not real.")
    file_mark = ("Opdigtede svar", "Invented answers")


def test_in_a_demo_every_row_of_a_file_and_every_drawing_says_that_it_is_invented(site):
    office = secretariat(site)
    drawing = re.search(r"/aarshjul/\d+/hjul.svg", office.get("/aarshjul").text).group()
    plain = [office.get(path).content for path in ("/eksport/aktivitet/1.csv", drawing)]
    assert not any(b"Opdigtede svar" in content for content in plain)
    site.app.state.demo = Demo()
    text = office.get("/eksport/aktivitet/1.csv").content.decode("utf-8-sig")
    heading, *rows = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert len(rows) == 12 and {row[0] for row in (heading, *rows)} == {"Opdigtede svar"}
    workbook = office.get("/eksport/aktivitet/1.xlsx?sprog=en").content
    sheet = load_workbook(io.BytesIO(workbook)).active
    assert {row[0].value for row in sheet.iter_rows()} == {"Invented answers"}
    assert ">Invented answers</text>" in office.get(drawing).text
    assert ">Opdigtede svar</text>" in office.get("/aarshjul?sprog=da").text
    assert all("Opdigtede svar" in page for page in read(office.get("/afrapportering/1.pdf")))


def test_every_page_of_the_room_speaks_english_when_asked(site):
    office = secretariat(site)
    for path in (
        "/aarshjul",
        "/aktivitet/1",
        "/afrapportering/1",
        "/koersler",
        "/mail",
        "/mail/ind",
        "/poster",
    ):
        page = office.get(f"{path}?sprog=en")
        assert 'lang="en"' in page.text and "The wheel" in page.text, path
        assert not re.search(r"\b(Frist|Tilstand|Enhed|Kørsel)\b", words(page)), path
