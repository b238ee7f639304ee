"""Key figures beside the questions: named by the plan, taken from a file, put right until the close."""

from html import unescape
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from config.plan_checks import Surroundings
from config.written_plan import Beside, check_written, fields_of, with_fields
from cycle.access.roles import Role
from cycle.calendar import WorkingCalendar
from cycle.errors import PlanInvalid
from cycle.organisation.tables import Appointment
from cycle.plan.figure_rules import FieldFigures
from cycle.plan.model import Activity
from cycle.store import reading, transaction
from cycle.tasks.cycles import Draft, start_cycle
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Figure, Occurrence, Task
from flows import quarterly_report
from flows.runtime import RunContext
from notifications.shown import shown_figures
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form as Sheet
from tests.support.web import Site

FORM = Form(
    id="kort-rapport",
    title="Rapport",
    fields=(
        Field(id="afvigelse", type=FieldType.AMOUNT, label="Forventet afvigelse"),
        Field(id="sygefravaer", type=FieldType.PERCENT, label="Sygefravær"),
    ),
)
SCHOOL = "BY-SK-D1-001"
PLAN = """\
kind: wheel
id: hjul
title: Styringsårshjul
municipality: BY
activities:
  - id: rapport
    title: Kvartalsrapport 1
    flow: quarterly_report
    window: {opens: 3. maj, due: 20. maj}
    audience: {kinds: [skole], role: leder}
    form: kort-rapport
    figures:   # nøgletal
      beside:
        - {field: afvigelse, columns: [Budget, Forbrug]}
        - {field: sygefravaer, columns: [Fravær i fjor], unit: "%"}
"""
FILE = (
    "unit_id;Budget;Forbrug;Fravær i fjor;Ramme\n"
    f"{SCHOOL};1.000.100;250.000;4,5 %;900.000\nI alt;1.000.100;250.000;;\n"
)


def beside() -> Beside:
    forms = {FORM.id: FORM}
    around = Surroundings(forms={}, kinds=frozenset({"skole"}))
    return Beside(2027, forms, WorkingCalendar(), {}, around, {})


class Asked:
    """A town whose report has key figures, and its secretariat."""

    def __init__(self, engine: Engine, folder: Path, **settings: str) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=instant(2027, 4, 12), **settings)
        with transaction(engine) as session:
            municipality.build(session)
            plan = check_written(PLAN, "wheel.yaml", beside())
            draft = Draft(plan, {FORM.id: FORM}, WorkingCalendar(), {"wheel.yaml": PLAN})
            start_cycle(session, draft, year=2027, by="cli", now=instant(2027, 1, 4))
            session.flush()
            self.id = session.exec(select(Occurrence.id)).one() or 0
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
        self.page = f"/aktivitet/{self.id}/tal"

    def upload(self, content: str, **more: str):
        files = {"file": ("tal.csv", content.encode(), "text/csv")}
        return Sheet(self.office.get(self.page), self.page).send(self.office, files=files, **more)

    def open(self) -> None:
        self.site.clock.at = instant(2027, 5, 3, 8)
        context = RunContext.direct(self.engine, self.site.clock.at, self.site.settings, "BY")
        quarterly_report.open(context, self.id)

    def leaders_page(self) -> str:
        with reading(self.engine) as session:
            task = session.exec(select(Task).where(Task.unit_id == SCHOOL)).one()
            post = select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)
            holder = session.exec(post).first()
        browser: TestClient = self.site.browser()
        return unescape(browser.get(self.site.link(task, holder or 0)).text)


@pytest.fixture
def asked(engine: Engine, tmp_path: Path) -> Asked:
    return Asked(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Asked:
    return Asked(sqlite_engine, tmp_path)


def test_the_secretariat_takes_the_file_in_and_each_figure_stands_beside_its_question(asked: Asked) -> None:
    activity = asked.office.get(f"/aktivitet/{asked.id}").text
    assert "men de er ikke indlæst endnu" in activity and f'href="{asked.page}"' in activity
    assert asked.upload(FILE).status_code == 303
    page = asked.office.get(f"{asked.page}?gjort=1").text
    assert "Tallene er indlæst." in page and "Uden tal (5)" in page
    assert '<td data-label="Står ved spørgsmålet">Forventet afvigelse</td>' in page
    asked.open()
    shown = asked.leaders_page()
    expected, sick = shown.split("Sygefravær</label>" if "Sygefravær</label>" in shown else 'for="f-2"')
    assert "Budget</span> 1.000.100 kr." in expected and "Forbrug</span> 250.000 kr." in expected
    assert "Fravær i fjor</span> 4,5 %" in sick and "Fravær i fjor" not in expected
    assert '<th scope="row">Ramme</th><td class="number">900.000 kr.</td>' in shown, "the others above"


def test_a_number_ten_times_the_key_figure_is_pointed_out_before_and_after_it_is_sent(small: Asked) -> None:
    small.upload(FILE)
    small.open()
    with reading(small.engine) as session:
        task = session.exec(select(Task).where(Task.unit_id == SCHOOL)).one()
        holder = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
    link, browser = small.site.link(task, holder or 0), small.site.browser()
    kept = Sheet(browser.get(link), link).send(browser, act="draft", sygefravaer="42")
    told = "42 mod 4,5 (Fravær i fjor) (+833 %)"
    assert told in unescape(browser.get(kept.headers["location"]).text)
    sent = Sheet(browser.get(link), link).send(browser, act="submit", sygefravaer="42", afvigelse="1")
    assert told in unescape(browser.get(sent.headers["location"]).text)
    again = Sheet(browser.get(f"{link}?ret=1"), link).send(browser, act="draft", sygefravaer="4,9")
    assert again.status_code == 303
    assert "Fravær i fjor) (" not in unescape(browser.get(f"{link}?ret=1").text)


def test_a_unit_without_figures_is_asked_without_them(small: Asked) -> None:
    small.open()
    shown = small.leaders_page()
    assert "Forventet afvigelse" in shown and 'class="beside"' not in shown


def test_figures_are_put_right_until_the_close_and_not_after_it(asked: Asked) -> None:
    asked.upload(FILE)
    asked.open()
    asked.site.clock.at = instant(2027, 5, 4, 9)
    office = asked.office = asked.site.signed_in("ny@by.example", Role.SECRETARIAT, "BY")
    assert asked.upload(FILE.replace("250.000", "260.000")).status_code == 303
    assert "Enhedernes opgaver viser dem fra nu af." in office.get(f"{asked.page}?gjort=1").text
    assert "Forbrug</span> 260.000 kr." in asked.leaders_page()
    with transaction(asked.engine) as session:
        occurrence = session.get_one(Occurrence, asked.id)
        occurrence.state = OccurrenceState.CLOSED
        session.add(occurrence)
    closed = office.get(asked.page).text
    assert "Aktiviteten er slut" in closed and 'type="file"' not in closed
    token = Sheet(office.get(f"/plan/{1}"), "/plan/1/vis").fields["csrf"]
    files = {"file": ("tal.csv", FILE.encode(), "text/csv")}
    late = office.post(asked.page, data={"csrf": token, "money": "kr", "meant": ""}, files=files)
    assert late.status_code == 422 and "Aktiviteten er lukket" in late.text


@pytest.mark.parametrize(
    ("wrong", "right", "said"),
    [
        ("Forbrug", "Udgift", "Planen taler om kolonnen »Forbrug«, som filen ikke har."),
        (f"{SCHOOL};", "SKOLEN;", "Enheden SKOLEN findes ikke."),
        ("I alt;1.000.100", "I alt;2.000.100", "er 1.000.000 kr. fra filens egen sum"),
        ("4,5 %", "4,x", "»Fravær i fjor«"),
        ("unit_id", "skole", "Der er ingen kolonne med enhedernes id."),
    ],
)
def test_a_file_with_a_fault_changes_nothing_and_says_what_to_do(
    small: Asked, wrong: str, right: str, said: str
) -> None:
    small.upload(FILE)
    before = small.site.row_counts()
    refused = small.upload(FILE.replace(wrong, right))
    assert refused.status_code == 422 and said in unescape(refused.text)
    assert "Det, der stod før, gælder stadig." in refused.text and small.site.row_counts() == before
    with reading(small.engine) as session:
        assert "250000.00" in {f"{float(each.amount):.2f}" for each in session.exec(select(Figure))}


def test_a_sum_that_is_another_can_be_said_to_be_meant(small: Asked) -> None:
    assert small.upload(FILE.replace("I alt;1.000.100", "I alt;2.000.100"), meant="1").status_code == 303
    assert "filens egen sum er en anden" in small.office.get(small.page).text


def test_only_who_may_import_sees_the_page_and_only_where_figures_come(small: Asked) -> None:
    superior = small.site.signed_in("chef@by.example", Role.SUPERIOR, "BY-SK-D1")
    assert superior.get(small.page).status_code == 403
    assert small.page not in superior.get(f"/aktivitet/{small.id}").text
    with transaction(small.engine) as session:
        occurrence = session.get_one(Occurrence, small.id)
        activity = Activity.model_validate_json(occurrence.activity).model_copy(update={"figures": None})
        occurrence.activity = activity.model_dump_json()
        session.add(occurrence)
    assert small.office.get(small.page).status_code == 404


def test_what_stands_beside_a_question_stands_in_no_mail() -> None:
    rows = [{"label": "Ramme", "shown": "1 kr."}, {"label": "Fravær", "shown": "4 %", "field": "sygefravaer"}]
    assert shown_figures({"figures": rows}) == (("Ramme", "1 kr."),)


def test_the_plan_editor_writes_which_figures_stand_where() -> None:
    plan = check_written(PLAN, "wheel.yaml", beside())
    lines = fields_of(plan.activity("rapport"))["beside"]
    assert lines == "afvigelse: Budget; Forbrug\nsygefravaer (%): Fravær i fjor"
    text = with_fields(PLAN, "rapport", {"beside": "afvigelse: Budget\nsygefravaer (dage): I fjor; I år"})
    assert "# nøgletal" in text
    rules = check_written(text, "wheel.yaml", beside()).activity("rapport").figures
    assert rules is not None and rules.beside == (
        FieldFigures(field="afvigelse", columns=("Budget",)),
        FieldFigures(field="sygefravaer", columns=("I fjor", "I år"), unit="dage"),
    )
    gone = with_fields(PLAN, "rapport", {"beside": ""})
    assert check_written(gone, "wheel.yaml", beside()).activity("rapport").figures is None
    with pytest.raises(PlanInvalid) as refused:
        check_written(with_fields(PLAN, "rapport", {"beside": "findes-ikke: Budget"}), "wheel.yaml", beside())
    assert "har ikke spørgsmålet »findes-ikke«" in str(refused.value.problems[0])
