"""The runs page follows what happens: rows change in their places, and nobody loses what they hold."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect
from sqlalchemy.engine import Engine

from cycle.runs.log import write_line
from cycle.runs.tables import Run, RunState, RunStep
from cycle.store import transaction
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.house import House
from tests.support.municipality import ROOT
from tests.support.postgres import free_port

OFFICE = "sif@by.example"
SOON = 15_000


@pytest.fixture
def house(sqlite_engine: Engine, tmp_path: Path) -> Iterator[House]:
    port = free_port()
    house = House(sqlite_engine, tmp_path, port)
    with served(house.site.app, port):
        yield house


def add_run(house: House, state: RunState, **given: object) -> int:
    at = house.site.clock.at
    values = {"flow": "deliver", "subject": ROOT, "root_id": ROOT, "wanted_at": at, **given}
    with transaction(house.site.engine) as session:
        run = Run(state=state, started_at=at, lease_until=at + timedelta(days=1), **values)
        session.add(run)
        session.flush()
        return run.id or 0


def change(house: House, run_id: int, **values: object) -> None:
    with transaction(house.site.engine) as session:
        session.execute(sa.update(Run).where(sa.column("id") == run_id).values(**values))


def opened(browser: Browser, house: House, path: str, **options: object) -> Page:
    context = browser.new_context(locale="da-DK", **options)
    house.sign_in(context, OFFICE)
    page = context.new_page()
    page.goto(house.base + path)
    return page


def test_rows_come_and_change_while_the_reader_stays_where_they_are(browser: Browser, house: House) -> None:
    first = add_run(house, RunState.CLAIMED, progress="3 af 12")
    page = opened(browser, house, "/koersler")
    page.focus(f"#koersel-{first} td a")
    page.evaluate("window.kept = document.activeElement")
    second = add_run(house, RunState.WANTED, flow="remind")
    expect(page.locator(f"#koersel-{second}")).to_contain_text("Påmindelser", timeout=SOON)
    assert page.locator("#liste tbody tr").first.get_attribute("id") == f"koersel-{second}"
    assert page.evaluate("document.activeElement === window.kept")
    change(house, second, state=RunState.FAILED, error="MailHeld: Mailen venter")
    red = page.locator(f"#koersel-{second}.bad")
    expect(red).to_contain_text("Mailserveren tager ikke imod", timeout=SOON)
    expect(page.locator(".live [role=status]")).to_have_text("1 fejlet")
    accessible_at_every_width(page)
    page.click(".live button")
    expect(page.locator(".live button")).to_have_text("Følg med")
    change(house, first, state=RunState.DONE)
    page.wait_for_timeout(6_000)
    assert "3 af 12" in page.inner_text(f"#koersel-{first}"), "whoever has stopped it reads in peace"
    page.click(".live button")
    expect(page.locator(f"#koersel-{first}")).not_to_contain_text("3 af 12", timeout=SOON)
    red.locator("button").click()
    expect(page.locator("h1")).to_have_text(f"Kørsel {second + 1}")
    expect(page.locator("#koersel")).to_contain_text("venter på en ledig hånd")
    with transaction(house.site.engine) as session:
        write_line(
            session.connection(), second + 1, 1, RunStep.CLAIMED, at=house.site.clock.at, text="by1:7:ab"
        )
    expect(page.locator(".log")).to_contain_text("taget op af by1:7:ab", timeout=SOON)


def test_without_scripts_the_page_says_the_same_when_it_is_loaded_again(
    browser: Browser, house: House
) -> None:
    page = opened(browser, house, "/koersler", java_script_enabled=False)
    assert not page.is_visible(".live")
    run = add_run(house, RunState.FAILED, error="ValueError: x")
    page.reload()
    page.click(f"#koersel-{run} button")
    assert page.inner_text("h1") == f"Kørsel {run + 1}"
