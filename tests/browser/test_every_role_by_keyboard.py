"""Direction, committee and secretariat, each by keyboard alone, with scripts and without."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from cycle.access.roles import Role
from cycle.store import make_engine, transaction
from cycle.tables import METADATA
from cycle.tasks.releases import release
from cycle.tasks.tables import Cycle, Occurrence
from tests.support import municipality
from tests.support.browser import served, tab_to
from tests.support.house import DUE, House
from tests.support.municipality import ROOT, instant
from tests.support.postgres import free_port
from tests.support.web import PASSWORD

NOW = instant(2027, 4, 22)
UNRELEASED = "Kvartalsrapport 2"


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """Two days after the deadline of a report that is released; another report runs and is not."""
    folder, port = tmp_path_factory.mktemp("house"), free_port()
    engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
    METADATA.create_all(engine)
    house = House(engine, folder, port)
    for task in range(1, 10):
        house.answer(task, 9)
    for day in (19, 20, 21):
        house.work(instant(2027, 4, day, 6))
    with transaction(engine) as session:
        release(session, house.occurrence_id, by="cli", now=NOW)
        cycle = session.get_one(Cycle, session.get_one(Occurrence, house.occurrence_id).cycle_id)
        other = municipality.add_occurrence(
            session, house.town, cycle, "kvartalsrapport-2", title=UNRELEASED, due_on=DUE
        )
        municipality.add_tasks(session, house.town, other)
        house.unreleased = other.id
    house.site.clock.at = NOW
    for role in (Role.DIRECTION, Role.COMMITTEE):
        house.site.add_account(f"{role.value}@by.example", role, ROOT)
    with served(house.site.app, port):
        yield house
    engine.dispose()


def signed_in(browser: Browser, house: House, email: str, *, scripts: bool) -> Page:
    """The wheel, after its reader has typed address and password and gone there by the menu."""
    page = browser.new_context(java_script_enabled=scripts, locale="da-DK").new_page()
    page.goto(house.base)
    tab_to(page, "#email")
    page.keyboard.type(email)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    go(page, "nav a[href='/aarshjul']", "**/aarshjul")
    return page


def go(page: Page, selector: str, address: str) -> None:
    """To that link or button by Tab, through it by Enter."""
    tab_to(page, selector)
    with page.expect_navigation(url=address):
        page.keyboard.press("Enter")


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("role", [Role.DIRECTION, Role.COMMITTEE])
def test_the_year_is_read_by_keyboard_from_the_wheel_to_what_was_released(browser, house, role, scripts):
    page = signed_in(browser, house, f"{role.value}@by.example", scripts=scripts)
    other = house.unreleased
    to_unreleased = f"main a[href='/aktivitet/{other}'], main a[href='/afrapportering/{other}']"
    ways = [page.locator(to_unreleased).count()]
    assert UNRELEASED in page.inner_text("main table"), "that it runs is told, also who may not open it"
    go(page, "nav a[href='/status']", "**/status")
    ways.append(page.locator(to_unreleased).count())
    go(page, f"main a[href='/afrapportering/{house.occurrence_id}']", "**/afrapportering/*")
    assert "Kvartalsrapport 1" in page.inner_text("h1")
    assert page.locator("main form[method=post]").count() == 0, "it is read and nothing else"
    if role is Role.DIRECTION:
        assert all(ways), "the direction reads what it has not released yet"
    else:
        assert not any(ways)
        for path in ("aktivitet", "afrapportering"):
            answer = page.goto(f"{house.base}/{path}/{other}")
            assert answer is not None and answer.status in (403, 404), path
            assert UNRELEASED not in page.inner_text("main")
    page.context.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_the_secretariat_finds_who_is_late_extends_and_explains_a_mail_by_keyboard(browser, house, scripts):
    page = signed_in(browser, house, "sif@by.example", scripts=scripts)
    it, late = house.occurrence_id, house.tasks[0 if scripts else 10]
    go(page, f"main table a[href='/aktivitet/{it}']", f"**/aktivitet/{it}")
    go(page, ".tallies a[href*='tilstand=over-fristen']", "**tilstand=over-fristen*")
    assert page.locator(f"tbody a[href='/opgave-historik/{house.tasks[1].id}']").count() == 0
    go(page, f"tbody a[href='/opgave-historik/{late.id}']", "**/opgave-historik/*")
    tab_to(page, "details:has(#forlaeng) summary")
    page.keyboard.press("Enter")
    tab_to(page, "#forlaeng [name=reason]")
    page.keyboard.type("Sygdom i ledelsen")
    go(page, "#forlaeng button", "**/opgave-historik/*?*")
    assert "Fristen er forlænget" in page.inner_text("[role=status]")
    assert "(oprindelig 20. april 2027)" in page.inner_text(".facts")
    go(page, f"tbody a[href^='/mail/person/'][href$='opgave={late.id}']", "**/mail/person/**")
    assert f"Leder af {late.unit_id}" in page.inner_text("h1")
    why = page.inner_text("main")
    assert "Fristen er forlænget" in why and "Besked om ny opgave" in why
    page.context.close()
