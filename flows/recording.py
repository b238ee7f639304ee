"""Running through Prefect while it answers, and without it while it does not.

`Recorder.run` carries an execution out as a Prefect flow run. The server may be absent, dead, hung or
somebody else's on the same port: then the very same function runs without it, and the run is marked
*not recorded in Prefect*. The body is begun once, whoever begins it.
"""

import asyncio
import importlib
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

import httpx

from cycle.runs.tables import PrefectAnswer, Recorded
from flows import prefect_environment
from flows.execution import CURRENT, Execution, RunFailed, perform

PROBE_SECONDS = 2.0
REPROBE_SECONDS = 15.0
TRUSTED_SECONDS = 2.0
LATELY_SECONDS = 60.0
PATIENCE_SECONDS = 20.0
STARTING_SECONDS = 90.0
BUSY_PAUSES = (0.3, 1.0, 3.0)

log = logging.getLogger("aarshjul.prefect")

Flows = Mapping[str, Callable[[int], Awaitable[None]]]


class Recorder:
    """Knows whether Prefect answers and runs accordingly. `api_url` ends in /api; empty: no Prefect.

    `probe`: seconds a healthy server answers in; `patience`: seconds it gets before and after a body;
    `reprobe`: seconds it is left alone after it has failed; `starting`: seconds in which a server that
    has not answered yet is only starting, which is nothing to warn of.
    """

    def __init__(
        self,
        data_dir: Path,
        api_url: str,
        *,
        probe: float = PROBE_SECONDS,
        patience: float = PATIENCE_SECONDS,
        reprobe: float = REPROBE_SECONDS,
        starting: float = STARTING_SECONDS,
    ) -> None:
        self._data_dir, self._api_url = data_dir, api_url.rstrip("/")
        self._probe_seconds, self._patience, self._reprobe = probe, patience, reprobe
        self._started_by = time.monotonic() + starting
        self._answered_at = self._failed_at = float("-inf")
        self._flows: Flows | None = None
        self._unusable = not api_url
        self._abandoned: set[asyncio.Task[None]] = set()
        self._probing = asyncio.Lock()

    def heard(self) -> PrefectAnswer:
        """What was last heard of the server. For any thread."""
        if not self._api_url:
            return PrefectAnswer.UNUSED
        answers = not self._unusable and self._answered_at > self._failed_at
        return PrefectAnswer.ANSWERS if answers else PrefectAnswer.SILENT

    async def ready(self) -> bool:
        """Whether Prefect can be used now: it has answered just now and is imported."""
        async with self._probing:
            if self._unusable or time.monotonic() - self._failed_at < self._reprobe:
                return False
            if time.monotonic() - self._answered_at > TRUSTED_SECONDS and not await self._answers():
                self._failed_at = time.monotonic()
                self._tell_of_silence()
                return False
            return await self._loaded()

    async def wait_ready(self, seconds: float, *, unless: asyncio.Event | None = None) -> bool:
        """Waits up to `seconds` for a server that is still starting, or until `unless` is set."""
        until = time.monotonic() + seconds
        while not self._unusable and time.monotonic() < until and not (unless and unless.is_set()):
            if await self._probe():
                self._failed_at = float("-inf")
                return await self.ready()
            await asyncio.sleep(0.5)
        return False

    async def run(self, execution: Execution) -> Recorded:
        """Carries the execution out; gives whether Prefect knows how it ended. Never raises."""
        CURRENT.set(execution)
        if not await self.ready():
            await _quietly(perform(execution.held.id))
            return Recorded.NOT_RECORDED
        task = await self._call(execution)
        if not execution.begun.is_set() and execution.take():
            log.warning("Prefect has not begun a run (%s); doing it without", _what_became_of(task))
            self._give_up_on(task)
            await _quietly(execution.carry_out_taken())
            return Recorded.NOT_RECORDED
        await execution.finished.wait()
        return await self._aftercare(task)

    async def _call(self, execution: Execution) -> asyncio.Task[None]:
        """Calls the flow and waits for its body to begin; calls again when the server was too busy."""
        assert self._flows is not None
        flow = self._flows[execution.held.flow]
        pauses = iter(BUSY_PAUSES)
        while True:
            task = asyncio.ensure_future(_started(flow, execution.held.id))
            await first_of(task, execution.begun, self._patience)
            pause = next(pauses, None)
            if execution.begun.is_set() or not _was_refused(task) or pause is None:
                return task
            await asyncio.sleep(pause)

    async def _aftercare(self, task: asyncio.Task[None]) -> Recorded:
        """The body has ended; Prefect gets a little time to write that down."""
        await asyncio.wait({task}, timeout=self._patience)
        if not task.done():
            log.warning("Prefect has not recorded a run in %.0f s", self._patience)
            self._give_up_on(task)
            return Recorded.NOT_RECORDED
        if not task.cancelled() and (task.exception() is None or isinstance(task.exception(), RunFailed)):
            self._answered_at = time.monotonic()
            return Recorded.RECORDED
        log.warning("Prefect has not recorded a run (%s)", _what_became_of(task))
        if not _was_refused(task):
            self._failed_at = time.monotonic()
        return Recorded.NOT_RECORDED

    def _give_up_on(self, task: asyncio.Task[None]) -> None:
        """Leaves a call that hangs to itself; whatever it ends with is of no interest."""
        self._failed_at = time.monotonic()
        self._abandoned.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._abandoned.discard(task)
        if not task.cancelled():
            task.exception()

    def _tell_of_silence(self) -> None:
        starting = self._answered_at == float("-inf") and time.monotonic() < self._started_by
        level = logging.INFO if starting else logging.WARNING
        log.log(level, "Prefect does not answer at %s; working without it", self._api_url)

    async def _answers(self) -> bool:
        """A server that has answered lately is asked twice: it may only be busy."""
        lately = time.monotonic() - self._answered_at < LATELY_SECONDS
        return await self._probe() or (lately and await self._probe())

    async def _probe(self) -> bool:
        """Whether a Prefect server, and nothing else, answers on that port in time."""
        try:
            # Reading the trusted certificates takes ten times as long as the question: only for https.
            secure = self._api_url.startswith("https:")
            async with httpx.AsyncClient(
                timeout=self._probe_seconds, trust_env=False, verify=secure
            ) as client:
                asked = client.get(f"{self._api_url}/health")
                answer = await asyncio.wait_for(asked, self._probe_seconds)
                alive = answer.status_code == 200 and answer.json() is True
        except (httpx.HTTPError, TimeoutError, ValueError):
            alive = False
        if alive:
            self._answered_at = time.monotonic()
        return alive

    async def _loaded(self) -> bool:
        """Imports Prefect at the first use, off the event loop: it takes seconds."""
        if self._flows is None:
            try:
                self._flows = await asyncio.to_thread(_import_flows, self._data_dir, self._api_url)
            except Exception:  # an installation whose Prefect does not import must still do its year
                log.exception("Prefect cannot be imported; working without it")
                self._unusable = True
        return self._flows is not None


def _import_flows(data_dir: Path, api_url: str) -> Flows:
    prefect_environment.apply(data_dir, api_url)
    flows: Flows = importlib.import_module("flows.prefect_flows").FLOWS
    return flows


async def _started(flow: Callable[[int], Awaitable[None]], run_id: int) -> None:
    await flow(run_id)


def _was_refused(task: asyncio.Task[None]) -> bool:
    """Whether the server answered, but with an error: its SQLite is locked for a moment (503), say."""
    return task.done() and not task.cancelled() and isinstance(task.exception(), httpx.HTTPStatusError)


def _what_became_of(task: asyncio.Task[None]) -> str:
    if not task.done():
        return "it hangs"
    return "cancelled" if task.cancelled() else type(task.exception()).__name__


async def first_of(task: asyncio.Task[None], event: asyncio.Event, seconds: float | None = None) -> None:
    """Waits until the event is set or the task ends, at most `seconds`."""
    waiter = asyncio.ensure_future(event.wait())
    await asyncio.wait({task, waiter}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    waiter.cancel()


async def _quietly(running: Awaitable[None]) -> None:
    """Awaits a body whose failure is in the store already."""
    try:
        await running
    except RunFailed:
        return
