"""What one mail asks of the server before its content: one command after the other, or all in one go.

aiosmtplib writes a command and waits for its answer. Where the server offers PIPELINING (RFC 2920), MAIL,
RCPT and DATA go together, and a mail waits for the server twice instead of four times; meanwhile the answers
are read here, then aiosmtplib has its line back.
"""

import asyncio
import re
from collections import deque
from collections.abc import Sequence

import aiosmtplib
from aiosmtplib import SMTPResponse

LONGEST = 100_000
"""Octets of an answer; a server that says more is not one."""

_REPLY = re.compile(rb"(?:\d{3}-[^\n]*\n)*\d{3}(?:[ \t][^\n]*)?\r?\n")
_BEGINNING = re.compile(rb"\d{0,3}$|\d{3}[- \t\r\n]")


class Dialogue:
    """The answers to some commands (bytes without CRLF), one by one.

    `timeout` is seconds for each.
    """

    def __init__(self, client: aiosmtplib.SMTP, commands: Sequence[bytes], *, timeout: float) -> None:
        if any(sign in command for command in commands for sign in (b"\r", b"\n")):
            raise ValueError("a command is one line")
        self._client, self._commands, self._timeout = client, deque(commands), timeout
        self._together = client.supports_extension("pipelining")
        self._replies: deque[SMTPResponse] | None = None
        self._broken: aiosmtplib.SMTPException | None = None

    async def next(self) -> SMTPResponse:
        """The answer to the next command. Raises SMTPException when none comes; the line is closed then."""
        if not self._together:
            return await self._client.execute_command(self._commands.popleft())
        if self._replies is None:
            await self._ask()
        if self._replies:
            return self._replies.popleft()
        raise self._broken or aiosmtplib.SMTPServerDisconnected("Connection lost")

    @property
    def wants_content(self) -> bool:
        """Whether the server waits for a mail's content although not every answer has been asked for."""
        return bool(self._replies) and self._replies[-1].code == 354  # type: ignore[index]  # it has some

    async def _ask(self) -> None:
        replies, self._broken = await _together(self._client, self._commands, self._timeout)
        self._replies = deque(replies)
        if self._broken is not None or any(reply.code == 421 for reply in replies):
            self._client.close()  # as aiosmtplib does: what still comes must be no answer to another command


async def _together(
    client: aiosmtplib.SMTP, commands: Sequence[bytes], timeout: float
) -> tuple[list[SMTPResponse], aiosmtplib.SMTPException | None]:
    """What was answered, in order, and what broke the line before the rest."""
    transport, own = client.transport, client.protocol
    if own is None or not isinstance(transport, asyncio.WriteTransport) or transport.is_closing():
        return [], aiosmtplib.SMTPServerDisconnected("Connection lost")
    reader = _Replies(own, len(commands))
    transport.set_protocol(reader)
    try:
        transport.write(b"".join(command + b"\r\n" for command in commands))
        await asyncio.wait_for(reader.done, timeout * len(commands))
    except TimeoutError:
        reader.broken = aiosmtplib.SMTPReadTimeoutError("Timed out waiting for server response")
    finally:
        transport.set_protocol(own)
    return reader.replies, reader.broken


class _Replies(asyncio.Protocol):
    """Reads so many answers; whatever else happens to the line is told to the protocol it stands in for."""

    def __init__(self, own: asyncio.Protocol, expected: int) -> None:
        self.replies: list[SMTPResponse] = []
        self.broken: aiosmtplib.SMTPException | None = None
        self.done = asyncio.get_running_loop().create_future()
        self._own, self._expected, self._rest = own, expected, b""

    def data_received(self, data: bytes) -> None:
        self._rest += data
        while len(self.replies) < self._expected and (found := _REPLY.match(self._rest)):
            self._rest = self._rest[found.end() :]
            self.replies.append(_response(found[0]))
        if len(self.replies) == self._expected:
            self._end(None)
        elif len(self._rest) > LONGEST or not _BEGINNING.match(self._rest):
            self._end(aiosmtplib.SMTPResponseException(-1, "Malformed SMTP response"))

    def eof_received(self) -> bool | None:
        self._end(aiosmtplib.SMTPServerDisconnected("Unexpected EOF received"))
        return self._own.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(aiosmtplib.SMTPServerDisconnected("Connection lost"))
        self._own.connection_lost(exc)

    def pause_writing(self) -> None:
        self._own.pause_writing()

    def resume_writing(self) -> None:
        self._own.resume_writing()

    def _end(self, broken: aiosmtplib.SMTPException | None) -> None:
        if not self.done.done():
            self.broken = broken
            self.done.set_result(None)


def _response(reply: bytes) -> SMTPResponse:
    lines = reply.splitlines()
    words = "\n".join(line[4:].strip().decode("utf-8", "surrogateescape") for line in lines)
    return SMTPResponse(int(lines[-1][:3]), words)
