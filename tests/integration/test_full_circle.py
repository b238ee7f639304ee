"""The whole circle on Copenhagen's example, cut small: a strategy's goals are agreed and signed, followed up
in three reports and the annual accounts, revised, and come back as next year's tree; every link both ways.
"""

import html
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from cli import next_year
from cli.municipality import Folder, load_municipality, start_years
from cycle.access.roles import Role
from cycle.goals.rolling import roll_goals
from cycle.goals.tables import Agreement, AgreementState, Goal, GoalLevel, GoalStatus, Strategy
from cycle.goals.tree import goals_of_year
from cycle.organisation.tables import Unit
from cycle.store import reading, transaction
from cycle.tasks.cycles import start_cycle
from cycle.tasks.states import OccurrenceState, TaskKind
from cycle.tasks.tables import Cycle, Occurrence, Task
from tests.support.deciding import decide
from tests.support.koebenhavn import ROOT, Year
from tests.support.municipality import instant
from tests.support.small_copenhagen import cut
from tests.support.web import Form, Site

SCHOOL = "101019"
UNITS = (SCHOOL, "G23143", "G23188", "101212", "KBH-C3")
REPORTS = ("kvartalsrapport-1", "kvartalsrapport-2", "kvartalsrapport-3")
RUNNING = {
    2026: ("udviklingsaftaler",),
    2027: ("strategirevision", *REPORTS),
    2028: ("regnskab",),
}
"""What each cycle does in this story: the agreements for 2027 are made in the cycle of 2026, and its accounts
are those of the cycle of 2028."""
OWN = {
    "enhedsmaal": {
        "G": {
            "titel": "Flere læser hver dag",
            "beskrivelse": "Læsebånd",
            "tegn": "Lån på biblioteket",
            "understoetter": "B",
        }
    }
}
REWORDED = "Enheder, der bærer både fagligt og økonomisk"
YES = {"beslutning": "enig", "bemaerkning": ""}
SIGNED = {"beslutning": "enig", "navn": "Opdigtet Underskriver", "bekraeft": "ja"}


class Circle(Year):
    """Several years of the small town, each step taken as its people would."""

    def of(self, activity: str, year: int) -> Occurrence:
        """The activity in the cycle of that year."""
        with reading(self.engine) as session:
            return session.exec(
                select(Occurrence)
                .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
                .where(Occurrence.activity_id == activity, Cycle.year == year)
            ).one()

    def keep_to_the_story(self) -> None:
        """Cancels what the story does not tell of."""
        told = [
            sa.and_(Cycle.year == year, col(Occurrence.activity_id).in_(names))
            for year, names in RUNNING.items()
        ]
        with transaction(self.engine) as session:
            wanted = (
                select(Occurrence.id)
                .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
                .where(sa.or_(*told))
            )
            session.execute(
                sa.update(Occurrence)
                .where(
                    col(Occurrence.id).not_in(list(session.exec(wanted))),
                    Occurrence.state == OccurrenceState.PLANNED,
                )
                .values(state=OccurrenceState.CANCELLED)
            )

    def sign_agreements(self) -> None:
        """Own goals, negotiation, approval and every signature, in the order of the plan."""
        signing = self.of("udviklingsaftaler", 2026).id
        done: set[int] = set()
        while waiting := [task for task in self._own_steps(signing) if task.id not in done]:
            for task in waiting:
                raw = {TaskKind.DRAFT: OWN, TaskKind.SIGN: SIGNED}.get(task.kind, YES)
                self.answer(task, raw)
                done.add(task.id or 0)
            self.settle()

    def _own_steps(self, occurrence_id: int | None) -> Sequence[Task]:
        kinds = (TaskKind.DRAFT, TaskKind.NEGOTIATE, TaskKind.APPROVE, TaskKind.SIGN)
        return [task for task in self.tasks(occurrence_id) if task.kind in kinds]

    def report(self, activity: str, year: int, light: str) -> None:
        """Every unit sets the same light on each goal; superiors approve; the report closes."""
        occurrence = self.of(activity, year)
        tasks = self.tasks(occurrence.id, TaskKind.ANSWER)
        assert len(tasks) == len(UNITS)
        for task in tasks:
            form = {"status": {"light": light, "comment": "" if light == "grøn" else "Vi er bagud"}}
            goals = {row["row"]: form for row in task.prefill["goals"]}
            assert {"A", "B", "C", "D", "G"} <= goals.keys(), "common, area and own goals are asked about"
            self.answer(task, {**self._numbers(task), "goals": goals})
        self.settle()
        self.approve_all(tasks)

    def _numbers(self, task: Task) -> dict[str, str]:
        """What the report asks beside the goals."""
        given = {"forventet-afvigelse": "0", "resultat": "0", "sygefravaer": "5", "mus-andel": "100"}
        with reading(self.engine) as session:
            asked = {field.id for field in self.form(session, task).fields}
        return {name: value for name, value in {**given, "bekraeft": "ja"}.items() if name in asked}


@pytest.fixture
def circle(engine: Engine, tmp_path: Path) -> Circle:
    folder = cut(tmp_path / "by", UNITS)
    with transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(folder), now=instant(2026, 11, 20))
        start_years(session, loaded, (2026, 2027), folder, now=instant(2026, 11, 20))
    town = Circle(engine, tmp_path, instant(2026, 11, 20))
    town.keep_to_the_story()
    return town


def links(page: str, pattern: str) -> list[str]:
    return re.findall(rf'href="({pattern})"', page)


def play(town: Circle) -> TestClient:
    """The story from the strategy to the accounts, and the browser of the secretariat."""
    town.until(instant(2026, 12, 2, 10))
    town.sign_agreements()
    town.until(instant(2027, 3, 2, 10))
    hearing = town.of("strategirevision", 2027).id or 0
    for task in town.tasks(hearing, TaskKind.ANSWER):
        rows = {row["row"]: {"holdning": "behold", "begrundelse": ""} for row in task.prefill["themes"]}
        town.answer(task, {"temaer": rows, "mangler": ""})
    town.until(instant(2027, 4, 5, 10))
    town.report("kvartalsrapport-1", 2027, "rød")
    browser = revise(town, hearing)
    town.until(instant(2027, 8, 4, 10))
    town.report("kvartalsrapport-2", 2027, "gul")
    town.until(instant(2027, 10, 5, 10))
    town.report("kvartalsrapport-3", 2027, "gul")
    town.until(instant(2027, 12, 1, 10))
    with transaction(town.engine) as session:
        found = next_year.rolled(session, 2028, None, None)
        start_cycle(session, found.draft, year=2028, by="cli", now=town.now)
        roll_goals(session, ROOT, year=2028, by="cli", now=town.now)
    town.keep_to_the_story()
    town.until(instant(2028, 1, 20, 10))
    town.report("regnskab", 2028, "grøn")
    town.until(instant(2028, 3, 2, 10))
    return browser


def revise(town: Circle, hearing: int) -> TestClient:
    """Theme 4 is reworded; the committee adopts; the tree is set on the page."""
    site = Site(town.engine, town.settings.data_dir, at=town.now)
    browser = site.signed_in("sek@kbh.example", Role.SECRETARIAT, ROOT)

    def press(address: str, action: str, **changed: str) -> str:
        form = Form(browser.get(address), action)
        sent = browser.post(action, data={**form.fields, **changed})
        assert sent.status_code == 303, sent.text[:2000]
        return str(sent.headers["location"])

    draft = press(f"/hoering/{hearing}", f"/hoering/{hearing}/forslag")
    press(draft, draft, **{"t:baeredygtige-enheder": REWORDED})
    decision = {"body": "BUU", "decided_on": "2027-04-05", "adopted": "ja", "text": "Vedtaget."}
    decide(browser, hearing, **decision)
    town.settle()
    version = draft.removesuffix("/forslag")
    press(version, f"{version}/maal")
    return browser


def test_from_the_strategy_to_the_agreement_and_back_every_link_is_followed_both_ways(circle: Circle) -> None:
    browser = play(circle)
    with reading(circle.engine) as session:
        agreements = session.exec(select(Agreement)).all()
        assert {each.state for each in agreements} == {AgreementState.IN_FORCE}
        first, second = session.exec(select(Strategy).order_by(col(Strategy.version))).all()
        goals = {(goal.year, goal.key): goal for goal in session.exec(select(Goal))}
        own = goals[2027, f"{SCHOOL}/2027/G"]
        accounts = circle.of("regnskab", 2028)
        assert accounts.state is OccurrenceState.CLOSED and accounts.concerns_year == 2027
        statuses = session.exec(select(GoalStatus).where(GoalStatus.occurrence_id == accounts.id)).all()
        assert {status.status for status in statuses} == {"grøn"} and len(statuses) > 5 * len(UNITS)
        tree = goals_of_year(session, ROOT, 2028, levels=list(GoalLevel))
        assert not [goal for goal in tree if goal.level is GoalLevel.UNIT], (
            "own goals come with new agreements"
        )
        assert {goal.key for goal in tree} >= {"arbejdsplads", "arbejdsplads.4", "A", "B", "C", "Skoler/D"}

    # Up: from the unit's status to its own goal, the goals above it, the theme, the strategy.
    budget = goals[2027, "B"]
    theme = goals[2027, budget.parent_key]
    assert own.parent_key == "B" and theme.level is GoalLevel.THEME
    page = browser.get(f"/maal/{budget.id}").text
    assert f"/maal/{own.id}" in links(page, "/maal/[0-9]+"), "the cell of the unit leads to its own goal"
    agreement = next(each for each in agreements if each.unit_id == SCHOOL)
    agreed = links(browser.get(f"/udviklingsaftale/{agreement.id}").text, "/maal/[0-9]+")
    assert {f"/maal/{budget.id}", f"/maal/{own.id}"} <= set(agreed), "what was signed leads to its goals"
    own_page = browser.get(f"/maal/{own.id}").text
    assert "Flere læser hver dag" in own_page
    assert links(own_page, "/maal/[0-9]+")[:2] == [f"/maal/{theme.id}", f"/maal/{budget.id}"]
    for each in (own_page, page):
        assert links(each, "/strategi/[0-9]+") == [f"/strategi/{first.id}"]
        for title in ("Kvartalsrapport 1", "Kvartalsrapport 2", "Kvartalsrapport 3", "Regnskabsaflæggelse"):
            assert title in each

    # Down: from the strategy to its theme's page, from there to the common goal, from there to every unit.
    assert f"/maal/{theme.id}" in links(browser.get(f"/strategi/{first.id}").text, "/maal/[0-9]+")
    assert f"/maal/{budget.id}" in links(browser.get(f"/maal/{theme.id}").text, "/maal/[0-9]+")
    with reading(circle.engine) as session:
        names = session.exec(select(Unit.name).where(col(Unit.id).in_(UNITS))).all()
    assert len(names) == len(UNITS) and all(html.escape(name) in page for name in names)

    # On: to next year's goal and its theme in the next version, with the decision that made it.
    next_budget = goals[2028, "B"]
    assert f"/maal/{next_budget.id}" in links(page, "/maal/[0-9]+")
    next_page = browser.get(f"/maal/{next_budget.id}").text
    assert links(next_page, "/strategi/[0-9]+") == [f"/strategi/{second.id}"]
    assert "vedtaget af BUU 5. april 2027" in next_page
    new_theme = goals[2028, "baeredygtige-enheder"]
    assert new_theme.title == REWORDED and new_theme.strategy_row == second.id
    assert f"/maal/{new_theme.id}" in links(next_page, "/maal/[0-9]+")
    version = browser.get(f"/strategi/{second.id}").text
    assert f"/maal/{new_theme.id}" in links(version, "/maal/[0-9]+")
    assert f"/aktivitet/{circle.of('strategirevision', 2027).id}" in links(version, "/aktivitet/[0-9]+")

    # Back: from next year's goal to this year's, and how it ended in the accounts.
    assert f"/maal/{budget.id}" in links(next_page, "/maal/[0-9]+")
    said = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", next_page))
    ended = f"Regnskabsaflæggelse inkl. opfølgning på mål: Grøn {len(UNITS)} Gul 0 Rød 0"
    assert f"Sådan endte det i 2027 {ended}" in said
    theme_page = browser.get(f"/maal/{new_theme.id}").text
    assert f"/maal/{theme.id}" in links(theme_page, "/maal/[0-9]+") and theme.title in theme_page
