"""A superior in a real browser: more time, several approved, an answer sent back; keys, no scripts, axe."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, BrowserContext

from cycle.access.roles import Role
from cycle.access.sessions import open_session
from cycle.store import transaction
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import TaskState, WishState
from cycle.tasks.tables import Task
from cycle.tasks.wish_tables import ExtensionWish
from tests.support import municipality
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served, tab_to
from tests.support.leader import World
from tests.support.municipality import instant
from tests.support.postgres import free_port
from tests.support.web import Site
from web.session import COOKIE


@pytest.fixture
def world(sqlite_engine, tmp_path) -> Iterator[World]:
    port = free_port()
    world = World(sqlite_engine, tmp_path)
    world.site = Site(sqlite_engine, tmp_path, base_url=f"http://127.0.0.1:{port}")
    world.base = world.site.settings.base_url
    world.link = world.site.link(world.task, world.leader)
    with served(world.site.app, port):
        yield world


def superior(browser: Browser, world: World, **options: object) -> BrowserContext:
    """A browser signed in as the head of the district."""
    account = world.site.add_account("dorte@by.example", Role.SUPERIOR, world.task.unit_id.rpartition("-")[0])
    with transaction(world.engine) as session:
        opened = open_session(session, account, now=world.site.clock.at)
    context = browser.new_context(**options)
    context.add_cookies([{"name": COOKIE, "value": opened.token, "url": world.base}])
    return context


def answered(world: World, *, first: int, count: int) -> None:
    with transaction(world.engine) as session:
        for task_id in range(first, first + count):
            municipality.answer(session, session.get_one(Task, task_id), at=instant(2027, 4, 10))


def test_more_time_is_asked_for_without_scripts_and_granted_by_keyboard(browser, world):
    plain = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 700})
    leader = plain.new_page()
    leader.goto(world.base + world.link)
    leader.click("text=Bed om mere tid")
    leader.click("text=Send ønsket")
    assert "Der er ikke bedt om mere tid endnu" in leader.inner_text(".error-summary")
    leader.fill('[name="wished_on"]', "2027-04-26")
    leader.fill('[name="reason"]', "To nye kolleger")
    leader.click("text=Send ønsket")
    assert "Dit ønske er sendt" in leader.inner_text("main")
    context = superior(browser, world)
    page = context.new_page()
    page.goto(world.base + "/mine-enheder")
    tab_to(page, 'a[href="/mine-enheder/frister"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**/frister")
    accessible_at_every_width(page)
    tab_to(page, 'button[value="afslaa"]')
    page.keyboard.press("Enter")
    page.wait_for_selector(".error-summary")
    accessible_at_every_width(page)
    assert page.evaluate("document.activeElement.id") == "fejl"
    tab_to(page, 'button[value="giv"]')
    page.keyboard.press("Enter")
    page.wait_for_url("**?gjort=giv")
    assert world.rows(ExtensionWish)[0].state is WishState.GRANTED
    leader.goto(f"{world.base}{world.page}/frist")
    assert "Givet" in leader.inner_text("main")
    for each in (plain, context):
        each.close()


@pytest.mark.parametrize("scripts", [True, False])
def test_several_are_approved_by_keyboard_and_without_scripts(browser, world, scripts):
    answered(world, first=world.task_id, count=3)
    context = superior(browser, world, java_script_enabled=scripts)
    page = context.new_page()
    page.goto(f"{world.base}/mine-enheder/{world.occurrence_id}")
    if scripts:
        accessible_at_every_width(page)
        for number in (0, 1):
            tab_to(page, f'[name="task"][value="{world.task_id + number}"]')
            page.keyboard.press("Space")
        tab_to(page, "main form button")
        page.keyboard.press("Enter")
    else:
        for number in (0, 1):
            page.check(f'[name="task"][value="{world.task_id + number}"]')
        page.click("text=Se de valgte, før du godkender")
    page.wait_for_url("**/flere/vis")
    assert page.locator("main section.panel").count() == 2
    if scripts:
        accessible_at_every_width(page)
    page.click("text=Godkend de valgte")
    page.wait_for_url("**?godkendt=2")
    assert "2 besvarelser er godkendt." in page.inner_text("main")
    if scripts:
        accessible_at_every_width(page)
    with world.engine.connect() as connection:
        approved = sa.select(sa.func.count()).where(Task.state == TaskState.APPROVED)
        assert connection.scalar(approved) == 2
    context.close()


def test_an_answer_sent_back_shows_what_is_open_and_what_is_not(browser, world):
    answered(world, first=world.task_id, count=1)
    with transaction(world.engine) as session:
        sent_back = {"reason": "Se tallene", "field_reasons": {"beloeb": "Er det tusinder?"}}
        return_for_changes(session, world.task_id, **sent_back, by="account:1", now=world.site.clock.at)
    page = browser.new_page()
    page.goto(world.base + world.link)
    accessible_at_every_width(page)
    assert page.locator("main textarea").count() == 0 and page.locator('[name="beloeb"]').is_visible()
    assert "Vi følger op i maj." in page.inner_text("main")
    page.fill('[name="beloeb"]', "14.600.000")
    page.click("text=Send besvarelse")
    page.wait_for_url("**/kvittering")
    assert world.answers()[-1] == {**municipality.ANSWERS, "beloeb": "14600000.00"}
    page.close()
