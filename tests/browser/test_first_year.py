"""The first year and an activity's figures in a browser: at every width, without a word from axe."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page

from cycle.store import make_engine
from cycle.tables import METADATA
from tests.integration.test_key_figures import FILE, Asked
from tests.integration.test_new_year_page import FILES, Empty
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.postgres import free_port
from tests.support.valid_html import faults
from tests.support.web import BASE
from web.session import COOKIE

Town = Empty | Asked


@contextmanager
def page_in(browser: Browser, folder: Path, make: Callable[..., Town]) -> Iterator[tuple[Page, Town]]:
    port = free_port()
    base = f"{BASE.rpartition(':')[0]}:{port}"

    def made() -> Town:
        engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
        METADATA.create_all(engine)
        return make(engine, folder, base_url=base)

    with ThreadPoolExecutor(1) as thread:
        town = thread.submit(made).result()
    with served(town.site.app, port):
        context = browser.new_context(locale="da-DK", base_url=base)
        context.add_cookies([{"name": COOKIE, "value": town.office.cookies[COOKIE], "url": base}])
        yield context.new_page(), town
        context.close()
    town.engine.dispose()


def test_the_first_year_is_started_by_hand_and_everyone_can_read_its_pages(
    browser: Browser, tmp_path: Path
) -> None:
    read: dict[str, str] = {}

    def look(page: Page, name: str) -> None:
        accessible_at_every_width(page)
        read[name] = page.content()

    with page_in(browser, tmp_path, Empty) as (page, town):
        page.goto("/aarshjul")
        look(page, "empty")
        page.click("text=Start det første år")
        look(page, "choice")
        page.select_option("#plan", "koebenhavn")
        with page.expect_navigation():
            page.click("text=Se planen")
        assert page.locator(".error-summary").count() == 1
        look(page, "faults")
        page.click("text=Vælg en anden plan")
        sent = [{"name": n, "mimeType": "text/yaml", "buffer": t.encode()} for n, t in FILES.items()]
        page.set_input_files("#file", sent)
        with page.expect_navigation():
            page.click("text=Se planen")
        assert page.locator("text=Intet er oprettet endnu").count() == 1
        look(page, "preview")
        page.click("summary:has-text('wheel.yaml')")
        look(page, "file")
        with page.expect_navigation():
            page.click("button:has-text('Opret 2027')")
        assert page.url.endswith("/aarshjul/1") and len(town.cycles()) == 1
    assert faults(read, tmp_path / "html") == []


def test_an_activitys_figures_are_taken_in_by_hand(browser: Browser, tmp_path: Path) -> None:
    read: dict[str, str] = {}
    with page_in(browser, tmp_path, Asked) as (page, town):
        page.goto(f"/aktivitet/{town.id}")
        page.click("text=Indlæs tallene")
        accessible_at_every_width(page)
        for name, text in (("wrong", FILE.replace("unit_id", "skole")), ("right", FILE)):
            sent = {"name": "tal.csv", "mimeType": "text/csv", "buffer": text.encode()}
            page.set_input_files("#file", sent)
            with page.expect_navigation():
                page.click("button:has-text('Indlæs tallene')")
            accessible_at_every_width(page)
            read[name] = page.content()
        assert page.locator("text=Tallene er indlæst.").count() == 1
        page.goto(f"/aktivitet/{town.id}")
        accessible_at_every_width(page)
        page.goto("/plan/1/ret/rapport")
        accessible_at_every_width(page)
        read["edit"] = page.content()
    assert faults(read, tmp_path / "html") == []
