"""The last minute before a deadline: 2,000 leaders send their answers to one server; their receipts go out.

The pages run in a process of their own, as `aarshjul web` runs them; a worker in another sends the receipts
all the while. Every leader has the form open. At a moment of the minute that chance chose, none waiting for
another, each sends it and reads the receipt. What is held against the limit is how long sending took, from
that moment to the answer. An answer that is lost, or a database that is locked, ends the bench.
"""

import asyncio
import multiprocessing
import os
import random
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.cookiejar import DefaultCookiePolicy
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles

import httpx
import sqlalchemy as sa
import uvicorn
from sqlalchemy.engine import Engine

from bench import mail_sink, sending_workers
from bench.measurement import Measurement
from bench.stores import STORES, settle
from config.settings import Settings
from cycle import store
from cycle.store import make_engine
from cycle.tasks.tables import Submission
from tests.support import municipality
from tests.support.municipality import ROOT, instant
from tests.support.postgres import free_port
from tests.support.web import FixedClock, Form, Site
from web.app import create_app

LEADERS, SECONDS, LIMIT_MS = 2_000, 60.0, 2_000
AT_ONCE = 16
"""Forms that are opened side by side before the minute begins."""

BEFORE_NOON = instant(2027, 4, 20, 11, 59)
FILLED = {"act": "submit", "status.light": "grøn", "beloeb": "1", "bemaerkning": "Sendt i sidste øjeblik."}


def measure() -> Iterator[Measurement]:
    """On both databases."""
    with mail_sink.running() as mail_port:
        for name, fresh in STORES.items():
            with fresh() as engine, tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
                yield from _minute(name, engine, Path(folder), mail_port)


def _minute(name: str, engine: Engine, folder: Path, mail_port: int) -> Iterator[Measurement]:
    port, url = free_port(), engine.url.render_as_string(hide_password=False)
    site = Site(
        engine,
        folder,
        at=BEFORE_NOON,
        base_url=f"http://127.0.0.1:{port}",
        smtp_host="127.0.0.1",
        smtp_port=mail_port,
        mail_from="Styringssekretariatet <aarshjul@by.example>",
    )
    links = _links(engine, site)
    settle(engine)
    with _served(url, site.settings, port, folder / "web.log"):
        forms = asyncio.run(_opened(site, links))
        with sending_workers.running(1, url, site.settings, BEFORE_NOON, ROOT) as workers:
            with _all_the_while(workers.send_all):
                took = asyncio.run(_sent(site, forms))
            workers.send_all()
    log = (folder / "web.log").read_text(encoding="utf-8")
    assert "database is locked" not in log, log[-2000:]
    with store.reading(engine) as session:
        kept = session.execute(sa.select(sa.func.count(sa.distinct(Submission.task_id)))).scalar_one()
    assert kept == LEADERS, f"{LEADERS - kept} answers were lost"
    note = f"median {median(took) * 1e3:.0f} ms, slowest {max(took) * 1e3:.0f} ms; 0 lost, 0 locked"
    what = f"an answer of {LEADERS} sent within {SECONDS:.0f} s, the slowest but one in a hundred, {name}"
    yield Measurement("last_minute", what, quantiles(took, n=100)[98] * 1e3, "ms", LIMIT_MS, note=note)


def _links(engine: Engine, site: Site) -> list[str]:
    with store.transaction(engine) as session:
        town = municipality.build(session, units_per_district=LEADERS // 4)
        occurrence = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
        tasks = municipality.add_tasks(session, town, occurrence)
        return [site.link(task, town.leaders[task.unit_id]) for task in tasks]


def _serve(line: Connection, url: str, settings: Settings, port: int, log: str) -> None:
    file = os.open(log, os.O_CREAT | os.O_WRONLY)
    os.dup2(file, 1)
    os.dup2(file, 2)
    engine = make_engine(url)
    pages = create_app(engine, settings, FixedClock(BEFORE_NOON))
    server = uvicorn.Server(uvicorn.Config(pages, port=port, access_log=False, server_header=False))
    threading.Thread(target=lambda: (line.recv(), setattr(server, "should_exit", True)), daemon=True).start()
    server.run()
    engine.dispose()


@contextmanager
def _served(url: str, settings: Settings, port: int, log: Path) -> Iterator[None]:
    ours, theirs = multiprocessing.Pipe()
    arguments = (theirs, url, settings, port, str(log))
    process = multiprocessing.get_context("spawn").Process(target=_serve, args=arguments)
    process.start()
    try:
        while not _answers(port):
            assert process.is_alive(), log.read_text(encoding="utf-8")
            time.sleep(0.1)
        yield
    finally:
        ours.send("end")
        process.join(timeout=20)


def _answers(port: int) -> bool:
    try:
        return httpx.get(f"http://127.0.0.1:{port}/tilgaengelighed", trust_env=False).status_code < 500
    except httpx.TransportError:
        return False


@contextmanager
def _all_the_while(work: object) -> Iterator[None]:
    over = threading.Event()

    def again() -> None:
        while not over.wait(0.5):
            work()  # type: ignore[operator]

    thread = threading.Thread(target=again)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def _browser(site: Site) -> httpx.AsyncClient:
    """One for all leaders: it keeps no cookies, each leader brings the own ones."""
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=200)
    browser = httpx.AsyncClient(base_url=site.settings.base_url, trust_env=False, timeout=60, limits=limits)
    browser.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    return browser


Filled = tuple[str, Mapping[str, str], Mapping[str, str]]
"""Where a leader's form goes, what stands in it, and the leader's cookies as a header."""


async def _opened(site: Site, links: Sequence[str]) -> list[Filled]:
    waiting, found = list(links), []

    async def open_some(browser: httpx.AsyncClient) -> None:
        while waiting:
            link = waiting.pop()
            exchanged = await browser.get(link)
            cookies = "; ".join(each.partition(";")[0] for each in exchanged.headers.get_list("set-cookie"))
            page = await browser.get(exchanged.headers["location"], headers={"Cookie": cookies})
            form = Form(page, link)
            found.append((form.action, {**form.fields, **FILLED}, {"Cookie": cookies}))

    async with _browser(site) as browser:
        await asyncio.gather(*(open_some(browser) for _ in range(AT_ONCE)))
    return found


async def _sent(site: Site, forms: Sequence[Filled]) -> list[float]:
    chance = random.Random(20270420)
    began = time.perf_counter()

    async def send(browser: httpx.AsyncClient, filled: Filled, moment: float) -> float:
        action, fields, cookies = filled
        await asyncio.sleep(max(0.0, began + moment - time.perf_counter()))
        answer = await browser.post(action, data=dict(fields), headers=cookies)
        took = time.perf_counter() - began - moment
        assert answer.status_code == 303, answer.text
        receipt = await browser.get(answer.headers["location"], headers=cookies)
        assert "Kvittering" in receipt.text or "modtaget" in receipt.text, receipt.text
        return took

    async with _browser(site) as browser:
        return await asyncio.gather(*(send(browser, each, chance.uniform(0, SECONDS)) for each in forms))
