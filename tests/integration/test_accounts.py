import hashlib
from datetime import UTC, datetime, timedelta
from time import perf_counter

import pytest
from sqlmodel import select

from cycle import history
from cycle.access.accounts import (
    add_account,
    authenticate,
    disable_account,
    list_accounts,
    set_password,
)
from cycle.access.roles import Role
from cycle.access.rules import Granted
from cycle.access.sessions import close_session, open_session, read_session, renew_session
from cycle.access.tables import Account, AccountSession
from cycle.errors import Invalid, NotFound
from cycle.organisation.importing import import_units
from cycle.store import reading, transaction
from tests.support.files import UNITS, given

NOW = datetime(2027, 4, 1, 8, tzinfo=UTC)
PASSWORD = "tre venlige ænder i parken"


@pytest.fixture
def town(engine):
    with transaction(engine) as session:
        import_units(session, given(UNITS))
        add(session)
    return engine


def add(session, **more):
    facts = {
        "email": "Alice@By.example",
        "name": "Alice Bro",
        "password": PASSWORD,
        "role": Role.SUPERIOR,
        "unit_id": "SK",
        "now": NOW,
        "by": "cli",
    }
    return add_account(session, **{**facts, **more})


def sign_in(engine, password=PASSWORD, email="alice@by.example", now=NOW):
    with transaction(engine) as session:
        account = authenticate(session, email, password, now=now)
        return open_session(session, account, now=now) if account else None


def who(engine, token, now=NOW):
    with reading(engine) as session:
        return read_session(session, token, now=now)


def test_an_account_signs_in_with_its_address_in_any_case_and_has_its_grants(town):
    opened = sign_in(town, email=" ALICE@by.EXAMPLE ")
    found = who(town, opened.token)
    assert (found.email, found.name, found.by) == (
        "alice@by.example",
        "Alice Bro",
        f"account:{found.account_id}",
    )
    assert found.grants == (Granted(Role.SUPERIOR, "SK", "/BY/SK/"),)
    assert found.roles == {Role.SUPERIOR}
    assert found.csrf == opened.csrf


def test_neither_password_nor_token_is_kept(town):
    opened = sign_in(town)
    with reading(town) as session:
        account = session.exec(select(Account)).one()
        assert account.password_hash.startswith("$argon2id$")
        assert PASSWORD not in account.password_hash
        kept = session.exec(select(AccountSession)).one()
        assert kept.digest == hashlib.sha256(opened.token.encode()).hexdigest()
        assert "alice" not in str(session.exec(select(history.History.data)).all()).lower()


def test_all_faults_of_a_new_account_are_told_at_once(town):
    with transaction(town) as session, pytest.raises(Invalid) as caught:
        add(session, email="ingen", name=" ", password="kort", role=Role.LEADER, unit_id="XX", language="fr")
    assert {problem.where for problem in caught.value.problems} == {
        "email",
        "name",
        "password",
        "role",
        "unit",
        "language",
    }
    with transaction(town) as session, pytest.raises(Invalid) as caught:
        add(session)
    assert "Der er allerede en konto for alice@by.example" in str(caught.value)


def test_five_wrong_passwords_lock_the_account_for_a_quarter_of_an_hour_and_no_longer(town):
    for _ in range(5):
        assert sign_in(town, "forkert adgangskode") is None
    assert sign_in(town) is None
    assert sign_in(town, "forkert adgangskode", now=NOW + timedelta(minutes=14)) is None
    assert sign_in(town, now=NOW + timedelta(minutes=14)) is None
    assert sign_in(town, now=NOW + timedelta(minutes=15)) is not None
    with reading(town) as session:
        account = session.exec(select(Account)).one()
        assert (account.failed_attempts, account.locked_until) == (0, None)
        verbs = session.exec(select(history.History.verb)).all()
        assert verbs.count("lock account") == 1


def test_a_right_password_clears_the_count_of_wrong_ones(town):
    for _ in range(2):
        for _ in range(4):
            assert sign_in(town, "forkert adgangskode") is None
        assert sign_in(town) is not None


def test_an_unknown_address_takes_as_long_as_a_known_one(town):
    def seconds(email):
        sign_in(town, "forkert adgangskode", email, now=NOW)
        times = []
        for _ in range(3):
            start = perf_counter()
            assert sign_in(town, "forkert adgangskode", email) is None
            times.append(perf_counter() - start)
        return min(times)

    known, unknown = seconds("alice@by.example"), seconds("mallory@by.example")
    assert unknown > known / 3


def test_a_disabled_account_is_out_at_once_and_cannot_come_back(town):
    opened = sign_in(town)
    with transaction(town) as session:
        disable_account(session, "alice@by.example", now=NOW, by="cli")
    assert who(town, opened.token) is None
    assert sign_in(town) is None
    with transaction(town) as session:
        disable_account(session, "alice@by.example", now=NOW, by="cli")
        assert session.exec(select(history.History.verb)).all().count("disable account") == 1
        assert list_accounts(session)[0].as_data()["disabled_at"] == NOW.isoformat()


def test_a_new_password_ends_sessions_and_locks_and_the_old_one_is_no_good(town):
    opened = sign_in(town)
    for _ in range(5):
        sign_in(town, "forkert adgangskode")
    with transaction(town) as session, pytest.raises(Invalid):
        set_password(session, "alice@by.example", "kort", now=NOW, by="cli")
    with transaction(town) as session:
        set_password(session, "alice@by.example", "fire grå gæs på engen", now=NOW, by="cli")
    assert who(town, opened.token) is None
    assert sign_in(town) is None
    assert sign_in(town, "fire grå gæs på engen") is not None


def test_commands_about_nobody_say_so(town):
    with transaction(town) as session, pytest.raises(NotFound):
        disable_account(session, "mallory@by.example", now=NOW, by="cli")


def test_a_session_ends_after_twelve_idle_hours_and_use_keeps_it_open_for_at_most_a_week(town):
    opened = sign_in(town)
    assert who(town, opened.token, NOW + timedelta(hours=11, minutes=59)) is not None
    assert who(town, opened.token, NOW + timedelta(hours=12)) is None
    assert not who(town, opened.token, NOW + timedelta(minutes=5)).stale
    now = NOW
    for _ in range(16):
        now += timedelta(hours=10)
        assert who(town, opened.token, now).stale
        with transaction(town) as session:
            renew_session(session, opened.token, now=now)
    assert not who(town, opened.token, now).stale
    assert who(town, opened.token, NOW + timedelta(days=7)) is None


def test_a_closed_session_is_closed_and_a_guessed_token_is_nobody(town):
    opened, other = sign_in(town), sign_in(town)
    with transaction(town) as session:
        close_session(session, opened.token)
    assert who(town, opened.token) is None
    assert who(town, other.token) is not None
    assert who(town, "gæt") is None
    assert who(town, "") is None


def test_sessions_that_have_run_out_are_cleared_when_someone_signs_in(town):
    sign_in(town)
    sign_in(town, now=NOW + timedelta(hours=13))
    with reading(town) as session:
        assert len(session.exec(select(AccountSession)).all()) == 1
