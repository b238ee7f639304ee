"""Where an account is signed in, and how to end it elsewhere."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from cycle.access.roles import Role, SignInWay
from cycle.access.sessions import open_session
from cycle.access.tables import Account
from cycle.history import History
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.web import PASSWORD, Form, Site
from web.session import COOKIE


@pytest.fixture
def site(engine, tmp_path):
    with transaction(engine) as session:
        municipality.build(session)
    return Site(engine, tmp_path)


def browser_of(site, account, way=SignInWay.PASSWORD):
    with transaction(site.engine) as session:
        return site.browser(
            cookies={COOKIE: open_session(session, account, now=site.clock.at, way=way).token}
        )


def test_all_own_sessions_are_listed_and_those_elsewhere_are_ended(site):
    ida, bo = (site.add_account(f"{name}@by.example", Role.SECRETARIAT, "BY") for name in ("ida", "bo"))
    here, there, others = browser_of(site, ida), browser_of(site, ida, SignInWay.LOGIN), browser_of(site, bo)
    page = here.get("/konto")
    assert page.text.count("denne browser") == 1 and "Kommunens login" in page.text
    assert page.text.split("denne browser")[0].count("<li>") >= 1
    assert here.post("/konto/log-ud", data={"csrf": "gæt"}).status_code == 403
    assert Form(page, "/konto/log-ud").send(here).headers["location"] == "/konto"
    assert there.get("/konto").headers["location"].startswith("/log-ind")
    assert {each.get("/konto").status_code for each in (here, others)} == {200}
    assert "/konto/log-ud" not in here.get("/konto").text


def test_a_session_that_ran_out_is_not_listed(site):
    ida = site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    browser_of(site, ida)
    site.clock.at += timedelta(hours=12)
    assert "/konto/log-ud" not in browser_of(site, ida).get("/konto").text


NEW = "paraply marmelade tog"


def change(browser, now=PASSWORD, new=NEW, again=None):
    form = Form(browser.get("/konto/adgangskode"), "/konto/adgangskode")
    return form.send(browser, password_now=now, password=new, password_again=new if again is None else again)


def signs_in(site, password):
    form = Form(site.browser().get("/log-ind"), "/log-ind")
    return form.send(site.browser(), email="ida@by.example", password=password).status_code == 303


def test_a_new_password_takes_the_old_one_and_signs_out_everywhere_else(site):
    ida = site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    here, there = browser_of(site, ida), browser_of(site, ida)
    for wrong in (
        {"now": "en anden adgangskode"},
        {"again": "noget andet end det"},
        {"new": "adgangskode123"},
    ):
        answer = change(here, **wrong)
        assert answer.status_code == 422 and "Adgangskoden er ikke skiftet" in answer.text
        assert not any(typed in answer.text for typed in (PASSWORD, NEW, *wrong.values()))
    assert there.get("/konto").status_code == 200 and signs_in(site, PASSWORD)
    changed = change(here)
    assert changed.headers["location"] == "/konto?adgangskode=ny"
    assert "alle andre browsere er logget ud" in here.get(changed.headers["location"]).text
    assert there.get("/konto").status_code == 303
    assert (signs_in(site, PASSWORD), signs_in(site, NEW)) == (False, True)
    with reading(site.engine) as session:
        verbs = [
            row.verb for row in session.exec(select(History).where(History.thing == f"account:{ida.id}"))
        ]
        assert verbs == ["change password"]


def test_guessing_the_present_password_of_a_browser_left_open_locks_the_account(site):
    here = browser_of(site, site.add_account("ida@by.example", Role.SECRETARIAT, "BY"))
    for number in range(5):
        assert change(here, now=f"gæt nummer {number}").status_code == 422
    assert change(here).status_code == 422 and not signs_in(site, PASSWORD)
    site.clock.at += timedelta(minutes=15)
    assert change(here).status_code == 303 and signs_in(site, NEW)


def test_empty_fields_are_named_all_at_once_and_are_no_guess(site):
    here = browser_of(site, site.add_account("ida@by.example", Role.SECRETARIAT, "BY"))
    for _ in range(6):
        answer = change(here, now="", new="")
        assert answer.status_code == 422 and "passer ikke" not in answer.text
        assert "Den nuværende adgangskode mangler." in answer.text
        assert "Den nye adgangskode mangler." in answer.text
    assert change(here).status_code == 303


def test_who_comes_by_the_municipalitys_login_has_no_password_to_change(site):
    ida = site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    here = browser_of(site, ida, SignInWay.LOGIN)
    csrf = Form(here.get("/konto/adgangskode"), "/konto/adgangskode").fields["csrf"]
    with transaction(site.engine) as session:
        session.execute(sa.update(Account).values(password_hash=""))
    assert "/konto/adgangskode" not in here.get("/konto").text
    assert here.get("/konto/adgangskode").status_code == 404
    assert here.post("/konto/adgangskode", data={"csrf": csrf, "password": NEW}).status_code == 404
