"""Doing what is due here and now (a simulation, tests): no Prefect, no queue, no mail server."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa

from cycle import store
from cycle.messages.tables import UNSENT, Message, MessageState
from cycle.runs.queue import Claim, Work
from cycle.store import table_of
from flows import registry
from flows.due_work import unqueued_work
from flows.runtime import RunContext, Runtime

MOST_TURNS = 200

_NOW = sa.bindparam("now", type_=table_of(Message).c.next_at.type)
_SEND_ALL = (
    sa.update(table_of(Message))
    .where(
        UNSENT,
        table_of(Message).c.root_id == sa.bindparam("its_root"),
        table_of(Message).c.state.in_([MessageState.READY, MessageState.WAITING]),
        table_of(Message).c.next_at <= _NOW,
    )
    .values(state=MessageState.SENT, sent_at=_NOW)
)


class DirectDriver:
    """Runs the bodies here and now: no Prefect, no queue, no mail server. Mails count as sent.

    `sweeps` says when each municipality is swept (UTC, the earliest first), for no runs tell when it was.
    """

    def __init__(self, runtime: Runtime, sweeps: Mapping[str, Sequence[datetime]] | None = None) -> None:
        self._runtime = runtime
        self._sweeps = {root_id: deque(instants) for root_id, instants in (sweeps or {}).items()}
        self.runs: Counter[str] = Counter()

    def settle(self) -> int:
        """Does what is due in the order of a turn, until nothing is."""
        done = 0
        for _ in range(MOST_TURNS):
            with store.reading(self._runtime.engine) as session:
                now = self._runtime.clock.now()
                settings, unswept = self._runtime.settings, self._unswept(now)
                works = unqueued_work(session, now=now, settings=settings, unswept=unswept)
            if not works:
                return done
            for work in works:
                self._do(work)
                done += 1
            if all(work.flow == "deliver" for work in works):
                return done  # mail that counts as sent makes nothing due
        raise RuntimeError("the engine wants the same work again and again")

    def _unswept(self, now: datetime) -> list[str]:
        return [root_id for root_id, instants in self._sweeps.items() if instants and instants[0] <= now]

    def _do(self, work: Work) -> None:
        self.runs[work.flow] += 1
        if work.flow == "deliver":
            self._deliver(work.root_id)
            return
        claim = Claim(0, work.root_id, work.flow, work.subject, fence=0, attempts=1)
        context = RunContext(self._runtime, claim, self._runtime.clock.now())
        registry.body(work.flow, work.subject)(context)
        if work.subject.startswith("sweep:"):
            passed = self._sweeps[work.root_id]
            while passed and passed[0] <= context.now:
                passed.popleft()

    def _deliver(self, root_id: str) -> None:
        now = self._runtime.clock.now()
        with store.transaction(self._runtime.engine) as session:
            session.connection().execute(_SEND_ALL, {"its_root": root_id, "now": now})
