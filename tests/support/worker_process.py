"""A worker in a process of its own, to be killed or stopped: `python -m tests.support.worker_process …`.

Bodies leave their mark. With a waiting folder each first writes `begun` there and waits for `go`.
"""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

from config.settings import Settings
from cycle.store import make_engine
from flows.execution import BodyOf
from flows.recording import Recorder
from flows.registry import Body
from flows.runtime import RunContext, Runtime
from flows.worker import Worker, work_until_told
from tests.support.engine import mark, marking

REPOSITORY = Path(__file__).parents[2]
LEASE, RENEW = timedelta(seconds=2), timedelta(seconds=0.4)


def start(
    url: str, data_dir: Path, *, api_url: str = "", waiting: Path | None = None
) -> subprocess.Popen[bytes]:
    """Starts one; end it with SIGTERM."""
    given = [url, str(data_dir), api_url, str(waiting or "")]
    return subprocess.Popen([sys.executable, "-m", "tests.support.worker_process", *given], cwd=REPOSITORY)


def wait_for(path: Path, seconds: float = 30) -> None:
    """Until the file is there."""
    until = time.monotonic() + seconds
    while not path.exists():
        assert time.monotonic() < until, f"{path.name} did not come"
        time.sleep(0.05)


def waiting_in(folder: Path) -> BodyOf:
    """Bodies that say they have begun and wait to be told to go on."""

    def body_of(_flow: str, subject: str) -> Body:
        def body(context: RunContext) -> None:
            (folder / "begun").touch()
            wait_for(folder / "go", 60)
            with context.transaction() as session:
                mark(session, subject)

        return body

    return body_of


def work(url: str, data_dir: str, api_url: str, waiting: str) -> None:
    """Until SIGTERM, as `aarshjul worker` does."""
    recorder = Recorder(Path(data_dir), api_url, probe=15)
    worker = Worker(
        Runtime(make_engine(url), Settings(data_dir=Path(data_dir))),
        recorder,
        body_of=waiting_in(Path(waiting)) if waiting else marking,
        lease=LEASE,
        renew_every=RENEW,
    )
    work_until_told(worker, recorder, prefect_wait=30)
    os._exit(0)


if __name__ == "__main__":
    work(*sys.argv[1:5])
