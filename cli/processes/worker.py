"""`aarshjul worker`: one worker. Run as many as you like, on as many machines as you like."""

import asyncio
import logging
import os
import signal
import sys
from typing import Annotated

import typer

from cli.installation import Installation, open_installation
from cli.logs import start_logging
from flows.recording import Recorder
from flows.runtime import Runtime
from flows.worker import Worker

app = typer.Typer()


@app.command()
def worker(
    prefect_wait: Annotated[
        float,
        typer.Option(
            help="Sekunder at vente på Prefect ved start. / Seconds to wait for Prefect at the start.", min=0
        ),
    ] = 10,
) -> None:
    """Kør en arbejder. / Run a worker."""
    start_logging("worker")
    asyncio.run(_work(open_installation(), prefect_wait))
    # Prefect's threads may wait for a server that hangs; what this process had to do is in the store.
    logging.shutdown()
    sys.stdout.flush()
    os._exit(0)


async def _work(here: Installation, prefect_wait: float) -> None:
    recorder = Recorder(here.settings.data_dir, here.settings.prefect_api_url)
    working = Worker(Runtime(here.engine, here.settings), recorder, concurrency=here.settings.workers)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, working.stop)
    await recorder.wait_ready(prefect_wait, unless=working.stopping)
    await working.run()
