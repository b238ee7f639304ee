"""A line between delivery and the mail server that fails on purpose, at any step of SMTP.

with mail_server.running() as server, FaultProxy(server, faults=seeded(1, 30), every=12) as proxy:
    ...                              # proxy.port; proxy.fired, proxy.unanswered, proxy.refused

It speaks SMTP on both sides and hands each command on, so it knows at which step a connection stands. With
`tls` it offers STARTTLS in front of a server that does not. Mail goes on to the server after its final dot.
"""

import asyncio
import re
import ssl
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from enum import StrEnum
from random import Random
from typing import NamedTuple

from notifications.local_server import LocalServer

CUT, HANG, SLOW = "cut", "hang", "slow"
SLOWLY = 0.05
"""Seconds."""

MIDWAY = 12
"""The line of a mail at which it is cut."""

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)


class Step(StrEnum):
    """Where a connection stands.

    `DOT`: the server has kept the mail and its 250 is not handed on yet (a refusal here comes before the
    server gets it). `TAKEN`: the 250 has been handed on.
    """

    CONNECT = "connect"
    BANNER = "banner"
    EHLO = "ehlo"
    STARTTLS = "starttls"
    AUTH = "auth"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    CONTENT = "content"
    DOT = "dot"
    TAKEN = "taken"
    QUIT = "quit"


class Fault(NamedTuple):
    """What happens at a step: CUT, HANG (no answer until the client gives up), SLOW, or a reply."""

    step: Step
    what: str


ANSWERS = {
    Step.BANNER: ("421 4.3.2 not now", "554 5.3.2 not here"),
    Step.EHLO: ("421 4.3.2 not now", "550 5.7.1 not you"),
    Step.STARTTLS: ("454 4.7.0 no TLS now", "501 5.5.4 no TLS"),
    Step.AUTH: ("454 4.7.0 no login now", "535 5.7.8 wrong password"),
    Step.MAIL: ("451 4.3.0 later", "550 5.7.1 not from you"),
    Step.RCPT: ("450 4.2.1 later", "550 5.1.1 no such user"),
    Step.DATA: ("451 4.3.0 later", "554 5.6.0 refused"),
    Step.DOT: ("451 4.3.0 later", "554 5.6.0 refused"),
    Step.QUIT: ("421 4.3.2 not now", "500 5.5.1 what?"),
}
"""One 4xx and one 5xx for each step that has an answer."""

EVERY = tuple(
    Fault(step, what)
    for step in Step
    for what in (CUT, *(() if step is Step.TAKEN else (SLOW,)), *ANSWERS.get(step, ()))
)
"""Every fault at every step once (those that hang are named by whoever has the time)."""


def seeded(seed: int, count: int, among: Sequence[Fault], besides: Sequence[Fault] = ()) -> list[Fault]:
    """`count` faults, each of `among` as often as any other, and `besides`, in an order of the seed's."""
    random = Random(seed)
    found: list[Fault] = []
    while len(found) < count:
        found += random.sample(among, min(len(among), count - len(found)))
    return random.sample([*found, *besides], len(found) + len(besides))


NOBODY = b"554 5.5.1 no valid recipients\r\n"
OLD_LINE = "451 4.4.2 this line has been open for long enough"
OF_A_LINE = (Step.CONNECT, Step.BANNER, Step.EHLO, Step.STARTTLS, Step.AUTH, Step.QUIT)


class Cut(Exception):
    """The line is broken here."""


class FaultProxy:
    """A proxy in a thread of its own. A fault is armed after so many mails have gone through (`every` of them
    between two faults) and happens to the next connection that comes to its step.

    `fired` are the faults that happened, `unanswered` the Message-IDs that the server has and whose 250 was
    not handed on, `refused` the recipients that were given a 5xx of their own. `watch` is told of every step
    before it is carried on.
    """

    def __init__(
        self,
        server: LocalServer,
        *,
        faults: Sequence[Fault] = (),
        every: int = 1,
        tls: ssl.SSLContext | None = None,
        watch: Callable[[Step], None] | None = None,
    ) -> None:
        self.fired: list[Fault] = []
        self.unanswered: set[str] = set()
        self.refused: set[str] = set()
        self.steps = 0
        self.tls, self.upstream = tls, (server.host, server.port)
        self._watch, self._every = watch, every
        self._unarmed, self._armed = deque(faults), defaultdict[Step, deque[str]](deque)
        self._lines: list[_Line] = []
        self._handed_on = self._armed_so_far = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self.host, self.port = "127.0.0.1", 0

    @property
    def waiting(self) -> int:
        """How many faults have not happened yet."""
        return len(self._unarmed) + sum(map(len, self._armed.values()))

    def __enter__(self) -> "FaultProxy":
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(
            asyncio.start_server(self._serve, self.host, 0), self._loop
        ).result(10)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        line = _Line(self, reader, writer)
        self._lines.append(line)  # a loop holds its tasks weakly
        try:
            await line.run()
        except (Cut, OSError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        finally:
            line.drop()
            self._lines.remove(line)

    def fault_at(self, step: Step) -> str | None:
        """What goes wrong now, at this step."""
        self.steps += 1
        while self._unarmed and self._armed_so_far <= self._handed_on // self._every:
            fault = self._unarmed.popleft()
            self._armed[fault.step].append(fault.what)
            self._armed_so_far += 1
        if not self._armed[step]:
            return OLD_LINE if step is Step.MAIL and self._wants_a_new_line() else None
        what = self._armed[step].popleft()
        self.fired.append(Fault(step, what))
        return what

    def _wants_a_new_line(self) -> bool:
        """All that is left to happen happens at the beginning or end of a connection, and none begins."""
        return not self._unarmed and any(self._armed[step] for step in OF_A_LINE)

    def watched(self, step: Step) -> None:
        """Tells whoever watches."""
        if self._watch is not None:
            self._watch(step)

    @contextmanager
    def unanswered_until_told(self, message_id: str) -> Iterator[None]:
        """The server has the mail; whoever handed it in knows when the block ends without a fault."""
        self._handed_on += 1
        try:
            yield
        except BaseException:
            self.unanswered.add(message_id)
            raise


class _Line:
    """One connection."""

    def __init__(self, proxy: FaultProxy, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._proxy, self._reader, self._writer = proxy, reader, writer
        self._up: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        self._recipient, self._secure = "", False
        self._taken_by_server = False

    def drop(self) -> None:
        """Both ends are gone at once."""
        self._writer.transport.abort()
        if self._up is not None:
            self._up[1].transport.abort()

    async def run(self) -> None:
        """Until one side goes."""
        await self._trouble(Step.CONNECT)
        self._up = await asyncio.open_connection(*self._proxy.upstream)
        banner = await self._reply()
        said = await self._trouble(Step.BANNER)
        await self._say(said or banner)
        if said:
            raise Cut
        while line := await self._reader.readline():
            await self._command(line)

    async def _command(self, line: bytes) -> None:
        verb = line.strip().lower().partition(b" ")[0].decode("ascii", "replace")
        step = Step.EHLO if verb == "helo" else Step(verb) if verb in list(Step) else None
        if step is Step.RCPT:
            self._recipient = line.partition(b"<")[2].partition(b">")[0].decode()
        said = await self._trouble(step) if step is not None else None
        if said is not None:
            self._taken_by_server = False
            await self._refuse(said, of_recipient=step in (Step.RCPT, Step.DATA))
        elif step is Step.STARTTLS and self._proxy.tls is not None:
            await self._begin_tls(self._proxy.tls)
        elif step is Step.DATA and self._taken_by_server:
            await self._say(b"354 go on\r\n")
            await self._content()
        elif step is Step.DATA:
            await self._say(NOBODY)
        else:
            reply = await self._ask(line)
            self._taken_by_server = step is Step.RCPT and reply.startswith(b"25")
            await self._say(self._offering_tls(reply) if verb == "ehlo" else reply)
        if step is Step.QUIT:
            raise Cut

    async def _content(self) -> None:
        lines: list[bytes] = []
        while not lines or lines[-1] != b".\r\n":
            line = await self._reader.readline()
            if not line:
                raise Cut
            lines.append(line)
            if len(lines) == MIDWAY:
                await self._trouble(Step.CONTENT)
        await self._dot(b"".join(lines))

    async def _dot(self, content: bytes) -> None:
        what = self._proxy.fault_at(Step.DOT)
        if what is not None and what[0].isdigit():
            await self._ask(b"RSET\r\n")
            await self._refuse(f"{what}\r\n".encode(), of_recipient=True)
            return
        await self._ask(b"DATA\r\n")
        reply = await self._ask(content)
        found = _MESSAGE_ID.search(content)
        message_id = found[1].decode() if found else ""
        with self._proxy.unanswered_until_told(message_id):
            self._proxy.watched(Step.DOT)
            await self._befall(what)
            await self._say(reply)
            if self._reader.at_eof():
                raise Cut  # the client had gone: nobody heard the 250
        await self._taken()

    async def _taken(self) -> None:
        """Cuts so that the 250 still arrives."""
        self._proxy.watched(Step.TAKEN)
        if self._proxy.fault_at(Step.TAKEN) is not None:
            self._writer.close()
            await asyncio.sleep(SLOWLY)
            raise Cut

    async def _trouble(self, step: Step) -> bytes | None:
        """The reply to be given instead of the server's, if any."""
        self._proxy.watched(step)
        return await self._befall(self._proxy.fault_at(step))

    async def _befall(self, what: str | None) -> bytes | None:
        if what == CUT:
            raise Cut
        if what == HANG:
            await self._reader.read()  # until the client gives up
            raise Cut
        if what == SLOW:
            await asyncio.sleep(SLOWLY)
        return f"{what}\r\n".encode() if what is not None and what[0].isdigit() else None

    async def _refuse(self, said: bytes, *, of_recipient: bool) -> None:
        if of_recipient and said.startswith(b"5"):
            self._proxy.refused.add(self._recipient)
        await self._say(said)
        if said.startswith(b"421"):
            self._writer.close()
            await asyncio.sleep(SLOWLY)
            raise Cut

    async def _begin_tls(self, tls: ssl.SSLContext) -> None:
        await self._say(b"220 go on\r\n")
        await self._writer.start_tls(tls)
        self._secure = True

    def _offering_tls(self, reply: bytes) -> bytes:
        if self._proxy.tls is None or self._secure or not reply.startswith(b"250"):
            return reply
        first, _, rest = reply.partition(b"\r\n")
        return b"250-" + first[4:] + b"\r\n" + (b"250-STARTTLS\r\n" + rest if rest else b"250 STARTTLS\r\n")

    async def _ask(self, line: bytes) -> bytes:
        assert self._up is not None
        self._up[1].write(line)
        return await self._reply()

    async def _reply(self) -> bytes:
        """The server's answer, of one line or several."""
        assert self._up is not None
        lines = [await self._up[0].readline()]
        while lines[-1][3:4] == b"-":
            lines.append(await self._up[0].readline())
        if not lines[-1]:
            raise Cut
        return b"".join(lines)

    async def _say(self, reply: bytes) -> None:
        self._writer.write(reply)
        await self._writer.drain()
