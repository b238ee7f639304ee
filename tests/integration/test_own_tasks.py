"""Mine opgaver: a code by mail, good once, in one browser, and the same answer for every address."""

import asyncio
import re
from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from cli.processes.web import server_of
from cycle.access.codes import (
    BUSY_NETWORK,
    PER_MAILBOX,
    PER_MAILBOX_ANYWHERE,
    PER_MAILBOX_THEN,
    UNSENT_KEPT,
    code_of,
    network_of,
)
from cycle.access.roles import Role
from cycle.access.tables import PersonSession, SignInCode
from cycle.messages.sign_in_mail import send_code
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Address, Appointment, Person, Substitute
from cycle.runs.tables import Wake
from cycle.store import reading, transaction
from cycle.tables import METADATA
from cycle.tasks.states import OccurrenceState, TaskState
from cycle.tasks.tables import Occurrence, Task
from notifications.gather import Letters
from notifications.office import Office
from notifications.render import render
from tests.support.leader import World
from tests.support.web import Form, Site


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def address_of(world, person_id=None):
    with reading(world.engine) as session:
        query = select(Address.email).where(Address.person_id == (person_id or world.leader))
        return session.exec(query).one()


def ask(browser, email, onward=""):
    form = Form(browser.get("/mine/log-ind" + onward), "/mine/log-ind")
    return form.send(browser, email=email)


def newest_code(world):
    with reading(world.engine) as session:
        row = session.exec(select(SignInCode).order_by(sa.desc(SignInCode.id))).first()
        return code_of(world.site.settings.secret, row)


def give(browser, code, onward=""):
    return Form(browser.get(f"/mine/kode{onward}"), "/mine/kode").send(browser, kode=code)


def signed_in(world, email=None):
    browser = world.site.stranger()
    ask(browser, email or address_of(world))
    assert give(browser, newest_code(world)).status_code == 303
    return browser


def test_a_code_leads_to_ones_own_tasks_and_from_there_to_an_answer(world):
    browser = world.site.stranger()
    assert browser.get("/mine").headers["location"] == "/mine/log-ind"
    asked = ask(browser, address_of(world).upper() + " ")
    assert asked.headers["location"].startswith("/mine/kode")
    code = newest_code(world)
    given = give(browser, f"{code[:4]} {code[4:]}")
    assert (given.status_code, given.headers["location"]) == (303, "/mine")
    flags = given.headers["set-cookie"]
    assert "HttpOnly" in flags and "SameSite=lax" in flags and code not in flags
    page = browser.get("/mine")
    assert f'href="{world.page}"' in page.text and f"/opgave/{world.other.id}" not in page.text
    form = Form(browser.get(world.page), world.page)
    assert form.send(browser, act="nil").status_code == 303
    assert "Besvaret" in browser.get("/mine").text
    assert browser.get(f"/opgave/{world.other.id}").status_code == 401


def test_the_mail_goes_at_once_with_a_code_that_is_kept_nowhere(world):
    ask(world.site.stranger(), address_of(world))
    code = newest_code(world)
    with reading(world.engine) as session:
        message = session.exec(select(Message).where(Message.kind == MessageKind.SIGN_IN_CODE)).one()
        assert message.next_at == world.site.clock.at and session.exec(select(Wake)).all()
        office = Office.of(world.site.settings)
        letters = Letters(session, [message], office=office, today=world.site.clock.at.date())
        mail = render(letters.write(message).letter)
        assert f"{code[:4]} {code[4:]}" in mail.text and "10 minutter" in mail.text
        for table in METADATA.sorted_tables:
            for row in session.execute(sa.select(table)):
                assert code not in str(row), table.name
    assert code[4:] not in mail.kept


def test_every_address_is_answered_alike_and_nobody_unknown_is_written_to(small):
    def answers(email):
        browser = small.site.stranger()
        sent = ask(browser, email)
        page = browser.get(sent.headers["location"])
        wrong = give(browser, "00000000")
        return sent.status_code, sent.headers["location"], page.text, wrong.status_code, wrong.text

    assert answers(address_of(small)) == answers("ingen@by.example")
    assert len(small.rows(Message)) == 1 and len(small.rows(SignInCode)) == 2
    assert "ingen" not in str(small.rows(SignInCode))


def test_a_code_is_good_once_for_ten_minutes_five_tries_and_only_where_it_was_asked_for(small):
    browser, thief = small.site.stranger(), small.site.stranger()
    ask(browser, address_of(small))
    code = newest_code(small)
    ask(thief, "ingen@by.example")
    assert give(thief, code).status_code == 401
    for wrong in ("", "12345678901234567890", "×", code[:-1]):
        assert give(browser, wrong).status_code == 401
    assert give(browser, code).status_code == 303
    kept = browser.cookies.get("aarshjul-mig")
    ask(browser, address_of(small))
    for _ in range(5):
        assert give(browser, "00000000").status_code == 401
    assert give(browser, newest_code(small)).status_code == 401
    ask(browser, address_of(small))
    small.site.clock.at += timedelta(minutes=10)
    assert give(browser, newest_code(small)).status_code == 401
    assert small.site.browser(cookies={"aarshjul-mig": kept}).get("/mine").status_code == 200


def test_the_same_code_twice_is_refused(small):
    browser = small.site.stranger()
    ask(browser, address_of(small))
    handle = browser.cookies.get("aarshjul-kode")
    code = newest_code(small)
    assert give(browser, code).status_code == 303
    again = small.site.browser(cookies={"aarshjul-kode": handle})
    assert give(again, code).status_code == 401


def test_too_many_codes_for_one_address_are_not_sent_and_the_page_does_not_tell(small):
    for _ in range(PER_MAILBOX):
        ask(small.site.stranger(), address_of(small))
    assert len(small.rows(Message)) == PER_MAILBOX
    browser = small.site.stranger()
    assert ask(browser, address_of(small)).status_code == 303
    assert len(small.rows(Message)) == PER_MAILBOX
    assert give(browser, newest_code(small)).status_code == 401
    small.site.clock.at += timedelta(hours=1, seconds=1)
    ask(browser, address_of(small))
    assert len(small.rows(Message)) == PER_MAILBOX + 1


def rows_of(small, number, **changed):
    """So many more rows like the only one there is, as if asked for from the same network."""
    with transaction(small.engine) as session:
        facts = session.exec(select(SignInCode)).one().model_dump(exclude={"id", "handle", "mailbox"})
        for each in range(number):
            session.add(SignInCode(**{**facts, **changed}, handle=f"h{each}", mailbox=f"m{each}"))


def test_a_flood_of_unknown_addresses_shuts_nobody_out_and_leaves_few_rows(small):
    ask(small.site.stranger(), "a@by.example")
    rows_of(small, UNSENT_KEPT - 1)
    stranger = small.site.stranger()
    assert ask(stranger, "b@by.example").headers["location"].startswith("/mine/kode")
    assert give(stranger, "00000000").status_code == 401, "the same page as with a row"
    assert len(small.rows(SignInCode)) == UNSENT_KEPT and small.rows(Message) == []
    browser = small.site.stranger()
    ask(browser, address_of(small))
    assert give(browser, newest_code(small)).headers["location"] == "/mine"
    small.site.clock.at += timedelta(days=1, seconds=1)
    ask(small.site.stranger(), "a@by.example")
    assert len(small.rows(SignInCode)) == 1


def test_a_network_that_had_very_many_codes_gets_fewer_for_each_address_and_is_never_shut_out(small):
    ask(small.site.stranger(), "a@by.example")
    rows_of(small, BUSY_NETWORK, address="anden@by.example")
    for _ in range(PER_MAILBOX):
        assert ask(small.site.stranger(), address_of(small)).status_code == 303
    assert len(small.rows(Message)) == PER_MAILBOX_THEN
    other = address_of(small, small.town.leaders[small.other.unit_id])
    browser = small.site.stranger()
    ask(browser, other)
    assert give(browser, newest_code(small)).status_code == 303


def test_codes_asked_for_by_a_stranger_elsewhere_leave_the_own_network_its_own(small):
    def asked(network, times=1):
        with transaction(small.engine) as session:
            at, secret = small.site.clock.at, small.site.settings.secret
            for _ in range(times):
                send_code(session, secret, typed=address_of(small), came_from=network, now=at)
        return len(small.rows(Message))

    assert asked("198.51.100.7", PER_MAILBOX + 3) == PER_MAILBOX
    assert asked("203.0.113.9") == PER_MAILBOX + 1
    assert asked("2001:db8::1", PER_MAILBOX) == asked("2001:db8::2") == 2 * PER_MAILBOX + 1
    for number in range(9):
        asked(f"192.0.2.{number}", PER_MAILBOX)
    assert len(small.rows(Message)) == PER_MAILBOX_ANYWHERE


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("fe80::1%eth0", "fe80::/64"),
        ("testclient", "testclient"),
        ("", ""),
    ],
)
def test_an_address_is_counted_with_its_network(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("proxies", "peer", "counted"),
    [
        ("127.0.0.1, ::1", "127.0.0.1", "198.51.100.7"),
        ("127.0.0.1, ::1", "10.0.0.5", "10.0.0.5"),
        ("10.0.0.0/24", "10.0.0.5", "198.51.100.7"),
        ("10.0.0.0/24", "127.0.0.1", "127.0.0.1"),
    ],
)
def test_a_trusted_proxy_alone_says_whom_a_request_came_from(sqlite_engine, tmp_path, proxies, peer, counted):
    site = Site(sqlite_engine, tmp_path, trusted_proxies=proxies)
    seen = []

    async def pages(scope, receive, send):
        seen.append(scope["client"][0])

    config = server_of(pages, site.settings)
    config.load()
    scope = {"type": "http", "client": (peer, 1), "headers": [(b"x-forwarded-for", b"198.51.100.7")]}
    asyncio.run(config.loaded_app(scope, None, None))
    assert seen == [counted]


def test_posts_units_and_time_as_a_substitute_are_all_there_and_gone_when_they_end(small):
    browser = signed_in(small)
    assert f"/opgave/{small.other.id}" not in browser.get("/mine").text
    today = small.site.clock.at.date()
    with transaction(small.engine) as session:
        where = {"unit_id": small.other.unit_id, "role": small.other.role, "person_id": small.leader}
        session.add(Substitute(**where, valid_from=today, valid_to=today))
    assert f"/opgave/{small.other.id}" in browser.get("/mine").text
    assert browser.get(f"/opgave/{small.other.id}").status_code == 200
    small.site.clock.at += timedelta(hours=11)
    small.change(Substitute, valid_to=today - timedelta(days=1), valid_from=today - timedelta(days=2))
    assert f"/opgave/{small.other.id}" not in browser.get("/mine").text
    assert browser.get(f"/opgave/{small.other.id}").status_code == 401


def test_the_session_ends_after_twelve_hours_on_signing_out_and_with_the_address(small):
    browser = signed_in(small)
    small.site.clock.at += timedelta(hours=11, minutes=59)
    assert browser.get("/mine").status_code == 200
    small.site.clock.at += timedelta(minutes=1)
    assert browser.get("/mine").headers["location"] == "/mine/log-ind"
    browser = signed_in(small)
    assert len(small.rows(PersonSession)) == 1, "the one that ran out is cleared away"
    out = Form(browser.get("/mine"), "/mine/log-ud")
    cookies = dict(browser.cookies)
    assert browser.post("/mine/log-ud", data={"csrf": "gæt"}).status_code == 403
    assert out.send(browser).headers["location"] == "/mine/log-ind"
    assert small.site.browser(cookies=cookies).get("/mine").status_code == 303
    browser = signed_in(small)
    small.change(Address, valid_to=small.site.clock.at.date())
    assert browser.get("/mine").status_code == 303


def test_who_signs_in_with_an_account_finds_the_tasks_of_its_address_there_too(small):
    browser = small.site.signed_in(address_of(small), Role.SUPERIOR, "BY")
    page = browser.get("/mine")
    assert f'href="{small.page}"' in page.text and "/mine/log-ud" not in page.text
    assert browser.get(small.page).status_code == 200
    nobody = small.site.signed_in("ida@by.example", Role.SUPERIOR, "BY")
    assert nobody.get("/mine").headers["location"] == "/mine/log-ind"


def test_late_this_week_later_and_done_stand_apart(small):
    today = small.site.clock.at.date()
    browser = signed_in(small)
    for due, heading in ((-3, "Denne uge"), (0, "Denne uge"), (30, "Senere")):
        small.change(Task, due_on=today + timedelta(days=due))
        page = browser.get("/mine").text
        before = page.split(f'href="{small.page}"')[0]
        assert re.findall("<h2>(.*?)</h2>", before)[-1] == heading
        assert ("Fristen var for 3 dage siden" in page) == (due < 0)
        assert ("Frist <strong>i dag</strong>" in page) == (due == 0)
    small.change(Task, state=TaskState.APPROVED)
    assert re.findall("<h2>(.*?)</h2>", browser.get("/mine").text) == ["Denne uge", "Besvaret"]


def test_what_closed_without_an_answer_is_in_a_fold_of_its_own_and_titles_have_their_year(small):
    browser, due_on = signed_in(small), small.site.clock.at.date() - timedelta(days=9)
    (occurrence,) = small.rows(Occurrence)
    title, year = occurrence.title, occurrence.concerns_year
    assert f"<strong>{title} {year}</strong>" in browser.get("/mine").text
    small.change(Task, due_on=due_on)
    with transaction(small.engine) as session:
        session.execute(sa.update(Occurrence).values(state=OccurrenceState.CLOSED))
    page = browser.get("/mine").text
    fold = re.search(r"<summary[^>]*>Lukket uden svar \(1\)</summary>(.*?)</details>", page, re.DOTALL)
    assert fold and f'href="{small.page}"' in fold[1] and ">Mangler</span>" in fold[1]
    assert page.count(f'href="{small.page}"') == 1
    small.change(Task, state=TaskState.APPROVED)
    assert "Lukket uden svar" not in browser.get("/mine").text


def test_a_shared_address_opens_the_tasks_of_all_who_have_it_and_a_posts_mailbox_nobodys(small):
    email = address_of(small)
    other = small.town.leaders[small.other.unit_id]
    with transaction(small.engine) as session:
        session.execute(sa.update(Address).where(Address.person_id == other).values(email=email.upper()))
    browser = signed_in(small, email)
    assert {browser.get(f"/opgave/{task.id}").status_code for task in (small.task, small.other)} == {200}
    with transaction(small.engine) as session:
        session.add(
            Address(
                unit_id="BY", role="leder", email="kontor@by.example", valid_from=small.site.clock.at.date()
            )
        )
    sent = len(small.rows(Message))
    ask(small.site.stranger(), "kontor@by.example")
    assert len(small.rows(Message)) == sent
    assert len(small.rows(Person)) >= 2 and small.rows(Appointment)


def test_a_code_never_leads_to_another_site(small):
    browser = small.site.stranger()
    asked = ask(browser, address_of(small), onward="?videre=https://evil.example")
    assert asked.headers["location"] == "/mine/kode?videre=%2Fmine"
    given = give(browser, newest_code(small), onward="?videre=//evil.example")
    assert given.headers["location"] == "/mine"
    stranger = small.site.stranger()
    assert stranger.get("/mine?sprog=en").headers["location"] == "/mine/log-ind?videre=%2Fmine%3Fsprog%3Den"


def test_something_that_is_no_address_is_pointed_out(small):
    for wrong in ("", "ingen", "a@b", "a@by.example\nBcc: b@by.example", "x" * 300 + "@by.example"):
        answer = ask(small.site.stranger(), wrong)
        assert answer.status_code == 422 and 'aria-invalid="true"' in answer.text
    assert small.rows(SignInCode) == []
