"""The worker: claims wanted runs and carries them out, two at a time.

Any number of workers on any number of machines may share a store: claims are compare-and-set, leases are
renewed from a thread of their own, and what a dead worker held is claimed again when its lease runs out.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import timedelta

from sqlalchemy.exc import SQLAlchemyError

from cycle import store
from cycle.runs import queue
from cycle.runs.queue import LEASE, Claim
from cycle.runs.tables import Recorded
from flows import registry
from flows.execution import BodyOf, Execution
from flows.recording import Recorder, first_of
from flows.runtime import Runtime
from flows.worker_pulse import SignOfLife

RENEW_EVERY = timedelta(seconds=15)
IDLE_SECONDS = 0.5
TROUBLE_SECONDS = 5.0
SIGNALS_SEEN_SECONDS = 0.5

log = logging.getLogger("aarshjul.worker")


class Worker:
    """Works until it is stopped. `body_of` says what a run does; tests shorten the lease."""

    def __init__(
        self,
        runtime: Runtime,
        recorder: Recorder,
        *,
        name: str | None = None,
        concurrency: int = 2,
        body_of: BodyOf = registry.body,
        lease: timedelta = LEASE,
        renew_every: timedelta = RENEW_EVERY,
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(2)}"
        self._runtime, self._recorder = runtime, recorder
        self._concurrency, self._lease = concurrency, lease
        self._body_of = body_of
        self.stopping = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._running: set[asyncio.Task[None]] = set()
        self._recording: set[asyncio.Task[None]] = set()
        self._leases = LeaseKeeper(runtime, lease, renew_every)

    def stop(self) -> None:
        """Claims nothing more; `run` returns when the bodies under way have ended. For any thread."""
        if self._loop is None:
            self.stopping.set()
        else:
            self._loop.call_soon_threadsafe(self.stopping.set)

    async def run(self) -> None:
        """Works until `stop` is called."""
        self._loop = asyncio.get_running_loop()
        with self._leases, self._sign_of_life():
            while not self.stopping.is_set():
                if not await self._step():
                    await self._rest(IDLE_SECONDS)
            await self._finish_running()
        await self.recorded()

    def _sign_of_life(self) -> SignOfLife:
        return SignOfLife(
            self._runtime,
            self.name,
            hands=self._concurrency,
            busy=lambda: len(self._running),
            prefect=self._recorder.heard,
        )

    async def drain(self, *, recorded: bool = True) -> int:
        """Works until nothing can be claimed; gives how many runs it carried out. For the demo and tests.

        `recorded` False: comes back when the bodies have ended, whatever Prefect is still writing down.
        """
        done = 0
        with self._leases:
            while True:
                if await self._step():
                    done += 1
                elif self._is_free() and not self._running:
                    break
                else:
                    await self._rest(IDLE_SECONDS)
        if recorded:
            await self.recorded()
        return done

    async def recorded(self) -> None:
        """Waits until Prefect has written down how the runs ended, or has been given up on."""
        if self._recording:
            await asyncio.wait(self._recording)

    async def _step(self) -> bool:
        """Starts one run if there is one and a hand is free."""
        if not self._is_free():
            return False
        try:
            held = await asyncio.to_thread(self._claim)
        except SQLAlchemyError as error:
            log.error("the store cannot be used: %s", type(error).__name__)
            await self._rest(TROUBLE_SECONDS)
            return False
        if held is None:
            return False
        self._leases.keep(held)
        task = asyncio.create_task(self._carry_out(held))
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        return True

    def _is_free(self) -> bool:
        """Whether a hand is free, and Prefect keeps up with what has ended."""
        return max(len(self._running), len(self._recording)) < self._concurrency

    def _claim(self) -> Claim | None:
        real = self._runtime.wall.now()
        with store.reading(self._runtime.engine) as session:
            if not queue.claimable(session, real=real):
                return None
        with store.transaction(self._runtime.engine) as session:
            return queue.claim(
                session, worker=self.name, now=self._runtime.clock.now(), real=real, lease=self._lease
            )

    async def _carry_out(self, held: Claim) -> None:
        """Returns when the body has ended; what Prefect then writes down holds nobody up."""
        execution = Execution(self._runtime, held, self._body_of)
        recording = asyncio.create_task(self._record(execution))
        try:
            await first_of(recording, execution.finished)
        finally:
            self._leases.drop(held)
        if not recording.done():
            self._recording.add(recording)
            recording.add_done_callback(self._recording.discard)

    async def _record(self, execution: Execution) -> None:
        held = execution.held
        try:
            recorded = await self._recorder.run(execution)
            await asyncio.to_thread(self._mark, held, recorded, execution.prefect_id)
        except Exception:  # one run must not take the worker down; its lease will run out
            log.exception("run %s could not be carried out", held.id)

    def _mark(self, held: Claim, recorded: Recorded, prefect_id: str) -> None:
        with store.transaction(self._runtime.engine) as session:
            queue.mark_recorded(session, held, recorded, prefect_id)

    async def _rest(self, seconds: float) -> None:
        """Until a run ends, the worker is stopped, or `seconds` have passed."""
        stopping = asyncio.ensure_future(self.stopping.wait())
        waiting = {stopping, *self._running, *self._recording}
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()

    async def _finish_running(self) -> None:
        if self._running:
            log.info("finishing %s runs", len(self._running))
            await asyncio.wait(self._running)


def work_until_told(worker: Worker, recorder: Recorder, *, prefect_wait: float) -> None:
    """Works until SIGTERM or SIGINT, and then until the bodies under way have ended.

    Waits `prefect_wait` seconds for a Prefect server that is still starting. The event loop has a thread
    of its own, because in the main thread Prefect takes SIGTERM over and breaks the body off.
    """

    async def work() -> None:
        await recorder.wait_ready(prefect_wait, unless=worker.stopping)
        await worker.run()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: worker.stop())
    with ThreadPoolExecutor(1, thread_name_prefix="worker") as thread:
        working = thread.submit(asyncio.run, work())
        while not working.done():
            # A signal that another thread was given is seen by this one only when it runs.
            wait([working], timeout=SIGNALS_SEEN_SECONDS)
        working.result()


class LeaseKeeper:
    """Renews the leases of what is held, from a thread that no event loop or body can hold up."""

    def __init__(self, runtime: Runtime, lease: timedelta, every: timedelta) -> None:
        self._runtime, self._lease, self._every = runtime, lease, every
        self._held: dict[int, Claim] = {}
        self._guard = threading.Lock()
        self._end = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> "LeaseKeeper":
        self._end.clear()
        self._thread = threading.Thread(target=self._renew_until_end, name="leases", daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        if self._thread is not None:
            self._thread.join()

    def keep(self, held: Claim) -> None:
        """From now on this claim's lease is renewed."""
        with self._guard:
            self._held[held.id] = held

    def drop(self, held: Claim) -> None:
        """This claim's run has ended."""
        with self._guard:
            self._held.pop(held.id, None)

    def _renew_until_end(self) -> None:
        while not self._end.wait(self._every.total_seconds()):
            self.renew()

    def renew(self) -> None:
        """Renews the leases of everything held now; tells of those that another worker has taken."""
        with self._guard:
            held = list(self._held.values())
        if held:
            self._renew(held)

    def _renew(self, held: list[Claim]) -> None:
        started = time.monotonic()
        try:
            with store.transaction(self._runtime.engine) as session:
                kept = queue.renew(session, held, real=self._runtime.wall.now(), lease=self._lease)
                gone = [claim for claim in held if claim.id not in kept]
                lost = [claim for claim in gone if queue.state_of(session, claim) is None]
        except SQLAlchemyError as error:
            log.error("leases not renewed after %.0f s: %s", time.monotonic() - started, type(error).__name__)
            return
        for claim in lost:
            log.warning("run %s is no longer held", claim.id)
        for claim in gone:  # lost, or ended after it was looked up here: nothing to renew either way
            self.drop(claim)
