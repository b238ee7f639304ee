"""Every page of the house, its error pages too: axe-core finds nothing, and nothing runs out of the side."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page
from sqlmodel import Session

from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.runs.tables import ClockPulse, Run, RunState
from cycle.store import make_engine, transaction
from cycle.tables import METADATA
from cycle.tasks.states import SubmissionKind, TaskKind, TaskState
from cycle.tasks.tables import Occurrence
from tests.support import municipality
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.goal_pages import YEAR, goal_pages
from tests.support.house import House
from tests.support.leader import EVERY_TYPE
from tests.support.meeting_pages import meeting_pages
from tests.support.municipality import ROOT, instant
from tests.support.postgres import free_port
from tests.support.strategy_pages import strategy_pages

SUPERIOR, SECRETARIAT = "dorte@by.example", "sif@by.example"
LIGHT = {"status": {"light": "rød", "comment": "Bagud"}, "beloeb": "-1200.50"}


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """A house in which much has happened: answers of every kind, a red run, mails sent and refused."""
    folder, port = tmp_path_factory.mktemp("house"), free_port()
    engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
    METADATA.create_all(engine)
    house = House(engine, folder, port, form=EVERY_TYPE)
    house.answer(0, 9, answers=LIGHT)
    house.answer(1, 25, answers=LIGHT, state=TaskState.APPROVED)
    house.answer(2, 10, kind=SubmissionKind.NIL)
    house.work(instant(2027, 4, 19, 6))
    with transaction(engine) as session:
        occurrence = session.get_one(Occurrence, house.occurrence_id)
        municipality.add_tasks(
            session, house.town, occurrence, units=["BY-IN-D1"], kind=TaskKind.REVIEW, role="distriktschef"
        )
        session.add(ClockPulse(name="ur", turned_at=house.site.clock.at, milliseconds=3, wanted=1))
        _run(session, house, RunState.FAILED, error="MailHeld: 421 vent")
        _run(session, house, RunState.DONE, subject=f"open:{house.occurrence_id}", counts={"opened": 12})
        _mail(session, house)

    @house.site.app.get("/brudt")
    def broken() -> None:
        raise RuntimeError("brudt")

    with served(house.site.app, port):
        yield house
    engine.dispose()


def _run(
    session: Session,
    house: House,
    state: RunState,
    *,
    subject: str = ROOT,
    counts: dict[str, int] | None = None,
    error: str = "",
) -> None:
    at = house.site.clock.at
    flow = "deliver" if subject == ROOT else "quarterly_report"
    run = Run(flow=flow, subject=subject, root_id=ROOT, state=state, counts=counts or {}, wanted_at=at)
    run.started_at, run.ended_at, run.milliseconds, run.error = at, at, 1200, error
    session.add(run)


def _mail(session: Session, house: House) -> None:
    at = house.site.clock.at
    session.add(
        Message(
            root_id=ROOT,
            key="nudge:1",
            kind=MessageKind.NUDGE,
            person_id=house.town.leaders["BY-IN-D1-001"],
            address="by-in-d1-001@by.example",
            task_id=house.tasks[0].id,
            state=MessageState.SENT,
            created_at=at,
            next_at=at,
            sent_at=at,
            subject="Vi mangler jer",
            text="Kære leder\n\nVi mangler jeres svar.",
            reason="250 OK",
        )
    )


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of, other than a page's own status."""
    return []


def opened(browser: Browser, house: House, complaints: list[str], email: str = "") -> Page:
    context: BrowserContext = browser.new_context(locale="da-DK")
    if email:
        house.sign_in(context, email)
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if "server responded" not in m.text else None)
    return page


def look(page: Page, address: str, status: int = 200) -> None:
    answer = page.goto(address)
    assert answer is not None and answer.status == status, (address, answer and answer.status)
    accessible_at_every_width(page)


def test_a_leaders_pages(browser, house, complaints):
    page = opened(browser, house, complaints)
    look(page, house.link(4))
    page.fill('[name="overskrift"]', "Et år")
    page.click("text=Gem kladde")
    accessible_at_every_width(page)
    page.click("text=Send besvarelse")
    assert page.locator(".error-summary").count() == 1
    accessible_at_every_width(page)
    for number in (0, 1, 2):
        look(page, house.link(number))
    look(page, house.link(0) + "/kvittering")
    look(page, house.link(4) + "/kalender")
    look(page, house.link(5) + "?sprog=en")
    assert complaints == []


def test_a_superiors_pages(browser, house, complaints):
    page = opened(browser, house, complaints, SUPERIOR)
    for path in ("", f"/{house.occurrence_id}", *(f"/opgave/{task.id}" for task in house.tasks[:3])):
        look(page, f"{house.base}/mine-enheder{path}")
    page.goto(f"{house.base}/mine-enheder/opgave/{house.tasks[0].id}")
    page.click("text=Send retur til rettelse")
    page.click("button:has-text('Send retur')")
    assert page.locator(".error-summary").count() == 1
    accessible_at_every_width(page)
    look(page, f"{house.base}/mine-enheder?sprog=en")
    assert complaints == []


def test_the_secretariats_pages(browser, house, complaints):
    page = opened(browser, house, complaints, SECRETARIAT)
    person, file_of = house.town.leaders["BY-IN-D1-001"], f"/opgave-historik/{house.tasks[0].id}"
    paths = [
        "/aarshjul",
        "/koersler",
        "/driftstjek",
        "/mail",
        "/mail/ind",
        f"/mail/person/{person}",
        "/poster",
        file_of,
    ]
    paths += [
        f"/aktivitet/{house.occurrence_id}",
        f"/afrapportering/{house.occurrence_id}",
        f"/aktivitet/{house.occurrence_id}/samlet",
        f"/sag/aktivitet/{house.occurrence_id}",
        "/sag",
        "/sag?vis=aftaler",
        "/aktindsigt?enhed=BY-IN-D1",
    ]
    paths += ["/strategi", *strategy_pages(house)]
    for path in paths:
        look(page, house.base + path)
    page.goto(f"{house.base}/mail")
    page.click("text=Vi mangler jer")
    accessible_at_every_width(page)
    look(page, f"{house.base}/aktivitet/{house.occurrence_id}?sprog=en&tilstand=mangler&soeg=findes-ikke")
    page.goto(f"{house.base}/opgave-historik/{house.tasks[6].id}?sprog=da")
    page.click("summary:has-text('Skriv til posten')")
    page.fill("#besked-text", "Husk os.")
    accessible_at_every_width(page)
    page.click("text=Se mailen først")
    assert page.locator("text=Send mailen").count() == 1
    accessible_at_every_width(page)
    look(page, f"{house.base}/aktivitet/{house.occurrence_id}?valg=alle")
    page.check('[name="act"][value="besked"]')
    page.fill("#many-text", "Husk os.")
    page.click("text=Se, hvem det gælder")
    assert "Kan ikke være med" in page.inner_text("main")
    accessible_at_every_width(page)
    assert complaints == []


def test_the_pages_of_reminders_and_mail_texts(browser, house, complaints):
    page = opened(browser, house, complaints, SECRETARIAT)
    look(page, f"{house.base}/aktivitet/{house.occurrence_id}/paamindelser")
    look(page, f"{house.base}/mailtekster")
    look(page, f"{house.base}/mailtekster/daily/en?sprog=en")
    look(page, f"{house.base}/mailtekster/daily/da?sprog=da")
    page.fill("#subject", "Husk")
    page.fill("#introduction", "Hej {nvan}")
    page.click("text=Gem teksten")
    assert "Mente du" in page.inner_text("main")
    accessible_at_every_width(page)
    page.fill("#subject", "{opgave}")
    page.fill("#introduction", "Hej {navn}")
    page.select_option("#person", index=1)
    page.click("text=Vis mailen")
    assert "Prøve: " in page.inner_text("#mailen")
    accessible_at_every_width(page)
    page.fill("#why", "Mere venligt")
    page.click("text=Gem teksten")
    assert "Teksten er gemt" in page.inner_text("main")
    accessible_at_every_width(page)
    assert complaints == []


def test_the_pages_of_meetings(browser, house, complaints):
    office, participant = meeting_pages(house)
    page = opened(browser, house, complaints, SECRETARIAT)
    for path in office:
        look(page, house.base + path)
    page.goto(house.base + office[3])
    page.click("text=Se, hvem der får hvilken mail")
    page.wait_for_selector("text=Gem, og send mailene")
    accessible_at_every_width(page)
    page.goto(house.base + office[2])
    page.click("button:has-text('Fjern') >> nth=0")
    assert "Fjern deltageren?" in page.inner_text("main")
    accessible_at_every_width(page)
    page.goto(house.base + office[4])
    page.click("summary:has-text('Indkald til alle forslag')")
    page.click("#moeder button")
    assert "Der er ikke sket noget endnu" in page.inner_text("main")
    accessible_at_every_width(page)
    stranger = opened(browser, house, complaints)
    for path in participant:
        look(stranger, f"{house.base}{path}?sprog=en")
    assert complaints == []


def test_the_pages_on_which_goals_are_written(browser, house, complaints):
    ids = goal_pages(house)
    page = opened(browser, house, complaints, SECRETARIAT)
    paths = [f"/maal?aar={YEAR}", f"/maal/{ids['A']}", f"/maal/ny?aar={YEAR}&under={ids['A']}"]
    paths += [f"/maal/{ids[key]}/{act}" for key in "AB" for act in ("afslut", "slet")]
    for path in paths:
        look(page, house.base + path)
    page.goto(f"{house.base}/maal/{ids['A']}/ret")
    accessible_at_every_width(page)
    page.fill("#title", "Sygefravær og trivsel")
    page.fill("#measure", "Fravær")
    page.click("text=Se, hvad det betyder")
    assert "Måltal: Reglen har intet at holde tallet op imod. Udfyld feltet." in page.inner_text(
        ".error-summary"
    )
    accessible_at_every_width(page)
    page.fill("#target", "6,2")
    page.click("text=Se, hvad det betyder")
    assert "Udviklingsaftaler, som målet står i: 1 i kraft." in page.inner_text("main")
    accessible_at_every_width(page)
    page.goto(f"{house.base}/maal/{ids['B']}/ret")
    page.fill("#title", "Budgettet holder hvert kvartal")
    page.click("text=Se, hvad det betyder")
    assert page.locator("text=kun i aftaler, der laves herefter").count() == 1
    accessible_at_every_width(page)
    other = opened(browser, house, complaints, SECRETARIAT)
    other.goto(f"{house.base}/maal/{ids['B']}/ret")
    other.fill("#title", "Budgettet holder altid")
    other.click("text=Se, hvad det betyder")
    other.click("text=Gem målet")
    assert "Målet er gemt." in other.inner_text("main")
    accessible_at_every_width(other)
    page.click("text=Gem målet")
    assert "har rettet målet imens" in page.inner_text("main")
    accessible_at_every_width(page)
    assert complaints == []


def test_error_pages(browser, house, complaints):
    stranger = opened(browser, house, complaints)
    look(stranger, f"{house.base}/log-ind")
    stranger.fill('[name="email"]', "ingen@by.example")
    stranger.fill('[name="password"]', "forkert")
    stranger.click("main button")
    assert "Du blev ikke logget ind" in stranger.inner_text("main")
    accessible_at_every_width(stranger)
    look(stranger, f"{house.base}/findes-ikke", 404)
    look(stranger, f"{house.base}/opgave/itu", 404)
    look(stranger, f"{house.base}/brudt", 500)
    superior = opened(browser, house, complaints, SUPERIOR)
    look(superior, f"{house.base}/koersler", 403)
    secretariat = opened(browser, house, complaints, SECRETARIAT)
    secretariat.goto(f"{house.base}/opgave-historik/{house.tasks[7].id}")
    secretariat.click("summary:has-text('Forlæng fristen')")
    secretariat.fill('[name="new_due_on"]', "2027-04-01")
    secretariat.fill('[name="reason"]', "En lang begrundelse")
    secretariat.click("button:has-text('Forlæng fristen')")
    assert "Der er ikke sket noget endnu" in secretariat.inner_text(".error-summary")
    accessible_at_every_width(secretariat)
    assert complaints == []
