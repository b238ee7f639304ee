"""Doing what is due here and now (a simulation, tests): no Prefect, no queue, no mail server."""

from collections import Counter

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
    """Runs the bodies here and now: no Prefect, no queue, no mail server. Mails count as sent."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self.runs: Counter[str] = Counter()

    def settle(self) -> int:
        """Does what is due in the order of a turn, until nothing is."""
        done = 0
        for _ in range(MOST_TURNS):
            with store.reading(self._runtime.engine) as session:
                now = self._runtime.clock.now()
                works = unqueued_work(session, now=now, settings=self._runtime.settings)
            if not works:
                return done
            for work in works:
                self._do(work)
                done += 1
            if all(work.flow == "deliver" for work in works):
                return done  # mail that counts as sent makes nothing due
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
            session.connection().execute(_SEND_ALL, {"its_root": root_id, "now": now})
