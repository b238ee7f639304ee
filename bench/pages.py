"""The pages people meet, over HTTP, in a Copenhagen whose report has been open for a week.

The week is played first: a real worker (without Prefect), real mails, invented leaders who answer and
superiors who approve. Then a real server is asked for each page again and again over one connection.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import httpx
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from bench.measurement import Measurement, timing
from bench.stores import sqlite_store
from cli.demo.drivers import WorkerDriver, running_loop
from cli.demo.people import People
from cli.demo.play import Player
from config.settings import Settings
from cycle import store
from cycle.access.roles import Role
from cycle.messages.tables import Message
from cycle.organisation.tables import Appointment, Unit
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.worker import Worker
from tests.support import koebenhavn, mail_server
from tests.support.browser import launched, served
from tests.support.municipality import instant
from tests.support.postgres import free_port
from tests.support.web import Site
from web.session import COOKIE

LIMIT_MS = 150
FIRST_PAINT_MS, PAINTS = 1000, 5
FIRST_PAINT = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
RUNS = 20
BEGINS, ENDS = instant(2027, 3, 31, 5), instant(2027, 4, 8, 11)
REPORT, AREA = "kvartalsrapport-1", "KBH-INST"


def measure() -> Iterator[Measurement]:
    """The median of each page, on SQLite."""
    with sqlite_store() as engine, tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
        koebenhavn.load(engine)
        port = free_port()
        site = Site(engine, Path(folder), at=ENDS, base_url=f"http://127.0.0.1:{port}")
        play(engine, site.settings)
        addresses = pages(site)
        office = cookie(site, Role.SECRETARIAT, koebenhavn.ROOT)
        superior = cookie(site, Role.SUPERIOR, AREA)
        with served(site.app, port):
            for what, address in addresses.items():
                yield page(site, what, address, superior if address.startswith("/mine-") else office)
            yield painted(site, addresses["a leader's task"])


def play(engine: Engine, settings: Settings) -> None:
    """The week before the pages are read."""
    clock = DemoClock(BEGINS)
    with mail_server.running() as server, store.reading(engine) as session:
        calendar = calendar_of_root(session, koebenhavn.ROOT)
        mail = {"smtp_host": server.host, "smtp_port": server.port, "smtp_security": "none"}
        runtime = Runtime(engine, settings.model_copy(update=mail), clock)
        worker = Worker(runtime, Recorder(settings.data_dir, ""))
        people = People(engine, koebenhavn.ROOT, calendar)
        with running_loop("worker") as loop:
            driver = WorkerDriver(runtime, worker, loop)
            Player(engine, runtime.settings, clock, driver, people).play(ENDS)


def pages(site: Site) -> dict[str, str]:
    """What each page is, and its address."""
    with store.reading(site.engine) as session:
        report = session.exec(select(Occurrence.id).where(Occurrence.activity_id == REPORT)).one()
        tasks = (
            select(Task, Appointment.person_id)
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .join(Appointment, col(Appointment.unit_id) == col(Task.unit_id))
            .where(
                Task.occurrence_id == report, Task.kind == TaskKind.ANSWER, col(Appointment.role) == Task.role
            )
            .where(col(Unit.path).contains(f"/{AREA}/"))
        )
        task, person_id = session.exec(tasks.where(Task.state == TaskState.OPEN)).all()[0]
        answered, _ = session.exec(tasks.where(Task.state == TaskState.SUBMITTED)).all()[0]
        units = session.exec(
            select(sa.func.count()).where(Task.occurrence_id == report, Task.kind == TaskKind.ANSWER)
        ).one()
        mails = session.exec(select(sa.func.count()).select_from(Message)).one()
    return {
        "a leader's task": site.link(task, person_id),
        "a superior's list": f"/mine-enheder/{report}",
        "an answer before its superior": f"/mine-enheder/opgave/{answered.id}",
        "the wheel": "/aarshjul",
        f"an activity with {units} units": f"/aktivitet/{report}?vis=alle",
        "a task's file": f"/opgave-historik/{answered.id}",
        "the runs": "/koersler",
        f"the mail log of {mails} mails": "/mail",
        "why someone got a mail": f"/mail/person/{person_id}",
    }


def cookie(site: Site, role: Role, unit_id: str) -> str:
    """The session of a new account."""
    return str(site.signed_in(f"{role.value}@kbh.example", role, unit_id).cookies[COOKIE])


def painted(site: Site, address: str) -> Measurement:
    """When a browser on a telephone's screen shows the first of a leader's task, its letters kept."""
    shown = []
    with launched() as browser:
        tab = browser.new_page(viewport={"width": 375, "height": 700})
        for _ in range(PAINTS + 1):
            tab.goto(f"{site.settings.base_url}{address}")
            tab.wait_for_load_state("networkidle")
            shown.append(float(tab.evaluate(FIRST_PAINT)))
    return Measurement(
        "pages", "first content of a leader's task", median(shown[1:]), "ms", FIRST_PAINT_MS, runs=PAINTS
    )


def page(site: Site, what: str, address: str, session: str, *, limit: int = LIMIT_MS) -> Measurement:
    """The median time of one page. Raises when it is not there."""
    with httpx.Client(
        base_url=site.settings.base_url, cookies={COOKIE: session}, trust_env=False, timeout=60
    ) as browser:
        shown = browser.get(address, follow_redirects=True).url  # a mailed link is exchanged once

        def read() -> None:
            browser.get(shown).raise_for_status()

        found = timing(read, RUNS)
    return Measurement("pages", what, found.wall * 1e3, "ms", limit, found.processor * 1e3, RUNS)
