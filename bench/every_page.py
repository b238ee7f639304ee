"""Every GET page there is, for every role, with 5,000 units and three years of answers.

A page added tomorrow joins by itself. The town of `tests/support/played_town.py`, which has one of
everything, is grown to 5,000 units with all they have (`tests/support/grown_town.py`). Pages are asked for in
the process: a page's time is processor time, which other work on the machine disturbs least, with wall time
beside it. What differs by what is asked behind the question mark is asked for so as well. The slowest are
told by name.
"""

import gc
import re
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import NamedTuple

from sqlmodel import col, select
from starlette.testclient import TestClient

from bench.measurement import Measurement
from bench.stores import settle
from cycle.access.person_sessions import open_person_session
from cycle.access.roles import Role
from cycle.organisation.tables import Address, Appointment, Unit
from cycle.store import reading, transaction
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence, Task
from tests.support.grown_town import grow
from tests.support.played_town import SCHOOL, Town
from tests.support.programs import token_headers
from tests.support.routes import addresses, gets, pages
from web.signing_in import person

LIMIT_MS, RUNS, UNITS = 150, 5, 5_000
TRIED, TOLD = 30, 25
"""Addresses of a route that are tried until one shows something; pages that are told by name."""
API = re.compile(r"^/api/v1/(?!openapi)")
ASKED: Mapping[str, tuple[str, ...]] = {
    "/aktivitet/{occurrence_id}": ("?vis=alle", "?side=9", "?tilstand=mangler", "?soeg=skole"),
    "/rettidighed": (
        "?fra=2025&til=2027&niveau=enhed",
        "?fra=2025&til=2027&niveau=distrikt",
        "?niveau=enhed",
    ),
    "/soeg": ("?q=skole", "?q=ida", "?q=kvartalsrapport", "?q=101019"),
    "/mail": ("?soeg=ida", "?side=5"),
    "/mail/ind": ("?soeg=ida",),
    "/poster": ("?vis=alle", "?soeg=skole", "?side=5"),
    "/sag": ("?vis=aftaler", "?aar=2026"),
    "/sag/{what}/{number}": ("?side=9",),
    "/indsigt": ("?hvem=ida",),
    "/aktindsigt": (f"?enhed={SCHOOL}",),
    "/hoering/{occurrence_id}": ("?efter=omraade",),
    "/hoering/{occurrence_id}/svar": ("?om=area:Skoler", "?side=9"),
    "/aktivitet/{occurrence_id}/samlet": ("?side=9",),
}
"""What a page is asked besides its address."""


class Links(NamedTuple):
    """The tokens of mailed links, made before the town is grown."""

    tasks: list[str]
    meetings: list[str]


@dataclass(frozen=True)
class Shown:
    """One page as one role saw it; milliseconds are medians."""

    who: str
    address: str
    wall: float
    processor: float
    kilobytes: int


def measure() -> Iterator[Measurement]:
    """The slowest pages, how many there are, and how many of them are over the limit."""
    with tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
        town = Town(Path(folder))
        links = Links(town.leader_links(), town.invitations())
        grow(town.engine, units=UNITS)
        settle(town.engine)
        gc.collect()
        gc.freeze()  # as whatever is started by a command does: what lives long is not looked through again
        shown = sorted(every_page(town, links), key=lambda each: each.processor, reverse=True)
        town.engine.dispose()
    for number, each in enumerate(shown):
        if number < TOLD or each.processor > LIMIT_MS:
            what = f"{each.who} {each.address}, {each.kilobytes} kB"
            yield Measurement("every_page", what, each.processor, "ms", LIMIT_MS, runs=RUNS, note=_wall(each))
    over = sum(each.processor > LIMIT_MS for each in shown)
    yield Measurement("every_page", f"pages over it, of {len(shown)} that were asked for", over, "pages")


def _wall(each: Shown) -> str:
    return f"processor time; wall {each.wall:.0f} ms"


def every_page(town: Town, links: Links) -> Iterator[Shown]:
    """Each page that shows somebody something, once for each who sees it and each way it is asked for."""
    given = _given(town, links)
    for who, browser in _everybody(town, links).items():
        routes = [path for path in gets(town.site.app) if API.match(path)] if who == "API" else []
        for path in routes or pages(town.site.app):
            yield from _of_route(who, browser, path, town, given)


def _of_route(
    who: str, browser: TestClient, path: str, town: Town, given: Mapping[str, list[str]]
) -> Iterator[Shown]:
    """The first address of the route that shows something; of activities each that is named."""
    several = "{occurrence_id}" in path or "{cycle_id}" in path
    for number, address in enumerate(addresses(path, town.engine, **given)):
        if number == TRIED:
            return
        if browser.get(address).status_code != 200:
            continue
        for asked in ("", *ASKED.get(path, ())):
            yield _timed(who, browser, address + asked)
        if not several:
            return


def _timed(who: str, browser: TestClient, address: str) -> Shown:
    """The medians of several runs after one that is not counted."""
    size = len(browser.get(address).content) // 1000
    walls, processors = [], []
    for _ in range(RUNS):
        wall, processor = time.perf_counter(), time.process_time()
        browser.get(address)
        walls.append((time.perf_counter() - wall) * 1e3)
        processors.append((time.process_time() - processor) * 1e3)
    return Shown(who, address, median(walls), median(processors), size)


def _given(town: Town, links: Links) -> dict[str, list[str]]:
    """What stands for the names in addresses: the school, and the activities that have something to show."""
    with reading(town.engine) as session:
        begun = select(Occurrence.id).where(
            col(Occurrence.state).in_((OccurrenceState.OPEN, OccurrenceState.CLOSED))
        )
        activities = session.exec(begun.order_by(col(Occurrence.id))).all()[:5]
        cycles = session.exec(select(Cycle.id).order_by(col(Cycle.id))).all()[:2]
        tasks = session.exec(select(Task.id).where(Task.unit_id == SCHOOL)).all()
    return {
        "token": [*links.tasks, *links.meetings],
        "what": ["aktivitet"],
        "occurrence_id": list(map(str, activities)),
        "cycle_id": list(map(str, cycles)),
        "task_id": list(map(str, tasks)),
        "unit_id": [SCHOOL],
    }


def _everybody(town: Town, links: Links) -> dict[str, TestClient]:
    """A browser of each role; the superior heads the school's district, the chief all below the root."""
    site = town.site
    with reading(town.engine) as session:
        above = session.get_one(Unit, SCHOOL).path.strip("/").split("/")
        address = session.exec(
            select(Address.email)
            .join(Appointment, col(Appointment.person_id) == col(Address.person_id))
            .where(Appointment.unit_id == SCHOOL)
        ).first()
    found = {
        "secretariat": site.signed_in("sek@kbh.example", Role.SECRETARIAT, "KBH"),
        "superior": site.signed_in("distrikt@kbh.example", Role.SUPERIOR, above[-2]),
        "chief": site.signed_in("chef@kbh.example", Role.SUPERIOR, above[1]),
        "direction": site.signed_in("direktion@kbh.example", Role.DIRECTION, "KBH"),
        "committee": site.signed_in("udvalg@kbh.example", Role.COMMITTEE, "KBH"),
    }
    with transaction(town.engine) as session:
        token = open_person_session(session, address or "", now=site.clock.at)
    leader = site.browser()
    leader.cookies.set(person.COOKIE, token)
    for link in links.tasks:
        leader.get(f"/opgave/{link}")
    program = site.browser(headers=token_headers(site, Role.SECRETARIAT, "KBH"))
    return found | {"leader": leader, "API": program, "nobody": site.stranger()}
