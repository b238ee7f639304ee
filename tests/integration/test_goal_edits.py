"""The secretariat writes the tree's goals: fields, what a change comes to, saved, ended, deleted."""

from pathlib import Path

import pytest
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import select
from starlette.testclient import TestClient

from cli.goals_view import compare, keep_file
from config.goals_file import load_goals
from config.written_goals import WrittenGoal
from cycle.access.roles import Role
from cycle.goals.agreements import version_of
from cycle.goals.goal_edits import goal_digest
from cycle.goals.tables import AgreementState, Goal, GoalLevel, Strategy
from cycle.goals.tree import GoalText, goals_of_year, keep_goals
from cycle.history import History
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind
from tests.support import municipality
from tests.support.koebenhavn import FOLDER, Year
from tests.support.municipality import ROOT, instant
from tests.support.three_agreements import (
    DAYCARE,
    OTHER_SCHOOL,
    SCHOOL,
    SIGN,
    STEPS,
    UNITS,
    agreements,
    begun,
    open_step,
    take,
)
from tests.support.web import Form, Site

NOW = instant(2027, 6, 1)
TREE = (
    GoalText(GoalLevel.THEME, "1", "Trivsel", key="trivsel"),
    GoalText(
        GoalLevel.COMMON,
        "A",
        "Sygefravær",
        parent_key="trivsel",
        description="Vi er\nraske. ",
        signs=("a", "b"),
    ),
    GoalText(GoalLevel.COMMON, "B", "Budget", parent_key="trivsel"),
    GoalText(GoalLevel.AREA, "D", "Planlagte timer", area="Skoler", parent_key="A"),
)


class Desk:
    """The secretariat's browser over the small municipality with a tree."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        with transaction(engine) as session:
            self.town = municipality.build(session)
            keep_goals(session, TREE, root_id=ROOT, year=2027, by="cli", now=NOW)
        self.site = Site(engine, folder, at=NOW)
        self.browser = self.site.signed_in("sif@by.example", Role.SECRETARIAT, ROOT)

    def goal(self, key: str) -> Goal:
        with reading(self.engine) as session:
            return session.exec(select(Goal).where(Goal.key == key, Goal.year == 2027)).one()

    def form(self, key: str, act: str = "ret") -> Form:
        address = f"/maal/{self.goal(key).id}/{act}"
        return Form(self.browser.get(address), address)


def saved(browser: TestClient, shown: Response, address: str, **also: str) -> Response:
    """The preview's button is pressed."""
    return Form(shown, address).send(browser, act="gem", **also)


def test_what_nobody_touches_stays_as_it_is_and_every_field_can_be_changed(
    engine: Engine, tmp_path: Path
) -> None:
    desk = Desk(engine, tmp_path)
    form = desk.form("A")
    shown = form.send(desk.browser, act="vis")
    assert "Du har ikke ændret noget i målet." in shown.text and "Gem målet" not in shown.text
    words = {
        "code": "C", "title": "Sygefravær og <trivsel>", "parent_key": "", "description": "Ny",
        "source": "BUU",
        "origin": "area", "goal_type": "outcome", "background_intention": "Hensigt",
        "background_knowledge": "Viden", "obligations": "Tal om det\n\nHold samtaler", "signs": "Færre dage",
        "evidence": "Lønsystemet", "measure": "Fravær", "measure_unit": "%", "rule": "at_most",
        "target": "6,25", "baseline": "1.234,5", "follow_up_method": "Hvert kvartal",
        "follow_up_by": "HR-chefen", "first_year": "2026", "last_year": "2029", "follows": "gammel",
        "hide_small": "ja", "inferred": "ja",
    }  # fmt: skip
    shown = form.send(desk.browser, act="vis", **words)
    assert shown.status_code == 200, shown.text
    assert "og &lt;trivsel&gt;</ins>" in shown.text and "Fravær: højst 6,25 % (før: 1.234,5 %)" in shown.text
    assert desk.goal("A").title == "Sygefravær", "nothing is saved before it has been seen"
    address = form.action
    done = saved(desk.browser, shown, address)
    assert done.status_code == 303 and done.headers["location"].endswith("?gemt=0")
    found = desk.goal("A")
    assert (found.code, found.title, found.parent_key) == ("C", "Sygefravær og <trivsel>", "")
    assert found.obligations == ["Tal om det", "Hold samtaler"] and found.hide_small and found.inferred
    assert found.indicator["target"] == "6.25" and (found.first_year, found.last_year) == (2026, 2029)
    page = desk.form("A")
    assert {name: value for name, value in page.fields.items() if name in words} == {
        **words, "obligations": "Tal om det\nHold samtaler"
    }  # fmt: skip
    assert "Du har ikke ændret noget" in page.send(desk.browser, act="vis").text
    with reading(engine) as session:
        row = session.exec(select(History).where(History.verb == "edit_goal")).one()
    assert row.thing == f"goal:{found.id}" and row.actor.startswith("account:")
    assert "title" in row.data["changed"] and row.data["agreements"] == 0


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"title": ""}, "title", "Målet har ingen ordlyd."),
        ({"code": "lille"}, "code", "Skriv fx B eller B2."),
        ({"code": "B"}, "code", "er brugt to gange"),
        ({"code": "D"}, "code", "er brugt to gange"),
        ({"measure": "Fravær", "rule": "at_most"}, "target", "Udfyld feltet."),
        ({"measure": "Fravær", "rule": "range", "low": "9", "high": "3"}, "low", "Byt dem om."),
        ({"target": "6"}, "measure", "hvad der måles"),
        ({"measure": "Fravær", "target": "mange"}, "target", "kan ikke læses som et tal"),
        ({"first_year": "2028"}, "first_year", "gælder målet ikke i 2027"),
        ({"last_year": "2026"}, "last_year", "gælder målet ikke i 2027"),
        ({"first_year": "i fjor"}, "first_year", "er ikke et helt tal"),
        ({"parent_key": "A"}, "parent_key", "ikke er et mål eller tema over det"),
        ({"origin": "kongen"}, "origin", "kan ikke bruges her"),
        ({"description": "x" * 4_001}, "description", "højst 4.000 tegn"),
    ],
)
def test_what_an_import_would_refuse_the_page_refuses_and_keeps_what_was_typed(
    engine: Engine, tmp_path: Path, changed: dict[str, str], field: str, said: str
) -> None:
    desk = Desk(engine, tmp_path)
    form = desk.form("A")
    for act in ("vis", "gem"):
        refused = form.send(desk.browser, act=act, source="Skrevet med omhu", **changed)
        assert refused.status_code == 422 and said in refused.text, refused.text
        assert f'id="p-{field}"' in refused.text and 'value="Skrevet med omhu"' in refused.text
    assert (desk.goal("A").code, desk.goal("A").source) == ("A", "")


def test_who_comes_second_is_told_who_was_first_and_loses_nothing(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path)
    other = desk.site.signed_in("ole@by.example", Role.SECRETARIAT, ROOT)
    mine = desk.form("A")
    theirs = Form(other.get(mine.action), mine.action)
    shown = mine.send(desk.browser, act="vis", title="Mit sygefravær")
    saved(other, theirs.send(other, act="vis", title="Deres sygefravær"), theirs.action)
    for late in (
        saved(desk.browser, shown, mine.action),
        mine.send(desk.browser, act="vis", title="Mit eget"),
    ):
        assert late.status_code == 409 and "ole</strong>" not in late.text
        assert "ole har rettet målet imens. Intet er gemt." in late.text
        assert "<del>" in late.text and "Deres" in late.text and "Mit" in late.text
    assert desk.goal("A").title == "Deres sygefravær"
    again = Form(late, mine.action)
    assert again.fields["title"] == "Mit eget"
    done = saved(desk.browser, again.send(desk.browser, act="vis"), mine.action)
    assert done.status_code == 303 and desk.goal("A").title == "Mit eget"
    twice = Form(again.send(desk.browser, act="ret"), mine.action)
    assert twice.send(desk.browser, act="gem").status_code == 303, "the same once more changes nothing"
    with reading(engine) as session:
        assert len(session.exec(select(History).where(History.verb == "edit_goal")).all()) == 2


def test_a_new_goal_has_a_level_and_a_place_and_a_key_no_goal_has_had(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path)
    page = f"/maal/ny?aar=2027&under={desk.goal('trivsel').id}"

    def new(**words: str) -> Response:
        form = Form(desk.browser.get(page), "/maal/ny")
        return saved(desk.browser, form.send(desk.browser, act="vis", **words), "/maal/ny")

    form = Form(desk.browser.get(page), "/maal/ny")
    assert (form.fields["level"], form.fields["code"], form.fields["parent_key"]) == (
        "common",
        "C",
        "trivsel",
    )
    assert new(title="MUS holdes").status_code == 303
    assert desk.goal("C").parent_key == "trivsel"
    twice = form.send(desk.browser, act="vis", title="MUS holdes", code="E")
    assert twice.status_code == 422 and "Målet står der allerede." in twice.text
    assert new(title="Under temaet", level="political", code="").status_code == 303
    political = desk.goal("trivsel.1")
    assert (political.level, political.code) == (GoalLevel.POLITICAL, "1.1")
    nowhere = form.send(desk.browser, act="vis", title="Uden sted", level="area")
    assert nowhere.status_code == 422 and "Vælg området." in nowhere.text
    assert new(title="Ture", level="area", area="Institutioner", code="D").status_code == 303
    assert desk.goal("Institutioner/D").area == "Institutioner"
    assert new(title="Et nyt tema", level="theme", parent_key="", code="").status_code == 303
    assert desk.goal("tema.1").code == "2"
    with transaction(engine) as session:
        keep_goals(
            session, [GoalText(GoalLevel.COMMON, "E", "I fjor")], root_id=ROOT, year=2026, by="cli", now=NOW
        )
    assert new(title="Et andet E", code="E").status_code == 303
    assert desk.goal("E.1").title == "Et andet E", "last year's E is another goal"
    assert desk.browser.get("/maal/ny?aar=2027&under=999").status_code == 404


def test_a_goal_that_nothing_uses_is_deleted_and_one_with_goals_under_it_is_not(
    engine: Engine, tmp_path: Path
) -> None:
    desk = Desk(engine, tmp_path)
    goal_id = desk.goal("trivsel").id
    page = desk.browser.get(f"/maal/{goal_id}/slet").text
    assert "Målet kan ikke slettes" in page and "<strong>2</strong> mål står under det:" in page
    assert f'<a href="/maal/{desk.goal("A").id}">A Sygefravær</a>' in page
    csrf = desk.form("B", "slet").fields["csrf"]
    refused = desk.browser.post(f"/maal/{goal_id}/slet", data={"csrf": csrf, "seen": digest(desk, "trivsel")})
    assert refused.status_code == 409 and "Intet er slettet." in refused.text
    form, stale = desk.form("B", "slet"), desk.form("B", "slet")
    stale.fields["seen"] = digest(desk, "A")
    assert stale.send(desk.browser).status_code == 409
    goal_id = desk.goal("B").id
    assert form.send(desk.browser).headers["location"] == "/maal?aar=2027"
    assert form.send(desk.browser).status_code == 404
    with reading(engine) as session:
        assert session.get(Goal, goal_id) is None
        assert (
            session.exec(select(History).where(History.verb == "delete_goal")).one().data["title"] == "Budget"
        )


def digest(desk: Desk, key: str) -> str:
    return goal_digest(desk.goal(key))


def test_a_goal_ends_after_a_year_that_nothing_later_than_it_uses(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path)
    with transaction(engine) as session:
        keep_goals(session, TREE, root_id=ROOT, year=2028, by="cli", now=NOW)
    form = desk.form("A", "afslut")
    refused = form.send(desk.browser, after="2027")
    assert refused.status_code == 409 and "det er i brug efter 2027" in refused.text
    assert "D Planlagte timer" in refused.text
    assert form.send(desk.browser, after="2026").status_code == 422
    for said in (
        "Målet slutter efter 2028.",
        "Målet sluttede i forvejen efter 2028. Der er ikke ændret noget.",
    ):
        told = desk.browser.get(form.send(desk.browser, after="2028").headers["location"]).text
        assert said in told and "Målet er gemt" not in told
    assert desk.form("B", "afslut").send(desk.browser, after="2027").status_code == 303
    with reading(engine) as session:
        assert [goal.key for goal in goals_of_year(session, ROOT, 2028)] == ["A", "Skoler/D"]
        assert [goal.key for goal in goals_of_year(session, ROOT, 2027)] == ["A", "B", "Skoler/D"]
        assert [goal.last_year for goal in session.exec(select(Goal).where(Goal.key == "A"))] == [2028, 2028]
        assert len(session.exec(select(History).where(History.verb == "end_goal")).all()) == 2


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_the_tree_is_written_by_the_secretariat_alone(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path)
    goal_id = desk.goal("A").id
    pages = [f"/maal/{goal_id}/{act}" for act in ("ret", "afslut", "slet")] + ["/maal/ny?aar=2027"]
    assert all(desk.browser.get(page).status_code == 200 for page in pages)
    assert f'href="/maal/{goal_id}/ret"' in desk.browser.get(f"/maal/{goal_id}").text
    superior = desk.site.signed_in("dorte@by.example", Role.SUPERIOR, "BY-SK")
    with transaction(engine) as session:
        municipality.build(session, root_id="NABO")
    neighbour = desk.site.signed_in("ulla@nabo.example", Role.SECRETARIAT, "NABO")
    for page in pages[:3]:
        assert {each.get(page).status_code for each in (superior, neighbour)} == {403}
        assert desk.site.browser().get(page).status_code == 303
    assert superior.get(pages[3]).status_code == 403
    assert f"/maal/{goal_id}/ret" not in superior.get(f"/maal/{goal_id}").text
    own = Form(neighbour.get(pages[3]), "/maal/ny")
    assert neighbour.post(f"/maal/{goal_id}/slet", data={"csrf": own.fields["csrf"]}).status_code == 403
    assert desk.goal("A").title == "Sygefravær"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_what_a_strategy_or_a_unit_has_set_is_changed_there(engine: Engine, tmp_path: Path) -> None:
    desk = Desk(engine, tmp_path)
    with transaction(engine) as session:
        own = GoalText(GoalLevel.UNIT, "G", "Skolens eget", unit_id="BY-SK-D1-001", parent_key="A")
        keep_goals(session, [own], root_id=ROOT, year=2027, by="engine", now=NOW)
        strategy = Strategy(
            root_id=ROOT, strategy_id="s", version=2, title="S", content={"facts": {}, "goals": []}
        )
        strategy.occurrence_id = municipality.add_occurrence(
            session, desk.town, municipality.start_cycle(session, desk.town, 2027)
        ).id
        session.add(strategy)
        session.flush()
        session.exec(select(Goal).where(Goal.key == "trivsel")).one().strategy_row = strategy.id
    for key, said in (("trivsel", "strategiens næste udgave"), ("BY-SK-D1-001/G", "når aftalen ændres")):
        goal_id = desk.goal(key).id
        for act in ("ret", "afslut", "slet"):
            refused = desk.browser.get(f"/maal/{goal_id}/{act}")
            assert refused.status_code == 409 and said in refused.text
        assert f"/maal/{goal_id}/ret" not in desk.browser.get(f"/maal/{goal_id}").text


# ---- agreements


def of_copenhagen(year: Year, store: Engine, tmp_path: Path) -> tuple[TestClient, dict[str, int]]:
    site = Site(store, tmp_path, at=year.now, secret_key="k" * 40)
    with reading(store) as session:
        ids = {goal.key: goal.id or 0 for goal in session.exec(select(Goal).where(Goal.year == 2028))}
    return site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH"), ids


def test_a_reworded_goal_tells_whose_agreements_it_is_and_they_are_signed_again(
    store: Engine, tmp_path: Path
) -> None:
    year = begun(store, tmp_path)
    take(year, *STEPS, units=(SCHOOL, DAYCARE))
    browser, ids = of_copenhagen(year, store, tmp_path)
    address = f"/maal/{ids['Skoler/D']}/ret"
    form = Form(browser.get(address), address)
    shown = form.send(browser, act="vis", title="Gennemførelse af alle planlagte timer")
    assert "Udviklingsaftaler, som målet står i: 1 i kraft og 1 ved at blive indgået." in shown.text
    assert "skole: 2" in shown.text and "Nyboder Skole" in shown.text and "<ins>" in shown.text
    done = saved(browser, shown, address)
    assert done.headers["location"].endswith("?gemt=2")
    assert "skal underskrives igen" in browser.get(done.headers["location"]).text
    year.settle()
    found = agreements(year)
    assert [(found[unit].state, found[unit].version) for unit in (SCHOOL, OTHER_SCHOOL, DAYCARE)] == [
        (AgreementState.SIGNING, 2),
        (AgreementState.DRAFTING, 0),
        (AgreementState.IN_FORCE, 1),
    ]
    given = open_step(year, TaskKind.DRAFT, OTHER_SCHOOL).prefill["given_goals"]
    assert "Gennemførelse af alle planlagte timer" in [row["title"] for row in given]
    page = browser.get(f"/maal/{ids['Skoler/D']}/slet").text
    assert "<strong>2</strong> udviklingsaftaler har målet:" in page and "Afslut målet efter året" in page
    refused = browser.post(f"/maal/{ids['Skoler/D']}/slet", data={"csrf": form.fields["csrf"], "seen": ""})
    assert refused.status_code == 409
    with reading(store) as session:
        assert session.get(Goal, ids["Skoler/D"]) is not None


@pytest.mark.parametrize("also", ["", "ja"])
def test_a_new_goal_comes_into_agreements_in_force_when_it_is_said_and_else_not(
    store: Engine, tmp_path: Path, also: str
) -> None:
    with transaction(store) as session:
        session.delete(session.exec(select(Goal).where(Goal.year == 2028, Goal.key == "Skoler/F")).one())
    year = begun(store, tmp_path)
    take(year, *STEPS, units=(SCHOOL, DAYCARE))
    browser, _ = of_copenhagen(year, store, tmp_path)
    form = Form(browser.get("/maal/ny?aar=2028"), "/maal/ny")
    given = {"level": "area", "area": "Skoler", "code": "F", "title": "Læsning hver dag", "parent_key": "A"}
    shown = form.send(browser, act="vis", **given)
    assert "Aftaler, der er lavet uden målet: 1 i kraft og 1 ved at blive indgået" in shown.text, shown.text
    assert "kun i aftaler, der laves herefter" in shown.text
    assert (
        saved(browser, shown, "/maal/ny", also=also).headers["location"].endswith(f"?gemt={2 if also else 0}")
    )
    year.settle()
    found = agreements(year)
    versions = (2, 0, 1) if also else (1, 0, 1)
    assert tuple(found[unit].version for unit in UNITS) == versions
    held = [row["title"] for row in open_step(year, TaskKind.DRAFT, OTHER_SCHOOL).prefill["given_goals"]]
    assert ("Læsning hver dag" in held) is bool(also)
    goal_id = (
        browser.get("/maal?aar=2028").text.split(">Læsning hver dag<")[0].rpartition("/maal/")[2].rstrip('"')
    )
    address = f"/maal/{goal_id}/ret"
    reworded = Form(browser.get(address), address).send(browser, act="vis", title="Læsning to gange om dagen")
    if not also:
        assert "Ingen aftaler skal underskrives igen." in reworded.text
        assert "Aftaler, som målet ikke står i: 1 i kraft og 1 ved at blive indgået" in reworded.text
        saved(browser, reworded, address, also="ja")
        year.settle()
        assert agreements(year)[SCHOOL].version == 2
        return
    assert "Udviklingsaftaler, som målet står i: 1 i kraft og 1 ved at blive indgået." in reworded.text
    assert (found[SCHOOL].state, found[SCHOOL].in_force_version) == (AgreementState.SIGNING, 1)
    take(year, (TaskKind.SIGN, SIGN), (TaskKind.SIGN, SIGN), units=(SCHOOL,))
    with reading(store) as session:
        version = version_of(session, found[SCHOOL], agreements(year)[SCHOOL].in_force_version)
    assert version is not None and [row["row"] for row in version.content["given_goals"]] == list("ABCDEF")


def test_an_import_says_which_agreements_a_new_goal_leaves_out_and_takes_them_in_when_told(
    store: Engine, tmp_path: Path
) -> None:
    with transaction(store) as session:
        session.delete(session.exec(select(Goal).where(Goal.year == 2028, Goal.key == "Skoler/F")).one())
    year = begun(store, tmp_path)
    take(year, *STEPS, units=(SCHOOL, DAYCARE))
    goal = WrittenGoal.model_validate({"code": "F", "title": "Læsning hver dag"})
    file = load_goals(FOLDER)
    file = file.model_copy(update={"areas": {**file.areas, "Skoler": (*file.areas["Skoler"][:2], goal)}})
    file = file.model_copy(update={"years": (2028,)})
    for also, said in (
        (False, "med --also-in-force kommer de også i disse"),
        (True, "der får de nye mål med"),
    ):
        with reading(store) as session:
            told = compare(session, file, "KBH", on=year.now.date(), also_in_force=also)
        assert told.without == 2 and any(said in line for line in told.lines())
        assert told.data()["without_new_goals"] == 2
    with transaction(store) as session:
        keep_file(session, file, root_id="KBH", by="cli", now=year.now, also_in_force=True)
    year.settle()
    assert [agreements(year)[unit].version for unit in UNITS] == [2, 0, 1]
