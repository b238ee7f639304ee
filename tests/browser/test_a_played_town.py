"""Every page of a town whose year was played: a page added tomorrow is looked at without being named here."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.municipality import Folder, load_municipality, start_years
from cycle.access.links import task_token
from cycle.access.roles import Role
from cycle.gatherings.calling import Details, call
from cycle.gatherings.reading import participants_of
from cycle.gatherings.tables import Gathering
from cycle.organisation.tables import Appointment
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.states import TaskKind, TaskState
from tests.support.axe import accessible_at_every_width
from tests.support.browser import served
from tests.support.dialogue import Dialogue
from tests.support.koebenhavn import BEFORE, Year
from tests.support.municipality import instant
from tests.support.postgres import free_port
from tests.support.processes import Process
from tests.support.routes import addresses, pages
from tests.support.small_copenhagen import cut
from tests.support.web import Site
from web.session import COOKIE

SCHOOL = "101019"
PLAYED = ("budgetudmelding", "strategirevision", "kvartalsrapport-1", "udviklingsaftaler")
YES = {"beslutning": "enig"}
SIGNED = {**YES, "navn": "Ida Opdigtet", "bekraeft": "ja"}
KNOWN = {"/rammer", "/ramme/{frame_id}", "/maal", "/maal/{goal_id}", "/segl", "/strategi", "/koersler"}
KNOWN |= {
    "/udviklingsaftale/{agreement_id}",
    "/aktivitet/{occurrence_id}/forslag",
    "/hoering/{occurrence_id}",
}
KNOWN |= {"/aktivitet/{occurrence_id}", "/opgave-historik/{task_id}", "/aarshjul/{cycle_id}"}
SEVERAL = {"/opgave/{token}": 3, "/aktivitet/{occurrence_id}": 4, "/maal/{goal_id}": 2}
"""Pages that differ by what they are about: so many are looked at. Of the others, one."""


class Town:
    """A dozen of Copenhagen's units after a budget call, a hearing, a report, and one agreement signed."""

    def __init__(self, folder: Path) -> None:
        self.engine = make_engine(f"sqlite:///{folder / 'aarshjul.db'}")
        METADATA.create_all(self.engine)
        example = cut(folder / "small")
        with transaction(self.engine) as session:
            loaded = load_municipality(session, Folder.at(example), now=BEFORE)
            start_years(session, loaded, [2027], example, now=BEFORE)
        self.year = Year(self.engine, folder, BEFORE)
        self.year.only(*PLAYED)
        self.play()
        self.port = free_port()
        self.site = Site(
            self.engine,
            folder,
            at=self.year.now,
            secret_key="k" * 40,
            base_url=f"http://127.0.0.1:{self.port}",
        )

    def play(self) -> None:
        """The year as far as there is one of everything to see."""
        for activity, at in (
            ("budgetudmelding", instant(2027, 2, 2, 10)),
            ("strategirevision", instant(2027, 3, 2, 10)),
            ("kvartalsrapport-1", instant(2027, 4, 2, 10)),
        ):
            self.year.until(at)
            self.year.answer_all(self.year.tasks(self.year.occurrence(activity).id, TaskKind.ANSWER)[:8])
        report = self.year.occurrence("kvartalsrapport-1").id
        self.year.until(instant(2027, 4, 20, 10))
        self.year.approve_all(self.year.tasks(report, TaskKind.ANSWER))
        self.year.until(instant(2027, 5, 4, 10))
        self.year.answer_all(self.year.tasks(report, TaskKind.RELEASE))
        self.year.until(instant(2027, 12, 2, 10))
        for kind in (TaskKind.DRAFT, TaskKind.NEGOTIATE, TaskKind.APPROVE, TaskKind.SIGN, TaskKind.SIGN):
            self.step(kind)

    def step(self, kind: TaskKind) -> None:
        """Whoever has this step of the school's agreement takes it."""
        raw = {TaskKind.SIGN: SIGNED, TaskKind.DRAFT: None}.get(kind, YES)
        for task in self.year.tasks(self.year.occurrence("udviklingsaftaler").id, kind):
            of = task.subject.partition(":")[2] or task.unit_id
            if of == SCHOOL and task.state is TaskState.OPEN:
                self.year.answer(task, raw)
        self.year.until(self.year.now + timedelta(days=1))

    def leader_links(self) -> list[str]:
        """The tokens of the school's own tasks."""
        with reading(self.engine) as session:
            person = session.exec(select(Appointment.person_id).where(Appointment.unit_id == SCHOOL)).first()
        tasks = [
            task
            for activity in PLAYED
            for task in self.year.tasks(self.year.occurrence(activity).id)
            if task.unit_id == SCHOOL
        ]
        return [self.site.link(task, person or 0).removeprefix("/opgave/") for task in tasks]


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    # Sealing runs an event loop of its own, which the thread that Playwright lives in cannot.
    with ThreadPoolExecutor(1) as thread:
        town = thread.submit(Town, tmp_path_factory.mktemp("town")).result()
    with served(town.site.app, town.port):
        yield town
    town.engine.dispose()


def page_of(browser: Browser, base: str, cookie: str | None, complaints: list[str]) -> Page:
    context = browser.new_context(locale="da-DK")
    if cookie:
        context.add_cookies([{"name": COOKIE, "value": cookie, "url": base}])
    page = context.new_page()
    page.on("console", lambda m: complaints.append(m.text) if "server responded" not in m.text else None)
    return page


@pytest.mark.timeout(600)
def test_every_page_there_is_can_be_read_by_everyone_at_every_width(browser: Browser, town: Town) -> None:
    complaints: list[str] = []
    client = town.site.signed_in("sekretariat@kbh.example", Role.SECRETARIAT, "KBH")
    page = page_of(browser, town.site.settings.base_url, client.cookies[COOKIE], complaints)
    looked_at: dict[str, int] = {}
    for path in pages(town.site.app):
        for address in addresses(path, town.engine, token=town.leader_links(), what=["aktivitet"]):
            if client.get(address).status_code != 200:
                continue
            answer = page.goto(town.site.settings.base_url + address)
            assert answer is not None and answer.status == 200, address
            accessible_at_every_width(page)
            looked_at[path] = looked_at.get(path, 0) + 1
            if looked_at[path] == SEVERAL.get(path, 1):
                break
    assert looked_at.keys() >= KNOWN, KNOWN - looked_at.keys()
    assert complaints == []


def test_a_preparation_can_be_read_and_so_can_its_refusals(
    browser: Browser, tmp_path: Path, sqlite_engine: Engine
) -> None:
    complaints: list[str] = []
    port = free_port()
    talk = Dialogue(sqlite_engine, tmp_path, base_url=f"http://127.0.0.1:{port}")
    base = talk.site.settings.base_url
    superior, office = talk.account(), talk.account(Role.SECRETARIAT, "BY", "sif@by.example")
    with served(talk.site.app, port):
        leader = page_of(browser, base, None, complaints)
        leader.goto(base + talk.link())
        leader.fill("[name=administrativ]", "Vi har styr på tallene.")
        leader.click("text=Gem min del")
        assert "Din del er gemt" in leader.inner_text("main")
        accessible_at_every_width(leader)
        reader = page_of(browser, base, superior.cookies[COOKIE], complaints)
        reader.goto(f"{base}/mine-enheder/opgave/{talk.task.id}")
        reader.click("text=Åbn forberedelsen")
        assert "Vi har styr på tallene." in reader.inner_text("main")
        accessible_at_every_width(reader)
        reader.fill("[name=administrativ]", "x" * 4001)
        reader.click("text=Gem min del")
        assert reader.locator(".error-summary").count() == 1
        accessible_at_every_width(reader)
        stranger = page_of(browser, base, office.cookies[COOKIE], complaints)
        stranger.goto(base + talk.superior_page)
        assert "kun for samtalens to parter" in stranger.inner_text("h1")
        accessible_at_every_width(stranger)
        talk.site.clock.at = instant(2027, 12, 1)
        leader.goto(base + talk.link())
        assert "slettet" in leader.inner_text("h1")
        accessible_at_every_width(leader)
    assert complaints == []


@pytest.mark.timeout(600)
def test_a_process_with_doubtful_dates_and_its_meetings(
    browser: Browser, tmp_path: Path, sqlite_engine: Engine
) -> None:
    """Its own page, a meeting that is proposed, one that is called, and what a participant is shown."""
    complaints: list[str] = []
    play = Process(sqlite_engine, tmp_path, "afbureaukratisering", instant(2007, 5, 20))
    play.until(instant(2007, 9, 25, 10))
    with transaction(sqlite_engine) as session:
        proposed, called = list(session.exec(select(Gathering).order_by(col(Gathering.starts_at))))[-2:]
        details = replace(Details.of(called), place="Mødelokale 3")
        call(session, called, details, seen=called.edition, by="account:1", now=play.now)
        participant = participants_of(session, called.id or 0)[0]
        holder = select(Appointment.person_id).where(Appointment.unit_id == participant.unit_id)
        token = task_token(
            b"k" * 40,
            purpose="meeting",
            task_id=participant.id or 0,
            person_id=session.exec(holder).one(),
            generation=1,
        )
    port = free_port()
    site = Site(
        sqlite_engine, tmp_path, at=play.now, secret_key="k" * 40, base_url=f"http://127.0.0.1:{port}"
    )
    client = site.signed_in("sekretariat@kbh.example", Role.SECRETARIAT, "KBH")
    with served(site.app, port):
        page = page_of(browser, site.settings.base_url, client.cookies[COOKIE], complaints)
        for path, words in (
            ("/aarshjul", "usikker"),
            ("/moeder", called.title),
            (f"/moeder/{proposed.id}", proposed.title),
            (f"/moeder/{called.id}", "Mødelokale 3"),
            (f"/indkaldelse/{token}", "Mødelokale 3"),
        ):
            answer = page.goto(site.settings.base_url + path)
            assert answer is not None and answer.status == 200, path
            assert words in page.inner_text("main"), path
            accessible_at_every_width(page)
    assert complaints == []
