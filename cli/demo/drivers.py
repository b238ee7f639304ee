"""Doing what is due with a real worker, through Prefect while it answers."""

import asyncio

from cli.demo.direct import MOST_TURNS
from flows.runtime import Runtime
from flows.turn import turn
from flows.worker import Worker


class WorkerDriver:
    """Turns the clock and lets a real worker carry the runs out, through Prefect while it answers."""

    def __init__(self, runtime: Runtime, worker: Worker, loop: asyncio.AbstractEventLoop) -> None:
        self._runtime, self._worker, self._loop = runtime, worker, loop

    def settle(self) -> int:
        """Turns and drains until a turn wants nothing."""
        done = 0
        for _ in range(MOST_TURNS):
            wanted = turn(self._runtime, name="demo").wanted
            carried_out = self._loop.run_until_complete(self._worker.drain())
            done += carried_out
            if not wanted and not carried_out:
                return done
        raise RuntimeError("the engine wants the same work again and again")
