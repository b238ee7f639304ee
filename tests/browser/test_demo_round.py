"""One round in the real demo: sign in, answer as a leader from the mail, see it on the wheel."""

import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import accessible
from tests.support.demo import move_clock, running_demo

AGREEMENT = "Indgåelse af udviklingsaftaler"


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("demo") / "data"
    with running_demo(folder, "--no-prefect", "--invented-names") as address:
        yield address


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="da-DK")
    yield context.new_page()
    context.close()


@pytest.mark.timeout(600)
def test_a_leader_answers_from_the_mail_and_the_secretariat_sees_it_on_the_wheel(demo, page):
    page.goto(f"{demo}/demo")
    accessible(page)
    for _ in range(12):
        move_clock(page, demo, "event")
        page.goto(f"{demo}/demo/post?soeg={AGREEMENT}")
        if page.locator("table").count():
            break
    page.goto(f"{demo}/demo")
    page.click("text=Sanne Sekretær")
    assert page.url == f"{demo}/aarshjul"
    accessible(page)
    table = page.locator(".scroll")
    assert table.evaluate("box => box.scrollWidth <= box.clientWidth"), "the last column is out of sight"
    before = answered(page)
    assert before[1] == 467

    page.goto(f"{demo}/demo/post?soeg={AGREEMENT}")
    page.click("table a >> nth=-1")  # the oldest: an opening
    assert "Frist" in page.inner_text("pre") or "frist" in page.inner_text("pre")
    accessible(page)
    receiver = page.inner_text("main p >> nth=1").split("\n")[0]
    page.click("pre a[href*='/opgave/'] >> nth=0")
    assert AGREEMENT in page.inner_text("h1")
    accessible(page)
    page.fill("[name='enhedsmaal.G.titel']", "Flere børn deltager i fællesskabet")
    page.fill("[name='enhedsmaal.G.beskrivelse']", "Vi danner legegrupper på tværs af stuerne.")
    page.click("text=Send besvarelse")
    assert "Tak, vi har modtaget besvarelsen" in page.inner_text("main")
    accessible(page)

    page.goto(f"{demo}/aarshjul")
    assert answered(page) == (before[0] + 1, 467)
    assert f"{before[0] + 1} af 467" in page.locator("main svg").inner_html()

    page.click(f"main table a:has-text('{AGREEMENT}')")
    everything = page.inner_text("body")
    assert "467 enheder" in everything
    assert "Flere børn deltager i fællesskabet" not in everything  # answers stay on their own page
    receipt_arrives(demo, page, receiver)
    for path in ("koersler", "mail", "poster"):
        page.goto(f"{demo}/{path}")
        assert page.locator("main tbody tr").count() > 0, path


def answered(page: Page) -> tuple[int, int]:
    """(answered, all) of the agreements, as the table below the wheel says."""
    row = page.locator("main table tr", has_text=AGREEMENT)
    given, _, everyone = row.locator("td").last.inner_text().partition(" af ")
    return int(given), int(everyone)


def receipt_arrives(demo: str, page: Page, receiver: str) -> None:
    """The engine works on its own while the clock stands still: the receipt is mailed within seconds."""
    address = receiver.removeprefix("Til: ").strip()
    until = time.monotonic() + 60
    while time.monotonic() < until:
        page.goto(f"{demo}/demo/post?soeg={address}")
        if "Kvittering" in page.inner_text("main"):
            return
        time.sleep(1)
    raise AssertionError(f"no receipt came to {address}: {page.inner_text('main')}")
