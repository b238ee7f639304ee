"""What holds for every page: headers, size, host, origin, sign-in, error pages."""

import re
import threading

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import OperationalError
from starlette.datastructures import FormData
from starlette.responses import PlainTextResponse
from starlette.testclient import TestClient

from cycle.access.roles import Role
from cycle.access.rules import Verb
from cycle.access.sessions import SignedIn
from cycle.errors import NotAllowed, NotFound
from cycle.store import transaction
from cycle.tasks.tables import Submission
from tests.support import municipality
from tests.support.leader import World
from tests.support.municipality import instant
from tests.support.routes import NAMED, gets, posts
from tests.support.web import BASE, PASSWORD, Form, Site
from web import faults
from web import session as signed_in
from web.head import USED_UP_BY_GET, HeadAsGet
from web.paths import local_path
from web.signing_in import faults as sign_in_faults


@pytest.fixture
def world(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def test_every_answer_carries_the_headers_that_keep_scripts_frames_and_referrers_out(world):
    browser = world.browser
    for path in ("/", "/log-ind", "/findes-ikke", world.link, "/static/app.css"):
        headers = browser.get(path).headers
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "frame-ancestors 'none'" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["referrer-policy"] == "no-referrer"
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["x-frame-options"] == "DENY"
    assert browser.get(world.link).headers["cache-control"] == "no-store"
    assert "max-age" in browser.get("/static/app.css").headers["cache-control"]


def test_pages_hold_no_inline_script_or_style(world):
    for path in ("/log-ind", world.link, "/findes-ikke"):
        page = world.browser.get(path).text
        assert not re.search(r"<script(?! src=)|<style|\sstyle=|\son[a-z]+=|javascript:", page)


OPEN_TO_ALL = {
    "/log-ind": 200,
    "/aarshjul/hjul.css": 200,
    "/tilgaengelighed": 200,
    "/mine/log-ind": 200,
    "/mine/kode": 200,
    "/log-ind/kommunen": 404,
    "/log-ind/kommunen/svar": 400,
    "/udseende/farve.css": 404,
    "/udseende/logo": 404,
    "/api/v1/openapi.json": 200,
}
OWN_LINK = re.compile(r"^/(opgave|indkaldelse|kalender)/\{token\}")


def test_without_an_account_no_page_answers_but_the_sign_in_and_a_leaders_own_link(world):
    """Every route there is, so that one added without a guard is seen."""
    for path in gets(world.site.app):
        answer = world.site.browser().get(NAMED.sub("1", path))
        if path in OPEN_TO_ALL or OWN_LINK.match(path):
            assert answer.status_code == OPEN_TO_ALL.get(path, 404 if "kalender/{token}" in path else 401), (
                path
            )
        elif path.startswith("/api/"):
            assert answer.status_code == 401, path
        else:
            assert answer.status_code == 303 and answer.headers["location"].startswith(
                ("/log-ind", "/mine/log-ind")
            ), path


def test_head_is_answered_as_get_is_without_the_body_and_changes_nothing(world):
    office = world.site.signed_in("sek@by.example", Role.SECRETARIAT, "BY")
    asked = [NAMED.sub("1", path) for path in gets(world.site.app)]
    before, answers = world.site.row_counts(), {}
    for path in asked:
        answers[path] = office.head(path, follow_redirects=False)
    assert world.site.row_counts() == before
    for path, head in answers.items():
        if path in USED_UP_BY_GET:
            assert head.status_code == 405, path
            continue
        got = office.get(path, follow_redirects=False)
        assert (head.status_code, head.content) == (got.status_code, b""), path
        assert head.headers.get("content-type") == got.headers.get("content-type"), path
    assert office.head("/log-ud").status_code == 405, "what is only posted to stays so"


def test_head_runs_once():
    ran = []

    async def page(scope, receive, send):
        ran.append(scope["method"])
        await PlainTextResponse("ord")(scope, receive, send)

    browser = TestClient(HeadAsGet(page))
    answer = browser.head("/")
    assert (ran, answer.content, answer.headers["content-length"]) == (["GET"], b"", "3")
    assert browser.get("/").text == "ord"


def test_without_an_account_nothing_is_done(world):
    before = world.site.row_counts()
    for path in posts(world.site.app):
        answer = world.site.browser().post(NAMED.sub("1", path), data={"x": "1"})
        refused = (401, 422) if path == "/mine/log-ind" else (401,)
        assert answer.status_code in refused, (path, answer.status_code)
    assert world.site.row_counts() == before


def test_another_hosts_name_is_refused(world):
    for host in (
        "evil.example",
        "127.0.0.1.evil.example",
        "",
        "127.0.0.1:8000@evil.example",
        "evil.example@127.0.0.1",
        "[::",
    ):
        assert world.browser.get("/log-ind", headers={"host": host}).status_code == 400
    assert world.browser.get("/log-ind", headers={"host": "localhost:8000"}).status_code == 200


def test_a_post_from_another_site_is_refused_before_anything_is_read(world):
    form = world.form()
    data = {**form.fields, "act": "nil"}
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "https://evil.example"},
    ):
        assert world.browser.post(world.link, data=data, headers=headers).status_code == 403
    assert world.answers() == []
    for headers in ({"sec-fetch-site": "same-origin", "origin": "null"}, {"origin": BASE}):
        assert world.browser.post(world.link, data=data, headers=headers).status_code == 303


def test_too_much_is_refused_with_and_without_a_stated_length(world):
    big = b"x" * (25 * 1024 * 1024 + 1)
    stated = world.browser.post(world.link, content=big)
    assert stated.status_code == 413 and "25 MB" in stated.text

    def pieces():
        yield b'--x\r\nContent-Disposition: form-data; name="bilag"; filename="a.bin"\r\n\r\n'
        for start in range(0, len(big), 1 << 20):
            yield big[start : start + (1 << 20)]

    kind = {"content-type": "multipart/form-data; boundary=x"}
    unstated = world.browser.post(world.link, content=pieces(), headers=kind)
    assert unstated.status_code == 413
    assert world.answers() == []


def test_no_interactive_documentation_and_no_demo_pages_are_served(world):
    for path in ("/docs", "/redoc", "/openapi.json", "/demo", "/demo/log-ind", "/static/../app.py"):
        assert world.browser.get(path).status_code == 404


def test_a_full_or_locked_store_says_nothing_was_saved_and_gives_the_text_back(world):
    form = world.form()

    @sa.event.listens_for(world.engine, "before_cursor_execute")
    def refuse(_connection, _cursor, statement, parameters, _context, _many):
        if full and statement.startswith("INSERT INTO submission"):
            raise OperationalError(statement, parameters, Exception("database or disk is full"))

    full = True
    failed = form.send(
        world.browser, act="submit", status__light="grøn", beloeb="5", bemaerkning="Lang tekst"
    )
    assert failed.status_code == 503
    assert "Det blev ikke gemt" in failed.text and "Lang tekst" in failed.text
    assert "Bemærkninger" in failed.text and "disk is full" not in failed.text
    assert world.answers() == []
    full = False
    retry = Form(failed, world.link)
    assert retry.send(world.browser).status_code == 303
    assert world.answers()[0]["bemaerkning"] == "Lang tekst"


def test_a_fault_of_ours_has_a_number_and_shows_nothing_of_the_inside(world, caplog):
    @world.site.app.get("/brudt")
    def broken():
        raise RuntimeError("inderst inde")

    page = world.site.browser(raise_server_exceptions=False).get("/brudt")
    assert page.status_code == 500 and "inderst" not in page.text
    number = re.search(r"<strong>([0-9a-f]{8})</strong>", page.text)
    assert number and number[1] in caplog.text
    assert page.headers["referrer-policy"] == "no-referrer"


def test_every_error_has_danish_and_english_words_and_a_cure():
    for fault in [*vars(faults).values(), *vars(sign_in_faults).values()]:
        if isinstance(fault, faults.Fault):
            for da, en in (fault.title, fault.what, fault.cure):
                assert da and en and da != en
    assert faults.fault_of(NotFound("task", 1)).status == 404


def test_signing_in_opens_a_session_that_scripts_cannot_read_and_signing_out_ends_it(engine, tmp_path):
    site = Site(engine, tmp_path)
    with transaction(engine) as session:
        municipality.build(session)
    site.add_account("ida@by.example", Role.SUPERIOR, "BY")
    browser = site.browser()
    form = Form(browser.get("/log-ind"), "/log-ind")
    answer = form.send(browser, email="ida@by.example", password=PASSWORD)
    assert answer.status_code == 303 and "HttpOnly" in answer.headers["set-cookie"]
    assert browser.get("/").headers["location"] == "/mine-enheder"
    out = Form(browser.get("/mine-enheder"), "/log-ud")
    cookies = dict(browser.cookies)
    assert out.send(browser).headers["location"] == "/log-ind"
    assert site.browser(cookies=cookies).get("/mine-enheder").status_code == 303


def test_the_session_cookie_is_httponly_lax_and_secure_behind_https(sqlite_engine, tmp_path):
    site = Site(sqlite_engine, tmp_path, base_url="https://aarshjul.example")
    with transaction(sqlite_engine) as session:
        municipality.build(session)
    site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    answer = site.browser().post("/log-ind", data={"email": "IDA@by.example ", "password": PASSWORD})
    flags = answer.headers["set-cookie"]
    assert flags.startswith("__Host-aarshjul=") and "Path=/;" in flags and "Domain" not in flags
    assert "HttpOnly" in flags and "SameSite=lax" in flags and "Secure" in flags
    assert answer.headers["strict-transport-security"]


def test_every_cookie_is_named_so_that_no_other_host_can_set_it(sqlite_engine, tmp_path):
    https = {"base_url": "https://aarshjul.example"}
    world = World(sqlite_engine, tmp_path)
    world.site = Site(sqlite_engine, tmp_path, two_step_roles="secretariat", **https)
    person = world.site.stranger()
    given = [
        person.get(world.link).headers["set-cookie"],
        person.get("/log-ind?sprog=en").headers["set-cookie"],
    ]
    given.append(person.post("/mine/log-ind", data={"email": "ingen@by.example"}).headers["set-cookie"])
    world.site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    half = person.post("/log-ind", data={"email": "ida@by.example", "password": PASSWORD})
    given.append(half.headers["set-cookie"])
    for flags in given:
        whole_site = "Path=/;" in flags
        assert flags.startswith("__Host-" if whole_site else "__Secure-") and "Secure" in flags, flags
    assert person.get(world.page).status_code == 200
    assert "Password" in person.get("/log-ind").text  # the language that was chosen
    plain = {"aarshjul-link": person.cookies["__Secure-aarshjul-link"]}
    assert world.site.browser(cookies=plain).get(world.page).status_code == 401


def test_wrong_passwords_look_alike_and_lock_the_account_for_a_while(world):
    world.site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    browser = world.site.browser()

    def attempt(email, password):
        answer = browser.post("/log-ind", data={"email": email, "password": password})
        return answer.status_code, answer.text.replace(email, "")

    assert attempt("ida@by.example", "forkert") == attempt("ingen@by.example", "forkert")
    for _ in range(5):
        assert attempt("ida@by.example", "forkert")[0] == 401
    assert attempt("ida@by.example", PASSWORD)[0] == 401
    assert "forkert" not in attempt("ida@by.example", "forkert")[1].replace("flere forkerte", "")


def test_signing_in_never_leads_to_another_site():
    for outside in ("//evil.example", "https://evil.example", "/\\evil.example", "evil", "", "/a\nb", "/%0d"):
        assert local_path(outside) in ("/", "/%0d")
    assert local_path("/mine-enheder/3?a=b") == "/mine-enheder/3?a=b"


def test_the_address_asked_for_is_reached_after_signing_in(world):
    world.site.add_account("ida@by.example", Role.SUPERIOR, "BY")
    stranger = world.site.browser()
    sent_to = stranger.get(f"/mine-enheder/{world.occurrence_id}").headers["location"]
    form = Form(stranger.get(sent_to), "/log-ind")
    answer = form.send(stranger, email="ida@by.example", password=PASSWORD)
    assert answer.headers["location"] == f"/mine-enheder/{world.occurrence_id}"
    assert stranger.get(answer.headers["location"]).status_code == 200


def test_a_session_that_ran_out_gives_the_text_back(world):
    browser = world.site.signed_in("ida@by.example", Role.SUPERIOR, "BY")
    browser.cookies.clear()
    answer = browser.post("/mine-enheder/opgave/1/retur", data={"reason": "Min lange begrundelse"})
    assert answer.status_code == 401 and "Min lange begrundelse" in answer.text


def test_a_submission_needs_no_account(world):
    browser = world.site.browser()
    form = Form(browser.get(world.link, follow_redirects=True), world.link)
    assert form.send(browser, act="nil").status_code == 303
    assert len(world.rows(Submission)) == 1


def test_a_flood_of_sign_ins_is_refused_and_leaders_answers_go_on(world):
    world.site.add_account("ida@by.example", Role.SECRETARIAT, "BY")
    answers = []

    def attempt():
        typed = {"email": "ida@by.example", "password": "forkert", "videre": "/mail?side=2"}
        answers.append(world.site.browser().post("/log-ind", data=typed))

    attempts = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in attempts:
        thread.start()
    assert world.form().send(world.browser, act="nil").status_code == 303
    for thread in attempts:
        thread.join()
    assert {answer.status_code for answer in answers} == {401, 503}
    for answer in answers:
        if answer.status_code == 503:
            assert answer.headers["retry-after"] == "5"
            assert "tæller ikke som et forsøg" in answer.text and "Vent nogle sekunder" in answer.text
            assert 'href="/log-ind?videre=%2Fmail%3Fside%3D2"' in answer.text
            assert "ida@by.example" in answer.text and "forkert" not in answer.text


def test_what_was_sent_cannot_be_read_before_the_senders_rights_were_asked():
    actor = SignedIn(1, "Ida", "ida@by.example", "da", (), "", instant(2027, 4, 12), stale=False)
    sealed = signed_in.SealedForm(FormData([("why", "Ferie"), ("why", "Syg")]), actor)
    for read in (
        lambda: sealed.get("why"),
        lambda: sealed["why"],
        lambda: sealed.getlist("why"),
        lambda: sealed.multi_items(),
        lambda: list(sealed),
        lambda: dict(sealed),
        lambda: list(sealed.values()),
        lambda: list(sealed.items()),
        lambda: "why" in sealed,
        lambda: len(sealed),
    ):
        with pytest.raises(signed_in.RightsNotAsked):
            read()
    with pytest.raises(NotAllowed):
        signed_in.require(actor, Verb.EXTEND, "/BY/")
    with pytest.raises(signed_in.RightsNotAsked):
        sealed.get("why")
    signed_in.grant(actor, "prepare")
    assert (sealed["why"], sealed.getlist("why"), len(sealed)) == ("Syg", ["Ferie", "Syg"], 1)
