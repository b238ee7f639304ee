"""The task page in a real browser: on a phone, by keyboard, without JavaScript."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page

from cycle.tasks.tables import Draft
from tests.support.browser import served
from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World
from tests.support.postgres import free_port
from tests.support.web import Site

WEIGHT = """() => ["navigation", "resource"].flatMap(kind => performance.getEntriesByType(kind))
    .reduce((sum, each) => sum + each.transferSize, 0)"""
"""Bytes that came over the line for a page and all it needed."""
RADIOS = ("valg", "status.light", "maal.A.status.light", "maal.B.status.light")


@pytest.fixture
def world(sqlite_engine, tmp_path) -> Iterator[World]:
    port = free_port()
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS, "last": {"om": "Sidst\nto linjer"}})
    world.site = Site(sqlite_engine, tmp_path, base_url=f"http://127.0.0.1:{port}")
    world.address = world.site.settings.base_url + world.link
    with served(world.site.app, port):
        yield world


def fill(page: Page) -> None:
    for name, value in FILLED.items():
        if name in RADIOS:
            page.check(f'[name="{name}"][value="{value}"]')
        elif name == "bekraeft":
            page.check(f'[name="{name}"]')
        else:
            page.fill(f'[name="{name}"]', value)


def test_a_leader_answers_on_a_phone_without_javascript(browser, world):
    context = browser.new_context(viewport={"width": 375, "height": 700}, java_script_enabled=False)
    page = context.new_page()
    page.goto(world.address)
    fill(page)
    attachment = {"name": "bilag æøå.txt", "mimeType": "text/plain", "buffer": b"Tal"}
    page.set_input_files('[name="bilag"]', files=[attachment])
    page.click("text=Gem kladde")
    assert "Kladden er gemt" in page.inner_text("main")
    assert "bilag æøå.txt" in page.inner_text("main")
    page.click("text=Send besvarelse")
    assert "Tak, vi har modtaget besvarelsen" in page.inner_text("main")
    with page.expect_download() as download:
        page.click("text=bilag æøå.txt")
    assert download.value.suggested_filename == "bilag æøå.txt"
    assert world.answers()[0]["beloeb"] == "-2093.80"
    context.close()


@pytest.mark.parametrize("width", [320, 375, 1280])
def test_nothing_runs_out_of_the_side_and_the_browser_refuses_nothing(browser, world, width):
    page = browser.new_page(viewport={"width": width, "height": 800})
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for path in (world.address, world.site.settings.base_url + "/log-ind"):
        page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert complaints == []
    page.close()


def test_enter_in_a_field_saves_a_draft_and_never_sends(browser, world):
    page = browser.new_page()
    page.goto(world.address)
    page.fill('[name="overskrift"]', "Halvvejs")
    page.press('[name="overskrift"]', "Enter")
    page.wait_for_url("**?gemt=1")
    assert world.answers() == []
    assert [draft.answers["overskrift"] for draft in world.rows(Draft)] == ["Halvvejs"]
    page.close()


def test_a_button_pressed_twice_sends_once(browser, world):
    page = browser.new_page()
    posts: list[str] = []
    page.on("request", lambda request: posts.append(request.url) if request.method == "POST" else None)
    page.goto(world.address)
    page.fill('[name="overskrift"]', "Halvvejs")
    page.evaluate("const b = document.querySelector('form[method=post] button'); b.click(); b.click()")
    page.wait_for_url("**?gemt=1")
    assert len(posts) == 1
    page.fill('[name="overskrift"]', "Videre")
    page.click("text=Gem kladde")
    page.wait_for_url("**?gemt=1")
    assert len(posts) == 2, "another page's form is sent again"
    page.close()


def test_the_keyboard_reaches_everything_in_order_and_its_place_is_seen(browser, world):
    page = browser.new_page()
    page.goto(world.address)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Gå til indholdet"
    seen = []
    for _ in range(60):
        page.keyboard.press("Tab")
        seen.append(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none", page.evaluate("document.activeElement.outerHTML.slice(0, 300)")
        if page.evaluate("document.activeElement.value") == "submit":
            break
    wanted = ["overskrift", "om", "beloeb", "status.comment", "maal.B.status.comment", "bilag", "act"]
    assert [name for name in seen if name in wanted and name != "act"] == wanted[:-1]
    page.close()


def test_a_fault_in_the_summary_leads_to_its_field(browser, world):
    page = browser.new_page()
    page.goto(world.address)
    page.click("text=Send besvarelse")
    page.click('.error-summary a:has-text("Resultat")')
    assert page.evaluate("document.activeElement.name || location.hash") in ("beloeb", "#f-4")
    assert page.locator(".error-summary li").count() == 10
    page.close()


def test_a_first_visit_weighs_little_and_the_next_only_its_page(browser, world):
    page = browser.new_page(viewport={"width": 375, "height": 700})
    page.goto(world.address)
    page.wait_for_load_state("networkidle")
    assert 50_000 < page.evaluate(WEIGHT) < 150_000
    page.goto(world.address)
    assert page.evaluate(WEIGHT) < 60_000
    page.close()
