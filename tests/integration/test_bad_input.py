"""What nobody should send, on the real pages: each gets a page that says what happened and what to do.

Elsewhere: expired, foreign and withdrawn links (`test_link_exchange`, `test_leader_page`), two tabs, the back
button and replays (`test_leader_answers`), a session lost while writing (`test_link_exchange`,
`test_web_guard`), 100 MB in a real browser (`tests/browser/test_too_large.py`).
"""

import asyncio
import re
import tracemalloc
from itertools import islice

import pytest
import sqlalchemy as sa

from cycle.access.roles import Role
from cycle.access.tables import Account
from cycle.organisation.tables import Person, Unit
from cycle.store import transaction
from cycle.tasks.review import approve
from cycle.tasks.states import Actor
from cycle.tasks.tables import Occurrence
from tests.support.leader import World
from tests.support.municipality import instant
from tests.support.routes import addresses, gets, queries
from tests.support.web import Form
from tests.support.whole_store import USE_OF_SESSIONS, contents

MB = 1 << 20
SQL = (
    "' OR 1=1 --",
    "1); DROP TABLE task; --",
    "x' UNION SELECT password_hash FROM account --",
    "%' OR '%'='",
)
SCRIPT = "<script>alert(1)</script>"
SHOWN_BOUND = 40 * MB


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def office_of(world):
    return world.site.signed_in("sif@by.example", Role.SECRETARIAT, "BY")


def sent_raw(app, path, headers, size):
    """The status and text of a POST of so many bytes, and how many of them were taken before the answer."""
    taken, status, answer = 0, 0, b""

    async def receive():
        nonlocal taken
        if status:
            return {"type": "http.disconnect"}
        taken += MB
        return {"type": "http.request", "body": b"x" * MB, "more_body": taken < size}

    async def send(message):
        nonlocal status, answer
        status = message.get("status", status)
        answer += message.get("body", b"")

    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "root_path": "",
        "headers": [(b"host", b"127.0.0.1:8000"), *headers],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 8000),
    }
    asyncio.run(app(scope, receive, send))
    return status, answer.decode(), taken


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_a_hundred_megabytes_are_refused_in_bounded_memory_whether_or_not_the_length_is_told(world, kind):
    visit = next(cookie for cookie in opened(world).cookies.jar)
    cookie = (b"cookie", f"{visit.name}={visit.value}".encode())
    for length in ((), ((b"content-length", str(100 * MB).encode()),)):
        headers = [cookie, (b"content-type", kind.encode()), *length]
        tracemalloc.start()
        status, text, taken = sent_raw(world.site.app, world.page, headers, 100 * MB)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert status in ((413,) if length else (400, 413)), text[:500]
        assert peak < SHOWN_BOUND and taken <= 100 * MB
        if status == 413:
            assert "Det er for stort" in text and "25 MB" in text and "Send en mindre fil" in text
    assert world.answers() == []


def opened(world):
    person = world.site.stranger()
    person.get(world.link)
    return person


def test_a_link_that_was_cut_anywhere_says_that_it_is_not_whole(world):
    for length in range(len("/opgave/") + 1, len(world.link)):
        answer = world.site.stranger().get(world.link[:length])
        assert answer.status_code == 404, world.link[:length]
        assert "Linket er ikke helt" in answer.text and "Åbn linket i mailen igen" in answer.text


def test_a_link_that_is_opened_again_after_the_answer_shows_the_answer_and_takes_no_old_form(world):
    old = world.form()
    assert old.send(world.browser, act="submit", status__light="grøn", beloeb="1").status_code == 303
    again = world.site.stranger().get(world.link, follow_redirects=True)
    assert again.status_code == 200 and "Send besvarelse" not in again.text
    with transaction(world.engine) as session:
        approve(session, world.task_id, by="account:1", now=instant(2027, 4, 12), actor=Actor.SUPERIOR)
    late = old.send(world.browser, act="submit", status__light="rød", beloeb="2")
    assert late.status_code == 409 and "Intet er gemt" in late.text
    assert [each["beloeb"] for each in world.answers()] == ["1.00"]


def test_a_name_with_a_script_is_a_name_on_every_page(world):
    office = office_of(world)
    with transaction(world.engine) as session:
        for table in (Person, Unit, Account):
            session.execute(sa.update(table).values(name=SCRIPT))
        session.execute(sa.update(Occurrence).values(title=SCRIPT))
    seen = 0
    for browser in (office, world.browser):
        for path in gets(world.site.app):
            for address in islice(addresses(path, world.engine, token=[world.link.split("/")[2]]), 1):
                page = browser.get(address)
                if "text/html" in page.headers.get("content-type", "") and page.status_code == 200:
                    assert SCRIPT not in page.text, address
                    seen += "&lt;script&gt;alert(1)" in page.text
    assert seen > 15


def test_a_filter_with_sql_in_it_filters_and_does_nothing_else(world):
    office = office_of(world)
    before = contents(world.engine, but=USE_OF_SESSIONS)
    asked = 0
    for path, fields in queries(world.site.app).items():
        for address in islice(addresses(path, world.engine), 1):
            plain = office.get(address)
            for sql in SQL:
                page = office.get(address.partition("?")[0], params=dict.fromkeys(fields, sql))
                assert page.status_code < 500, (address, page.status_code)
                assert "argon2" not in page.text and "syntax error" not in page.text
                if plain.status_code == page.status_code == 200:
                    assert page.text.count("<tr") <= plain.text.count("<tr") + 1, address
                asked += 1
    assert asked > 50 and contents(world.engine, but=USE_OF_SESSIONS) == before


def test_any_address_typed_by_a_stranger_leads_to_a_door_or_to_a_page_that_says_what_to_do(world):
    doors = ("/log-ind", "/mine/log-ind")
    for path in [
        *gets(world.site.app),
        "/findes-ikke",
        "/opgave/",
        "/admin",
        "/.git/config",
        "/aktivitet/1/../2",
    ]:
        for address in islice(addresses(path, world.engine), 2):
            answer = world.site.stranger().get(address)
            assert answer.status_code in (200, 303, 400, 401, 403, 404), (address, answer.status_code)
            if answer.status_code == 303:
                assert answer.headers["location"].startswith(doors), address
            elif answer.status_code != 200 and not path.startswith("/api/"):
                assert re.search(r"<h1>.+</h1>\s*<p>.+</p>\s*<p>.+</p>", answer.text), address
            assert "Daginstitution" not in answer.text


def test_what_was_typed_when_the_account_was_signed_out_stands_on_the_page_to_be_sent_again(world):
    office = office_of(world)
    page = f"/opgave-historik/{world.task_id}"
    form = Form(office.get(page), f"{page}/forlaeng")
    office.cookies.clear()
    lost = form.send(office, reason="En lang begrundelse, der tog tid", new_due_on="2027-05-03")
    assert lost.status_code == 401 and "En lang begrundelse, der tog tid" in lost.text
    assert "Log så ind igen" in lost.text
