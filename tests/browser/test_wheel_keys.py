"""The wheel by keyboard alone: Tab and arrows go round it, Enter opens, a screen reader is told names."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from cycle.access.roles import Role
from cycle.store import make_engine, transaction
from cycle.tables import METADATA
from tests.support import municipality
from tests.support.axe import accessible
from tests.support.browser import served
from tests.support.municipality import instant
from tests.support.postgres import free_port
from tests.support.web import Site
from web.session import COOKIE


@pytest.fixture
def page(tmp_path: Path, browser: Browser) -> Iterator[Page]:
    """The secretariat before a wheel of four activities."""
    engine, port = make_engine(f"sqlite:///{tmp_path / 'aarshjul.db'}"), free_port()
    METADATA.create_all(engine)
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        for n in range(4):
            municipality.add_occurrence(session, town, cycle, f"nr-{n}", title=f"Aktivitet {n}")
    site = Site(engine, tmp_path, at=instant(2027, 4, 8), base_url=f"http://127.0.0.1:{port}")
    cookie = site.signed_in("sek@by.example", Role.SECRETARIAT, "BY").cookies[COOKIE]
    with served(site.app, port):
        context = browser.new_context(base_url=site.settings.base_url)
        context.add_cookies([{"name": COOKIE, "value": str(cookie), "url": site.settings.base_url}])
        yield context.new_page()
        context.close()
    engine.dispose()


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.getAttribute('href')"))


@pytest.mark.parametrize("path", ["/aarshjul", "/aarshjul/1/vaeg"])
def test_the_arrows_go_round_and_home_and_end_to_its_ends(page: Page, path: str) -> None:
    page.goto(path)
    accessible(page)
    first = page.locator("svg.aw a").first
    assert str(first.locator("title").first.text_content()).startswith("Aktivitet 0 (opfølgningsår): åbner")
    first.focus()
    for key, where in (
        ("ArrowRight", 2), ("ArrowDown", 3), ("ArrowLeft", 2), ("End", 4), ("ArrowRight", 1), ("ArrowUp", 4),
        ("Home", 1), ("Tab", 2), ("Shift+Tab", 1), ("Control+ArrowRight", 1),
    ):  # fmt: skip
        page.keyboard.press(key)
        assert focused(page) == f"/aktivitet/{where}", key
    page.keyboard.press("Enter")
    page.wait_for_url("**/aktivitet/1")


def test_without_script_the_same_links_are_there_in_the_same_order(page: Page) -> None:
    page.route("**/wheel.js*", lambda route: route.abort())
    page.goto("/aarshjul")
    page.locator("svg.aw a").first.focus()
    seen = [focused(page)]
    for _ in range(3):
        page.keyboard.press("Tab")
        seen.append(focused(page))
    assert seen == [f"/aktivitet/{n}" for n in (1, 2, 3, 4)]
