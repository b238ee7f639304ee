"""`aarshjul web`: the pages alone, for a machine of their own behind a proxy."""

from typing import Annotated

import typer
import uvicorn
from fastapi import FastAPI

from cli.installation import open_installation
from cli.logs import start_logging
from config.settings import Settings
from flows.clock import RingingClock
from flows.runtime import Runtime
from web.app import create_app

app = typer.Typer(add_completion=False)
GRACEFUL_SECONDS = 20


def server_of(pages: FastAPI, settings: Settings) -> uvicorn.Config:
    """How the pages are served: whom a request came from is a trusted proxy's word, or the connection's."""
    return uvicorn.Config(
        pages,
        host=settings.bind,
        port=settings.port,
        log_config=None,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.proxies,
        timeout_graceful_shutdown=GRACEFUL_SECONDS,
    )


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
    clock = RingingClock(runtime) if with_clock else None
    if clock is not None:
        clock.start()
    try:
        uvicorn.Server(server_of(pages, here.settings)).run()
    finally:
        if clock is not None:
            clock.stop()
