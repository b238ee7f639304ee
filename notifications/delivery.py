"""The outbox on its way out: claim, write, send, settle; never inside a transaction.

A batch is claimed and committed; each mail goes over one of a few connections that stay open, and its
connection waits until what became of it is committed. While the server takes a mail its connection composes
the next one. If the process dies in between, the lease runs out
and the mail goes again under the same Message-ID.
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from datetime import timedelta
from typing import NamedTuple

from config.settings import Settings
from cycle.errors import Conflict, CycleError
from cycle.messages.in_hand import goes_alone
from cycle.messages.tables import Message
from notifications.composing import Composed, Composer, OneAhead
from notifications.desk import Desk, Settled
from notifications.mime import read_sender, wire_address
from notifications.settling import Settling
from notifications.smtp import Connection, Server
from notifications.smtp_answers import UNENCRYPTED_ONWARD, Fate, Outcome, QueueStopped

PAUSE = timedelta(minutes=5)
"""How long all mail waits after the server could not be reached or let nobody in."""

SUSPECTS = 3
"""So many mails in a row refused in a way that may be about us, and none taken, say that it is about us."""

NO_SERVER_PAUSE = timedelta(hours=1)
NO_SERVER = "Der er ikke sat en mailserver op (AARSHJUL_SMTP_HOST)."


class Suspect(NamedTuple):
    """A mail that was refused in a way that may be about us. `counts`: that says something of the server; not
    so where it has taken others since it first refused this one."""

    message: Message
    refused: Outcome
    counts: bool


class MailHeld(CycleError):
    """No mail can leave now; all of it waits. `stage` says where it stopped, no recipient is to blame.

    The text names no address, so that it may be shown and logged; the server's own words are the
    `reason` of the mails that wait.
    """

    def __init__(self, stopped: QueueStopped) -> None:
        code = f" ({stopped.code})" if stopped.code else ""
        super().__init__(f"Mailen venter: mailserveren kan ikke bruges, fejl ved {stopped.stage}{code}.")
        self.stage, self.code = stopped.stage, stopped.code


def server_of(settings: Settings) -> Server | None:
    """The mail server that the settings name, if any."""
    if not settings.smtp_host:
        return None
    return Server(
        host=settings.smtp_host,
        port=settings.smtp_port,
        security=settings.smtp_security,
        user=settings.smtp_user,
        password=settings.smtp_password.get_secret_value(),
        timeout=settings.smtp_timeout,
    )


class Delivery:
    """Sends what is due for one municipality, until nothing is or the queue must stop.

    Any number of these may work at the same time. Raises AddressRefused when the sender's own address
    cannot be used.
    """

    def __init__(self, desk: Desk, server: Server, *, connections: int) -> None:
        self._desk = desk
        self._sender = read_sender(desk.office.sender)
        self._longest = timedelta(seconds=server.longest)
        self._lines = [Connection(server, sender=self._sender.addr_spec) for _ in range(connections)]
        self._settling = Settling(desk)
        self._stopped: QueueStopped | None = None
        self._doubt: QueueStopped | None = None
        self._suspects: list[Suspect] = []
        self._since = desk.clock()
        self._own: deque[int] = deque(maxlen=2 * connections)
        self._cleared: list[asyncio.Future[None]] = []

    async def run(self) -> None:
        """Raises MailHeld when the server lets nothing through, FenceLost when the run was taken over."""
        try:
            while self._stopped is None and (batch := self._claim()):
                await self._send(batch)
            await self._wait(self._suspects)
        finally:
            for line in self._lines:
                await line.close()
        if self._stopped is not None:
            raise MailHeld(self._stopped) from self._stopped

    def _claim(self) -> list[Message]:
        """A line begins one mail while what became of its last one is committed."""
        return self._desk.claim(self._longest, in_hand=2 * len(self._lines))

    async def _send(self, batch: list[Message]) -> None:
        waiting = deque(batch)
        await self._begin(waiting)
        composer = Composer(self._desk, self._sender)
        composer.read(waiting)
        results = await asyncio.gather(
            *(self._work(line, OneAhead(waiting, composer), waiting) for line in self._lines),
            return_exceptions=True,
        )
        for error in results:
            if isinstance(error, BaseException):
                raise error
        cleared, self._cleared = self._cleared, []
        for settled in cleared:
            await settled
        if self._stopped is not None:
            behind = await self._wait(self._suspects)
            self._desk.hold(waiting, reason=str(self._stopped), pause=PAUSE, last=behind)
            return
        await self._wait([each for each in self._suspects if not self._may_begin(each.message)])
        if waiting:
            self._desk.hand_back(waiting, reason="")

    def _may_begin(self, message: Message) -> bool:
        return self._desk.may_begin(message, self._longest)

    async def _begin(self, waiting: deque[Message]) -> None:
        """Opens one line before the others, so that a wrong password is tried once and not by each; and notes
        that the next mail is in hand, when senders have died over it, before anything of it is looked at."""
        try:
            await self._lines[0].open()
            if goes_alone(waiting[0]):
                self._desk.take_in_hand(waiting[0])
        except QueueStopped as stopped:
            self._stopped = stopped
        except Conflict:
            waiting.popleft()

    async def _wait(self, suspects: Sequence[Suspect]) -> list[Message]:
        """Nothing has got through after these were refused. What got through before says nothing: the server
        may have changed its mind (a quota, a block). They were tried and wait by themselves, not for ever.
        Until the run ends, or its claim does, such a mail is held: the next batch may tell.
        """
        self._suspects = [each for each in self._suspects if each not in suspects]
        for suspect in suspects:
            await self._waits(suspect)
        return [suspect.message for suspect in suspects]

    def _waits(self, suspect: Suspect) -> asyncio.Future[None]:
        later = Outcome(Fate.SUSPECTED, suspect.refused.reason)
        return self._settling.settle(Settled(suspect.message, later))

    async def _work(self, line: Connection, mails: OneAhead, waiting: deque[Message]) -> None:
        last: asyncio.Future[None] | None = None  # what became of the line's last mail, being committed
        try:
            while self._stopped is None and (mail := mails.next()) is not None:
                try:
                    await line.open()
                    if not self._may_begin(mail.message):
                        waiting.appendleft(mail.message)
                        break
                    last = await self._one(line, mail, mails, last)
                except QueueStopped as stopped:
                    if stopped.by_mail:
                        late = Outcome(Fate.LATER, str(stopped))
                        await self._settling.settle(Settled(mail.message, late))
                    else:
                        waiting.appendleft(mail.message)
                    if self._goes_on_without(line, stopped):
                        break
                    self._stopped = stopped
        finally:
            mails.give_back()
            if last is not None:
                await last

    def _goes_on_without(self, line: Connection, stopped: QueueStopped) -> bool:
        """Ends one connection alone when the server has others of ours: it allows so many at a time."""
        if stopped.by_line and len(self._lines) > 1:
            self._lines.remove(line)
            return True
        return False

    async def _one(
        self, line: Connection, mail: Composed, mails: OneAhead, last: asyncio.Future[None] | None
    ) -> asyncio.Future[None]:
        """Sends one mail once the `last` one is settled; gives what is done when this one is."""
        handed, before = mail.instead, list(self._suspects)
        if mail.content:
            handed = await self._hand_over(line, mail, mails, last)
        if last is not None:
            await last
        settled = mail.settled(handed)
        return self._suspected(settled, before) or self._settling.settle(settled)

    def _suspected(self, settled: Settled, before: Sequence[Suspect]) -> asyncio.Future[None] | None:
        """Done once it is set aside, when a refusal may be about us and nothing has got through since.

        A mail that got through says nothing of refusals that came after it was begun, only of those `before`.
        """
        message, handed = settled.message, settled.handed
        if handed is not None and handed.fate is Fate.SENT:
            self._own.append(message.id or 0)
            self._clear_suspicion(before)
        if handed is None or not handed.perhaps_us:
            return None
        if not self._counted():
            self._since = self._desk.clock()
        known = message.suspected_at
        counts = known is None or not self._desk.takes_mail(known)
        self._suspects.append(Suspect(message, handed, counts))
        if counts and self._counted() >= SUSPECTS and not self._others_go():
            self._stopped = self._doubt = QueueStopped(handed.stage, handed.reason)
        return self._settling.settle(Settled(message, None, aside=True))

    def _counted(self) -> int:
        return sum(suspect.counts for suspect in self._suspects)

    def _others_go(self) -> bool:
        """Whether another sender's mail has got through meanwhile: then nothing stops. When it was taken is
        noted a moment later, so it does not say that these were refused for themselves: they wait."""
        if not self._desk.takes_mail(self._since, but=self._own):
            return False
        suspects, self._suspects = self._suspects, []
        self._cleared += [self._waits(suspect) for suspect in suspects]
        return True

    def _clear_suspicion(self, before: Sequence[Suspect]) -> None:
        """The server takes our mail: what was suspected is about those mails, and stops nothing."""
        suspects = [each for each in self._suspects if each in before]
        self._suspects = [each for each in self._suspects if each not in before]
        self._cleared += [self._settling.settle(Settled(each.message, each.refused)) for each in suspects]
        if self._stopped is self._doubt and self._counted() < SUSPECTS:
            self._stopped = None

    async def _hand_over(
        self, line: Connection, mail: Composed, mails: OneAhead, last: asyncio.Future[None] | None
    ) -> Outcome:
        office, message = self._desk.office, mail.message
        protected = office.must_be_encrypted(mail.recipient)
        if protected and message.unencrypted_at is not None:
            return Outcome(Fate.UNPROTECTED, UNENCRYPTED_ONWARD)
        return await line.send(
            mail.recipient,
            mail.content,
            return_path=wire_address(office.return_path(message.id or 0, message.resent, message.unsure)),
            protected=protected,
            after=last,
            meanwhile=mails.look_ahead,
        )
