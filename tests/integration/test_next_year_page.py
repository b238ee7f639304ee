"""The page "Næste år": what next year would be, goals chosen one by one, and the year started once."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.municipality import Folder, load_municipality, start_years
from cycle.access.roles import Role
from cycle.goals.rolling import text_of_goal
from cycle.goals.tables import Goal
from cycle.goals.tree import keep_goals
from cycle.history import History
from cycle.organisation.tables import Address, Appointment, Person, Unit
from cycle.plan.model import PlanKind
from cycle.store import reading, transaction
from cycle.tasks.tables import Cycle, Occurrence
from tests.integration.test_plan_roll import FORM, GOALS, UNITS, WHEEL
from tests.support.municipality import instant
from tests.support.web import Form, Site

NOW = instant(2027, 10, 4)


class Office:
    """A town whose wheel of 2027 runs, and the secretariat before the page."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        files = {"wheel.yaml": WHEEL, "forms/skema.yaml": FORM, "units.csv": UNITS, "goals.yaml": GOALS}
        for name, text in files.items():
            (folder / name).parent.mkdir(exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        self.engine = engine
        with transaction(engine) as session:
            loaded = load_municipality(session, Folder.at(folder), now=instant(2027, 1, 4))
            (cycle,) = start_years(session, loaded, [2027], None, now=instant(2027, 1, 4))
            self.cycle = cycle.id
        self.site = Site(engine, folder, at=NOW)
        self.browser = self.site.signed_in("sif@k.example", Role.SECRETARIAT, "K")
        self.address = f"/aarshjul/{self.cycle}/naeste-aar"

    def page(self, query: str = "") -> Response:
        return self.browser.get(self.address + query)

    def start(self, goals: list[str], seen: Response | None = None) -> Response:
        form = Form(seen or self.page(), self.address)
        return self.browser.post(self.address, data={**form.fields, "goal": goals})

    def rows(self, table: type) -> list:
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def goals(self, year: int) -> dict[str, Goal]:
        return {goal.key: goal for goal in self.rows(Goal) if goal.year == year}


@pytest.fixture
def office(engine: Engine, tmp_path: Path) -> Office:
    return Office(engine, tmp_path)


def test_the_difference_is_shown_and_nothing_is_written(office: Office) -> None:
    wheel = office.browser.get(f"/aarshjul/{office.cycle}").text
    assert f'href="{office.address}"' in wheel and "Næste år: 2028" in wheel
    before = office.site.row_counts()
    page = office.page()
    text = " ".join(page.text.split())
    assert page.status_code == 200 and "Planen er den samme som i 2027 (revision 1)." in text
    assert "20. apr. 2028" in text and "(20. apr. 2027)" in text
    assert (
        ">weekend</span>" in text
        and '>usikker: <span lang="da">Sept.</span>' in text
        and ">flyttet</span>" in text
    )
    assert text.count('type="checkbox"') == 3 == text.count(" checked>")
    assert "1.1 Læsning" in text and "Deres sidste år er gået" in text
    assert "har ikke længere et mål over sig" in text
    assert office.site.row_counts() == before
    assert "The plan is the same as in 2027" in office.page("?sprog=en").text


def test_goals_that_next_years_tree_has_reworded_or_added_are_shown(office: Office) -> None:
    """A strategy, or a hand, has written next year's goals before the year is rolled on."""
    with transaction(office.engine) as session:
        (common,) = session.exec(select(Goal).where(Goal.key == "A", Goal.year == 2027))
        words = text_of_goal(common)
        later = [
            replace(words, title="Trivsel på arbejdet"),
            replace(words, key="ny", code="X", title="Helt nyt"),
        ]
        keep_goals(session, later, root_id="K", year=2028, by="cli", now=NOW)
    text = " ".join(office.page().text.split())
    assert "Siger noget andet end i 2027" in text
    assert "<del>Sygefravær</del><br><ins>Trivsel på arbejdet</ins>" in text
    assert "Nye i 2028</h3><ul><li>X Helt nyt</li></ul>" in text


def test_the_year_is_started_with_the_goals_that_were_chosen_and_once(office: Office) -> None:
    shown = office.page()
    started = office.start(["helhed", "A"], shown)
    assert started.status_code == 303
    _, second = office.rows(Cycle)
    assert started.headers["location"] == f"/aarshjul/{second.id}" and second.year == 2028
    assert office.goals(2028).keys() == {"helhed", "A"} and len(office.rows(Occurrence)) == 6
    told = [row for row in office.rows(History) if row.verb == "start"][-1]
    assert told.actor.startswith("account:") and told.why == "Næste år: 2028"
    before = office.site.row_counts()
    again = office.start(["helhed", "A"], shown)
    assert (again.status_code, again.headers["location"]) == (303, f"/aarshjul/{second.id}")
    assert office.site.row_counts() == before, "twice changes nothing"
    page = office.page()
    assert "Årshjulet er oprettet:" in page.text and " checked>" not in page.text, "B was left out by hand"
    assert office.start(["B"], page).status_code == 303
    assert office.goals(2028).keys() == {"helhed", "A", "B"}
    assert "Der er ikke mere at føre videre." in office.page().text


def test_what_has_changed_since_is_shown_again_and_the_choices_kept(office: Office) -> None:
    shown = office.page()
    with transaction(office.engine) as session:
        goal = session.exec(select(Goal).where(Goal.key == "A")).one()
        goal.title = "Trivsel"
        session.add(goal)
    refused = office.start(["helhed", "A"], shown)
    text = refused.text
    assert refused.status_code == 409 and "er ændret, siden du åbnede siden" in text and "Trivsel" in text
    assert text.count(" checked>") == 2 and [row.year for row in office.rows(Cycle)] == [2027]
    assert office.start(["helhed", "A"], refused).status_code == 303
    assert office.goals(2028)["A"].title == "Trivsel"


def test_a_goal_under_one_that_is_left_out_is_told_of(office: Office) -> None:
    refused = office.start(["A", "B"])
    assert refused.status_code == 422 and "hører under et mål, du har udeladt" in refused.text
    assert [row.year for row in office.rows(Cycle)] == [2027]
    assert office.start(["B"], refused).status_code == 303


def by_another_plan(office: Office, text: str) -> Response:
    shown = Form(office.page(), f"{office.address}/vis")
    return office.browser.post(f"{office.address}/vis", data={**shown.fields, "text": text})


def test_another_plan_is_seen_with_its_mails_before_the_year_is_started_by_it(office: Office) -> None:
    with transaction(office.engine) as session:
        ida = Person(root_id="K", key="ida", name="Ida Opdigtet")
        session.add(ida)
        session.flush()
        since = {"person_id": ida.id, "valid_from": date(2020, 1, 1)}
        session.add(Appointment(unit_id="S1", role="leder", **since))
        session.add(Address(email="ida@k.example", **since))
    other = WHEEL.replace("title: Rapport", "title: Årsrapport", 1)
    before = office.site.row_counts()
    page = by_another_plan(office, other)
    text = " ".join(page.text.split())
    assert page.status_code == 200 and "Planen er en anden end i 2027." in text
    assert "Mails pr. uge i 2028, hvis ingen svarer" in text and "Årsrapport" in text
    assert office.site.row_counts() == before, "looking writes nothing"
    form = Form(page, office.address)
    tampered = {**form.fields, "text": other.replace("Årsrapport", "Andet"), "goal": ["helhed", "A", "B"]}
    refused = office.browser.post(office.address, data=tampered)
    assert refused.status_code == 409 and len(office.rows(Cycle)) == 1, "another plan than the one seen"
    assert office.start(["helhed", "A", "B"], page).status_code == 303
    titles = {(each.concerns_year, each.title) for each in office.rows(Occurrence)}
    assert (2028, "Årsrapport") in titles and (2027, "Rapport") in titles


def test_a_plan_with_faults_or_of_another_wheel_starts_nothing(office: Office) -> None:
    broken = by_another_plan(office, WHEEL + "udenfor: 1\n")
    assert broken.status_code == 422 and "udenfor: 1" in broken.text and "Opret" in broken.text
    foreign = by_another_plan(office, WHEEL.replace("id: ", "id: andet-", 1))
    assert foreign.status_code == 422 and "Det er en anden plan" in foreign.text
    assert len(office.rows(Cycle)) == 1


def test_others_and_processes_are_refused(office: Office) -> None:
    for number, role in enumerate((Role.DIRECTION, Role.SUPERIOR, Role.COMMITTEE, Role.OPERATOR)):
        other = office.site.signed_in(f"a{number}@k.example", role, "K")
        assert other.get(office.address).status_code == 403
        wheel = other.get(f"/aarshjul/{office.cycle}")
        assert "naeste-aar" not in wheel.text
        guarded = {"csrf": Form(other.get("/konto"), "/log-ud").fields["csrf"], "text": WHEEL}
        assert other.post(f"{office.address}/vis", data=guarded).status_code == 403
    with transaction(office.engine) as session:
        session.add(Unit(id="Q", root_id="Q", path="/Q/", name="Q", kind="kommune"))
    stranger = office.site.signed_in("q@q.example", Role.SECRETARIAT, "Q")
    assert stranger.get(office.address).status_code == 403
    assert office.browser.get("/aarshjul/999/naeste-aar").status_code == 404
    with transaction(office.engine) as session:
        session.execute(sa.update(Cycle).values(kind=PlanKind.PROCESS))
    assert office.page().status_code == 404


def test_a_plan_that_cannot_be_worked_out_says_where(office: Office) -> None:
    with transaction(office.engine) as session:
        broken = '"date":"1. april"', '"date":"2027-04-01"'
        session.execute(
            sa.text("UPDATE cycle_revision SET plan = replace(plan, :a, :b)"),
            dict(zip("ab", broken, strict=True)),
        )
    page = office.page()
    assert page.status_code == 200 and "Planen kan ikke regnes ud for 2028" in page.text
