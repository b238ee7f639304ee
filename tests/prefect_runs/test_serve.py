"""`aarshjul serve` as an operator meets it: one command, three processes, pages at once, an orderly end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from cli.serve import RUNNING
from tests.support.postgres import free_port

REPOSITORY = Path(__file__).parents[2]
MEMORY_LIMIT = 600_000_000


class Serving:
    """One `serve` process and what it has started."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir, self.port = data_dir, free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._log = (data_dir.parent / "serve.log").open("wb")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "serve"],
            cwd=REPOSITORY,
            env={
                **os.environ,
                "AARSHJUL_DATA_DIR": str(data_dir),
                "AARSHJUL_PORT": str(self.port),
                "AARSHJUL_PREFECT_PORT": "0",
            },
            stdout=self._log,
            stderr=self._log,
        )

    def close(self) -> None:
        """Whatever is left of it."""
        left = [*self.children().values(), psutil.Process(self.process.pid)] if self.alive() else []
        for process in left:
            process.kill()
        self.process.wait()
        self._log.close()

    def alive(self) -> bool:
        """Whether the supervisor runs."""
        return self.process.poll() is None

    def children(self) -> dict[str, psutil.Process]:
        """The child processes by name."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            try:
                words = child.cmdline()
            except psutil.Error:  # it has just died
                continue
            if len(words) > 3:
                found["prefect" if "prefect" in words else words[3]] = child
        return found

    def pid_of(self, name: str) -> int:
        """The process id of a child, 0 when it does not run."""
        child = self.children().get(name)
        return child.pid if child else 0

    def answers(self) -> bool:
        """Whether the pages do."""
        try:
            return httpx.get(self.url, timeout=5, trust_env=False).status_code < 500
        except httpx.HTTPError:
            return False


def until(true: Callable[[], bool], seconds: float) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.1)


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    running = Serving(tmp_path / "data")
    yield running
    running.close()


def test_pages_come_before_prefect_children_are_started_again_and_everything_ends_in_order(
    serving: Serving,
) -> None:
    until(serving.answers, 30)
    until(lambda: set(serving.children()) == {"web", "worker", "prefect"}, 30)
    note = json.loads((serving.data_dir / RUNNING).read_text())
    assert note["url"] == serving.url

    worker = serving.pid_of("worker")
    os.kill(worker, signal.SIGKILL)
    until(lambda: serving.pid_of("worker") not in (0, worker), 30)

    until(lambda: _healthy(note["prefect"]), 120)
    time.sleep(3)
    everyone = [psutil.Process(serving.process.pid), *serving.children().values()]
    assert sum(process.memory_info().rss for process in everyone) < MEMORY_LIMIT

    serving.process.terminate()
    assert serving.process.wait(60) == 0
    assert not any(child.is_running() for child in everyone)
    assert not (serving.data_dir / RUNNING).exists()


def test_children_end_when_the_supervisor_is_killed(serving: Serving) -> None:
    until(serving.answers, 30)
    until(lambda: len(serving.children()) == 3, 30)
    children = list(serving.children().values())
    serving.process.kill()
    _, alive = psutil.wait_procs(children, timeout=40)
    assert alive == []


def _healthy(api_url: str) -> bool:
    try:
        return httpx.get(f"{api_url}/health", timeout=2, trust_env=False).json() is True
    except (httpx.HTTPError, ValueError):
        return False
