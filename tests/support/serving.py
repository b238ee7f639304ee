"""The real `aarshjul serve` in a process of its own, with everything it starts."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil

from cli.serve import RUNNING
from tests.support.postgres import free_port

REPOSITORY = Path(__file__).parents[2]


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

    def prefect_answers(self) -> bool:
        """Whether the Prefect server does."""
        note = json.loads((self.data_dir / RUNNING).read_text())
        try:
            return httpx.get(f"{note['prefect']}/health", timeout=2, trust_env=False).json() is True
        except (httpx.HTTPError, ValueError):
            return False


def until(true: Callable[[], bool], seconds: float) -> None:
    """Waits for it; fails when it has not come true by then."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.05)
