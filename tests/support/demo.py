"""The real `aarshjul demo` in a process of its own, and a browser's way through it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Page

from tests.support.postgres import free_port

ROOT = Path(__file__).parent.parent.parent
START_SECONDS = 120


@contextmanager
def running_demo(folder: Path, *options: str) -> Iterator[str]:
    """Yields the address of a demo on a free port; ends it with SIGINT and expects it to end well."""
    port = free_port()
    command = [sys.executable, "-m", "cli.main", "demo", "--port", str(port), "--data-dir", str(folder)]
    log = folder.parent / "demo.log"
    with log.open("wb") as out:
        process = subprocess.Popen(
            [*command, *options],
            cwd=ROOT,
            stdout=out,
            stderr=subprocess.STDOUT,
            env={**os.environ, "AARSHJUL_LANGUAGE": "da"},
        )
        address = f"http://127.0.0.1:{port}"
        try:
            wait_for(address, process, log)
            yield address
        finally:
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0, log.read_text()


def wait_for(address: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    """Until the pages answer."""
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        assert process.poll() is None, log.read_text()
        try:
            with urlopen(f"{address}/demo", timeout=5):
                return
        except URLError:
            time.sleep(0.2)
    raise AssertionError(f"no page within {START_SECONDS} s\n{log.read_text()}")


def move_clock(page: Page, address: str, action: str) -> None:
    """Presses one of the clock's buttons and waits until the demo stands still again."""
    page.goto(f"{address}/demo")
    page.click(f"button[value={action}]")
    for _ in range(600):
        page.goto(f"{address}/demo")
        assert page.locator("[role=alert]").count() == 0, page.inner_text("main")
        if page.locator("button[value=event]").count():
            return
        time.sleep(0.5)
    raise AssertionError("the demo does not come to rest")
