"""The strategies of the three sources as pages and as documents (seeds 004 A and B, 000, 003)."""

import re
from pathlib import Path

from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import col, select
from starlette.testclient import TestClient

from config.strategy_file import load_strategy
from cycle.access.roles import Role
from cycle.goals.strategies import keep_first_version
from cycle.goals.strategy_tree import link_goals
from cycle.goals.tables import Decision, Goal
from cycle.goals.tree import keep_goals
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.municipality import ROOT, instant
from tests.support.processes import Process
from tests.support.web import Site

VEJEN = Path(__file__).parents[2] / "config" / "examples" / "strategier" / "mere-tid-til-kerneopgaven"
NOW = instant(2019, 3, 1)


def words(page: object) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.text))  # type: ignore[attr-defined]  # a response


def pdf(browser: TestClient, address: str, file: Path) -> str:
    answer = browser.get(address)
    assert answer.status_code == 200, answer.text[:2000]
    file.write_bytes(answer.content)
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in PdfReader(file).pages))


def test_focus_areas_are_read_with_the_projects_that_the_centres_answer_with(
    engine: Engine, tmp_path: Path
) -> None:
    play = Process(engine, tmp_path, "udviklingsstrategi", instant(2014, 1, 20), 2014)
    answer = {"prejekter": "Borgerpanel", "resultat": "Flere med"}
    play.until(instant(2014, 2, 12, 10))
    for task in play.waiting():
        if play.activity_of(task) != "kerneopgaven":
            play.answer(task, answer)
    play.settle()
    site = Site(engine, tmp_path, at=play.now)
    browser = site.signed_in("sek@greve.example", Role.SECRETARIAT, play.root)
    page = browser.get("/strategi/1")
    said = words(page)
    assert "Gennemgående tema Innovation i praksis" in said and "Chefgruppen: Opstille mål" in said
    assert said.count("De enkelte centerstrategier indeholder pro- og/eller prejekter") == 4
    assert "Fokusområde 4: Kerneopgaven i forandring" in said and said.count("Målsætning ") == 12
    assert said.count(": 7 af 7 har svaret") == 3 and said.count("har svaret") == 4
    assert len(set(re.findall(r"/aktivitet/(\d+)/samlet", page.text))) == 5, "four focus areas, one follow-up"
    committee = site.signed_in("byraad@greve.example", Role.COMMITTEE, play.root)
    assert "har svaret" not in committee.get("/strategi/1").text
    text = pdf(browser, "/strategi/1.pdf", tmp_path / "greve.pdf")
    assert "Målsætning 1.1" in text and "Jens Kærbro, Kommunaldirektør" in text
    assert "Bilag: høringen" not in text


def test_a_goal_table_is_read_with_its_years_and_goes_into_the_trees_it_is_for(
    engine: Engine, tmp_path: Path
) -> None:
    strategy = load_strategy(VEJEN)
    with transaction(engine) as session:
        municipality.build(session)
        for year in strategy.years:
            keep_goals(session, strategy.texts(), root_id=ROOT, year=year, by="cli", now=NOW)
        keep_first_version(session, strategy.text(), root_id=ROOT, by="cli", now=NOW)
        link_goals(session, ROOT)
    with reading(engine) as session:
        rows = session.exec(select(Goal).order_by(col(Goal.year), col(Goal.code))).all()
        assert [(row.year, row.key) for row in rows if row.parent_key] == [
            (2019, "kerneopgaven-bearbejdes"),
            (2020, "kerneopgaven-bearbejdes"),
            (2021, "borgernes-ressourcer"),
            (2022, "borgernes-ressourcer"),
        ]
        assert {row.strategy_row for row in rows} == {1}
        decision = session.exec(select(Decision)).one()
        assert (decision.body, decision.occurrence_id) == ("Udvalget for skoler & børn", None)
    site = Site(engine, tmp_path, at=NOW)
    browser = site.signed_in("sek@by.example", Role.SECRETARIAT, ROOT)
    said = words(browser.get("/strategi/1"))
    assert "Vedtaget af Udvalget for skoler &amp; børn 21. februar 2019" in said
    assert "2019–2020 Inputmål" in said and "Opfølgningsansvarlig: Afdelingschefen for" in said
    text = pdf(browser, "/strategi/1.pdf?sprog=en", tmp_path / "vejen.pdf")
    order = [
        "Adopted by Udvalget",
        "Policy",
        "Years",
        "The goals year by year",
        "Input goal",
        "2019–2020",
        "Political intention",
        "Knowledge",
    ]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    page = browser.get(f"/maal/{rows[1].id}").text
    assert "Mere tid til kerneopgaven" in page and "2020" in page
