"""The round above a leader, in real browsers without JavaScript: judged, sent back, corrected, extended."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.support.browser import served
from tests.support.house import REPORT, House
from tests.support.municipality import instant
from tests.support.postgres import free_port
from tests.support.web import PASSWORD

UNIT = "Daginstitution 1.{} Ærø"


@pytest.fixture
def house(sqlite_engine, tmp_path) -> Iterator[House]:
    port = free_port()
    house = House(sqlite_engine, tmp_path, port)
    with served(house.site.app, port):
        yield house


def plain_page(browser: Browser, house: House, email: str = "") -> Page:
    """A page in a browser of its own that runs no script; signed in as one of the accounts."""
    context = browser.new_context(java_script_enabled=False, locale="da-DK")
    if email:
        house.sign_in(context, email)
    return context.new_page()


def said(page: Page) -> str:
    return page.inner_text("main")


def answer(page: Page, address: str, amount: str) -> None:
    page.goto(address)
    page.check('[name="status.light"][value="gul"]')
    page.fill('[name="status.comment"]', "Sygefraværet er steget.")
    page.fill('[name="beloeb"]', amount)
    page.click("text=Send besvarelse")
    assert "Tak, vi har modtaget besvarelsen" in said(page)


def sign_in(page: Page, house: House, email: str) -> None:
    page.goto(house.base)
    page.fill('[name="email"]', email)
    page.fill('[name="password"]', PASSWORD)
    page.click("main button")


def on_the_wheel(page: Page, house: House) -> tuple[str, str]:
    """How many have answered the report: as the table below the wheel says, and as the drawing does."""
    page.goto(f"{house.base}/aarshjul")
    row = page.locator("main table tr", has_text=REPORT.title)
    drawn = page.locator(f"main svg a[href='/aktivitet/{house.occurrence_id}']")
    (told,) = set(re.findall(r"\d+ af \d+", drawn.inner_html()))
    return row.locator("td").last.inner_text(), told


def test_a_leader_answers_a_report_and_the_secretariat_signs_in_and_sees_it_on_the_wheel(browser, house):
    leader, secretariat = plain_page(browser, house), plain_page(browser, house)
    sign_in(secretariat, house, "sif@by.example")
    assert secretariat.url == f"{house.base}/aarshjul"
    assert on_the_wheel(secretariat, house) == ("0 af 12", "0 af 12")
    leader.goto(house.link(0))
    assert REPORT.title in leader.inner_text("h1")
    answer(leader, house.link(0), "1250000")
    assert on_the_wheel(secretariat, house) == ("1 af 12", "1 af 12")
    secretariat.click(f"main svg a[href='/aktivitet/{house.occurrence_id}'] >> nth=0")
    answered = secretariat.locator("tbody tr", has_text=UNIT.format(1)).first
    assert "Besvaret" in answered.inner_text()


def test_a_superior_approves_one_and_sends_another_back_and_the_leader_answers_again(browser, house):
    leader = plain_page(browser, house)
    answer(leader, house.link(0), "1250000")
    answer(leader, house.link(1), "1,25")

    superior = plain_page(browser, house)
    sign_in(superior, house, "dorte@by.example")
    assert superior.url == f"{house.base}/mine-enheder"
    superior.click("text=Kvartalsrapport 1 2027")
    assert "2 venter på godkendelse" in said(superior)
    superior.click(f"text={UNIT.format(1)}")
    assert "1.250.000 kr." in said(superior)
    superior.click("main button:has-text('Godkend')")
    assert "Besvarelsen er godkendt." in said(superior)

    superior.click(f"a:has-text('{UNIT.format(2)}')")
    superior.click("text=Send retur til rettelse")
    superior.click("button:has-text('Send retur')")
    assert "Der mangler en begrundelse." in said(superior)
    superior.fill("#reason", "Tallet ser forkert ud.")
    superior.fill('[name="reason:beloeb"]', "Er det i millioner?")
    superior.click("button:has-text('Send retur')")
    assert "Besvarelsen er sendt retur." in said(superior)
    assert "Næste, der venter" not in said(superior)

    leader.goto(house.link(1))
    assert "Besvarelsen er sendt retur til rettelse" in said(leader)
    assert "Tallet ser forkert ud." in said(leader)
    field = leader.locator(".form-group", has=leader.locator('[name="beloeb"]'))
    assert "Er det i millioner?" in field.inner_text()
    assert leader.input_value('[name="beloeb"]') == "1,25"
    assert leader.locator('[name="status.light"]').count() == 0, "what was right is there to be read"
    assert "Sygefraværet er steget." in said(leader)
    leader.fill('[name="beloeb"]', "1,25 mio.")
    leader.click("text=Send besvarelse")
    assert "udgave 2" in said(leader) and "1.250.000 kr." in said(leader)
    leader.goto(house.link(0))
    assert "Besvarelsen er godkendt." in said(leader) and leader.locator("form").count() == 0

    superior.goto(f"{house.base}/mine-enheder/opgave/{house.tasks[1].id}")
    assert "(udgave 2)" in said(superior) and "Tallet ser forkert ud." in said(superior)


def test_the_secretariat_extends_a_deadline_and_reads_why_someone_got_a_mail_or_none(browser, house):
    house.site.clock.at = instant(2027, 4, 12)
    page = plain_page(browser, house, "sif@by.example")
    page.goto(f"{house.base}/aarshjul")
    page.click("main table a:has-text('Kvartalsrapport 1')")
    page.fill('[name="soeg"]', UNIT.format(3))
    page.click("button:has-text('Vis')")
    assert page.locator("tbody th[scope=row]:visible").all_inner_texts() == [UNIT.format(3)]
    page.click(f"tbody >> text={UNIT.format(3)}")
    assert "Mail sendt" in said(page) and "Besked om ny opgave" in said(page)

    page.click("summary:has-text('Forlæng fristen')")
    page.fill('[name="new_due_on"]', "2027-04-27")
    page.fill('[name="reason"]', "Sygdom i ledelsen")
    page.click("button:has-text('Forlæng fristen')")
    assert "Fristen er forlænget. Posten får en mail om det." in said(page)
    assert "tirsdag den 27. april 2027 (oprindelig 20. april 2027)" in said(page)
    assert "Sygdom i ledelsen" in said(page) and "Sif Sekretær" in said(page)
    rows = page.locator("section", has_text="Hvorfor fik de en mail").locator("tbody tr")
    assert "Fristen er forlænget" in rows.last.inner_text()

    page.click("tbody >> text=Leder af BY-IN-D1-003 >> nth=0")
    assert page.inner_text("h1") == "Leder af BY-IN-D1-003"
    assert "Opgaven åbner" in said(page) and "Fristen er forlænget" in said(page)

    page.goto(f"{house.base}/opgave-historik/{house.tasks[-1].id}")
    assert "Ingen mail: ingen adresse" in said(page) and "ingen adresse" in page.inner_text(".facts")
    page.click("text=Poster")
    assert "Ingen mailadresse" in said(page)


def test_the_secretariat_extends_two_units_at_once_and_sees_first_whom_it_concerns(browser, house):
    house.site.clock.at = instant(2027, 4, 12)
    page = plain_page(browser, house, "sif@by.example")
    page.goto(f"{house.base}/aktivitet/{house.occurrence_id}")
    for number in (1, 2):
        page.check(f"[aria-label='Vælg {UNIT.format(number)}']")
    page.check('[name="act"][value="forlaeng"]')
    page.fill("#many-due", "2027-04-27")
    page.fill("#many-text", "Systemet var nede.")
    page.click("button:has-text('Se, hvem det gælder')")
    assert "Der er ikke sket noget endnu." in said(page) and "Leder af BY-IN-D1-002" in said(page)
    assert page.locator("tbody th[scope=row]").all_inner_texts() == [UNIT.format(1), UNIT.format(2)]
    page.click("button:has-text('Forlæng fristen for 2 enheder')")
    assert "Fristen er forlænget for 2 enheder." in said(page)
    page.click(f"tbody >> text={UNIT.format(2)}")
    assert "27. april 2027" in said(page) and "Systemet var nede." in said(page)


def test_a_leader_sees_the_new_deadline_and_the_units_own_figures(browser, house):
    page = plain_page(browser, house)
    page.goto(house.link(2))
    assert "Ramme 2028" in page.inner_text("table.figures") and "1.250.000 kr." in page.inner_text(
        "table.figures"
    )
    answer(page, house.link(2), "-2.093,8")
    page.goto(house.link(2))
    assert "-2.093,80 kr." in said(page) and "Ramme 2028" in page.inner_text("table.figures")
    for path, email in (("/mine-enheder/opgave", "dorte@by.example"), ("/opgave-historik", "sif@by.example")):
        above = plain_page(browser, house, email)
        above.goto(f"{house.base}{path}/{house.tasks[2].id}")
        assert "Ramme 2028" in above.inner_text("table.figures")
