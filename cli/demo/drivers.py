"""Two ways of doing what is due: with real workers through Prefect, or directly (a simulation)."""

import asyncio
from collections import Counter

import sqlalchemy as sa
from sqlmodel import col

from cycle import store
from cycle.messages.tables import UNSENT, Message, MessageState
from cycle.runs.queue import Claim, Work
from flows import registry
from flows.due_work import due_work
from flows.runtime import RunContext, Runtime
from flows.turn import turn
from flows.worker import Worker

MOST_TURNS = 200


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


class DirectDriver:
    """Runs the bodies here and now: no Prefect, no queue, no mail server. Mails count as sent."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.runs: Counter[str] = Counter()

    def settle(self) -> int:
        """Does what is due in the order of a turn, until nothing is."""
        done = 0
        for _ in range(MOST_TURNS):
            with store.reading(self._runtime.engine) as session:
                works = due_work(
                    session,
                    now=self._runtime.clock.now(),
                    settings=self._runtime.settings,
                    nightly=False,
                )
            if not works:
                return done
            for work in works:
                self._do(work)
                done += 1
        raise RuntimeError("the engine wants the same work again and again")

    def _do(self, work: Work) -> None:
        self.runs[work.flow] += 1
        if work.flow == "deliver":
            self._deliver(work.root_id)
            return
        claim = Claim(0, work.root_id, work.flow, work.subject, fence=0, attempts=1)
        context = RunContext(self._runtime, claim, self._runtime.clock.now())
        registry.body(work.flow, work.subject)(context)

    def _deliver(self, root_id: str) -> None:
        now = self._runtime.clock.now()
        with store.transaction(self._runtime.engine) as session:
            session.execute(
                sa.update(Message)
                .where(
                    UNSENT,
                    col(Message.root_id) == root_id,
                    col(Message.state).in_([MessageState.READY, MessageState.WAITING]),
                    col(Message.next_at) <= now,
                )
                .values(state=MessageState.SENT, sent_at=now)
                .execution_options(synchronize_session=False)
            )
