"""Posts, imported lists, the search and the plan in a browser: at every width, without a word from axe."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from cycle.organisation.tables import Address, AddressHealth
from cycle.store import make_engine, transaction
from cycle.tables import METADATA
from tests.integration.test_plan_pages import PLAN, Planned
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.postgres import free_port
from tests.support.web import BASE
from web.session import COOKIE

LEADERS = "Nr.;Skoleleder;Adresse\nBY-SK-D1-001;Ida Holm;ida\nBY-SK-D1-002;Bo Lund;bo@by.example\n"


@pytest.fixture
def page(browser: Browser, tmp_path: Path) -> Iterator[Page]:
    port = free_port()
    with ThreadPoolExecutor(1) as thread:
        town = thread.submit(_made, tmp_path, f"{BASE.rpartition(':')[0]}:{port}").result()
    with served(town.site.app, port):
        context = browser.new_context(locale="da-DK", base_url=town.site.settings.base_url)
        cookie = town.office.cookies[COOKIE]
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": town.site.settings.base_url}])
        yield context.new_page()
        context.close()
    town.engine.dispose()


def _made(folder: Path, base: str) -> Planned:
    engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
    METADATA.create_all(engine)
    town = Planned(engine, folder, base_url=base)
    with transaction(engine) as session:
        session.get_one(Address, 7).health = AddressHealth.DEAD
    return town


def test_the_office_changes_posts_lists_and_the_plan_on_pages_that_everyone_can_read(page: Page) -> None:
    page.goto("/poster?vis=alle")
    accessible_at_every_width(page)
    page.goto("/post/BY-SK-D1-001")
    page.click("summary:has-text('Sæt en ny leder')")
    accessible_at_every_width(page)
    page.fill("#leder-name", "Ida Ødegaard")
    page.fill("#leder-email", "by-sk-d1-002@by.example")
    page.fill("#leder-first_day", "2027-05-01")
    page.click("text=Se, hvad der går videre")
    assert page.locator(".error-summary").count() == 1
    accessible_at_every_width(page)
    page.fill("#leder-email", "ida@by.example")
    page.click("text=Se, hvad der går videre")
    accessible_at_every_width(page)
    page.click("button:has-text('Sæt Ida Ødegaard på posten')")
    assert page.locator("text=Den nye leder er gemt").count() == 1
    page.click("button:has-text('Tag tilbage')")
    page.click("button:has-text('Tag Ida Ødegaard tilbage')")
    page.click(".error-summary a")
    assert page.evaluate("document.activeElement.id") == "traek-stays"
    accessible_at_every_width(page)
    page.check("input[value=bliver]")
    page.click("button:has-text('Tag Ida Ødegaard tilbage')")
    assert page.locator("text=Det er taget tilbage").count() == 1
    page.click("summary:has-text('Sidste dag')")
    page.fill("input[name=last_day] >> visible=true", "2027-06-30")
    page.click("button:has-text('Gem') >> visible=true")
    page.click("button:has-text('Fjern den sidste dag')")
    accessible_at_every_width(page)
    page.click("button:has-text('Fjern den sidste dag')")
    assert page.locator("text=Den sidste dag er fjernet").count() == 1
    page.goto("/indlaes")
    accessible_at_every_width(page)
    page.check("input[value=leaders]")
    leaders = {"name": "ledere.csv", "mimeType": "text/csv", "buffer": LEADERS.encode()}
    page.set_input_files("#liste-file", leaders)
    page.click("text=Læs filen")
    accessible_at_every_width(page)
    page.select_option("[name='column.0']", "unit_id")
    page.select_option("[name='column.1']", "name")
    page.select_option("[name='column.2']", "email")
    page.click("text=Læs filen sådan")
    assert page.locator("text=er ikke en e-mailadresse").count() >= 1
    accessible_at_every_width(page)
    page.goto("/soeg?q=rapport")
    accessible_at_every_width(page)
    page.goto("/plan/1")
    accessible_at_every_width(page)
    page.fill("#text", PLAN.replace("20. maj", "engang"))
    page.click("text=Se, hvad det ændrer")
    accessible_at_every_width(page)
    page.goto("/plan/1/ret/rapport?sprog=en")
    page.fill("#ret-due", "hverdag")
    page.click("text=See what it changes")
    assert page.locator(".error-summary a[href='#ret-due']").count() == 1
    accessible_at_every_width(page)
    page.fill("#ret-due", "21. juni")
    accessible_at_every_width(page)
    page.click("text=See what it changes")
    accessible_at_every_width(page)
    page.click("button:has-text('Change the plan')")
    page.click(".error-summary a[href='#gem-why']")
    assert page.evaluate("document.activeElement.id") == "gem-why"
    accessible_at_every_width(page)
