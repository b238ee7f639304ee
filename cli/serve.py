"""`aarshjul serve`: the whole engine on this machine, one command.

Three processes are kept alive: the pages with the clock, a worker, and a Prefect server; a fourth where
mail is watched for or taken in. Pages answer
before the others are started; nothing waits for Prefect for long. This process imports no store, so
that it is small and the pages come quickly: each child opens the store, and is started again until it can.
"""

import fcntl
import json
import os
import socket
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from cli.folder import prepare_folder
from cli.logs import start_logging
from cli.wording import say
from config.settings import Settings, load_settings
from cycle.errors import Invalid, Problem
from flows import prefect_environment
from flows.supervisor import Child, Supervisor

app = typer.Typer(add_completion=False)

RUNNING = "running.json"
LOCK = "serve.lock"
FIRST_PAGE_SECONDS = 15.0
PREFECT_START_SECONDS = 60
BODY_PATIENCE = 120.0


@app.command()
def serve() -> None:
    """Kør årshjulet på denne maskine. / Run the wheel on this machine."""
    start_logging("serve")
    settings = load_settings()
    prepare_folder(settings.data_dir, "serve")
    with alone_in(settings.data_dir):
        _keep_running(settings)


def _keep_running(settings: Settings) -> None:
    refuse_taken_port(settings.bind, settings.port, "AARSHJUL_PORT", "mend port")
    prefect_port = free_port(settings.prefect_port)
    api_url = settings.prefect_api_url or f"http://127.0.0.1:{prefect_port}/api"
    keeping = Supervisor(
        children(settings, api_url, prefect_port), after_first=lambda: _wait_for_pages(settings)
    )
    with _running(settings, api_url):
        sys.stdout.write(say("serving", url=settings.base_url, prefect=api_url.removesuffix("/api")) + "\n")
        sys.stdout.flush()
        keeping.run()


def children(settings: Settings, api_url: str, prefect_port: int) -> list[Child]:
    """The processes of one machine; a Prefect server only when none is given."""
    ours = [sys.executable, "-m", "cli.main"]
    told = {"AARSHJUL_PREFECT_API_URL": api_url}
    wait = ["--prefect-wait", str(PREFECT_START_SECONDS)]
    found = [
        Child("web", [*ours, "web", "--with-clock"], told),
        Child("worker", [*ours, "worker", *wait], told, patience=BODY_PATIENCE),
    ]
    if settings.watches_mail:
        found.append(Child("mailbox", [*ours, "mailbox"], patience=5))
    if not settings.prefect_api_url:
        found.append(prefect_server(settings.data_dir, prefect_port))
    return found


def prefect_server(data_dir: Path, port: int) -> Child:
    """A Prefect server on loopback with its own SQLite in the data folder."""
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    environment = prefect_environment.environment(data_dir, f"http://127.0.0.1:{port}/api")
    return Child("prefect", command, environment, patience=10, log=data_dir / "prefect" / "server.log")


@contextmanager
def alone_in(data_dir: Path) -> Iterator[None]:
    """Holds the folder for as long as the block, or the process, lives.

    Two engines on one SQLite store would be two clocks and two Prefect servers. Raises Invalid when another
    process holds it. The lock is the operating system's: nothing is left behind by a process that dies.
    """
    with (data_dir / LOCK).open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            what = say("serving already", folder=data_dir)
            raise Invalid([Problem("AARSHJUL_DATA_DIR", what, say("mend serving already"))]) from error
        yield


def refuse_taken_port(host: str, port: int, where: str, cure: str) -> None:
    """Raises Invalid when something else listens there already. `where` is what chose the port."""
    if not _is_free(host, port):
        what = say("port taken", port=port, host=host)
        raise Invalid([Problem(where, what, say(cure))])


def free_port(wanted: int) -> int:
    """`wanted` when it can be had on loopback, else a free one."""
    if wanted and _is_free("127.0.0.1", wanted):
        return wanted
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def _wait_for_pages(settings: Settings) -> None:
    """The pages get the machine to themselves until they answer."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(settings.bind, settings.bind)  # noqa: S104  # compared
    until = time.monotonic() + FIRST_PAGE_SECONDS
    while time.monotonic() < until:
        try:
            with socket.create_connection((host, settings.port), timeout=1):
                return
        except OSError:
            time.sleep(0.1)


@contextmanager
def _running(settings: Settings, api_url: str) -> Iterator[None]:
    """Leaves a note of where what is running, for `doctor`."""
    note = settings.data_dir / RUNNING
    facts = {"pid": os.getpid(), "url": settings.base_url, "prefect": api_url}
    note.write_text(json.dumps(facts) + "\n", encoding="utf-8")
    try:
        yield
    finally:
        note.unlink(missing_ok=True)
