"""Signing in by the municipality's own login: a certified provider, and one that lies."""

import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc.jwk import RSAKey
from sqlmodel import select

from cycle.access.roles import Role
from cycle.access.tables import Account, AccountSession, Grant
from cycle.history import History
from cycle.store import reading, transaction
from tests.support import municipality
from tests.support.oidc import ANSWERED_AT, LEFT, FalseLogin, Provider
from tests.support.web import BASE, PASSWORD, Form, Site
from web.session import COOKIE

REPOSITORY = Path(__file__).parents[2]
IDA = {"email": "Ida@By.example", "email_verified": True, "name": "Ida Opdigtet", "roles": ["sekretariat"]}


@pytest.fixture(scope="module")
def provider(tmp_path_factory):
    with Provider(tmp_path_factory.mktemp("login")) as login:
        yield login


@pytest.fixture
def false_login():
    with FalseLogin() as login:
        yield login


def site_of(engine, folder, login):
    with transaction(engine) as session:
        municipality.build(session)
    return Site(engine, folder, **login.settings)


def asked(browser, onward="/"):
    return browser.get(f"/log-ind/kommunen?videre={onward}").headers["location"]


def comes_in(site, provider, login="ida", onward="/"):
    browser = site.stranger()
    answered = provider.signs_in(asked(browser, onward), login)
    return browser, browser.get(answered.removeprefix(BASE))


def grants(engine):
    with reading(engine) as session:
        return {(row.role, row.unit_id) for row in session.exec(select(Grant))}


def answers(site, login, **changes):
    """The false login's answer to a browser that asked it."""
    browser = site.stranger()
    question = parse_qs(urlsplit(asked(browser)).query)
    login.claims.setdefault("nonce", question["nonce"][0])
    return browser, browser.get("/log-ind/kommunen/svar", params={"code": "1", "state": question["state"][0]})


def test_the_login_opens_a_session_with_the_roles_it_says(engine, tmp_path, provider):
    site = site_of(engine, tmp_path, provider)
    provider.says(ida=IDA)
    assert "Log ind med kommunens login" in site.stranger().get("/log-ind").text
    browser, answer = comes_in(site, provider, onward="/aarshjul")
    assert (answer.status_code, answer.headers["location"]) == (303, "/aarshjul")
    assert browser.get("/aarshjul").status_code == 200
    assert grants(engine) == {(Role.SECRETARIAT, "BY")}
    with reading(engine) as session:
        account = session.exec(select(Account)).one()
        assert (account.email, account.name, account.password_hash) == ("ida@by.example", "Ida Opdigtet", "")
        row = session.exec(select(History).where(History.verb == "gain_role")).one()
        assert row.data["unit"] == "BY" and "ida" not in str(row.data).lower()


def test_a_role_that_the_login_no_longer_says_is_gone_everywhere_and_one_given_by_command_stays(
    engine, tmp_path, provider
):
    site = site_of(engine, tmp_path, provider)
    provider.says(ida={**IDA, "roles": ["sekretariat", "leder-BY", "leder-findes-ikke", "andet"]})
    first, _ = comes_in(site, provider)
    with transaction(engine) as session:
        account = session.exec(select(Account)).one()
        session.add(Grant(account_id=account.id, role=Role.COMMITTEE, unit_id="BY"))
    assert first.get("/aarshjul").status_code == 200
    assert grants(engine) == {(Role.SECRETARIAT, "BY"), (Role.SUPERIOR, "BY"), (Role.COMMITTEE, "BY")}
    provider.says(ida={**IDA, "roles": "leder-BY"})
    comes_in(site, provider)
    assert grants(engine) == {(Role.SUPERIOR, "BY"), (Role.COMMITTEE, "BY")}
    assert first.get("/koersler").status_code == 403
    with reading(engine) as session:
        assert len(session.exec(select(Account)).all()) == 1
        lost = session.exec(select(History).where(History.verb == "lose_role")).one()
        assert lost.data["role"] == "secretariat"


def test_every_sign_in_has_a_session_of_its_own_and_ends_the_browsers_last(sqlite_engine, tmp_path, provider):
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(ida=IDA)
    browser, _ = comes_in(site, provider)
    old = browser.cookies[COOKIE]
    answered = provider.signs_in(asked(browser), "ida")
    browser.get(answered.removeprefix(BASE))
    assert browser.cookies[COOKIE] != old
    assert site.browser(cookies={COOKIE: old}).get("/aarshjul").status_code == 303
    with reading(sqlite_engine) as session:
        assert len(session.exec(select(AccountSession)).all()) == 1


def test_signing_out_ends_the_session_and_leads_to_the_logins_own_end(sqlite_engine, tmp_path, provider):
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(ida=IDA)
    browser, _ = comes_in(site, provider)
    left = Form(browser.get("/aarshjul"), "/log-ud").send(browser)
    assert left.status_code == 200 and "logget ud" in left.text
    end = f"{provider.issuer}/session/end?client_id=aarshjul&amp;post_logout_redirect_uri="
    assert end in left.text and LEFT.split("//")[1].split("/")[0].replace(":", "%3A") in left.text
    assert browser.get("/aarshjul").headers["location"].startswith("/log-ind")
    with reading(sqlite_engine) as session:
        assert session.exec(select(AccountSession)).all() == []


def test_the_question_has_state_nonce_and_a_challenge_and_its_answer_is_good_once_in_one_browser(
    sqlite_engine, tmp_path, provider
):
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(ida=IDA)
    browser = site.stranger()
    address = asked(browser)
    question = parse_qs(urlsplit(address).query)
    assert question["response_type"] == ["code"] and question["code_challenge_method"] == ["S256"]
    assert question["redirect_uri"] == [ANSWERED_AT] and len(question["state"][0]) >= 40
    assert len({question[name][0] for name in ("state", "nonce", "code_challenge")}) == 3
    answered = provider.signs_in(address, "ida").removeprefix(BASE)
    assert site.stranger().get(answered).status_code == 400, "another browser did not ask"
    assert browser.get(answered.replace("state=", "state=x")).status_code == 400
    assert browser.get(answered).status_code == 303
    assert browser.get(answered).status_code == 400, "the cookie is gone"


def test_a_code_that_another_question_was_answered_with_is_refused(sqlite_engine, tmp_path, provider):
    """Injected: the right state of this browser with a code got elsewhere; PKCE tells them apart."""
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(ida=IDA, eva={**IDA, "email": "eva@by.example"})
    victim, thief = site.stranger(), site.stranger()
    state = parse_qs(urlsplit(asked(victim)).query)["state"][0]
    got = parse_qs(urlsplit(provider.signs_in(asked(thief), "eva")).query)
    answer = victim.get(
        "/log-ind/kommunen/svar", params={"code": got["code"][0], "state": state, "iss": provider.issuer}
    )
    assert answer.status_code == 502 and COOKIE not in victim.cookies


def test_an_answer_is_too_old_after_a_quarter_of_an_hour(sqlite_engine, tmp_path, provider):
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(ida=IDA)
    browser = site.stranger()
    answered = provider.signs_in(asked(browser), "ida").removeprefix(BASE)
    site.clock.at += timedelta(minutes=15)
    assert browser.get(answered).status_code == 400


def test_who_cancels_or_has_no_address_or_an_unproved_one_is_not_let_in(sqlite_engine, tmp_path, provider):
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(tom={"name": "Tom"}, ole={**IDA, "email_verified": False}, bo={**IDA, "email": "ingen"})
    for login in ("tom", "ole", "bo"):
        _, answer = comes_in(site, provider, login)
        assert answer.status_code == 403
    browser = site.stranger()
    state = parse_qs(urlsplit(asked(browser)).query)["state"][0]
    refused = browser.get("/log-ind/kommunen/svar", params={"error": "access_denied", "state": state})
    assert refused.status_code == 403 and "lukkede dig ikke ind" in refused.text
    with reading(sqlite_engine) as session:
        assert session.exec(select(Account)).all() == []


def test_an_account_made_by_command_becomes_the_persons_own_and_a_strangers_never(
    sqlite_engine, tmp_path, provider
):
    site = site_of(sqlite_engine, tmp_path, provider)
    made = site.add_account("ida@by.example", Role.COMMITTEE, "BY")
    provider.says(ida=IDA, anden={**IDA, "name": "En anden"})
    comes_in(site, provider)
    assert grants(sqlite_engine) == {(Role.COMMITTEE, "BY"), (Role.SECRETARIAT, "BY")}
    _, answer = comes_in(site, provider, "anden")
    assert answer.status_code == 409
    with transaction(sqlite_engine) as session:
        account = session.exec(select(Account)).one()
        assert account.id == made.id and account.name == "Ida Opdigtet"
        account.disabled_at = site.clock.at
    _, answer = comes_in(site, provider)
    assert answer.status_code == 403


def test_an_account_of_the_login_has_no_password_that_is_right(sqlite_engine, tmp_path, provider):
    site = site_of(sqlite_engine, tmp_path, provider)
    provider.says(ida=IDA)
    comes_in(site, provider)
    for password in ("", PASSWORD, "ingen konto har denne adgangskode"):
        browser = site.stranger()
        form = Form(browser.get("/log-ind"), "/log-ind")
        assert form.send(browser, email="ida@by.example", password=password).status_code == 401


LIES = {
    "another audience": {"aud": "somebody"},
    "another issuer": {"iss": "https://evil.example"},
    "an old token": {"exp": int(time.time()) - 3600, "iat": int(time.time()) - 7200},
    "another nonce": {"nonce": "x"},
    "another party": {"aud": ["aarshjul", "b"], "azp": "b"},
    "nobody": {"sub": ""},
    "another token's hash": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"},
}


@pytest.mark.parametrize("lie", LIES)
def test_an_id_token_that_lies_is_not_believed(sqlite_engine, tmp_path, false_login, lie):
    site = site_of(sqlite_engine, tmp_path, false_login)
    false_login.claims |= LIES[lie]
    browser, answer = answers(site, false_login)
    assert answer.status_code == 502 and COOKIE not in browser.cookies


def test_one_that_tells_the_truth_is(sqlite_engine, tmp_path, false_login):
    site = site_of(sqlite_engine, tmp_path, false_login)
    browser, answer = answers(site, false_login)
    assert answer.status_code == 303 and browser.get("/aarshjul").status_code == 200


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_a_token_that_no_key_pair_signed_is_not_believed(sqlite_engine, tmp_path, false_login, algorithm):
    site = site_of(sqlite_engine, tmp_path, false_login)
    false_login.algorithm = algorithm
    assert answers(site, false_login)[1].status_code == 502
    assert false_login.made.count(".") == 2, "there was a token to disbelieve"


def test_a_key_that_was_changed_meanwhile_is_read_once_more_and_a_false_one_refused(
    sqlite_engine, tmp_path, false_login
):
    site = site_of(sqlite_engine, tmp_path, false_login)
    answers(site, false_login)
    false_login.key, false_login.kid = RSAKey.generate_key(2048), "2"
    del false_login.claims["nonce"]
    assert answers(site, false_login)[1].status_code == 303
    assert [path for path, _ in false_login.asked].count("/keys") == 2
    del false_login.claims["nonce"]
    with FalseLogin() as other:
        false_login.published, false_login.kid = other.key, "3"
        false_login.key = RSAKey.generate_key(2048)
        assert answers(site, false_login)[1].status_code == 502


@pytest.mark.parametrize(
    "path, change",
    [
        ("/.well-known/openid-configuration", {"issuer": "https://evil.example"}),
        ("/.well-known/openid-configuration", {"token_endpoint": None}),
        ("/.well-known/openid-configuration", {"jwks_uri": "http://127.0.0.1:1/"}),
    ],
)
def test_a_discovery_document_of_another_or_without_an_end_is_not_used(
    sqlite_engine, tmp_path, false_login, path, change
):
    site = site_of(sqlite_engine, tmp_path, false_login)
    false_login.changes[path] = change
    answer = site.stranger().get("/log-ind/kommunen")
    assert answer.status_code == 502 and "kommunens it" in answer.text


def test_what_is_told_beside_the_token_must_be_of_the_same_person(sqlite_engine, tmp_path, false_login):
    site = site_of(sqlite_engine, tmp_path, false_login)
    false_login.userinfo = {"sub": "2", "roles": ["sekretariat"]}
    assert answers(site, false_login)[1].status_code == 502


def test_an_answer_that_says_it_is_another_issuers_is_refused(sqlite_engine, tmp_path, false_login):
    site = site_of(sqlite_engine, tmp_path, false_login)
    browser = site.stranger()
    state = parse_qs(urlsplit(asked(browser)).query)["state"][0]
    given = {"code": "1", "state": state, "iss": "https://evil.example"}
    assert browser.get("/log-ind/kommunen/svar", params=given).status_code == 502


def test_without_a_login_its_pages_are_not_there(sqlite_engine, tmp_path):
    site = Site(sqlite_engine, tmp_path)
    for path in ("/log-ind/kommunen", "/log-ind/kommunen/svar"):
        assert site.stranger().get(path).status_code in (400, 404)
    assert "kommunens login" not in site.stranger().get("/log-ind").text


def test_pages_load_what_the_login_needs_when_somebody_signs_in_by_it():
    heavy = "{'authlib', 'joserfc', 'httpx', 'segno'}"
    look = f"import sys, web.app; print(sorted({heavy} & {{name.partition('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", look], cwd=REPOSITORY, capture_output=True, timeout=120)
    assert done.stdout.strip() == b"[]", done.stderr
