"""`aarshjul worker`: one worker. Run as many as you like, on as many machines as you like."""

import logging
import os
import sys
from typing import Annotated

import typer

from cli.installation import open_installation
from cli.logs import start_logging
from flows.recording import Recorder
from flows.runtime import Runtime
from flows.worker import Worker, work_until_told

app = typer.Typer(add_completion=False)


@app.command()
def worker(
    prefect_wait: Annotated[
        float,
        typer.Option(
            help="Sekunder at vente på Prefect ved start. / Seconds to wait for Prefect at the start.", min=0
        ),
    ] = 10,
) -> None:
    """Kør en arbejdsproces. / Run a worker."""
    start_logging("worker")
    here = open_installation()
    recorder = Recorder(here.settings.data_dir, here.settings.prefect_api_url)
    working = Worker(Runtime(here.engine, here.settings), recorder, concurrency=here.settings.workers)
    work_until_told(working, recorder, prefect_wait=prefect_wait)
    # Prefect's threads may wait for a server that hangs; what this process had to do is in the store.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)
