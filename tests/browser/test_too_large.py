"""A file that is far too large, sent by a real browser: the person reads so, and has lost nothing else."""

from pathlib import Path

import pytest

from tests.support.browser import served
from tests.support.leader import EVERY_TYPE, GOALS, World
from tests.support.postgres import free_port
from tests.support.web import Site

MB = 1 << 20


@pytest.fixture
def world(sqlite_engine, tmp_path):
    port = free_port()
    world = World(sqlite_engine, tmp_path, EVERY_TYPE, {"goals": GOALS})
    world.site = Site(sqlite_engine, tmp_path, base_url=f"http://127.0.0.1:{port}")
    with served(world.site.app, port):
        yield world


def test_a_hundred_megabytes_are_refused_by_a_page_and_what_was_typed_is_still_there(
    browser, world, tmp_path: Path
):
    large = tmp_path / "regnskab.pdf"
    with large.open("wb") as file:
        file.truncate(100 * MB)
    page = browser.new_page()
    page.goto(world.site.settings.base_url + world.link)
    page.fill("[name=overskrift]", "Et godt år")
    page.set_input_files("input[type=file]", str(large))
    page.click("button:has-text('Gem kladde')")
    page.wait_for_selector("h1:text-is('Det er for stort')")
    assert "Send en mindre fil" in page.inner_text("main")
    page.go_back()
    assert page.input_value("[name=overskrift]") == "Et godt år"
    page.close()
