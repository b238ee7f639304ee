"""Carrying out one claimed run: its body in a thread, once, and its end written to the store.

Knows nothing of Prefect. Whoever comes first to `begin` carries the body out; success is the body's
commit and the row that says so, whatever anyone around it reports.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from enum import Enum

from sqlalchemy.exc import DBAPIError

from cycle import store
from cycle.errors import FenceLost
from cycle.runs import queue
from cycle.runs.queue import Claim
from cycle.runs.requests import wake
from flows.registry import Body
from flows.runtime import RunContext, Runtime

log = logging.getLogger("aarshjul.run")

BodyOf = Callable[[str, str], Body]
"""Gives the body for (flow, subject), as `registry.body` does."""


class Outcome(Enum):
    """How a body ended. `LOST`: another worker has taken the run over, nothing was committed."""

    DONE = "done"
    FAILED = "failed"
    LOST = "lost"


class RunFailed(Exception):
    """A body did not end well. Says which run only: the reason stays in the store, not in Prefect."""

    def __init__(self, run_id: int, outcome: Outcome) -> None:
        super().__init__(f"run {run_id} {outcome.value}")


class BegunElsewhere(Exception):
    """The body was begun without the one who asks now: it must not be begun again."""


class Execution:
    """One run being carried out. Made and awaited on one event loop."""

    def __init__(self, runtime: Runtime, held: Claim, body_of: BodyOf) -> None:
        self.held = held
        self.outcome: Outcome | None = None
        self.prefect_id = ""
        self.begun = asyncio.Event()
        self.finished = asyncio.Event()
        self._runtime, self._body_of = runtime, body_of
        self._first = threading.Lock()

    def take(self) -> bool:
        """Whether the caller is the first, and so the one who carries the body out."""
        return self._first.acquire(blocking=False)

    async def carry_out(self) -> None:
        """Runs the body in a thread and waits for it. Raises BegunElsewhere; RunFailed after its end."""
        if not self.take():
            raise BegunElsewhere
        await self.carry_out_taken()

    async def carry_out_taken(self) -> None:
        """As `carry_out`, for the one who has called `take`. The thread outlives a cancelled caller."""
        self.begun.set()
        loop = asyncio.get_running_loop()
        body = loop.run_in_executor(None, self._perform)
        body.add_done_callback(lambda _: self.finished.set())
        self.outcome = await asyncio.shield(body)
        if self.outcome is not Outcome.DONE:
            raise RunFailed(self.held.id, self.outcome)

    def _perform(self) -> Outcome:
        started = time.monotonic()
        context = RunContext(self._runtime, self.held, self._runtime.clock.now())
        try:
            self._body_of(self.held.flow, self.held.subject)(context)
            self._finish(context, started)
        except FenceLost:
            log.warning("run %s was taken over by another worker", self.held.id)
            return Outcome.LOST
        except Exception as error:  # whatever a body raises is this run's failure, not the worker's
            log.exception("run %s (%s %s) failed", self.held.id, self.held.flow, self.held.subject)
            return self._fail(error, started)
        return Outcome.DONE

    def _finish(self, context: RunContext, started: float) -> None:
        """The end, and a wake row: what this run made due should not wait for the next turn."""
        now = self._runtime.clock.now()
        with store.transaction(self._runtime.engine) as session:
            queue.finish(session, self.held, now=now, milliseconds=_since(started), counts=context.counts)
            wake(session, now=now)

    def _fail(self, error: Exception, started: float) -> Outcome:
        told = f"{type(error).__name__}: {store.in_words(error) if isinstance(error, DBAPIError) else error}"
        now = self._runtime.clock.now()
        try:
            with store.transaction(self._runtime.engine) as session:
                queue.fail(session, self.held, now=now, milliseconds=_since(started), error=told)
        except FenceLost:
            return Outcome.LOST
        except DBAPIError as trouble:  # a full disk, say: the run is claimed again when its lease runs out
            log.error("run %s could not be marked as failed: %s", self.held.id, store.in_words(trouble))
        return Outcome.FAILED


CURRENT: ContextVar[Execution] = ContextVar("execution")
"""The run that the flow awaited in this context is to carry out."""


async def perform(run_id: int) -> None:
    """The content of every flow: carries out the run that the worker has claimed.

    Raises LookupError when called by anyone but a worker: nobody else holds the run.
    """
    execution = CURRENT.get(None)
    if execution is None or execution.held.id != run_id:
        raise LookupError(f"run {run_id} is not claimed here; flows are run by `aarshjul worker`")
    await execution.carry_out()


def _since(started: float) -> int:
    return round((time.monotonic() - started) * 1000)
