"""What waits to be journalised: seen over all cases, many marked at once with a date, and taken back."""

import json
import re
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from httpx import Response
from sqlalchemy.engine import Engine
from sqlmodel import select

from cli.checks.engine import look
from cli.checks.finding import Level
from cli.installation import open_installation
from cli.main import run
from config.settings import load_settings
from cycle.access.roles import Role
from cycle.cases.counting import Tally
from cycle.cases.journal import journalise, marked_in, withdraw
from cycle.cases.tables import Journalised
from cycle.cases.waiting import by_activity, by_agreement, left_in
from cycle.errors import AnswerInvalid
from cycle.goals.tables import Agreement
from cycle.history import History
from cycle.store import reading, transaction
from cycle.tasks.tables import Submission, Task
from tests.integration.test_case_contents import budget_call, signing
from tests.support import municipality
from tests.support.municipality import ROOT, instant
from tests.support.web import Site

NOW = instant(2027, 5, 20)


def fill(engine: Engine) -> tuple[int, int]:
    """(the budget call, the agreements): the numbers of two activities with three documents each."""
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        return budget_call(session, town, cycle), signing(session, town, cycle)


@pytest.fixture
def site(engine: Engine, tmp_path: Path) -> Site:
    fill(engine)
    return Site(engine, tmp_path / "data", at=NOW)


def office(site: Site, email: str = "sek@by.example"):
    return site.signed_in(email, Role.SECRETARIAT, ROOT)


def post(browser, path: str, **fields: object) -> Response:
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/sag?aar=2027").text)
    assert csrf
    return browser.post(path, data={"csrf": csrf[1], **fields})


def left(site: Site) -> list[int]:
    with reading(site.engine) as session:
        return [each.tally.waiting for each in by_activity(session, ROOT, year=2027, before=NOW)]


def test_each_activity_and_each_agreement_says_what_waits_and_since_when(site: Site) -> None:
    with reading(site.engine) as session:
        found = by_activity(session, ROOT, before=NOW)
        (agreement,) = by_agreement(session, ROOT, before=NOW)
        first, second, _ = left_in(session, found[0])
        items = left_in(session, agreement)
    assert [(each.number, each.tally.total, each.tally.waiting) for each in found] == [(1, 3, 3), (2, 3, 3)]
    assert found[0].tally.since == first.at
    assert agreement.title == "Aftaler 2027: Skole 1.1 Ærø"
    assert [item.key for item in items] == ["submission:2", "agreement:1:1"]
    assert (agreement.tally.total, agreement.tally.waiting, agreement.tally.since) == (2, 2, items[0].at)
    with transaction(site.engine) as session:
        journalise(session, ROOT, [first.key], case_number="27-1", by="account:1", now=NOW)
        one = by_activity(session, ROOT, before=second.at)[0].tally
    assert one == Tally(3, 2, 0, second.at) and second.at >= first.at


def test_a_year_of_documents_is_read_without_what_was_asked_and_answered(site: Site) -> None:
    loaded: list[object] = []

    def note(row: object, _: object) -> None:
        loaded.append(row)

    for table in (Task, Submission):
        sa.event.listen(table, "load", note)
    try:
        with reading(site.engine) as session:
            found = by_activity(session, ROOT, year=2027, before=NOW)
    finally:
        for table in (Task, Submission):
            sa.event.remove(table, "load", note)
    assert sum(each.tally.total for each in found) == 6 and loaded == [], (
        "the page took 1.3 s for 5,600 documents"
    )


def test_the_secretariat_marks_many_cases_with_a_date_and_takes_it_back(site: Site) -> None:
    browser = office(site)
    page = browser.get("/sag").text
    assert "Budgetudmelding 2027" in page and "Aftaler 2027" in page and "3 af 3" in page
    chosen = {"sag": ["aktivitet/1", "aktivitet/2", "aktivitet/99"], "aar": "2027"}
    kept = post(browser, "/sag/journaliseret", **chosen, case_number="27-1", dato="2027-05-03")
    assert kept.status_code == 303 and "gjort=6" in kept.headers["location"] and left(site) == [0, 0]
    with reading(site.engine) as session:
        rows = session.exec(select(Journalised)).all()
    assert {(row.case_number, row.at, row.marked_at) for row in rows} == {("27-1", instant(2027, 5, 3), NOW)}
    after = browser.get(kept.headers["location"]).text
    assert "6 dokumenter er mærket" in after and "Alt er journaliseret." in after
    again = post(browser, "/sag/journaliseret", **chosen, case_number="27-1")
    assert again.status_code == 422 and "hvor noget mangler" in again.text, "twice marks nothing"
    act = re.search(r'name="gang" value="([^"]+)"', after)
    assert act
    others = office(site, "anden@by.example")
    assert "fortrudt=0" in post(others, "/sag/fortryd", gang=act[1]).headers["location"]
    undone = post(browser, "/sag/fortryd", gang=act[1], aar="2027")
    assert "fortrudt=6" in undone.headers["location"] and left(site) == [3, 3]
    assert "fortrudt=0" in post(browser, "/sag/fortryd", gang=act[1]).headers["location"]
    assert "fortrudt=0" in post(browser, "/sag/fortryd", gang="i går").headers["location"]
    assert "Dokumenter, der mangler igen: 6" in browser.get(undone.headers["location"]).text
    with reading(site.engine) as session:
        told = session.exec(select(History).where(History.thing == "case:27-1").order_by(History.id)).all()
    assert [row.verb for row in told] == ["journalise", "journalise", "withdraw_mark"]
    assert len(told[-1].data["items"]) == 6


def test_what_cannot_be_marked_is_told_and_nothing_is(site: Site) -> None:
    browser = office(site)
    for fields, said in (
        ({"sag": "aktivitet/1"}, "Sagsnummeret mangler."),
        ({"sag": "aktivitet/1", "case_number": "1", "dato": "2027-06-01"}, "Datoen er ikke kommet endnu."),
        ({"sag": "aktivitet/1", "case_number": "1", "dato": "i går"}, "er ikke en dato"),
        ({"case_number": "1"}, "Der er ikke valgt en sag"),
    ):
        answer = post(browser, "/sag/journaliseret", **fields, aar="2027")
        assert answer.status_code == 422 and said in answer.text
    assert left(site) == [3, 3]
    assert browser.post("/sag/journaliseret", data={"sag": "aktivitet/1"}).status_code == 403
    for address in ("/sag?aar=1", "/sag?aeldre=-1", "/sag?side=0"):
        assert browser.get(address).status_code in (404, 422)


def test_the_page_narrows_by_year_age_and_agreement_and_speaks_english(site: Site) -> None:
    browser = office(site)
    assert "Alt er journaliseret." in browser.get("/sag?aar=2031").text
    assert "Aftaler 2027: Skole 1.1 Ærø" in browser.get("/sag?vis=aftaler").text
    assert "Budgetudmelding 2027" in browser.get("/sag?aeldre=30").text
    assert "Budgetudmelding 2027" not in browser.get("/sag?aeldre=90").text
    assert "Documents not filed: 6" in browser.get("/sag?sprog=en", follow_redirects=True).text
    kept = post(browser, "/sag/journaliseret", sag="aftale/1", vis="aftaler", aar="2027", case_number="27-9")
    assert "gjort=2" in kept.headers["location"] and left(site) == [3, 1]


def test_a_single_mark_is_taken_back_on_its_case(site: Site) -> None:
    browser = office(site)
    both = {"item": ["request:1", "letter:1"], "case_number": "27-1"}
    assert "gjort=2" in post(browser, "/sag/aktivitet/1/journaliseret", **both).headers["location"]
    one = post(browser, "/sag/aktivitet/1/journaliseret", item="letter:1", act="fortryd")
    assert "fortrudt=1" in one.headers["location"] and left(site) == [2, 3]


@pytest.mark.parametrize("role", [Role.SUPERIOR, Role.DIRECTION, Role.COMMITTEE, Role.OPERATOR])
def test_nobody_else_sees_or_marks_what_waits(site: Site, role: Role) -> None:
    browser = site.signed_in("bo@by.example", role, "BY-SK" if role is Role.SUPERIOR else ROOT)
    assert browser.get("/sag").status_code == 403
    csrf = re.search(r'name="csrf" value="([^"]+)"', browser.get("/").text)
    for path in ("/sag/journaliseret", "/sag/fortryd"):
        fields = {"csrf": csrf[1] if csrf else "", "sag": "aktivitet/1", "case_number": "1"}
        assert browser.post(path, data=fields).status_code == 403
    assert site.browser().get("/sag").status_code == 303
    assert left(site) == [3, 3]


def test_marks_of_one_municipality_are_not_anothers(site: Site) -> None:
    with transaction(site.engine) as session:
        journalise(session, ROOT, ["request:1"], case_number="27-1", by="account:1", now=NOW)
        assert marked_in(session, "NABO", by="account:1", marked_at=NOW) == []
        assert withdraw(session, "NABO", ["request:1"], by="account:1", now=NOW) == 0
        with pytest.raises(AnswerInvalid):
            later = NOW + timedelta(days=1)
            journalise(session, ROOT, ["letter:1"], case_number="1", by="x", now=NOW, filed_at=later)


def test_the_command_lists_what_waits_and_doctor_names_what_has_waited_too_long(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path / "data"))
    engine = open_installation().engine
    fill(engine)
    assert run("case", ["list", "--unfiled", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["cases"]
    assert [(one["kind"], one["number"], one["unfiled"], one["since"]) for one in told] == [
        ("activity", 1, 3, "2027-04-01"),
        ("activity", 2, 3, "2027-04-01"),
        ("agreement", 1, 2, "2027-04-09"),
    ]
    with transaction(engine) as session:
        without = session.get_one(Agreement, 1).model_dump(exclude={"id"}) | {"unit_id": "BY-SK-D2-001"}
        session.add(Agreement(**without))
    assert run("case", ["list"]) == 0
    said = capsys.readouterr().out
    assert ": ikke journaliseret: 3 af 3 (siden 1. april 2027).\n" in said
    assert ": har ingen dokumenter endnu.\n" in said and "(0)" not in said
    settings = load_settings()
    finding = next(each for each in look(engine, settings, now=NOW) if each.check == "filing")
    assert (
        finding.level is Level.NOTE
        and "journaliseret: 5." in finding.what
        and "Budgetudmelding" in finding.what
    )
    with transaction(engine) as session:
        for number in (1, 2):
            (one,) = [each for each in by_activity(session, ROOT, before=NOW) if each.number == number]
            items = [item.key for item in left_in(session, one)]
            journalise(session, ROOT, items, case_number="27-1", by="cli", now=NOW)
    assert run("case", ["list", "--unfiled"]) == 0
    assert "Alt er journaliseret." in capsys.readouterr().out
    assert run("case", ["list", "--year", "2027"]) == 0
    assert "alt er journaliseret (3)" in capsys.readouterr().out
    finding = next(each for each in look(engine, settings, now=NOW) if each.check == "filing")
    assert finding.level is Level.OK
    off = load_settings(unfiled_days=0)
    assert not any(each.check == "filing" for each in look(engine, off, now=NOW))
    engine.dispose()
