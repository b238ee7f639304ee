"""The secretariat sees the pages as somebody else does, changing nothing; who has several roles chooses."""

import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col, select

from cycle.access.roles import Role
from cycle.access.tables import Account, Grant
from cycle.access.viewing import LASTS
from cycle.history import History
from cycle.organisation.tables import Address, Person
from cycle.store import reading, transaction
from cycle.tasks.tables import Draft
from tests.support.leader import World
from tests.support.municipality import instant
from tests.support.routes import addresses, posts
from tests.support.web import FixedClock, Form
from tests.support.whole_store import USE_OF_SESSIONS, contents

WHY = "Ringede om kvartalsrapporten"


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def office_of(world):
    return world.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")


def person(world):
    with reading(world.engine) as session:
        return session.get_one(Person, world.leader).name


def address(world):
    with reading(world.engine) as session:
        return session.exec(select(Address.email).where(Address.person_id == world.leader)).one()


def view_as_the_leader(world, office, why=WHY):
    page = office.get("/se-som", params={"q": person(world)})
    form = Form(page, "/se-som")
    return office.post("/se-som", data={"csrf": form.fields["csrf"], "person": world.leader, "why": why})


def view_as(world, office, account):
    csrf = Form(office.get("/se-som"), "/log-ud").fields["csrf"]
    return office.post("/se-som", data={"csrf": csrf, "konto": account.id, "why": WHY})


def seen(world):
    with reading(world.engine) as session:
        query = select(History).where(col(History.verb).like("view as%")).order_by(col(History.id))
        return [(row.verb, row.thing, row.why) for row in session.exec(query)]


def test_the_secretariat_sees_a_leaders_pages_and_the_history_says_so(world):
    office = office_of(world)
    assert view_as_the_leader(world, office).headers["location"] == "/mine"
    mine = office.get("/mine")
    assert world.page in mine.text and f"{person(world)}, {address(world)}" in mine.text
    assert "sif@by.example" not in mine.text.partition("<main")[2], "not the viewer's own"
    task = office.get(world.page)
    for page in (mine, task, office.get("/findes-ikke"), office.get("/konto")):
        assert "Du ser siderne som" in page.text and 'action="/se-som/slut"' in page.text
    assert office.get("/aarshjul").status_code == 403
    back = Form(task, "/se-som/slut").send(office)
    assert back.headers["location"] == "/se-som" and "Du ser siderne som" not in office.get("/se-som").text
    assert office.get("/aarshjul").status_code != 403 and office.get(world.page).status_code == 401
    about = f"person:{world.leader}"
    assert seen(world) == [("view as", about, WHY), ("view as ended", about, "")]


def test_nothing_can_be_sent_by_any_form_meanwhile(small):
    office = office_of(small)
    view_as_the_leader(small, office)
    csrf = Form(office.get("/mine"), "/se-som/slut").fields["csrf"]
    before = contents(small.engine, but=USE_OF_SESSIONS)
    for path in posts(small.site.app):
        address = next(addresses(path, small.engine), re.sub(r"\{.*?\}", "1", path))
        if path in ("/se-som/slut", "/log-ud") or path.startswith("/api/v1"):
            continue
        answer = office.post(address, data={"csrf": csrf, "act": "nil", "why": WHY})
        assert answer.status_code == 403 and "Du kan kun se" in answer.text, (path, answer.status_code)
    assert contents(small.engine, but=USE_OF_SESSIONS) == before


def test_the_own_visit_of_a_link_changes_nothing_either_while_one_looks(small):
    office = office_of(small)
    office.get(small.link)
    form = Form(office.get(small.page), small.page)
    view_as_the_leader(small, office)
    assert form.send(office, act="nil").status_code == 403 and small.answers() == []


def test_what_was_not_sent_and_what_is_the_persons_alone_is_not_shown(small):
    small.form().send(small.browser, act="draft", bemaerkning="En halv tanke")
    assert len(small.rows(Draft)) == 1
    office = office_of(small)
    view_as_the_leader(small, office)
    assert "En halv tanke" not in office.get(small.page).text
    assert {office.get(path).status_code for path in ("/mine", "/mine/mails", "/mine/aftaler")} == {200}
    for path in (
        f"{small.page}/forberedelse",
        f"{small.page}/kalender",
        f"{small.page}/moede",
        "/mine/kalender",
    ):
        answer = office.get(path)
        assert answer.status_code == 403 and "Siden er personens egen" in answer.text


def test_it_ends_by_itself_after_a_quarter_of_an_hour(small):
    office = office_of(small)
    view_as_the_leader(small, office)
    small.site.clock.at += LASTS - timedelta(seconds=1)
    assert "Du ser siderne som" in office.get("/mine").text
    small.site.clock.at += timedelta(seconds=1)
    assert "Du ser siderne som" not in office.get("/aarshjul").text
    assert office.get(small.page).status_code == 401


def test_an_account_is_seen_with_its_own_units_alone(small):
    superior = small.site.add_account("dorte@by.example", Role.SUPERIOR, "BY-IN-D1", name="Dorte")
    office = office_of(small)
    assert view_as(small, office, superior).headers["location"] == "/"
    assert office.get("/").headers["location"] == "/mine-enheder"
    page = office.get("/mine-enheder")
    assert page.status_code == 200 and "Du ser siderne som Dorte" in page.text
    assert office.get("/mail").status_code == 403
    with transaction(small.engine) as session:  # whoever loses the right is back with what is their own
        own = select(Account.id).where(Account.email == "sif@by.example").scalar_subquery()
        session.execute(sa.delete(Grant).where(col(Grant.account_id) == own))
    assert "Du ser siderne som" not in office.get("/mine-enheder").text
    assert office.get("/aarshjul").status_code == 403


def test_nobody_else_sees_as_another_and_not_without_a_reason_nor_elsewhere(small):
    office = office_of(small)
    assert view_as_the_leader(small, office, why=" ").status_code == 422
    superior = small.site.signed_in("dorte@by.example", Role.SUPERIOR, "BY-IN-D1")
    assert superior.get("/se-som").status_code == 403
    csrf = Form(superior.get("/mine-enheder"), "/log-ud").fields["csrf"]
    sent = {"csrf": csrf, "person": small.leader, "why": WHY}
    assert superior.post("/se-som", data=sent).status_code == 403
    with transaction(small.engine) as session:
        session.execute(sa.update(Person).where(col(Person.id) == small.leader).values(root_id="BY-IN"))
    csrf = Form(office.get("/se-som"), "/log-ud").fields["csrf"]
    for who in ({"person": small.leader}, {"konto": "999"}, {"person": "999"}):
        assert office.post("/se-som", data={"csrf": csrf, "why": WHY, **who}).status_code == 404
    assert seen(small) == []


def test_who_leads_a_unit_and_is_in_the_secretariat_chooses_as_which_the_pages_are_seen(small):
    with reading(small.engine) as session:
        email = session.exec(select(Address.email).where(Address.person_id == small.leader)).one()
    both = small.site.signed_in(email, Role.SECRETARIAT, "BY")
    with transaction(small.engine) as session:
        account = session.exec(select(Account).where(Account.email == email)).one()
        session.add(Grant(account_id=account.id, role=Role.SUPERIOR, unit_id="BY-IN-D1"))

    def choose(role):
        csrf = Form(both.get("/konto"), "/konto/rolle").fields["csrf"]
        return both.post("/konto/rolle", data={"csrf": csrf, "rolle": role})

    assert both.get("/mail").status_code == 200
    assert choose("superior").headers["location"] == "/"
    assert (both.get("/mail").status_code, both.get("/mine-enheder").status_code) == (403, 200)
    assert choose("leader").headers["location"] == "/mine"
    assert both.get("/").headers["location"] == "/mine" and small.page in both.get("/mine").text
    assert (both.get("/mail").status_code, both.get("/aarshjul").status_code) == (403, 403)
    for wrong in ("committee", "operator", "x"):
        assert choose(wrong).status_code == 400
    choose("")
    assert (both.get("/mail").status_code, both.get("/mine-enheder").status_code) == (200, 200)
    assert "/konto/rolle" not in office_of(small).get("/konto").text


def test_where_the_clock_is_another_than_the_browsers_the_end_is_told_by_the_clock(small):
    office = office_of(small)
    small.site.app.state.browser_clock = FixedClock(small.site.clock.at - timedelta(days=120))
    small.site.clock.at = instant(2027, 4, 12)
    assert view_as_the_leader(small, office).headers["location"] == "/mine"
    assert "Visningen slutter 12. april 2027 kl. 12.15" in office.get("/mine").text
