"""`aarshjul serve` in a folder of its own: how soon a page answers, and what the whole stack holds.

Pages, clock, worker, supervisor and Prefect's server with all their children are one stack. Memory is told
twice: RSS summed, which counts what processes share as often as they share it and is held against the
limit, and PSS summed, which counts it once.
"""

import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import psutil

from bench.measurement import Measurement
from cli.demo.setting import EXAMPLE
from cli.municipality import Folder, load_municipality, start_years
from cycle import store
from cycle.access.accounts import add_account
from cycle.access.roles import Role
from tests.support.serving import Serving, until

FIRST_PAGE_SECONDS = 5.0
MEGABYTES = 600.0
PREFECT_SECONDS = 120
REST_SECONDS = 5.0
READINGS = 5
EMAIL = "sekretariat@kbh.example"


def measure() -> Iterator[Measurement]:
    """A first start on an empty folder; then, with Copenhagen in the store and Prefect up, the memory."""
    with tempfile.TemporaryDirectory(prefix="aarshjul-bench-", ignore_cleanup_errors=True) as folder:
        began = time.monotonic()
        serving = Serving(Path(folder) / "data")
        try:
            until(serving.answers, 60)
            took, spent = time.monotonic() - began, processor(serving)
            yield Measurement("serve", "first page, new folder", took, "s", FIRST_PAGE_SECONDS, spent)
            until(serving.prefect_answers, PREFECT_SECONDS)
            password = fill(serving.data_dir)
            read = read_pages(serving.url, password)
            time.sleep(REST_SECONDS)
            yield from memory(serving, f"after {read} pages")
        finally:
            serving.process.terminate()
            serving.process.wait(60)
            serving.close()


def fill(data_dir: Path) -> str:
    """Copenhagen and one account in the store that is being served; gives the account's password."""
    engine = store.make_engine(f"sqlite:///{data_dir / 'aarshjul.db'}")
    now, password = datetime.now(UTC), secrets.token_urlsafe(24)
    with store.transaction(engine) as session:
        loaded = load_municipality(session, Folder.at(EXAMPLE), now=now)
        start_years(session, loaded, [now.year + 1], EXAMPLE, now=now)
        add_account(
            session,
            email=EMAIL,
            name="Sanne Sekretær",
            password=password,
            role=Role.SECRETARIAT,
            unit_id=loaded.plan.municipality,
            now=now,
            by="bench",
        )
    engine.dispose()
    return password


def read_pages(url: str, password: str) -> int:
    """Signs in and reads the secretariat's pages a few times; gives how many were read."""
    paths = ("/aarshjul", "/aktivitet/1", "/koersler", "/mail", "/poster")
    with httpx.Client(
        base_url=url, trust_env=False, headers={"Origin": url}, timeout=30, follow_redirects=True
    ) as browser:
        browser.post("/log-ind", data={"email": EMAIL, "password": password}).raise_for_status()
        for path in paths * READINGS:
            browser.get(path).raise_for_status()
    return len(paths) * READINGS


def processor(serving: Serving) -> float:
    """Processor seconds of supervisor and children so far."""
    supervisor = psutil.Process(serving.process.pid)
    times = [process.cpu_times() for process in (supervisor, *supervisor.children(recursive=True))]
    return float(sum(each.user + each.system for each in times))


def memory(serving: Serving, when: str) -> Iterator[Measurement]:
    """What supervisor and children hold, and their children's children."""
    supervisor = psutil.Process(serving.process.pid)
    held = [process.memory_full_info() for process in (supervisor, *supervisor.children(recursive=True))]
    rss, pss = (sum(getattr(one, name) for one in held) / 1e6 for name in ("rss", "pss"))
    what = f"{len(held)} processes {when}"
    yield Measurement("serve", f"RSS of {what}", rss, "MB", MEGABYTES)
    yield Measurement("serve", f"PSS of {what}", pss, "MB")
