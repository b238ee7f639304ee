"""A running year's plan changed on the page: seen first, comments kept, and nobody overwrites another."""

from collections.abc import Mapping
from datetime import date
from html import unescape
from itertools import product
from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.plan_checks import Surroundings
from config.written_plan import Beside, check_written, fields_of, in_force, with_fields
from cycle.access.roles import Role
from cycle.calendar import WorkingCalendar
from cycle.errors import PlanInvalid
from cycle.store import reading, transaction
from cycle.tasks.cycles import Draft, start_cycle
from cycle.tasks.rules import with_rules
from cycle.tasks.tables import CycleRevision, FormVersion, Occurrence
from tests.support import municipality
from tests.support.municipality import instant
from tests.support.web import Form, Site

PLAN = """\
# Skrevet af sekretariatet
kind: wheel
id: hjul
title: Styringsårshjul
municipality: BY
activities:
  # Den første rapport
  - id: rapport
    title: Kvartalsrapport 1
    flow: quarterly_report
    window:
      opens: {date: 3. maj, move: later}   # efter ferien
      due: 20. maj
    audience: {kinds: [skole], role: leder}
    form: kort-rapport
  - id: budget
    title: Budgetudmelding
    flow: budget_call
    window: {opens: 1. juni, due: 21. juni}
    audience: {kinds: [skole, daginstitution], role: leder}
    form: kort-rapport
"""
FORMS = {municipality.FORM.id: municipality.FORM}
KINDS = frozenset({"kommune", "forvaltning", "område", "distrikt", "skole", "daginstitution"})


def beside(sources: Mapping[str, str] | None = None) -> Beside:
    around = Surroundings(forms={}, kinds=KINDS)
    return Beside(2027, FORMS, WorkingCalendar(), {}, around, sources or {})


class Planned:
    """A town whose year runs by PLAN, and its secretariat."""

    def __init__(self, engine: Engine, folder: Path, **settings: str) -> None:
        self.engine, self.site = engine, Site(engine, folder, at=instant(2027, 4, 12), **settings)
        with transaction(engine) as session:
            municipality.build(session)
            municipality.build(session, root_id="ANDEN")
            plan = check_written(PLAN, "wheel.yaml", beside())
            draft = Draft(plan, FORMS, WorkingCalendar(), {"wheel.yaml": PLAN})
            cycle = start_cycle(session, draft, year=2027, by="cli", now=instant(2027, 1, 4))
            self.page = f"/plan/{cycle.id}"
        self.office = self.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")

    def try_text(self, text: str) -> Response:
        return Form(self.office.get(self.page), f"{self.page}/vis").send(self.office, text=text)

    def due(self) -> dict[str, date]:
        with reading(self.engine) as session:
            return {each.activity_id: each.due_on for each in session.exec(select(Occurrence))}

    def revisions(self) -> list[CycleRevision]:
        with reading(self.engine) as session:
            return list(session.exec(select(CycleRevision).order_by(col(CycleRevision.no))))


@pytest.fixture
def planned(engine: Engine, tmp_path: Path) -> Planned:
    return Planned(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Planned:
    return Planned(sqlite_engine, tmp_path)


def test_an_activity_is_changed_by_its_fields_once_seen_and_the_comments_stay(
    planned: Planned,
) -> None:
    edit = f"{planned.page}/ret/rapport"
    form = Form(planned.office.get(edit), edit)
    assert (form.fields["opens"], form.fields["due"]) == ("3. maj", "20. maj")
    shown = form.send(planned.office, due="27. maj", title_en="Quarterly report 1")
    assert shown.status_code == 200 and "20. maj 2027 → 27. maj 2027" in shown.text
    assert "Mails pr. uge" in shown.text and planned.due()["rapport"] == date(2027, 5, 20)
    saved = Form(shown, planned.page).send(planned.office, why="Ferien ligger sent")
    assert saved.status_code == 303 and planned.due()["rapport"] == date(2027, 5, 27)
    newest = planned.revisions()[-1]
    assert (newest.no, newest.why) == (2, "Ferien ligger sent")
    text = newest.sources["wheel.yaml"]
    for kept in ("# Skrevet af sekretariatet", "# Den første rapport", "# efter ferien", "move: later"):
        assert kept in text
    assert check_written(text, "wheel.yaml", beside()).activity("rapport").title_en == "Quarterly report 1"


STAGES = """
    stages:
      - id: distrikt
        title: Sammenfatning for distriktet
        audience: {kinds: [distrikt], role: distriktschef}
        due: 27. maj
        form: kort-rapport
      - id: frigivelse
        title: Frigivelse til udvalget
        kind: release
        audience: {kinds: [forvaltning], role: direktør}
        due: 3. juni
        form: kort-rapport
"""


def test_a_date_is_told_once_and_a_step_by_its_title(small: Planned) -> None:
    """Never by its id; words of the plan that are no day of the calendar stand beside the date."""
    steps = PLAN.replace(
        "    form: kort-rapport\n  - id: budget", f"    form: kort-rapport{STAGES}  - id: budget"
    )
    page = Form(small.office.get(small.page), f"{small.page}/vis").send(small.office, text=steps)
    assert "Skridt efter svarene: – → Sammenfatning for distriktet, Frigivelse til udvalget" in page.text
    Form(page, small.page).send(small.office, why="Skridt")
    later = (
        steps.replace("27. maj", "31. maj")
        .replace("3. juni", "uge 23")
        .replace("due: 20. maj", "due: 21. maj")
    )
    page = Form(small.office.get(small.page), f"{small.page}/vis").send(small.office, text=later)
    told = page.text[page.text.index("<h1>") : page.text.index("<h2>")]
    assert told.count("20. maj") == 1 and "<li>Frist: 20. maj 2027 → 21. maj 2027</li>" in told
    assert told.count("27. maj") == 1 and "Sammenfatning for distriktet: 27. maj 2027 → 31. maj 2027" in told
    assert "Skridt efter svarene: Frigivelse til udvalget: frist: 3. juni → uge 23" in told
    assert "distrikt:" not in told and "frigivelse:" not in told


def test_what_deserves_a_look_says_which_date_and_where_it_was_moved(small: Planned) -> None:
    edit = f"{small.page}/ret/rapport"
    shown = Form(small.office.get(edit), edit).send(small.office, opens="9. maj", due="23. maj").text
    assert "åbner fra 9. maj 2027 til 10. maj 2027" in shown and "frist 23. maj 2027" in shown


def test_what_is_closed_says_so_where_it_is_changed(small: Planned) -> None:
    words = "lukket i år og ændres ikke"
    assert words not in small.office.get(f"{small.page}/ret/rapport").text
    small.site.clock.at = instant(2027, 5, 31)
    office = small.site.signed_in("senere@by.example", Role.SECRETARIAT, "BY")
    assert words in office.get(f"{small.page}/ret/rapport").text
    assert words not in office.get(f"{small.page}/ret/budget").text
    assert office.get(small.page).text.count(">lukket<") == 1


def test_dates_counted_from_others_are_danish_on_the_pages_and_stay_in_the_yaml(small: Planned) -> None:
    written = PLAN.replace(
        "opens: 1. juni, due: 21. juni", "opens: 7 dage efter rapport due, due: 3 uger efter opens"
    )
    shown = small.try_text(written)
    assert "Åbner: 1. juni → 7 dage efter rapport frist" in shown.text
    assert "Frist: 21. juni → 3 uger efter åbningen" in shown.text
    assert Form(shown, small.page).send(small.office, why="Følger rapporten").status_code == 303
    edit = f"{small.page}/ret/budget"
    form = Form(small.office.get(edit), edit)
    assert (form.fields["opens"], form.fields["due"]) == (
        "7 dage efter rapport frist",
        "3 uger efter åbningen",
    )
    kept = Form(form.send(small.office, title="Budgetkald"), small.page).fields["text"]
    assert "opens: 7 dage efter rapport due, due: 3 uger efter opens" in kept
    english = Form(small.office.get(f"{edit}?sprog=en"), edit).fields
    assert (english["opens"], english["due"]) == ("7 dage efter rapport due", "3 uger efter opens")


def test_in_english_the_plan_has_its_english_titles(small: Planned) -> None:
    edit = f"{small.page}/ret/rapport"
    shown = Form(small.office.get(edit), edit).send(small.office, title_en="Quarterly report 1")
    assert "<strong>Kvartalsrapport 1</strong>" in shown.text and "Titel på engelsk: – →" in shown.text
    Form(shown, small.page).send(small.office, why="Oversat")
    page = small.office.get(f"{small.page}?sprog=en").text
    assert '<th scope="row">Quarterly report 1</th>' in page
    assert "<h1>Quarterly report 1 " in small.office.get(f"{edit}?sprog=en").text


def test_a_file_is_uploaded_and_its_difference_seen(planned: Planned) -> None:
    form = Form(planned.office.get(planned.page), f"{planned.page}/vis")
    changed = PLAN.replace("due: 21. juni", "due: 20. maj").replace("opens: 1. juni", "opens: 3. maj")
    shown = form.send(planned.office, files={"file": ("wheel.yaml", changed.encode())})
    assert "Frister samme dag" in shown.text and "21. juni 2027 → 20. maj 2027" in shown.text
    assert len(planned.revisions()) == 1


def send_files(planned: Planned, files: Mapping[str, str]) -> Response:
    sent = [("file", (name, text.encode())) for name, text in files.items()]
    return Form(planned.office.get(planned.page), f"{planned.page}/vis").send(planned.office, files=sent)


SHORT = "id: ny-form\ntitle: Ny\nfields:\n  - {id: svar, type: text, label: Hvad nyt?}\n"
WITH_FILES = {
    "min-plan.yaml": PLAN.replace("form: kort-rapport", "form: ny-form", 1),
    "ny-form.yaml": SHORT,
    "ord.yaml": "rapport: Fortæl kort, hvordan det går.\n",
}


def test_forms_and_texts_come_with_the_plan_and_are_kept_with_it(planned: Planned) -> None:
    shown = send_files(planned, WITH_FILES)
    assert shown.status_code == 200 and "Med planen følger: forms/ny-form.yaml, texts/ord.yaml." in shown.text
    assert "kort-rapport → ny-form" in shown.text and len(planned.revisions()) == 1
    saved = Form(shown, planned.page).send(planned.office, why="Nyt skema")
    assert saved.status_code == 303
    newest = planned.revisions()[-1]
    assert {"forms/ny-form.yaml", "texts/ord.yaml", "wheel.yaml"} <= set(newest.sources)
    with reading(planned.engine) as session:
        report = session.exec(select(Occurrence).where(Occurrence.activity_id == "rapport")).one()
        version = session.get_one(FormVersion, report.form_version_id)
    assert version.form_id == "ny-form" and "Hvad nyt?" in version.spec
    assert "Fortæl kort" in report.activity
    nothing = planned.try_text(newest.sources["wheel.yaml"])
    assert "Planen er den samme som nu" in nothing.text, "what was sent belongs to the plan from then on"


def test_a_form_may_be_sent_alone(small: Planned) -> None:
    changed = municipality.FORM.model_copy(update={"title": "Rapport, kort"})
    shown = send_files(small, {"kort.yaml": changed.model_dump_json(exclude_defaults=True)})
    assert shown.status_code == 200 and "Der er ikke noget at gemme" not in shown.text
    assert Form(shown, small.page).send(small.office, why="Ny titel").status_code == 303
    with reading(small.engine) as session:
        specs = [each.spec for each in session.exec(select(FormVersion))]
    assert any("Rapport, kort" in each for each in specs)


@pytest.mark.parametrize(
    ("name", "old", "new", "told"),
    [
        ("ny-form.yaml", "type: text", "type: tekst", "forms/ny-form.yaml:4<"),
        ("ord.yaml", "rapport:", "raport:", "texts/ord.yaml:1<"),
        ("min-plan.yaml", "form: ny-form", "form: ny-from", "Skemaet »ny-from« findes ikke"),
        ("min-plan.yaml", "kind: wheel", "kind: [wheel", "min-plan.yaml:"),
    ],
)
def test_a_fault_in_one_file_saves_none_of_them(
    small: Planned, name: str, old: str, new: str, told: str
) -> None:
    before = small.site.row_counts()
    refused = send_files(small, {**WITH_FILES, name: WITH_FILES[name].replace(old, new)})
    assert refused.status_code == 422 and told in unescape(refused.text)
    assert small.site.row_counts() == before


def test_files_that_a_page_did_not_carry_are_none(small: Planned) -> None:
    token = Form(small.office.get(small.page), f"{small.page}/vis").fields
    for carried in ("{", "[1]", '{"../x.yaml": "a: 1"}'):
        page = small.office.post(f"{small.page}/vis", data={**token, "more": carried})
        assert page.status_code in (200, 422) and len(small.revisions()) == 1


@pytest.mark.parametrize(
    ("old", "new", "danish", "english"),
    [
        ("due: 20. maj", "due: engang i maj", "wheel.yaml:13", "wheel.yaml:13"),
        ("kinds: [skole]", "kinds: [skolle]", "wheel.yaml:14", "wheel.yaml:14"),
        ("    flow: quarterly_report\n", "", "Nøglen »flow« mangler", "The key “flow” is missing"),
        ("kind: wheel", "kind: [wheel", "wheel.yaml:", "wheel.yaml:"),
        ("id: hjul", "id: &a hjul", "Ankre og aliaser", "wheel.yaml:3"),
    ],
)
def test_faults_say_their_line_and_cure_and_the_text_stays(
    small: Planned, old: str, new: str, danish: str, english: str
) -> None:
    assert old in PLAN
    for language, said in (("da", danish), ("en", english)):
        small.office.get(f"{small.page}?sprog={language}")
        page = small.try_text(PLAN.replace(old, new, 1))
        assert page.status_code == 422 and said in page.text
        assert Form(page, f"{small.page}/vis").fields["text"].strip() == PLAN.replace(old, new, 1).strip()
    assert len(small.revisions()) == 1


def test_each_fault_of_an_activity_leads_to_its_field_which_is_marked(small: Planned) -> None:
    edit = f"{small.page}/ret/rapport"
    form = Form(small.office.get(edit), edit)
    page = form.send(small.office, title="", due="hverdag", kinds="borge", opens="3. maj")
    assert page.status_code == 422
    for field in ("title", "due", "kinds"):
        assert f'<a href="#ret-{field}">' in page.text, field
        marked = page.text.partition(f'id="ret-{field}"')[2].partition(">")[0]
        assert f'aria-invalid="true" aria-describedby="ret-{field}-p' in marked
    assert "#ret-opens" not in page.text
    assert Form(page, edit).fields["due"] == "hverdag" and len(small.revisions()) == 1


def test_two_dates_that_only_together_are_wrong_are_said_at_the_first(small: Planned) -> None:
    edit = f"{small.page}/ret/rapport"
    page = Form(small.office.get(edit), edit).send(small.office, opens="1. juni", due="21. maj")
    assert page.status_code == 422 and '<a href="#ret-opens">' in page.text


def test_an_empty_text_is_said_and_the_plan_in_force_stands_in_the_field(small: Planned) -> None:
    for text, wanted in (("", "Planen er tom."), (" \n", "Planen er tom.")):
        page = small.try_text(text)
        assert page.status_code == 422 and wanted in page.text
    empty = small.try_text("")
    assert Form(empty, f"{small.page}/vis").fields["text"].strip() == PLAN.strip()


def test_a_plan_is_not_saved_without_a_reason_or_with_a_fault_and_comes_back(planned: Planned) -> None:
    shown = planned.try_text(PLAN.replace("20. maj", "27. maj"))
    before = planned.site.row_counts()
    page = Form(shown, planned.page).send(planned.office, why=" ")
    assert page.status_code == 422 and page.text.count('<a href="#gem-why">') == 1
    assert 'id="gem-why"' in page.text and "20. maj 2027 → 27. maj 2027" in page.text
    for text, told in (("", "Planen er tom."), ("kind: [wheel", "Planen kan ikke bruges, som den er.")):
        wrong = Form(shown, planned.page).send(planned.office, why="Ferien", text=text)
        assert wrong.status_code == 422 and told in wrong.text
    assert planned.site.row_counts() == before
    assert Form(page, planned.page).send(planned.office, why="Ferien").status_code == 303
    assert planned.due()["rapport"] == date(2027, 5, 27)


def test_the_second_of_two_is_told_and_keeps_the_text(planned: Planned) -> None:
    mine = planned.try_text(PLAN.replace("20. maj", "27. maj"))
    first = planned.try_text(PLAN.replace("21. juni", "24. juni"))
    assert Form(first, planned.page).send(planned.office, why="Først").status_code == 303
    late = Form(mine, planned.page).send(planned.office, why="Sidst")
    assert late.status_code == 409 and "Nogen har ændret planen" in late.text
    assert "due: 27. maj" in Form(late, f"{planned.page}/vis").fields["text"]
    assert len(planned.revisions()) == 2 and planned.due()["rapport"] == date(2027, 5, 20)


def test_reminders_changed_on_their_own_page_stand_in_the_text(small: Planned) -> None:
    with transaction(small.engine) as session:
        found = session.exec(select(Occurrence).where(Occurrence.activity_id == "rapport")).one()
        plan = check_written(PLAN, "wheel.yaml", beside())
        draft = with_rules(session, found, plan.reminders[:2])
    text = in_force(draft.plan, draft.sources)
    assert check_written(text, "wheel.yaml", beside()) == draft.plan and "# efter ferien" in text


def test_every_field_can_be_written_and_taken_out_again() -> None:
    plan = check_written(PLAN, "wheel.yaml", beside())
    wanted = {
        "title": 'En "rapport": #1',
        "title_en": "x",
        "text": "To linjer\nog: flere",
        "opens": "4. maj",
        "due": "24. maj",
        "closes": "28. maj",
        "kinds": "skole, daginstitution",
        "approval": "nærmeste leder",
        "form": "kort-rapport",
        "beside": "beloeb: Budget; Forbrug\nstatus (%): Fravær",
    }
    text = with_fields(PLAN, "rapport", wanted)
    assert fields_of(check_written(text, "wheel.yaml", beside()).activity("rapport")) == wanted
    back = with_fields(text, "rapport", fields_of(plan.activity("rapport")))
    assert check_written(back, "wheel.yaml", beside()) == plan
    with pytest.raises(PlanInvalid):
        check_written("x" * 400_001, "wheel.yaml", beside())


def test_only_the_office_of_the_municipality_changes_its_plan(small: Planned) -> None:
    others = {
        "direction": small.site.signed_in("dir@by.example", Role.DIRECTION, "BY"),
        "operator": small.site.signed_in("drift@by.example", Role.OPERATOR, "BY"),
        "elsewhere": small.site.signed_in("sek@anden.example", Role.SECRETARIAT, "ANDEN"),
        "nobody": small.site.browser(),
    }
    before = small.site.row_counts()
    for (who, browser), path in product(others.items(), ("", "/ret/rapport", "/vis")):
        if path != "/vis":
            assert browser.get(f"{small.page}{path}").status_code in (303, 403), who
        csrf = "" if who == "nobody" else Form(browser.get("/tilgaengelighed"), "/log-ud").fields["csrf"]
        sent = {"csrf": csrf, "text": PLAN, "seen": "1", "why": "x", "title": "x"}
        assert browser.post(f"{small.page}{path}", data=sent).status_code in (401, 403), (who, path)
    assert small.site.row_counts() == before
    assert small.office.get(f"{small.page}/ret/findes-ikke").status_code == 404
