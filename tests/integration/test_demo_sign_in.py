"""One-click sign-in exists in the demo and nowhere else."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import select

from cli.demo.setting import load
from cycle.access.accounts import add_account
from cycle.access.roles import Role
from cycle.errors import Invalid
from cycle.organisation.tables import Address, Appointment
from cycle.runs.tables import ClockPulse
from cycle.store import reading, transaction
from tests.support.leader import World
from tests.support.web import PASSWORD, Form
from web.app import create_app
from web.demo.controls import Action, Status


@dataclass
class Demo:
    controls: object = None
    mark: tuple[str, str] = ("Opdigtede svar", "Invented answers")
    file_mark: tuple[str, str] = mark


def test_the_demo_offers_every_account_and_open_task_with_one_click(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    with transaction(sqlite_engine) as session:
        add_account(
            session,
            email="sif@by.example",
            name="Sif Sekretær",
            password=PASSWORD,
            role=Role.SUPERIOR,
            unit_id="BY-IN-D1",
            now=world.site.clock.at,
            by="cli",
        )
    world.site.app = create_app(sqlite_engine, world.site.settings, world.site.clock, demo=Demo())
    browser = world.site.browser()
    page = browser.get("/demo")
    assert "Sif Sekretær" in page.text and "Opdigtede svar" in page.text
    links = re.findall(r'href="(/opgave/[^"]+)"', page.text)
    assert len(links) == 2 and browser.get(links[0]).status_code == 200
    assert "(skole)" in page.text and "(daginstitution)" in page.text  # one leader of every kind of unit
    assert "/demo" in browser.get("/log-ind").text
    signed_in = Form(page, "/demo/log-ind").send(browser)
    assert signed_in.headers["location"] == "/"
    assert browser.get("/mine-enheder").status_code == 200
    assert browser.post("/demo/log-ind", data={"account": "99"}).status_code == 404
    assert browser.post("/demo/log-ind", data={"account": "²"}).status_code == 404


def test_nobody_is_offered_in_person_before_they_hold_a_post(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    with reading(sqlite_engine) as session:
        email = session.exec(select(Address.email).where(Address.person_id == world.leader)).one()
    world.site.add_account(email, Role.SUPERIOR, "BY-IN-D1")
    world.site.app = create_app(sqlite_engine, world.site.settings, world.site.clock, demo=Demo())
    step_in = 'action="/demo/log-ind"'
    assert step_in in world.site.browser().get("/demo").text
    later = world.site.clock.at.date() + timedelta(days=30)
    with transaction(sqlite_engine) as session:
        its = sa.update(Appointment).where(Appointment.person_id == world.leader)
        session.execute(its.values(valid_from=later))
    assert step_in not in world.site.browser().get("/demo").text


def test_a_demos_clock_that_stands_still_is_no_fault(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    world.site.add_account("sanne@by.example", Role.SECRETARIAT, "BY")
    world.site.app = create_app(sqlite_engine, world.site.settings, world.site.clock, demo=Demo())
    browser = world.site.browser()
    Form(browser.get("/demo"), "/demo/log-ind").send(browser)
    assert _said_of_the_clock(browser) == (
        "info",
        "Demoens ur står stille, til du flytter det på demosiden.",
    )
    with transaction(sqlite_engine) as session:
        turned = datetime.now(UTC) - timedelta(minutes=3)
        session.add(ClockPulse(name="ur", turned_at=turned, milliseconds=4))
    assert _said_of_the_clock(browser) == (
        "info",
        "Demoens ur står stille, til du flytter det på demosiden.",
    )


def _said_of_the_clock(browser):
    page = browser.get("/koersler").text
    found = re.findall(r'badge-(\w+)">[^<]*</span> <strong>Uret</strong>(.*?)</li>', page, re.DOTALL)
    ((kind, said),) = found
    return kind, " ".join(re.sub(r"<[^>]+>", "", said).split())


def test_the_page_follows_a_clock_that_runs_until_it_rests_or_is_asked_to_stand_still(
    sqlite_engine, tmp_path
):
    world = World(sqlite_engine, tmp_path)
    clock = Clockwork(world.site.clock.at)
    world.site.app = create_app(sqlite_engine, world.site.settings, world.site.clock, demo=Demo(clock))
    browser = world.site.browser()
    followed = browser.post("/demo/ur", data={"handling": "year"}).headers["location"]
    running = browser.get(followed)
    assert running.headers["refresh"] == "5" and "Lad siden stå stille" in running.text
    assert "refresh" not in browser.get("/demo").headers
    clock.busy = None
    assert "refresh" not in browser.get(followed).headers


@dataclass
class Clockwork:
    """The demo's clock, as far as its page asks."""

    at: datetime
    busy: Action | None = None

    @property
    def status(self):
        return Status(self.at, self.busy, self.at, self.at + timedelta(days=1), 0, 0)

    def start(self, action):
        self.busy = action
        return True


def test_a_demo_is_never_continued_in_the_folder_of_another(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    before = world.site.row_counts()
    with pytest.raises(Invalid, match="spillet en demo før"):
        load(sqlite_engine, world.site.clock.at)
    assert world.site.row_counts() == before


def test_without_a_demo_none_of_its_addresses_answer(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    for answer in (
        world.browser.get("/demo"),
        world.browser.post("/demo/log-ind", data={"account": "1"}),
    ):
        assert answer.status_code == 404
    assert "/demo" not in world.browser.get("/log-ind").text
