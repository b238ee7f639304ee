"""What pages show of the municipality: its name, logo and colour, the way to reach it, and the statement."""

import pytest

from tests.support.web import Site

LOGO = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><circle r="4"/></svg>'


@pytest.fixture
def site(sqlite_engine, tmp_path):
    (tmp_path / "logo.svg").write_bytes(LOGO)
    return Site(
        sqlite_engine,
        tmp_path,
        organisation="Ærø\nKommune <b>",
        logo=tmp_path / "logo.svg",
        colour="#8a1538",
        contact="sekretariat@aeroe.example",
    )


def test_name_logo_and_colour_are_on_every_page_and_kept_until_they_change(site):
    browser = site.browser()
    page = browser.get("/log-ind").text
    assert "Ærø Kommune &lt;b&gt;" in page and "mailto:sekretariat@aeroe.example" in page
    for start, kind, said in (
        ("/udseende/farve.css?v=", "text/css; charset=utf-8", b"--house:#8a1538"),
        ("/udseende/logo?v=", "image/svg+xml", LOGO),
    ):
        address = page[page.index(start) :].partition('"')[0]
        answer = browser.get(address)
        assert answer.headers["content-type"] == kind and said in answer.content
        assert "immutable" in answer.headers["cache-control"]
        again = browser.get(address, headers={"If-None-Match": answer.headers["etag"]})
        assert again.status_code == 304 and again.content == b""


def test_without_settings_there_is_neither_logo_nor_colour_and_nobody_to_write_to(sqlite_engine, tmp_path):
    browser = Site(sqlite_engine, tmp_path).browser()
    page = browser.get("/log-ind").text
    assert "/udseende/" not in page and "mailto:" not in page
    for address in ("/udseende/farve.css", "/udseende/logo"):
        assert browser.get(address).status_code == 404


def test_the_statement_is_open_to_everybody_in_both_languages(site, sqlite_engine, tmp_path):
    browser = site.browser()
    assert "Digitaliseringsstyrelsen" in browser.get("/tilgaengelighed").text
    assert "Agency for Digital Government" in browser.get("/tilgaengelighed?sprog=en").text
    own = Site(sqlite_engine, tmp_path, accessibility_url="https://was.example/erklaering")
    assert 'href="https://was.example/erklaering"' in own.browser().get("/log-ind").text


def test_a_file_whose_address_holds_its_digest_is_kept_for_good(site):
    browser = site.browser()
    assert "immutable" in browser.get("/static/app.css?v=1").headers["cache-control"]
    assert "immutable" not in browser.get("/static/app.css").headers["cache-control"]
