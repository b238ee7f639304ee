"""Every page of a town whose year was played: a page added tomorrow is looked at without being named here."""

import io
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser, Page
from pypdf import PdfReader
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.links import task_token
from cycle.access.roles import Role
from cycle.gatherings.calling import Details, call
from cycle.gatherings.reading import participants_of
from cycle.gatherings.tables import Gathering
from cycle.organisation.tables import Appointment, Person
from cycle.store import reading, transaction
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.dialogue import Dialogue
from tests.support.municipality import instant
from tests.support.played_town import Town
from tests.support.postgres import free_port
from tests.support.processes import Process
from tests.support.routes import addresses, gets, pages
from tests.support.valid_html import faults
from tests.support.web import Site
from web.app import create_app
from web.session import COOKIE
from web.signing_in import person

TWO_READERS = "below: a preparation has two readers, and no office"
SIGNING_IN = "test_signing_in.py looks at it"
A_LEADERS_OWN = "below: a leader's own"
NO_SUCH_LOGIN = "there is no municipal login here; it leads on and is no page"
IN_THE_DEMO = "test_demo_round.py looks at it"
ELSEWHERE = {
    "/": "leads on to the front page",
    "/mine-enheder/opgave/{task_id}/forberedelse": TWO_READERS,
    "/opgave/{token}/forberedelse": TWO_READERS,
    **dict.fromkeys(("/mine", "/log-ind/app", "/log-ind/trin"), SIGNING_IN),
    **dict.fromkeys(("/mine/aftaler", "/mine/aftaler/{agreement_id}", "/mine/kalender"), A_LEADERS_OWN),
    "/mine/mails": A_LEADERS_OWN,
    **dict.fromkeys(("/log-ind/kommunen", "/log-ind/kommunen/svar"), NO_SUCH_LOGIN),
    **dict.fromkeys(("/demo", "/demo/post", "/demo/post/{number}"), IN_THE_DEMO),
}
"""Pages that no row of this town shows to the office or the school, and why. Every other one is looked at."""
SEVERAL = {"/opgave/{token}": 3, "/aktivitet/{occurrence_id}": 4, "/maal/{goal_id}": 2}
"""Pages that differ by what they are about: so many are looked at. Of the others, one."""


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    # Sealing runs an event loop of its own, which the thread that Playwright lives in cannot.
    with ThreadPoolExecutor(1) as thread:
        town = thread.submit(Town, tmp_path_factory.mktemp("town")).result()
    with served(town.site.app, town.port):
        yield town
    town.engine.dispose()


class Demo:
    """A demo with nothing in it but its own pages."""

    controls = None
    mark = file_mark = ("Demo", "Demo")


def demo(site: Site) -> FastAPI:
    """The same application as the demo has it."""
    return create_app(site.engine, site.settings, site.clock, demo=Demo())


def page_of(browser: Browser, base: str, cookie: str | None, complaints: list[str]) -> Page:
    context = browser.new_context(locale="da-DK")
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if "server responded" not in m.text else None)
    return page


@pytest.mark.timeout(900)
def test_every_page_there_is_is_valid_and_can_be_read_by_everyone_at_every_width(
    browser: Browser, town: Town, tmp_path: Path
) -> None:
    complaints: list[str] = []
    client = town.site.signed_in("sekretariat@kbh.example", Role.SECRETARIAT, "KBH")
    page = page_of(browser, town.site.settings.base_url, client.cookies[COOKIE], complaints)
    looked_at: dict[str, int] = {}
    texts = {"not-found": client.get("/findes-ikke").text}
    for path in pages(town.site.app):
        for address in addresses(
            path, town.engine, token=[*town.leader_links(), *town.invitations()], what=["aktivitet"]
        ):
            found = client.get(address)
            if found.status_code != 200:
                continue
            texts[f"{len(texts)}-{re.sub(r'[^a-z]+', '-', path)}"] = found.text
            answer = page.goto(town.site.settings.base_url + address)
            assert answer is not None and answer.status == 200, address
            accessible_at_every_width(page)
            looked_at[path] = looked_at.get(path, 0) + 1
            if looked_at[path] == SEVERAL.get(path, 1):
                break
    unseen = {*pages(town.site.app), *pages(demo(town.site))} - looked_at.keys()
    assert unseen == ELSEWHERE.keys(), "each page has to be seen with rows; give the town what it lacks"
    assert complaints == []
    assert faults(texts, tmp_path / "pages") == []


@pytest.mark.timeout(600)
def test_pages_that_have_been_asked_something_can_be_read_by_everyone(browser: Browser, town: Town) -> None:
    complaints: list[str] = []
    base = town.site.settings.base_url
    office = town.site.signed_in("opslag@kbh.example", Role.SECRETARIAT, "KBH")
    page = page_of(browser, base, office.cookies[COOKIE], complaints)
    with reading(town.engine) as session:
        name = session.get_one(Person, town.leader()).name
    page.goto(f"{base}/os2mo")
    assert "Svar på spørgsmålene ovenfor" in page.inner_text("main")
    page.check("text=Ny person")
    page.click("text=Vis ændringerne med svarene")
    assert "lederskift" in page.inner_text("main") and page.is_visible("text=Indlæs ændringerne")
    accessible_at_every_width(page)
    for path, field, typed, words in (
        ("/indsigt", "#hvem", name, "Hvad der er gemt"),
        ("/indsigt", "#hvem", "Ingen Opdigtet", "Der er ikke gemt noget"),
        ("/se-som", "#q", "Ingen Opdigtet", "Ingen med en post passer til det."),
        ("/soeg", "#q", "skole", "Enheder"),
        ("/poster", "#soeg", "findes-ikke", "Ingen"),
    ):
        page.goto(base + path)
        page.fill(f"main {field}", typed)
        page.press(f"main {field}", "Enter")
        page.wait_for_selector(f"main :text('{words}')")
        accessible_at_every_width(page)
    assert complaints == []


def test_what_is_not_looked_at_is_a_file_and_no_page(town: Town) -> None:
    """The other half of the table: whatever answers with a page is among the pages."""
    client = town.site.signed_in("filer@kbh.example", Role.SECRETARIAT, "KBH")
    files, met = set(gets(town.site.app)) - set(pages(town.site.app)), set()
    for path in sorted(files):
        for address in addresses(path, town.engine, token=[*town.leader_links(), *town.invitations()]):
            answer = client.get(address)
            if answer.status_code == 200:
                assert not answer.headers["content-type"].startswith("text/html"), address
                met.add(path)
                break
    assert len(met) > 25


@pytest.mark.timeout(600)
def test_a_leaders_own_pages_can_be_read_by_everyone_at_every_width(browser: Browser, town: Town) -> None:
    complaints: list[str] = []
    base = town.site.settings.base_url
    page = page_of(browser, base, None, complaints)
    page.context.add_cookies([{"name": person.COOKIE, "value": town.own_session(), "url": base}])
    for path, words in (
        ("/mine", "Besvaret"),
        ("/mine/mails", "Hvornår får jeg en mail?"),
        ("/mine/kalender", "Abonnér"),
        ("/mine/aftaler", "Udviklingsaftale"),
    ):
        page.goto(base + path)
        assert words in page.inner_text("main"), path
        accessible_at_every_width(page)
    page.click("main .entries a")
    assert "Underskrifter under denne udgave" in page.inner_text("main")
    accessible_at_every_width(page)
    assert complaints == []


def test_a_preparation_can_be_read_and_so_can_its_refusals(
    browser: Browser, tmp_path: Path, sqlite_engine: Engine
) -> None:
    complaints: list[str] = []
    port = free_port()
    talk = Dialogue(sqlite_engine, tmp_path, base_url=f"http://127.0.0.1:{port}")
    base = talk.site.settings.base_url
    superior, office = talk.account(), talk.account(Role.SECRETARIAT, "BY", "sif@by.example")
    with served(talk.site.app, port):
        leader = page_of(browser, base, None, complaints)
        leader.goto(base + talk.link())
        leader.fill("[name=administrativ]", "Vi har styr på tallene.")
        leader.click("text=Gem min del")
        assert "Din del er gemt" in leader.inner_text("main")
        accessible_at_every_width(leader)
        reader = page_of(browser, base, superior.cookies[COOKIE], complaints)
        reader.goto(f"{base}/mine-enheder/opgave/{talk.task.id}")
        reader.click("text=Åbn forberedelsen")
        assert "Vi har styr på tallene." in reader.inner_text("main")
        accessible_at_every_width(reader)
        reader.fill("[name=administrativ]", "x" * 4001)
        reader.click("text=Gem min del")
        assert reader.locator(".error-summary").count() == 1
        accessible_at_every_width(reader)
        stranger = page_of(browser, base, office.cookies[COOKIE], complaints)
        stranger.goto(base + talk.superior_page)
        assert "kun for samtalens to parter" in stranger.inner_text("h1")
        accessible_at_every_width(stranger)
        talk.site.clock.at = instant(2027, 12, 1)
        leader.goto(base + talk.link())
        assert "slettet" in leader.inner_text("h1")
        accessible_at_every_width(leader)
    assert complaints == []


@pytest.mark.timeout(600)
def test_a_process_with_doubtful_dates_and_its_meetings(
    browser: Browser, tmp_path: Path, sqlite_engine: Engine
) -> None:
    """Its own page, a meeting that is proposed, one that is called, and what a participant is shown."""
    complaints: list[str] = []
    play = Process(sqlite_engine, tmp_path, "afbureaukratisering", instant(2007, 5, 20))
    play.until(instant(2007, 9, 25, 10))
    with transaction(sqlite_engine) as session:
        proposed, called = list(session.exec(select(Gathering).order_by(col(Gathering.starts_at))))[-2:]
        details = replace(Details.of(called), place="Mødelokale 3")
        call(session, called, details, seen=called.edition, by="account:1", now=play.now)
        participant = participants_of(session, called.id or 0)[0]
        holder = select(Appointment.person_id).where(Appointment.unit_id == participant.unit_id)
        token = task_token(
            b"k" * 40,
            purpose="meeting",
            task_id=participant.id or 0,
            person_id=session.exec(holder).one(),
            generation=1,
        )
    port = free_port()
    site = Site(
        sqlite_engine, tmp_path, at=play.now, secret_key="k" * 40, base_url=f"http://127.0.0.1:{port}"
    )
    client = site.signed_in("sekretariat@kbh.example", Role.SECRETARIAT, "KBH")
    with served(site.app, port):
        page = page_of(browser, site.settings.base_url, client.cookies[COOKIE], complaints)
        for path, words in (
            ("/aarshjul", "usikker"),
            ("/moeder", called.title),
            (f"/moeder/{proposed.id}", proposed.title),
            (f"/moeder/{called.id}", "Mødelokale 3"),
            (f"/indkaldelse/{token}", "Mødelokale 3"),
        ):
            answer = page.goto(site.settings.base_url + path)
            assert answer is not None and answer.status == 200, path
            assert words in page.inner_text("main"), path
            accessible_at_every_width(page)
    assert complaints == []


def test_paper_has_the_numbers_and_no_empty_forms_or_blank_sheets(browser: Browser, town: Town) -> None:
    client = town.site.signed_in("papir@kbh.example", Role.SECRETARIAT, "KBH")
    page = page_of(browser, town.site.settings.base_url, client.cookies[COOKIE], [])
    page.emulate_media(media="print")
    lines = "node => node.getBoundingClientRect().height / parseFloat(getComputedStyle(node).lineHeight)"
    forms = 0
    for path, sheets in (("/aarshjul", 2), ("/aktivitet/2", 2), ("/aktivitet/5", 3)):
        page.goto(town.site.settings.base_url + path)
        written = page.pdf(format="A4", margin=dict.fromkeys(("top", "bottom", "left", "right"), "10mm"))
        printed = [sheet.extract_text().strip() for sheet in PdfReader(io.BytesIO(written)).pages]
        assert len(printed) == sheets and all(printed), path
        forms += page.locator("main form.panel").count()
        assert page.locator("main form.panel:visible, .search:visible, .pick:visible").count() == 0, path
        assert page.locator(".tallies:visible").count() == page.locator(".tallies").count(), path
        page.set_viewport_size({"width": 718, "height": 1047})
        assert all(badge.evaluate(lines) < 2.1 for badge in page.locator("main table .badge").all()), path
    assert forms >= 2
