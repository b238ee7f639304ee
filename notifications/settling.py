"""One commit for what became of the mails that several connections have just handed over.

A commit waits for the disk. While it does, the answers to other mails come in; they share the next one. A
connection begins its next mail meanwhile, but sends no content before the last one is settled: a process that
dies has at most one such mail for each.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from notifications.desk import Desk, Settled

Waiting = tuple[Settled, asyncio.Future[None]]


@dataclass
class Settling:
    """Settles mails of one desk, for the tasks of one event loop."""

    desk: Desk
    _waiting: list[Waiting] = field(default_factory=list)
    _committing: asyncio.Task[None] | None = None

    def settle(self, settled: Settled) -> asyncio.Future[None]:
        """Done when it is committed; raises what the commit raised."""
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((settled, done))
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit_waiting())
        return done

    async def _commit_waiting(self) -> None:
        """One commit after the other, in a thread, until nobody waits."""
        while self._waiting:
            together, self._waiting = self._waiting, []
            faults = await asyncio.to_thread(self._commit, [settled for settled, _ in together])
            for (_, done), fault in zip(together, faults, strict=True):
                if done.done():  # its connection was given up meanwhile
                    continue
                if fault is None:
                    done.set_result(None)
                else:
                    done.set_exception(fault)
        self._committing = None

    def _commit(self, together: Sequence[Settled]) -> list[Exception | None]:
        """What each commit raised, if anything.

        What cannot be kept of one mail must not make the others go out again: then each goes alone.
        """
        try:
            self.desk.settle(together)
        except Exception as error:  # noqa: BLE001 -- whoever waits for it raises it
            if len(together) == 1:
                return [error]
            return [fault for each in together for fault in self._commit([each])]
        return [None] * len(together)
