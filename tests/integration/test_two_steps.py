"""A code from an app besides the password."""

import re
from datetime import datetime, timedelta

import pyotp
import pytest
from sqlmodel import select

from cycle.access.roles import Role
from cycle.access.tables import Account, AccountSession, RecoveryCode, SecondFactor
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.store import reading, transaction
from cycle.tables import METADATA
from notifications.gather import Letters
from notifications.office import Office
from notifications.render import render
from tests.support import municipality
from tests.support.web import PASSWORD, Form, Site
from web.session import COOKIE

IDA = "ida@by.example"


@pytest.fixture
def site(engine, tmp_path):
    return office(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return office(sqlite_engine, tmp_path)


def office(engine, folder, **settings):
    with transaction(engine) as session:
        municipality.build(session)
    made = Site(engine, folder, **{"two_step_roles": "secretariat, operator", **settings})
    made.add_account(IDA, Role.SECRETARIAT, "BY")
    return made


def password(site, browser, onward="", given=PASSWORD):
    form = Form(browser.get(f"/log-ind{onward}"), "/log-ind")
    return form.send(browser, email=IDA, password=given)


def key_on(page):
    return re.search(r"<code>([A-Z2-7 ]{20,})</code>", page.text)[1].replace(" ", "")


def code(key, at: datetime):
    return pyotp.TOTP(key).at(at)


def enrolled(site):
    """The key of an app that was added at the first sign-in, and the recovery codes."""
    browser = site.stranger()
    assert password(site, browser).headers["location"] == "/log-ind/app"
    page = browser.get("/log-ind/app")
    key = key_on(page)
    done = Form(page, "/log-ind/app").send(browser, kode=code(key, site.clock.at))
    assert done.status_code == 200 and browser.get("/aarshjul").status_code == 200
    site.clock.at += timedelta(minutes=2)
    return key, re.findall(r"<code>((?:[a-z2-7]{4}-){5}[a-z2-7]{4})</code>", done.text)


def bare(recovery):
    """The codes without what only makes them easier to read: letters of five bits."""
    return [each.replace("-", "") for each in recovery]


def step(site, browser, typed):
    return Form(browser.get("/log-ind/trin"), "/log-ind/trin").send(browser, kode=typed)


def test_a_role_that_needs_an_app_gets_one_at_the_first_sign_in_and_a_code_at_every_later_one(site):
    key, recovery = enrolled(site)
    assert len(set(recovery)) == 10 and all(len(each) * 5 >= 112 for each in bare(recovery)), "ASVS 6.5.2"
    browser = site.stranger()
    half = password(site, browser, "?videre=/maal")
    assert half.headers["location"] == "/log-ind/trin" and COOKIE not in browser.cookies
    assert browser.get("/aarshjul").status_code == 303
    typed = code(key, site.clock.at)
    assert step(site, browser, f"{typed[:3]} {typed[3:]}").headers["location"] == "/maal"
    assert browser.get("/aarshjul").status_code == 200
    with reading(site.engine) as session:
        verbs = session.exec(select(History.verb)).all()
        assert verbs.count("second factor on") == 1


def test_neither_key_nor_recovery_codes_can_be_read_from_the_store(small):
    key, recovery = enrolled(small)
    with reading(small.engine) as session:
        for table in METADATA.sorted_tables:
            for row in session.execute(table.select()):
                assert key not in str(row) and not any(each in str(row) for each in recovery)


def test_the_picture_holds_the_key_and_no_inline_style(small):
    browser = small.stranger()
    password(small, browser)
    page = browser.get("/log-ind/app").text
    assert 'src="data:image/svg+xml' in page and not re.search(r"<style|\sstyle=", page)


def test_a_code_is_good_once_and_for_half_a_minute_to_each_side(small):
    key, _ = enrolled(small)
    at = small.clock.at
    for drift, expected in ((-60, 401), (-30, 303), (-30, 401), (0, 303), (0, 401), (30, 303), (0, 401)):
        browser = small.stranger()
        password(small, browser)
        assert step(small, browser, code(key, at + timedelta(seconds=drift))).status_code == expected, drift


def test_five_wrong_codes_lock_the_account_and_the_right_password_does_not_clear_the_count(site):
    key, recovery = enrolled(site)
    for _ in range(5):
        browser = site.stranger()
        password(site, browser)
        assert step(site, browser, "000000").status_code == 401
    for typed in (code(key, site.clock.at), recovery[0]):
        assert step(site, browser, typed).status_code == 401
    assert password(site, site.stranger()).status_code == 401
    site.clock.at += timedelta(minutes=15)
    browser = site.stranger()
    password(site, browser)
    assert step(site, browser, code(key, site.clock.at)).status_code == 303
    with reading(site.engine) as session:
        assert session.exec(select(Account)).one().failed_attempts == 0


def test_a_recovery_code_is_good_once_and_told_in_the_history(site):
    _, recovery = enrolled(site)
    for expected in (303, 401):
        browser = site.stranger()
        password(site, browser)
        assert step(site, browser, recovery[3].upper().replace("-", " ")).status_code == expected
    with reading(site.engine) as session:
        assert len(session.exec(select(RecoveryCode)).all()) == 9
        assert session.exec(select(History).where(History.verb == "recovery code used")).one()


def test_the_second_step_needs_the_first_a_moment_ago(small):
    key, _ = enrolled(small)
    stranger = small.stranger()
    for path in ("/log-ind/trin", "/log-ind/app"):
        assert stranger.get(path).headers["location"] == "/log-ind"
        assert stranger.post(path, data={"kode": code(key, small.clock.at)}).status_code == 401
    browser = small.stranger()
    password(small, browser)
    cookie = browser.cookies["aarshjul-trin"]
    for changed in (cookie.replace("1.", "2.", 1), cookie[:-1], "1.9999999999.2f.", "x"):
        forged = small.browser(cookies={"aarshjul-trin": changed})
        assert forged.get("/log-ind/trin").status_code == 303
    small.clock.at += timedelta(minutes=10)
    assert browser.get("/log-ind/trin").status_code == 303


def test_whoever_has_an_app_is_not_shown_a_key_again_half_way(small):
    enrolled(small)
    browser = small.stranger()
    password(small, browser)
    assert browser.get("/log-ind/app").status_code == 303
    assert browser.post("/log-ind/app", data={"kode": "1"}).status_code == 401


def test_a_wrong_first_code_confirms_nothing(small):
    browser = small.stranger()
    password(small, browser)
    page = browser.get("/log-ind/app")
    wrong = Form(page, "/log-ind/app").send(browser, kode="000000")
    assert wrong.status_code == 422 and key_on(wrong) == key_on(page)
    with reading(small.engine) as session:
        assert session.exec(select(SecondFactor)).one().confirmed_at is None
        assert session.exec(select(AccountSession)).all() == []


def test_an_app_can_be_added_and_taken_away_by_oneself_where_it_is_not_needed(sqlite_engine, tmp_path):
    site = office(sqlite_engine, tmp_path, two_step_roles="")
    browser = site.stranger()
    assert password(site, browser).headers["location"] == "/"
    page = Form(browser.get("/konto/app"), "/konto/app").send(browser, act="begin")
    page = browser.get(page.headers["location"])
    key = key_on(page)
    assert Form(page, "/konto/app").send(browser, act="confirm", kode="1").status_code == 422
    done = Form(page, "/konto/app").send(browser, act="confirm", kode=code(key, site.clock.at))
    assert "reservekoder" in done.text
    site.clock.at += timedelta(minutes=2)
    assert password(site, site.stranger()).headers["location"] == "/log-ind/trin"
    state = browser.get("/konto/app")
    assert Form(state, "/konto/app").send(browser, act="remove", kode="1").status_code == 422
    assert Form(state, "/konto/app").send(browser, act="begin").status_code == 409
    assert Form(state, "/konto/app").send(browser, act="andet").status_code == 400
    removed = Form(state, "/konto/app").send(browser, act="remove", kode=code(key, site.clock.at))
    assert removed.status_code == 303
    assert password(site, site.stranger()).headers["location"] == "/"


def told(site):
    """What the account was told by mail, as it reads, oldest first."""
    with reading(site.engine) as session:
        mails = session.exec(
            select(Message).where(Message.kind == MessageKind.ACCOUNT_CHANGED).order_by(Message.id)
        ).all()
        letters = Letters(session, mails, office=Office.of(site.settings), today=site.clock.at.date())
        assert {mail.address for mail in mails} <= {IDA}
        return [render(letters.write(mail).letter).text for mail in mails]


def test_whoever_has_an_account_is_told_what_was_changed_in_how_they_sign_in(site):
    key, recovery = enrolled(site)
    (first,) = told(site)
    assert "har fået en kode-app og nye genoprettelseskoder" in first and "http" not in first.split("--")[0]
    browser = site.stranger()
    password(site, browser)
    assert step(site, browser, recovery[0]).status_code == 303
    assert "En genoprettelseskode er brugt" in told(site)[-1]
    page = Form(browser.get("/konto/adgangskode"), "/konto/adgangskode")
    wrong = page.send(browser, password_now="noget helt andet", password="x" * 20, password_again="x" * 20)
    assert wrong.status_code == 422 and len(told(site)) == 2, "nothing was changed"
    new = "violinkasse under regnbuetapet"
    done = page.send(browser, password_now=PASSWORD, password=new, password_again=new)
    assert done.status_code == 303 and "Adgangskoden til din konto er ændret." in told(site)[-1]
    assert new not in "".join(told(site)) and "Har du ikke det, så kontakt straks" in told(site)[-1]
    site.clock.at += timedelta(minutes=2)
    typed = code(key, site.clock.at)
    assert (
        Form(browser.get("/konto/app"), "/konto/app").send(browser, act="remove", kode=typed).status_code
        == 303
    )
    assert "er fjernet fra din konto" in told(site)[-1] and len(told(site)) == 4
