"""One round in the real demo: sign in, answer as a leader from the mail, see it on the wheel."""

import re
import time
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.axe import accessible
from tests.support.demo import move_clock, running_demo

AGREEMENT = "Indgåelse af udviklingsaftaler"
PREPARATION = "Forberedelse af strategirevision"
SECONDS = 60


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
    until_mailed(demo, page, AGREEMENT)
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
    comes(demo, page, receiver.removeprefix("Til: ").strip(), "Kvittering")
    for path in ("koersler", "mail", "poster"):
        page.goto(f"{demo}/{path}")
        assert page.locator("main tbody tr").count() > 0, path


@pytest.mark.timeout(600)
def test_a_leader_replies_and_sees_a_receipt_a_stranger_and_an_absence_change_nothing(demo, page) -> None:
    until_mailed(demo, page, PREPARATION)
    mails = page.locator("tr", has_text="kan besvares med en mail")
    assert mails.count() >= 3
    accessible(page)
    answered, away, foreign = (mails.nth(index).locator("a").get_attribute("href") for index in range(3))

    leader = write_back(
        page, demo + answered, "1. grøn, planen holder\n2. Fællesskaber\n\nVenlig hilsen\nMette"
    )
    receipt = comes(demo, page, leader, "Kvittering")
    page.goto(receipt)
    said = page.inner_text("pre")
    assert "grøn, planen holder" in said and "Fællesskaber" in said and "Mette" not in said
    page.goto(demo + answered)
    page.click("pre a[href*='/opgave/'] >> nth=0")
    assert "Modtaget" in page.inner_text("main"), "the task is answered"

    absent = write_back(page, demo + away, "")
    accessible(page)
    page.goto(demo + foreign)
    owner = page.inner_text("main p >> nth=1").split("\n")[0].removeprefix("Til: ").strip()
    page.fill("textarea", "1. rød, siger jeg")
    page.select_option("select[name=afsender]", "fremmed")
    page.click("text=Send svaret")
    page.goto(comes(demo, page, owner, "Et svar, vi ikke kunne tage imod"))
    assert "frede@fremmed.example" in page.inner_text("pre")
    assert mails_to(demo, page, absent) == 1, "an absence is not written to"

    page.goto(f"{demo}/demo")
    page.click("text=Sanne Sekretær")
    page.goto(f"{demo}/mail/ind")
    rows = page.locator("main tbody tr")
    seen = {verdict: rows.filter(has_text=verdict).count() for verdict in ("Besvarelse", "Automatisk svar")}
    assert rows.count() == 3 and seen == {"Besvarelse": 1, "Automatisk svar": 1}, page.inner_text("main")
    assert rows.filter(has_text=leader).count() == 1
    assert rows.filter(has_text="frede@fremmed.example").count() == 1


def until_mailed(demo: str, page: Page, subject: str) -> None:
    """Moves the clock until mails about it have come; the page shows them."""
    for _ in range(12):
        page.goto(f"{demo}/demo/post?soeg={subject}")
        if page.locator("table").count():
            return
        move_clock(page, demo, "event")
    raise AssertionError(f"no mail about {subject}")


def answered(page: Page) -> tuple[int, int]:
    """(answered, all) of the agreements, as the table below the wheel says."""
    row = page.locator("main table tr", has_text=AGREEMENT)
    given, _, everyone = row.locator("td").last.inner_text().partition(" af ")
    return int(given), int(everyone)


def write_back(page: Page, letter: str, text: str) -> str:
    """Replies as the receiver, or without words sends their absence; gives the receiver's address."""
    page.goto(letter)
    receiver = re.search(r"Til: (\S+)", page.inner_text("main"))
    assert receiver
    page.fill("textarea", text)
    page.click("text=Send svaret" if text else "text=Send autosvar i stedet")
    assert "afleveret til årshjulet" in page.inner_text("[role=status]")
    return receiver[1]


def comes(demo: str, page: Page, receiver: str, subject: str) -> str:
    """The address of the receiver's mail with this subject, as soon as it is there."""
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        page.goto(f"{demo}/demo/post?soeg={receiver}")
        found = page.locator("main tbody a", has_text=subject)
        if found.count():
            return demo + str(found.first.get_attribute("href"))
        time.sleep(0.5)
    raise AssertionError(f"no »{subject}« to {receiver}: {page.inner_text('main')}")


def mails_to(demo: str, page: Page, receiver: str) -> int:
    page.goto(f"{demo}/demo/post?soeg={receiver}")
    return page.locator("main tbody tr").count()
