"""The secretariat's pages over HTTP in a municipality of 5,000 units with three years of answers.

Seven requests a year to every unit, 105,000 tasks in all. Each page is asked for again and again over one
connection; what is compared over all three years is told beside what a page shows unless asked.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from sqlmodel import select

from bench.measurement import Measurement
from bench.pages import LIMIT_MS, cookie, page
from bench.stores import settle, sqlite_store
from cycle import store
from cycle.access.roles import Role
from cycle.tasks.tables import Cycle, Occurrence
from tests.support import three_years
from tests.support.browser import served
from tests.support.postgres import free_port
from tests.support.web import Site

ALL = "/rettidighed?fra=2025&til=2027"
COMPARED_MS = 250
"""For three years side by side in places of many units, which somebody asks for by hand: every task is
counted by the place of its unit.
"""


def measure() -> Iterator[Measurement]:
    """The median of each page, on SQLite."""
    with sqlite_store() as engine, tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
        three_years.write(engine)
        settle(engine)
        port = free_port()
        site = Site(engine, Path(folder), at=three_years.NOW, base_url=f"http://127.0.0.1:{port}")
        office = cookie(site, Role.SECRETARIAT, "BY")
        with served(site.app, port):
            for what, (address, limit) in pages(site).items():
                yield page(site, what, address, office, limit=limit)


def pages(site: Site) -> dict[str, tuple[str, int]]:
    """What each page is, its address, and how many milliseconds it may take."""
    with store.reading(site.engine) as session:
        cycle = session.exec(select(Cycle.id).where(Cycle.year == 2027)).one()
        named = select(Occurrence.id).where(Occurrence.cycle_id == cycle)
        activity = session.exec(named.where(Occurrence.activity_id == "kvartalsrapport-3")).one()
    return {
        "the wheel, 5,000 units": ("/aarshjul", LIMIT_MS),
        "the status, 5,000 units": ("/status", LIMIT_MS),
        "timeliness of the year by area, 5,000 units": ("/rettidighed", LIMIT_MS),
        "timeliness of the year by district": ("/rettidighed?niveau=distrikt", LIMIT_MS),
        "timeliness of three years by district": (f"{ALL}&niveau=distrikt", COMPARED_MS),
        "timeliness of three years by unit": (f"{ALL}&niveau=enhed", LIMIT_MS),
        "an activity with 5,000 units, a page of them": (f"/aktivitet/{activity}", LIMIT_MS),
    }
