"""`aarshjul demo`: Copenhagen in a throwaway folder, a mail server that really receives, a settable clock."""

import json
import logging
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
import uvicorn

from cli.demo import figures
from cli.demo.entrance import Entrance
from cli.demo.mail_server import MailServer, ServerProcess
from cli.demo.mailroom import Mailroom
from cli.demo.people import People
from cli.demo.setting import EXAMPLE, FIRST_DAY, YEARS, end_of_year, load, open_demo
from cli.demo.stage import Stage
from cli.heap import seldom_look_for_cycles
from cli.installation import Installation
from cli.serve import free_port, prefect_server, refuse_taken_port
from cli.wording import say
from config.settings import Settings
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.supervisor import end, start
from notifications.local_server import Hook, LocalServer
from web.app import create_app
from web.demo.controls import Action, Controls

app = typer.Typer(add_completion=False)

FILE_MARK = ("Opdigtede svar", "Invented answers")
MARK = (
    "Opdigtede svar: denne demo siger intet om de rigtige enheder, og ingen af lederne findes.",
    "Invented answers: this demo says nothing about the real units, and none of the leaders exist.",
)
PREFECT_WAIT = 60.0


@dataclass(frozen=True)
class Options:
    """What is asked of a demo. `example` is the municipality's folder.

    `hook` is what the mail server does wrong: a mail lost or taken twice must be told at the end.
    """

    port: int = 8000
    play_year: bool = False
    leave: bool = False
    as_json: bool = False
    invented_names: bool = False
    prefect: bool = True
    example: Path = EXAMPLE
    hook: Hook | None = None


class DemoPages:
    """What `create_app` asks of a demo."""

    def __init__(self, stage: Stage) -> None:
        self.controls: Controls | None = stage
        self.mark, self.file_mark = MARK, FILE_MARK


@app.command()
def demo(
    port: Annotated[int, typer.Option(help="Port til siderne; 0: en ledig. / Port.")] = 8000,
    data_dir: Annotated[Path | None, typer.Option(help="Mappe; ellers en, der slettes. / Folder.")] = None,
    play_year: Annotated[
        bool, typer.Option("--play-year", help="Spil hele året nu. / Play the year now.")
    ] = False,
    leave: Annotated[bool, typer.Option("--exit", help="Slut bagefter. / Leave afterwards.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Tallene som JSON. / Figures as JSON.")] = False,
    invented_names: Annotated[
        bool, typer.Option("--invented-names", help="Opdigtede enhedsnavne. / Invented names.")
    ] = False,
    prefect: Annotated[bool, typer.Option(help="Kør gennem Prefect. / Run through Prefect.")] = True,
) -> None:
    """Prøv det hele med opdigtede ledere. / Try it all with invented leaders."""
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(message)s")
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # told to end: in order, as with Ctrl-C
    if port and not leave:
        refuse_taken_port("127.0.0.1", port, "--port", "mend demo port")
    options = Options(port, play_year, leave, as_json, invented_names, prefect)
    with _folder(data_dir) as folder:
        status = run(folder, options)
    raise typer.Exit(status)


def run(folder: Path, options: Options) -> int:
    """Sets a demo up in the folder and lets it run; the status to leave with."""
    clock, prefect_port = DemoClock(datetime.fromisoformat(FIRST_DAY)), free_port(0)
    with _mail_server(folder / "mail", clock, options.hook) as server:
        port = options.port or free_port(0)
        here = open_demo(folder, port=port, smtp_port=server.port, reply_port=free_port(0))
        _say(options.as_json, say("demo loading", example=options.example.name))
        seldom_look_for_cycles()
        stage = _stage(here, server, clock, options, prefect_port)
        child = start(prefect_server(here.settings.data_dir, prefect_port)) if options.prefect else None
        try:
            with stage.entrance.opened():
                return _run(stage, here.settings, server, options)
        finally:
            stage.close()
            if child is not None:
                end(child)
            here.engine.dispose()


def _mail_server(folder: Path, clock: DemoClock, hook: Hook | None) -> AbstractContextManager[MailServer]:
    """A process of its own; with a hook, which is not to be sent to another process, a thread of this one."""
    if hook is not None:
        return LocalServer(clock.now, folder=folder, hook=hook)
    return ServerProcess(folder, free_port(0))


def _stage(
    here: Installation, server: MailServer, clock: DemoClock, options: Options, prefect_port: int
) -> Stage:
    """The municipality loaded, with everything that plays its year."""
    loaded = load(here.engine, clock.now(), options.example, invented_names=options.invented_names)
    api_url = f"http://127.0.0.1:{prefect_port}/api" if options.prefect else ""
    runtime, mailroom = Runtime(here.engine, here.settings, clock), Mailroom(server)
    return Stage(
        runtime=runtime,
        clock=clock,
        recorder=Recorder(here.settings.data_dir, api_url),
        people=People(here.engine, loaded.plan.municipality, loaded.calendar),
        mailroom=mailroom,
        entrance=Entrance(runtime, clock, mailroom),
        begun=clock.now(),
        ends=end_of_year(here.engine, loaded, max(YEARS)),
        told=_Progress(),
        prefect_wait=PREFECT_WAIT if options.prefect and options.play_year else 0.0,
    )


def _run(stage: Stage, settings: Settings, server: MailServer, options: Options) -> int:
    pages = _Pages(stage, settings)
    stage.open()
    if not options.leave:
        pages.start()
        _say(options.as_json, say("demo ready", url=f"{settings.base_url}/demo"))
    status = _play_year(stage, settings, server, as_json=options.as_json) if options.play_year else 0
    if not options.leave:
        pages.wait()
    return status


def _play_year(stage: Stage, settings: Settings, server: MailServer, *, as_json: bool) -> int:
    """Plays to the end and prints the figures; 1 when ledger, outbox and mail server disagree."""
    begun = time.monotonic()
    stage.start(Action.YEAR)
    stage.wait()
    domain = settings.mail_from.rpartition("@")[2].rstrip(">")
    seconds = time.monotonic() - begun
    found = figures.count(
        stage.runtime.engine, server.received, domain, now=stage.clock.now(), seconds=seconds
    )
    trouble = stage.status.trouble
    if as_json:
        sys.stdout.write(json.dumps({**asdict(found), "agree": found.agree, "trouble": trouble}) + "\n")
    else:
        sys.stdout.write("\n" + say("demo figures", **asdict(found)) + "\n")
    if found.agree and not trouble:
        return 0
    sys.stderr.write(say("demo disagree", trouble=trouble) + "\n")
    return 1


class _Pages:
    """The web server in a thread of its own, so that Ctrl-C ends the demo in order."""

    def __init__(self, stage: Stage, settings: Settings) -> None:
        runtime = stage.runtime
        pages = create_app(runtime.engine, settings, stage.clock, demo=DemoPages(stage))
        config = uvicorn.Config(
            pages, host=settings.bind, port=settings.port, log_config=None, access_log=False
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, name="pages", daemon=True)

    def start(self) -> None:
        """Comes back when pages are answered."""
        self._thread.start()
        while not self._server.started and self._thread.is_alive():
            time.sleep(0.05)

    def wait(self) -> None:
        """Until Ctrl-C."""
        try:
            while self._thread.is_alive():
                self._thread.join(0.5)
        except KeyboardInterrupt:
            self._server.should_exit = True
            self._thread.join()


@contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="aarshjul-demo-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


class _Progress:
    """One line on a terminal, one line a month otherwise."""

    def __init__(self) -> None:
        self._month = ""

    def __call__(self, now: datetime, answered: int) -> None:
        if sys.stderr.isatty():
            sys.stderr.write(f"\r\033[K{now:%d.%m.%Y}  {answered} svar")
            sys.stderr.flush()
        elif f"{now:%m.%Y}" != self._month:
            self._month = f"{now:%m.%Y}"
            sys.stderr.write(f"{self._month}: {answered} svar\n")


def _say(as_json: bool, text: str) -> None:
    """On stdout for people; on stderr when stdout is for a script."""
    out = sys.stderr if as_json else sys.stdout
    out.write(text + "\n")
    out.flush()
