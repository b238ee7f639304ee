"""One commit for what became of the mails that several connections have just handed over.

A commit waits for the disk. While it does, the answers to other mails come in; they share the next one. No
connection goes on before its mail is settled, so a process that dies has at most one such mail for each.
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

    async def settle(self, settled: Settled) -> None:
        """Returns when it is committed; raises what the commit raised."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        if not self._waiting:
            loop.call_soon(self._commit_waiting)
        self._waiting.append((settled, done))
        await done

    def _commit_waiting(self) -> None:
        together, self._waiting = self._waiting, []
        self._commit(together)

    def _commit(self, together: Sequence[Waiting]) -> None:
        """What cannot be kept of one mail must not make the others go out again: then each goes alone."""
        try:
            self.desk.settle([settled for settled, _ in together])
        except Exception as error:  # noqa: BLE001 -- whoever waits for it raises it
            if len(together) > 1:
                for each in together:
                    self._commit([each])
            else:
                together[0][1].set_exception(error)
        else:
            for _, done in together:
                done.set_result(None)
