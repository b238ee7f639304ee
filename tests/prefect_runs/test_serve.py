"""`aarshjul serve` as an operator meets it: one command, three processes, pages at once, an orderly end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from cli.serve import RUNNING, free_port
from tests.support.serving import Serving, until

MEMORY_LIMIT = 600_000_000


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

    other = subprocess.run(
        [sys.executable, "-m", "cli.main", "serve"],
        env={**os.environ, "AARSHJUL_DATA_DIR": str(serving.data_dir), "AARSHJUL_PORT": str(free_port(0))},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert other.returncode != 0 and "kører allerede med mappen" in other.stderr
    assert json.loads((serving.data_dir / RUNNING).read_text()) == note

    worker = serving.pid_of("worker")
    os.kill(worker, signal.SIGKILL)
    until(lambda: serving.pid_of("worker") not in (0, worker), 30)

    until(serving.prefect_answers, 120)
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
