"""Where an account is signed in, and how to end it elsewhere."""

from datetime import timedelta

import pytest

from cycle.access.roles import Role, SignInWay
from cycle.access.sessions import open_session
from cycle.store import transaction
from tests.support import municipality
from tests.support.web import Form, Site
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
