"""Frames, budget letters, proposals and goal accounts as pages give them: who gets which, and how much."""

import io
import re
import zipfile
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook
from pypdf import PdfReader
from sqlalchemy.engine import Engine

from cycle.access.roles import Role
from cycle.goals.frame_import import keep_frames
from cycle.goals.frame_parts import FrameItem, FramePart, FrameText, Rhythm
from cycle.goals.tables import GoalLevel
from cycle.goals.told_rollup import told_rollup
from cycle.goals.tree import GoalText, keep_goals
from cycle.plan.figure_rules import FigureRules
from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.store import transaction
from cycle.tasks.figure_sheet import FigureSheet
from cycle.tasks.figures import keep_figures
from cycle.tasks.forms import Choice, Field, FieldType, Form
from cycle.tasks.releases import release
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence, Task
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.web import Site

NOW = instant(2027, 2, 20)
PROPOSALS = Form(
    id="budgetforslag",
    title="Budgetforslag",
    fields=(
        Field(
            id="ramme",
            type=FieldType.CHOICE,
            label="Passer budgetrammen?",
            choices=(Choice(value="ja", label="Ja"), Choice(value="nej", label="Nej")),
        ),
        Field(
            id="forslag",
            type=FieldType.REPEAT,
            label="Forslag",
            required=False,
            rows=(Choice(value="1", label="Forslag 1"), Choice(value="2", label="Forslag 2")),
            fields=(
                Field(id="titel", type=FieldType.TEXT, label="Forslag"),
                Field(id="beloeb", type=FieldType.AMOUNT, label="Beløb"),
                Field(id="grund", type=FieldType.LONG_TEXT, label="Begrundelse"),
            ),
        ),
    ),
)
CALL = Activity(
    id="budgetudmelding",
    title="Budgetudmelding",
    flow=FlowName.BUDGET_CALL,
    concerns=1,
    window=Window(opens=When(date="1. februar"), due=When(date="26. februar")),
    audience=Audience(kinds=("skole", "daginstitution")),
    form=PROPOSALS.id,
    figures=FigureRules(),
)


@dataclass
class House:
    site: Site
    town: Town
    call: int
    tasks: list[Task]

    def office(self):
        return self.site.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)


def proposal(row: str, title: str, amount: str) -> dict[str, str]:
    return {"row": row, "titel": title, "beloeb": amount, "grund": "Fordi."}


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> House:
    """A budget call to twelve units: two propose, one answers without a proposal, nine are silent."""
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town, form=PROPOSALS)
        call = municipality.add_occurrence(session, town, cycle, activity=CALL, state=OccurrenceState.PLANNED)
        amounts = {unit: {"Budgetramme 2028": Decimal(1_000_000 + n)} for n, unit in enumerate(town.units)}
        keep_figures(session, call, FigureSheet(("Budgetramme 2028",), amounts), by="cli", now=NOW)
        call.state, call.opened_at = OccurrenceState.OPEN, instant(2027, 2, 1, 6)
        tasks = municipality.add_tasks(session, town, call)
        for n, task in enumerate(tasks):
            shown = {"label": "Budgetramme 2028", "amount": str(1_000_000 + n), "shown": ""}
            task.prefill = {"figures": [shown]}
            session.add(task)
        by_unit = {task.unit_id: task for task in tasks}
        school, other, nursery = by_unit["BY-SK-D1-001"], by_unit["BY-SK-D2-001"], by_unit["BY-IN-D1-001"]
        two = [proposal("1", "Ny legeplads", "250000.00"), proposal("2", "=1+1 mindre el", "-50000.50")]
        municipality.answer(session, school, at=NOW, answers={"ramme": "ja", "forslag": two})
        one = [proposal("1", "To pædagoger", "1000000.00")]
        municipality.answer(session, nursery, at=NOW, answers={"ramme": "nej", "forslag": one})
        municipality.answer(session, other, at=NOW, answers={"ramme": "ja"})
        return House(
            Site(engine, tmp_path, at=NOW), town, call.id or 0, [by_unit[unit] for unit in town.units]
        )


def words(page) -> str:
    assert page.status_code == 200, page.text[:1500]
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


def text_of(pdf: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


def test_every_unit_has_its_letter_and_the_secretariat_has_all_of_them(house: House) -> None:
    office = house.office()
    page = office.get(f"/aktivitet/{house.call}")
    assert f"/aktivitet/{house.call}/budgetbreve.zip" in page.text
    letter = text_of(office.get(f"/aktivitet/{house.call}/budgetbrev/BY-SK-D1-001.pdf").content)
    assert "Budgetramme 2028 1.000." in letter and "Sendt 1. februar 2027." in letter
    answer = office.get(f"/aktivitet/{house.call}/budgetbreve.zip")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        assert len(packed.namelist()) == 12 and packed.testzip() is None
        name = next(each for each in packed.namelist() if "by-sk-d1-001" in each)
        assert "Skole 1.1 Ærø" in text_of(packed.read(name))
    assert office.get(f"/aktivitet/{house.call}/budgetbrev/NOWHERE.pdf").status_code == 404


def test_a_superior_gets_the_letters_of_their_own_units_and_a_committee_none(house: House) -> None:
    head = house.site.signed_in("chef@by.example", Role.SUPERIOR, "BY-SK-D1")
    with zipfile.ZipFile(io.BytesIO(head.get(f"/aktivitet/{house.call}/budgetbreve.zip").content)) as packed:
        assert len(packed.namelist()) == 3
    assert head.get(f"/aktivitet/{house.call}/budgetbrev/BY-IN-D1-001.pdf").status_code == 404
    committee = house.site.signed_in("udvalg@by.example", Role.COMMITTEE, ROOT)
    for path in ("budgetbreve.zip", "budgetbrev/BY-SK-D1-001.pdf", "forslag", "aftaler.zip"):
        assert committee.get(f"/aktivitet/{house.call}/{path}").status_code in (403, 404)
    assert house.site.browser().get(f"/aktivitet/{house.call}/forslag").status_code in (302, 303)


def test_a_leader_fetches_the_letter_from_the_task_s_page(house: House) -> None:
    task = next(task for task in house.tasks if task.unit_id == "BY-SK-D1-002")
    link = house.site.link(task, house.town.leaders["BY-SK-D1-002"])
    browser = house.site.browser()
    assert f"/opgave/{task.id}/budgetbrev.pdf" in browser.get(link).text
    answer = browser.get(f"{link}/budgetbrev.pdf")
    assert answer.headers["content-type"] == "application/pdf" and "Skole 1.2 Ærø" in text_of(answer.content)
    english = text_of(browser.get(f"{link}/budgetbrev.pdf?sprog=en").content)
    assert "Your budget frame" in english


def test_the_proposals_are_gathered_with_sums_for_unit_area_and_all(house: House) -> None:
    office = house.office()
    said = words(office.get(f"/aktivitet/{house.call}/forslag"))
    assert "Ja: 2" in said and "Nej: 1" in said and "Ikke svaret: 9 af 12" in said
    assert "Skoler 1 2 199.999,50 kr." in said and "Institutioner 1 1 1.000.000 kr." in said
    assert "I alt 2 3 1.199.999,50 kr." in said and "I alt for enheden 199.999,50 kr." in said
    assert "=1+1 mindre el" in said and "Sådan ser forslagene ud lige nu" in said
    book = load_workbook(io.BytesIO(office.get(f"/eksport/aktivitet/{house.call}/forslag.xlsx").content))
    rows = [[cell.value for cell in row] for row in book.active.iter_rows(min_row=2)]
    assert rows[-1][3:5] == ["I alt", 1199999.5] and [row[4] for row in rows[:3]] == [
        1000000,
        250000,
        -50000.5,
    ]
    cell = next(cell for row in book.active.iter_rows() for cell in row if cell.value == "=1+1 mindre el")
    assert cell.data_type == "s" and cell.quotePrefix


def test_what_was_gathered_at_the_close_stays_and_a_superior_sees_their_own(house: House) -> None:
    with transaction(house.site.engine) as session:
        release(session, house.call, by="engine", now=NOW, why="Samlet til budgetseminaret")
        late = next(task for task in house.tasks if task.unit_id == "BY-SK-D1-003")
        one = [proposal("1", "For sent", "9")]
        municipality.answer(session, session.merge(late), at=NOW, answers={"ramme": "ja", "forslag": one})
    said = words(house.office().get(f"/aktivitet/{house.call}/forslag"))
    assert "Samlet til budgetseminaret" in said and "For sent" not in said
    head = house.site.signed_in("chef@by.example", Role.SUPERIOR, "BY-IN")
    theirs = words(head.get(f"/aktivitet/{house.call}/forslag?sprog=en"))
    assert "You see your own units." in theirs and "Ny legeplads" not in theirs and "To pædagoger" in theirs


def test_an_activity_without_figures_has_neither_letters_nor_proposals(house: House) -> None:
    with transaction(house.site.engine) as session:
        it = session.get_one(Occurrence, house.call)
        activity = CALL.model_copy(update={"flow": FlowName.REPORT})
        it.flow, it.activity = activity.flow.value, activity.model_dump_json()
    office = house.office()
    for path in ("forslag", "budgetbreve.zip", "budgetbrev/BY-SK-D1-001.pdf"):
        assert office.get(f"/aktivitet/{house.call}/{path}").status_code == 404


ITEMS = (FrameItem("lov", FramePart.FORMAL, Rhythm.OUTSIDE, "Lovgrundlag", text="Folkeskoleloven"),)


def test_a_frame_is_fetched_from_its_page_and_a_draft_is_not_for_the_committee(house: House) -> None:
    with transaction(house.site.engine) as session:
        keep_frames(session, [FrameText("Skoler", 2027, ITEMS)], root_id=ROOT, by="cli", now=NOW)
    office = house.office()
    assert "/ramme/1.pdf" in office.get("/ramme/1").text
    answer = office.get("/ramme/1.pdf")
    assert 'filename="styringsramme-skoler-2027-1.pdf"' in answer.headers["content-disposition"]
    assert "UDKAST" in text_of(answer.content) and "Folkeskoleloven" in text_of(answer.content)
    committee = house.site.signed_in("udvalg@by.example", Role.COMMITTEE, ROOT)
    assert committee.get("/ramme/1.pdf").status_code == 404 == office.get("/ramme/99.pdf").status_code


REPORT = Form(
    id="kvartalsrapport",
    title="Kvartalsrapport",
    fields=(
        Field(
            id="goals",
            type=FieldType.REPEAT,
            label="Mål",
            rows_from="goals",
            fields=(Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),),
        ),
    ),
)
GOALS = (
    GoalText(GoalLevel.COMMON, "A", "Sygefraværet falder", hide_small=True),
    GoalText(GoalLevel.COMMON, "B", "Budgettet overholdes"),
)
SECRET = "To medarbejdere er langtidssyge."


@pytest.fixture
def report(engine: Engine, tmp_path: Path) -> Site:
    """A quarterly report about a goal with hidden small numbers (eleven green, one red) and an open one."""
    site = Site(engine, tmp_path, at=instant(2027, 4, 25))
    with transaction(engine) as session:
        town = municipality.build(session)
        keep_goals(session, GOALS, root_id=ROOT, year=2027, by="cli", now=NOW)
        cycle = municipality.start_cycle(session, town, form=REPORT)
        occurrence = municipality.add_occurrence(session, town, cycle)
        for n, task in enumerate(municipality.add_tasks(session, town, occurrence)):
            task.prefill = {"goals": [{"row": goal.code, "title": goal.title} for goal in GOALS]}
            lights = [{"light": "rød", "comment": SECRET} if n == 0 else {"light": "grøn", "comment": ""}]
            rows = [{"row": code, "status": light} for code in "AB" for light in lights]
            rows[1]["status"] = {"light": "gul", "comment": "Åbent for alle"}
            municipality.answer(session, task, at=instant(2027, 4, 9), answers={"goals": rows})
    return site


def test_small_numbers_are_in_no_release_roll_up_or_account(report: Site) -> None:
    with transaction(report.engine) as session:
        made = release(session, 1, by="engine", now=report.clock.at, make=told_rollup)
        assert SECRET not in str(made.content)
        assert made.content["counted"] == [
            {"code": "A", "title": "Sygefraværet falder", "counts": {"grøn": None, "gul": 0, "rød": None}}
        ]
    committee = report.signed_in("udvalg@by.example", Role.COMMITTEE, ROOT)
    office = report.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
    for browser, path in (
        (committee, "/afrapportering/1.pdf"),
        (committee, "/maalregnskab/1.pdf"),
        (office, "/afrapportering/1.pdf"),
        (office, "/maalregnskab/1.pdf"),
        (office, "/maalregnskab/1.pdf?under=BY-SK"),
    ):
        said = text_of(browser.get(path).content)
        assert "langtidssyge" not in said and "Åbent for alle" in said, path
        assert "Sygefraværet falder" in said or path.startswith("/afrapportering"), path
        assert "skjult" in said, path
    assert "/maalregnskab/1.pdf" in committee.get("/afrapportering/1").text
    assert "langtidssyge" not in str(office.get("/afrapportering/1.docx").content)


def test_a_goal_account_can_be_had_for_one_unit(report: Site) -> None:
    office = report.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
    said = text_of(office.get("/maalregnskab/1.pdf?under=BY-SK-D1-001&sprog=en").content)
    assert "Skole 1.1 Ærø, Kvartalsrapport 1" in said and "Skole 1.2" not in said and "DRAFT" in said
    head = report.signed_in("chef@by.example", Role.SUPERIOR, "BY-SK-D1")
    assert "Daginstitution" not in text_of(head.get("/maalregnskab/1.pdf").content)
