"""One SMTP connection that is used again and again, and what each answer of the server means.

Who is at fault decides everything: the recipient (this message is refused or waits), or we and the
connection (everything stops, nobody is marked).
"""

import asyncio
import re
import ssl
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import aiosmtplib
from aiosmtplib import SMTPResponse

from notifications.mime import needs_smtputf8

NO_SMTPUTF8 = "Mailserveren kan ikke sende til adresser med æ, ø eller å før @ (SMTPUTF8 mangler)."

Security = Literal["starttls", "tls", "none"]


class Fate(StrEnum):
    """What became of one message handed to the server."""

    SENT = "sent"
    LATER = "later"
    REJECTED = "rejected"
    ADDRESS_DEAD = "address_dead"
    ADDRESS_DOUBTFUL = "address_doubtful"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """A message's fate with the server's own words (or ours, in Danish)."""

    fate: Fate
    reason: str = ""


class QueueStopped(Exception):
    """Nothing can be sent now: no connection, no login, or the server takes no mail from us.

    `reason` is the server's answer or the system's error, `code` the answer's number when there is one.
    No recipient is to blame.
    """

    def __init__(self, stage: str, reason: str) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage, self.reason = stage, reason
        self.code = reason[:3] if reason[:3].isdigit() else ""


@dataclass(frozen=True)
class Server:
    """Where mail is handed in. `timeout` is seconds for each command."""

    host: str
    port: int
    security: Security = "none"
    user: str = ""
    password: str = ""
    timeout: float = 30.0


class _Client(aiosmtplib.SMTP):
    """A client whose line is gone once it is closed; aiosmtplib's own TLS line waits for the peer's farewell,
    and stays open when the event loop ends before that."""

    def close(self) -> None:
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


class Connection:
    """A connection that opens at the first message and again after it was lost."""

    def __init__(self, server: Server, *, sender: str) -> None:
        self._server, self._sender = server, sender
        self._client: aiosmtplib.SMTP | None = None

    async def send(self, recipient: str, content: bytes) -> Outcome:
        """Hands over one mail. Raises QueueStopped when the fault is not the message's."""
        client = await self._connected()
        if needs_smtputf8(recipient) and not client.supports_extension("smtputf8"):
            return Outcome(Fate.REJECTED, NO_SMTPUTF8)
        try:
            return await self._transact(client, recipient, content)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise QueueStopped("forbindelse", _words(error)) from error

    async def close(self) -> None:
        """Says goodbye. Never raises: what was sent is settled already."""
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=5)
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    async def _connected(self) -> aiosmtplib.SMTP:
        if self._client is None or not self._client.is_connected:
            self._client = await _connect(self._server)
        return self._client

    async def _transact(self, client: aiosmtplib.SMTP, recipient: str, content: bytes) -> Outcome:
        utf8 = needs_smtputf8(recipient)
        refused = await self._mail_from(client, len(content), utf8=utf8)
        if refused is None:
            response = await client.execute_command(b"RCPT", b"TO:<" + recipient.encode() + b">")
            refused = None if response.code in (250, 251) else of_recipient(response)
        if refused is not None:
            await _reset(client)
            return refused
        return await self._data(client, content)

    async def _mail_from(self, client: aiosmtplib.SMTP, size: int, *, utf8: bool) -> Outcome | None:
        options = [b"SIZE=%d" % size] if client.supports_extension("size") else []
        options += [b"SMTPUTF8"] if utf8 else []
        response = await client.execute_command(b"MAIL", b"FROM:<" + self._sender.encode() + b">", *options)
        if response.code == 250:
            return None
        if response.code in (552, 554) and "5.3.4" in response.message:
            return Outcome(Fate.REJECTED, said(response))  # this message is too big; others may pass
        await self.close()
        raise QueueStopped("afsender", said(response))

    async def _data(self, client: aiosmtplib.SMTP, content: bytes) -> Outcome:
        response = await client.execute_command(b"DATA")
        if response.code != 354:
            await _reset(client)
            return of_content(response)
        protocol = client.protocol
        assert protocol is not None
        try:
            protocol.write(stuffed(content))
            response = await protocol.read_response(timeout=self._server.timeout)
        except (aiosmtplib.SMTPException, OSError) as error:
            # The server may have taken the mail before the line broke: sending again could make two.
            await self._drop()
            return Outcome(Fate.UNKNOWN, _words(error))
        return Outcome(Fate.SENT, said(response)) if response.code == 250 else of_content(response)

    async def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None


async def _connect(server: Server) -> aiosmtplib.SMTP:
    client = _Client(
        hostname=server.host,
        port=server.port,
        timeout=server.timeout,
        use_tls=server.security == "tls",
        start_tls=server.security == "starttls",
        tls_context=ssl.create_default_context() if server.security != "none" else None,
    )
    try:
        await _enter(client, server)
    except BaseException:
        client.close()
        raise
    return client


async def _enter(client: _Client, server: Server) -> None:
    try:
        await client.connect()
        await _greet(client)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise QueueStopped("forbindelse", _words(error)) from error
    try:
        if server.user:
            await client.login(server.user, server.password)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise QueueStopped("login", _words(error)) from error


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


async def _reset(client: aiosmtplib.SMTP) -> None:
    response = await client.execute_command(b"RSET")
    if response.code != 250:
        raise aiosmtplib.SMTPResponseException(response.code, response.message)


def of_recipient(response: SMTPResponse) -> Outcome:
    """What a refusal of RCPT TO means. Raises QueueStopped when it is about us (RFC 3463, 4954).

    5.1.1, 5.1.2, 5.1.6, 5.1.10 and 5.2.1 say the address is no more; any other 5xx makes it doubtful.
    Security and policy answers (5.7) and "relay denied" say nothing about the address.
    """
    words, code = said(response), _enhanced(response)
    if response.code == 421 or response.code in (530, 534, 535, 538) or "relay" in words.lower():
        raise QueueStopped("modtager", words)
    if 400 <= response.code < 500:
        return Outcome(Fate.LATER, words)
    if code.startswith("5.7."):
        return Outcome(Fate.REJECTED, words)
    dead = code in ("5.1.1", "5.1.2", "5.1.6", "5.1.10", "5.2.1")
    return Outcome(Fate.ADDRESS_DEAD if dead else Fate.ADDRESS_DOUBTFUL, words)


def of_content(response: SMTPResponse) -> Outcome:
    """What a refusal at or after DATA means: the mail is refused or waits; the address only by code 5.1.x."""
    if response.code == 421:
        raise QueueStopped("indhold", said(response))
    if 400 <= response.code < 500:
        return Outcome(Fate.LATER, said(response))
    if _enhanced(response).startswith("5.1."):
        return of_recipient(response)
    return Outcome(Fate.REJECTED, said(response))


def stuffed(content: bytes) -> bytes:
    """The content with its dots doubled at the start of lines and the final dot (RFC 5321, 4.5.2)."""
    body = re.sub(rb"^\.", b"..", content, flags=re.MULTILINE)
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def said(response: SMTPResponse) -> str:
    """The server's answer on one line, bounded."""
    return " ".join(f"{response.code} {response.message}".split())[:500]


def _enhanced(response: SMTPResponse) -> str:
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}", response.message)
    return found[0] if found else ""


def _words(error: BaseException) -> str:
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())[:500]
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]
