"""The menu of signed-in people: one row on a desk, a list on a phone, folds that open without scripts."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from cycle.access.roles import Role
from cycle.store import make_engine
from cycle.tables import METADATA
from tests.support.axe import DESK, PHONE, accessible
from tests.support.browser import served
from tests.support.house import House
from tests.support.postgres import free_port

OFFICE = "sif@by.example"
TOPS = "[...document.querySelectorAll('ul.mainmenu > li')].map(e => e.getBoundingClientRect().top)"
FOLD = "details.fold:has-text('Sager og indsigt')"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    folder, port = tmp_path_factory.mktemp("house"), free_port()
    engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
    METADATA.create_all(engine)
    house = House(engine, folder, port)
    with served(house.site.app, port):
        yield house
    engine.dispose()


def office(browser: Browser, house: House, width: int = DESK, *, scripts: bool = True) -> Page:
    context = browser.new_context(
        locale="da-DK", viewport={"width": width, "height": 800}, java_script_enabled=scripts
    )
    house.sign_in(context, OFFICE)
    page = context.new_page()
    page.goto(f"{house.base}/status")
    return page


@pytest.mark.parametrize("language", ["da", "en"])
def test_the_secretariats_menu_stands_on_one_row_at_a_desk(browser, house, language):
    page = office(browser, house)
    page.goto(f"{house.base}/status?sprog={language}")
    tops = page.evaluate(TOPS)
    assert len(tops) == 9 and len(set(tops)) == 1
    row = page.locator(".navigation-menu").bounding_box()
    assert row is not None and row["height"] < 60
    assert not page.is_visible(".menu-switch")
    for summary in page.locator("details.fold > summary").all():
        summary.click()
        accessible(page)
    page.context.close()


def test_a_fold_opens_by_keyboard_without_scripts_and_says_where_one_is(browser, house):
    page = office(browser, house, scripts=False)
    assert not page.is_visible("text=Aktindsigt")
    page.focus(f"{FOLD} summary")
    page.keyboard.press("Enter")
    assert page.is_visible("text=Aktindsigt")
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.wait_for_url("**/aktindsigt")
    assert page.get_attribute(f"{FOLD} summary", "aria-current") == "true"
    page.click(f"{FOLD} summary")
    assert page.get_attribute(f"{FOLD} a[href='/aktindsigt']", "aria-current") == "page"
    page.click("details.fold:has-text('Mål og strategi') summary")
    assert not page.is_visible(f"{FOLD} a"), "one is open at a time"
    page.context.close()


def test_a_fold_closes_by_escape_and_when_one_goes_elsewhere(browser, house):
    page = office(browser, house)
    inside = page.locator(f"{FOLD} a").first
    page.click(f"{FOLD} summary")
    inside.focus()
    page.keyboard.press("Escape")
    assert not inside.is_visible()
    assert page.evaluate("document.activeElement.textContent").strip() == "Sager og indsigt"
    page.click(f"{FOLD} summary")
    page.click("h1")
    assert not inside.is_visible()
    page.click(f"{FOLD} summary")
    page.focus("a[href='/poster']")
    assert not inside.is_visible()
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_on_a_phone_the_menu_is_a_list_that_is_opened(browser, house, scripts):
    page = office(browser, house, PHONE, scripts=scripts)
    assert not page.is_visible("ul.mainmenu")
    page.focus(".menu-switch summary")
    page.keyboard.press("Enter")
    tops = [each.bounding_box() for each in page.locator("ul.mainmenu > li").all()]
    assert all(each and each["height"] >= 40 for each in tops)
    ys = [each["y"] for each in tops if each]
    assert len(ys) == 9 and ys == sorted(set(ys)), "one below the other"
    page.click(f"{FOLD} summary")
    assert page.is_visible("text=Aktindsigt")
    if scripts:
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
        accessible(page)
    page.click("text=Aktindsigt")
    page.wait_for_url("**/aktindsigt")
    page.context.close()


def test_the_field_in_the_header_searches_everything(browser, house):
    page = office(browser, house, scripts=False)
    page.fill("#soeg-overalt", "opgave")
    page.keyboard.press("Enter")
    page.wait_for_url("**/soeg?q=opgave")
    assert page.locator("form[role=search]").count() == 1
    assert page.input_value("#q") == "opgave"
    page.context.close()


def test_only_who_may_search_and_see_as_another_is_offered_it(house):
    superior = house.site.signed_in("ny@by.example", Role.SUPERIOR, "BY").get("/aarshjul").text
    assert "soeg-overalt" not in superior and "/se-som" not in superior
    assert 'class="fold"' in superior
