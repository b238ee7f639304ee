"""`aarshjul mailbox`: keeps watch at the mailbox, or takes mail in. It may be killed at any moment."""

import asyncio
import signal
import sys
import threading
from functools import partial

import typer

from cli.installation import Installation, open_installation
from cli.logs import start_logging
from cli.wording import say
from config.incoming_settings import DoorPlace
from cycle.errors import Invalid, Problem
from flows.mail_news import mail_came
from flows.runtime import Runtime
from notifications.door import Door
from notifications.mailbox import FolderMailbox
from notifications.watching import Watcher

app = typer.Typer(add_completion=False)


@app.command()
def mailbox() -> None:
    """Hold øje med postkassen, eller tag imod mail. / Keep watch at the mailbox, or take mail in."""
    start_logging("mailbox")
    here = open_installation()
    if not here.settings.watches_mail:
        raise Invalid([Problem("AARSHJUL_IMAP_HOST", say("no mailbox"), say("mend no mailbox"))])
    runtime = Runtime(here.engine, here.settings)
    door = here.settings.door
    if door is not None:
        asyncio.run(_take_in(here, door, runtime))
    else:
        _watch(here, runtime)


async def _take_in(here: Installation, place: DoorPlace, runtime: Runtime) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    assert here.settings.inbox_dir is not None, "the settings demand it"
    door = Door(
        place,
        FolderMailbox(here.settings.inbox_dir),
        reply_domain=here.settings.reply_domain,
        now=runtime.clock.now,
        told=partial(mail_came, runtime),
    )
    async with door:
        await stopped.wait()


def _watch(here: Installation, runtime: Runtime) -> None:
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    watcher = Watcher(here.settings, partial(mail_came, runtime))
    watching = threading.Thread(target=watcher.run, name="watcher", daemon=True)
    watching.start()
    while not stopped.wait(0.5):  # a signal given to another thread is seen when this one runs
        if not watching.is_alive():
            sys.exit(1)  # it stumbled and said over what; whoever keeps this process alive starts it again
    watcher.stop()
