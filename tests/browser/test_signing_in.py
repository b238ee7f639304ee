"""The pages of signing in in a real browser, accessible at every width; scanners that run JavaScript."""

import os
import re
from collections.abc import Iterator
from datetime import timedelta

import pyotp
import pytest
from sqlmodel import select

from cycle.access.codes import code_of
from cycle.access.roles import Role
from cycle.access.tables import SignInCode
from cycle.organisation.tables import Address
from cycle.store import reading
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.leader import World
from tests.support.postgres import free_port
from tests.support.web import PASSWORD, Site
from tests.support.whole_store import contents

SCANNED = int(os.environ.get("LINKS_SCANNED", "20"))


@pytest.fixture
def world(sqlite_engine, tmp_path) -> Iterator[World]:
    port = free_port()
    world = World(sqlite_engine, tmp_path)
    base = f"http://127.0.0.1:{port}"
    world.site = Site(sqlite_engine, tmp_path, base_url=base, two_step_roles="secretariat")
    world.address = base + world.link
    with served(world.site.app, port):
        yield world


def looked_at(page, title):
    page.wait_for_selector(f"h1:text-is('{title}')")
    accessible_at_every_width(page)


def test_a_code_by_mail_leads_to_ones_own_tasks(browser, world):
    base = world.site.settings.base_url
    page = browser.new_page()
    page.goto(f"{base}/mine")
    looked_at(page, "Mine opgaver")
    page.click("text=Send en kode")
    assert page.get_attribute("#email", "aria-invalid") == "true"
    accessible_at_every_width(page)
    with reading(world.engine) as session:
        email = session.exec(select(Address.email).where(Address.person_id == world.leader)).one()
    page.fill("#email", email)
    page.click("text=Send en kode")
    page.fill("#kode", "12345678")
    page.click("button:has-text('Vis mine opgaver')")
    looked_at(page, "Skriv koden fra mailen")
    with reading(world.engine) as session:
        code = code_of(world.site.settings.secret, session.exec(select(SignInCode)).one())
    page.fill("#kode", code)
    page.keyboard.press("Enter")
    looked_at(page, "Mine opgaver")
    page.click(f"a[href='{world.page}']")
    assert page.url == base + world.page
    page.close()


def test_an_app_is_added_and_asked_for(browser, world):
    base = world.site.settings.base_url
    world.site.add_account("ida@by.example", Role.SECRETARIAT, "BY")

    def signs_in(page):
        page.goto(f"{base}/log-ind")
        page.fill("#email", "ida@by.example")
        page.fill("#password", PASSWORD)
        page.click("button:has-text('Log ind')")

    page = browser.new_page()
    signs_in(page)
    looked_at(page, "Tilføj en kode-app")
    assert page.evaluate("document.querySelector('main img').naturalWidth") > 100
    key = re.sub(r"\s", "", page.inner_text("main code"))
    page.fill("#kode", "1")
    page.click("text=Bekræft")
    accessible_at_every_width(page)
    page.fill("#kode", pyotp.TOTP(key).at(world.site.clock.at))
    page.click("text=Bekræft")
    looked_at(page, "Dine reservekoder")
    page.click("text=Fortsæt")
    page.goto(f"{base}/konto")
    looked_at(page, "Min adgang")
    page.click("text=Skift adgangskode")
    looked_at(page, "Skift adgangskode")
    page.click("button:has-text('Skift adgangskode')")
    page.wait_for_selector(".error-summary")
    accessible_at_every_width(page)
    page.goto(f"{base}/konto/app")
    looked_at(page, "Kode-app")
    page.close()
    world.site.clock.at += timedelta(minutes=5)
    page = browser.new_page()
    signs_in(page)
    page.fill("#kode", "1")
    page.keyboard.press("Enter")
    looked_at(page, "Skriv koden fra din app")
    page.fill("#kode", pyotp.TOTP(key).at(world.site.clock.at))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{base}/aarshjul")
    page.close()


def test_two_tasks_stand_in_two_tabs_and_the_address_bar_has_no_token(browser, world):
    base = world.site.settings.base_url
    context = browser.new_context()
    first, second = context.new_page(), context.new_page()
    first.goto(world.address)
    second.goto(base + world.site.link(world.other, world.town.leaders[world.other.unit_id]))
    assert (first.url, second.url) == (base + world.page, f"{base}/opgave/{world.other.id}")
    for page, task in ((first, world.task), (second, world.other)):
        page.reload()
        assert page.url == f"{base}/opgave/{task.id}" and page.locator("form").count()
        page.click("text=Gem kladde")
        assert "gemt=1" in page.url
    assert world.link.rpartition("/")[2] not in first.evaluate(
        "JSON.stringify(history.state) + location.href"
    )
    context.close()


def test_scanners_that_run_the_pages_javascript_change_nothing(browser, world):
    before = contents(world.engine)
    for number in range(SCANNED):
        context = browser.new_context()
        page = context.new_page()
        path = ("", "/kalender", "/kvittering", "?ret=1")[number % 4]
        assert page.goto(world.address + path, wait_until="networkidle").status == 200
        for link in page.eval_on_selector_all(
            "main a[href^=http], main a[href^='/']", "all => all.map(a => a.href)"
        )[:3]:
            context.request.get(link)
        context.close()
    assert contents(world.engine) == before
