"""`aarshjul web`: the pages alone, for a machine of their own behind a proxy."""

from typing import Annotated

import typer
import uvicorn

from cli.installation import open_installation
from cli.logs import start_logging
from flows.clock import RingingClock
from flows.runtime import Runtime
from web.app import create_app

app = typer.Typer(add_completion=False)
GRACEFUL_SECONDS = 20


@app.command()
def web(
    with_clock: Annotated[
        bool, typer.Option("--with-clock", help="Kør også uret i denne proces. / Run the clock here too.")
    ] = False,
) -> None:
    """Kør siderne. / Run the pages."""
    start_logging("web")
    here = open_installation()
    runtime = Runtime(here.engine, here.settings)
    pages = create_app(here.engine, here.settings, runtime.clock)
    config = uvicorn.Config(
        pages,
        host=here.settings.bind,
        port=here.settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )
    clock = RingingClock(runtime) if with_clock else None
    if clock is not None:
        clock.start()
    try:
        uvicorn.Server(config).run()
    finally:
        if clock is not None:
            clock.stop()
