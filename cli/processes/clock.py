"""`aarshjul clock`: the clock alone. Of several on one PostgreSQL store, one turns and the others wait."""

import signal
import threading

import typer

from cli.installation import open_installation
from cli.logs import start_logging
from flows.clock import RingingClock
from flows.runtime import Runtime

app = typer.Typer(add_completion=False)


@app.command()
def clock() -> None:
    """Kør uret. / Run the clock."""
    start_logging("clock")
    here = open_installation()
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    ringing = RingingClock(Runtime(here.engine, here.settings))
    ringing.start()
    while not stopped.wait(0.5):  # a signal given to another thread is seen when this one runs
        continue
    ringing.stop()
