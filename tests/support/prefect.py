"""A real Prefect server for tests, in a process of its own that can be killed, stopped and started again."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from flows import prefect_environment
from tests.support.postgres import free_port

START_SECONDS = 90
PAGE = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello"
"""What a program that is no Prefect answers."""


class PrefectServer:
    """One server on one port with one PREFECT_HOME; `start` after `kill` is the same server again."""

    def __init__(self, data_dir: Path) -> None:
        self.data_dir = data_dir
        self.port = free_port()
        self.api_url = f"http://127.0.0.1:{self.port}/api"
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def home(self) -> Path:
        """Everything the server and its clients write."""
        return self.data_dir / "prefect"

    def start(self) -> None:
        """Returns when the server answers."""
        self.data_dir.mkdir(parents=True, exist_ok=True)
        log = (self.data_dir / "prefect.log").open("ab")
        address = ["--host", "127.0.0.1", "--port", str(self.port)]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "prefect", "server", "start", *address],
            env={**os.environ, **prefect_environment.environment(self.data_dir, self.api_url)},
            stdout=log,
            stderr=log,
        )
        log.close()
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            assert time.monotonic() < until, "the Prefect server did not start"
            assert self._process.poll() is None, "the Prefect server ended"
            time.sleep(0.2)

    def answers(self) -> bool:
        """Whether its health endpoint says so."""
        try:
            return httpx.get(f"{self.api_url}/health", timeout=2, trust_env=False).json() is True
        except (httpx.HTTPError, ValueError):
            return False

    def kill(self) -> None:
        """kill -9."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def hang(self) -> None:
        """SIGSTOP: the port stays open and nobody answers."""
        assert self._process is not None
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        """SIGCONT."""
        assert self._process is not None
        self._process.send_signal(signal.SIGCONT)

    def ensure(self) -> None:
        """Running and answering, whatever a test did to it."""
        if self._process is None:
            self.start()
            return
        self.go_on()
        until = time.monotonic() + START_SECONDS
        while not self.answers():
            assert time.monotonic() < until, "the Prefect server does not answer"
            time.sleep(0.2)

    def flow_runs(self) -> list[dict[str, Any]]:
        """Every flow run it knows of, oldest first."""
        found: list[dict[str, Any]] = []
        while True:
            answer = httpx.post(
                f"{self.api_url}/flow_runs/filter",
                json={"limit": 200, "offset": len(found), "sort": "START_TIME_ASC"},
                timeout=10,
                trust_env=False,
            )
            page: list[dict[str, Any]] = answer.json()
            found += page
            if len(page) < 200:
                return found


def written(home: Path) -> bytes:
    """All bytes under PREFECT_HOME (write-ahead logs too), to search for what must not be there."""
    return b"\n".join(path.read_bytes() for path in sorted(home.rglob("*")) if path.is_file())


@contextmanager
def somebody_else(answer: bytes, port: int = 0) -> Iterator[str]:
    """A program on a port that answers every caller with the same bytes, or never when they are empty."""
    with socket.create_server(("127.0.0.1", port)) as listening:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    caller, _ = listening.accept()
                except OSError:
                    return
                kept.append(caller)
                if answer:
                    caller.recv(4096)
                    caller.sendall(answer)
                    caller.close()

        thread = threading.Thread(target=serve)
        thread.start()
        yield f"http://127.0.0.1:{listening.getsockname()[1]}/api"
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()
        for caller in kept:
            caller.close()
