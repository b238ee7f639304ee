"""The draft that keeps itself, in a real browser: while writing, in two tabs, and when the line is gone."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from cycle.tasks.tables import Draft, Occurrence
from tests.support.axe import accessible
from tests.support.browser import served
from tests.support.leader import EVERY_TYPE, FILLED, GOALS, World
from tests.support.postgres import free_port
from tests.support.web import Site

RADIOS = ("valg", "status.light", "maal.A.status.light", "maal.B.status.light")


@pytest.fixture
def world(sqlite_engine, tmp_path) -> Iterator[World]:
    port = free_port()
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS})
    world.site = Site(sqlite_engine, tmp_path, base_url=f"http://127.0.0.1:{port}")
    world.address = world.site.settings.base_url + world.link
    with served(world.site.app, port):
        yield world


def opened(context: BrowserContext, world: World) -> Page:
    page = context.new_page()
    page.clock.install()
    page.goto(world.address)
    return page


def wait(page: Page) -> None:
    """Until the script keeps what was written."""
    page.clock.run_for(5_000)


def drafts(world: World) -> list[dict[str, object]]:
    return [draft.answers for draft in world.rows(Draft)]


def test_what_is_written_is_kept_by_itself_and_sent_afterwards(browser, world):
    context = browser.new_context()
    page = opened(context, world)
    page.fill('[name="overskrift"]', "Halvvejs")
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Kladden er gemt kl.")
    assert drafts(world) == [{"overskrift": "Halvvejs"}]
    accessible(page)
    page.fill('[name="om"]', "Mere")
    page.evaluate("document.querySelector('form[data-draft]').dispatchEvent(new Event('input'))")
    page.clock.run_for(4_001)  # it is under way when the button is pressed
    page.click("text=Gem kladde")
    page.wait_for_url("**?gemt=1")
    assert drafts(world) == [{"overskrift": "Halvvejs", "om": "Mere"}] and world.answers() == []
    page.reload()
    assert page.input_value('[name="overskrift"]') == "Halvvejs"
    for name, value in FILLED.items():
        if name in RADIOS:
            page.check(f'[name="{name}"][value="{value}"]')
        elif name == "bekraeft":
            page.check(f'[name="{name}"]')
        else:
            page.fill(f'[name="{name}"]', value)
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Kladden er gemt kl.")
    page.click("text=Send besvarelse")
    page.wait_for_url("**/kvittering")
    assert len(world.answers()) == 1
    context.close()


def test_what_cannot_be_read_yet_is_there_when_the_tab_was_closed(browser, world):
    context, another = browser.new_context(), browser.new_context()
    page = opened(context, world)
    page.fill('[name="maal.A.status.comment"]', "To stillinger står tomme")
    page.check('[name="status.light"][value="gul"]')
    page.fill('[name="dage"]', "ca. fem")
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Skal rettes, før du sender: Fravær.")
    assert page.evaluate("localStorage.length") == 0
    context.close()
    page = opened(another, world)
    assert page.input_value('[name="maal.A.status.comment"]') == "To stillinger står tomme"
    assert page.is_checked('[name="status.light"][value="gul"]')
    assert page.input_value('[name="dage"]') == "ca. fem"
    accessible(page)
    page.fill('[name="om"]', "x" * 50_001)
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Undtagen det, der er for langt: Om året.")
    page.close()
    page = opened(another, world)
    page.click("[data-put]")
    assert len(page.input_value('[name="om"]')) == 50_001
    another.close()


def test_the_older_of_two_tabs_is_told_and_shown_both(browser, world):
    context = browser.new_context()
    older, newer = opened(context, world), opened(context, world)
    newer.fill('[name="om"]', "Fra den nye")
    wait(newer)
    expect(newer.locator("#autosave")).to_contain_text("Kladden er gemt")
    older.fill('[name="overskrift"]', "Fra den gamle")
    wait(older)
    expect(older.locator("#autosave")).to_contain_text("andet vindue")
    assert drafts(world) == [{"om": "Fra den nye"}]
    older.click("text=Gem kladde")
    assert older.input_value('[name="overskrift"]') == "Fra den gamle"
    assert older.input_value('[name="om"]') == "Fra den nye"
    older.click("text=Gem kladde")
    older.wait_for_url("**?gemt=1")
    assert drafts(world) == [{"overskrift": "Fra den gamle", "om": "Fra den nye"}]
    context.close()


def test_without_a_line_the_text_stays_in_the_browser_and_is_offered_by_keyboard(browser, world):
    context = browser.new_context()
    page = opened(context, world)
    # The browser's own "offline" ends before its page does, which then hears that the line is back and saves.
    context.route("**/kladde", lambda route: route.abort("internetdisconnected"))
    page.fill('[name="om"]', "Skrevet i kælderen")
    page.check('[name="valg"][value="nej"]')
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Det ligger i denne browser")
    page.close()
    context.unroute("**/kladde")
    again = opened(context, world)
    assert again.input_value('[name="om"]') == ""
    expect(again.locator("#offered")).to_be_visible()
    accessible(again)
    again.focus("[data-put]")
    again.keyboard.press("Enter")
    assert again.input_value('[name="om"]') == "Skrevet i kælderen" and again.is_checked('[value="nej"]')
    wait(again)
    expect(again.locator("#autosave")).to_contain_text("Kladden er gemt")
    assert drafts(world) == [{"om": "Skrevet i kælderen", "valg": "nej"}]
    again.reload()
    expect(again.locator("#offered")).to_be_hidden()
    assert again.evaluate("localStorage.length") == 0
    context.close()


def test_when_the_link_ends_while_writing_the_text_comes_back_with_it(browser, world):
    context = browser.new_context()
    page = opened(context, world)
    page.fill('[name="om"]', "Lang tekst")
    context.clear_cookies()
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("åbn linket i mailen igen")
    page.goto(world.address)
    page.click("text=Slet det")
    expect(page.locator("#offered")).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0 and drafts(world) == []
    context.close()


def test_what_is_sent_after_the_session_was_lost_is_named_and_comes_back_with_the_link(browser, world):
    context = browser.new_context()
    page = opened(context, world)
    page.fill('[name="om"]', "Et helt kvartal")
    page.fill('[name="maal.A.tal"]', "7")
    context.clear_cookies()
    page.click("text=Send besvarelse")
    expect(page.locator("h1")).to_have_text("Åbn linket i mailen")
    assert page.get_by_label("Om året").input_value() == "Et helt kvartal"
    assert page.get_by_label("A. Sygefravær · Tal").input_value() == "7"
    accessible(page)
    again = opened(context, world)
    expect(again.locator("#offered")).to_be_visible()
    again.click("[data-put]")
    assert again.input_value('[name="om"]') == "Et helt kvartal"
    for name, value in FILLED.items():
        again.locator(f'[name="{name}"]').first.wait_for()
        if name in RADIOS:
            again.check(f'[name="{name}"][value="{value}"]')
        elif name == "bekraeft":
            again.check(f'[name="{name}"]')
        else:
            again.fill(f'[name="{name}"]', value)
    again.click("text=Send besvarelse")
    again.wait_for_url("**/kvittering")
    assert again.evaluate("localStorage.length") == 0
    context.close()


def test_the_page_of_a_lost_session_sends_once_the_link_is_open_again(browser, world):
    context = browser.new_context()
    page = opened(context, world)
    page.fill('[name="om"]', "Skrevet uden session")
    context.clear_cookies()
    page.click('button:text-is("Gem kladde")')
    expect(page.locator("h1")).to_have_text("Åbn linket i mailen")
    opened(context, world).close()
    page.click('button:text-is("Prøv igen")')
    page.wait_for_url("**?gemt=1")
    assert drafts(world) == [{"om": "Skrevet uden session"}] and page.evaluate("localStorage.length") == 0
    context.close()


def test_a_confidential_activitys_text_lies_in_the_browser_for_an_hour_and_others_until_signing_out(
    browser, world
):
    context = browser.new_context()
    page = opened(context, world)
    lasts = "JSON.parse(localStorage.getItem(localStorage.key(0))).until - Date.now() <= {} * 3600 * 1000"
    assert page.get_attribute("form[data-draft]", "data-hours") == "24"
    context.set_offline(True)
    page.fill('[name="om"]', "Hemmeligt")
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Det ligger i denne browser")
    assert page.evaluate(lasts.format(24)) and not page.evaluate(lasts.format(1))
    page.evaluate("""() => {
        const form = document.createElement("form");
        form.method = "post"; form.action = "/mine/log-ud";
        form.addEventListener("submit", (event) => event.preventDefault());
        document.body.append(form); form.requestSubmit();
    }""")
    assert page.evaluate("localStorage.length") == 0
    context.set_offline(False)
    page.close()
    occurrence = world.rows(Occurrence)[0]
    secret = json.dumps({**json.loads(occurrence.activity), "confidential": True})
    world.change(Occurrence, activity=secret)
    page = opened(context, world)
    assert page.get_attribute("form[data-draft]", "data-hours") == "1"
    context.set_offline(True)
    page.fill('[name="om"]', "Hemmeligt")
    wait(page)
    expect(page.locator("#autosave")).to_contain_text("Det ligger i denne browser")
    assert page.evaluate(lasts.format(1))
    page.close()
    context.set_offline(False)
    page = context.new_page()
    page.goto(world.site.settings.base_url + "/mine/log-ind")
    assert page.evaluate("localStorage.length") == 1
    page.evaluate("localStorage.setItem(localStorage.key(0), JSON.stringify({ until: Date.now() - 1 }))")
    page.reload()
    assert page.evaluate("localStorage.length") == 0
    context.close()
