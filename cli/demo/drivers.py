"""Doing what is due with a real worker, through Prefect while it answers."""

import asyncio
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from cli.demo.direct import MOST_TURNS
from flows.runtime import Runtime
from flows.turn import turn
from flows.worker import Worker

T = TypeVar("T")


@contextmanager
def running_loop(name: str) -> Iterator[asyncio.AbstractEventLoop]:
    """An event loop in a thread of its own; the threads that carried its work out end with it."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, name=name, daemon=True)
    thread.start()
    try:
        yield loop
    finally:
        asyncio.run_coroutine_threadsafe(loop.shutdown_default_executor(), loop).result()
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


class WorkerDriver:
    """Turns the clock and lets a real worker carry the runs out, through Prefect while it answers.

    The worker lives on `loop`, which runs in another thread.
    """

    def __init__(self, runtime: Runtime, worker: Worker, loop: asyncio.AbstractEventLoop) -> None:
        self._runtime, self._worker, self._loop = runtime, worker, loop

    def settle(self) -> int:
        """Turns and drains until a turn wants nothing."""
        done = 0
        for _ in range(MOST_TURNS):
            wanted = turn(self._runtime, name="demo").wanted
            carried_out = self.on_loop(self._worker.drain(recorded=False))
            done += carried_out
            if not wanted and not carried_out:
                return done
        raise RuntimeError("the engine wants the same work again and again")

    def recorded(self) -> None:
        """Waits until Prefect has written down what has been done."""
        self.on_loop(self._worker.recorded())

    def on_loop(self, work: Coroutine[Any, Any, T]) -> T:
        """Waits for `work` to be done where the worker lives."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()
