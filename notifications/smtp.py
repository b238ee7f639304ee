"""One SMTP connection that is used again and again.

Who is at fault decides everything: the recipient (this message is refused or waits), or we and the
connection (everything stops, nobody is marked); `notifications.smtp_answers` says which.
"""

import asyncio
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal

import aiosmtplib

from notifications.mime import needs_smtputf8, stuffed
from notifications.smtp_answers import (
    UNENCRYPTED,
    Fate,
    Outcome,
    QueueStopped,
    enhanced,
    of_content,
    of_recipient,
    said,
    words_of,
)
from notifications.smtp_pipeline import Dialogue

NO_SMTPUTF8 = "Mailserveren kan ikke sende til adresser med æ, ø eller å før @ (SMTPUTF8 mangler)."
UNPROTECTED = "Venter: mailserveren tager kun imod uden kryptering."
OPEN_LOGIN = "Adgangskoden sendes ikke over en ukrypteret forbindelse (AARSHJUL_SMTP_SECURITY)."

COMMANDS = 4
"""MAIL, RCPT, DATA and the content: how many answers one mail waits for on a connection that is open."""

Security = Literal["starttls", "tls", "none"]


@dataclass(frozen=True)
class Server:
    """Where mail is handed in. `timeout` is seconds for each command."""

    host: str
    port: int
    security: Security = "none"
    user: str = ""
    password: str = ""
    timeout: float = 30.0

    @property
    def longest(self) -> float:
        """Seconds that one mail can take at most once the connection is open."""
        return COMMANDS * self.timeout


class _Client(aiosmtplib.SMTP):
    """A client whose line is gone once it is closed; aiosmtplib's own TLS line waits for the peer's farewell,
    and stays open when the event loop ends before that."""

    def close(self) -> None:
        transport = self.transport
        super().close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()


@dataclass(frozen=True)
class _Mail:
    recipient: str
    content: bytes
    return_path: str
    protected: bool
    after: asyncio.Future[None] | None
    meanwhile: Callable[[], object]


class _HungUp(QueueStopped):
    """The line was gone when a mail was to begin."""


class Connection:
    """A connection that opens at the first message and again after it was lost.

    `sender` is where what cannot be delivered comes back to, unless a mail names its own return path.
    """

    def __init__(self, server: Server, *, sender: str) -> None:
        self._server, self._sender = server, sender
        self._client: aiosmtplib.SMTP | None = None

    async def send(
        self,
        recipient: str,
        content: bytes,
        *,
        return_path: str = "",
        protected: bool = True,
        after: asyncio.Future[None] | None = None,
        meanwhile: Callable[[], object] = lambda: None,
    ) -> Outcome:
        """Hands over one mail. Raises QueueStopped when the fault is not the message's.

        `protected`: it must be encrypted on its way. It then goes over TLS, or to a server on this machine,
        and REQUIRETLS (RFC 8689) asks the same of whoever takes it further, where the server knows it.
        `after` is awaited before the content goes, and may raise. `meanwhile` is called once it has gone, and
        must not: what the server says of this mail would go unheard.
        """
        mail = _Mail(recipient, content, return_path or self._sender, protected, after, meanwhile)
        was_open = self._client is not None and self._client.is_connected
        try:
            return await self._hand_over(mail)
        except _HungUp:
            if not was_open:
                raise
            return await self._hand_over(mail)  # servers hang up between two mails; that is no fault

    async def _hand_over(self, mail: _Mail) -> Outcome:
        client = await self.open()
        try:
            if needs_smtputf8(mail.recipient) and not client.supports_extension("smtputf8"):
                return Outcome(Fate.REJECTED, NO_SMTPUTF8)
            if mail.protected and not is_protected(client):
                return Outcome(Fate.UNPROTECTED, UNPROTECTED)
            return await self._transact(client, mail)
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise QueueStopped("forbindelse", words_of(error), by_mail=True) from error

    async def close(self) -> None:
        """Says goodbye. Never raises: what was sent is settled already."""
        client, self._client = self._client, None
        if client is None or not client.is_connected:
            return
        try:
            await client.quit(timeout=5)
        except (aiosmtplib.SMTPException, OSError):
            client.close()

    async def open(self) -> aiosmtplib.SMTP:
        """The connection, opened when it is not. Raises QueueStopped."""
        if self._client is None or not self._client.is_connected:
            self._client = await _connect(self._server)
        return self._client

    async def _transact(self, client: aiosmtplib.SMTP, mail: _Mail) -> Outcome:
        dialogue = Dialogue(client, _commands(client, mail), timeout=self._server.timeout)
        refused = await self._mail_from(dialogue)
        if refused is None:
            response = await dialogue.next()
            refused = None if _done(response) else of_recipient(response)
        if refused is None:
            response = await dialogue.next()
            refused = None if response.code == 354 else of_content(response)
        if refused is not None:
            await self._reset(client, dialogue)
            return refused
        return await self._content(client, mail)

    async def _mail_from(self, dialogue: Dialogue) -> Outcome | None:
        try:
            response = await dialogue.next()
        except (aiosmtplib.SMTPException, OSError) as error:
            await self.close()
            raise _HungUp("forbindelse", words_of(error), by_line=True) from error
        if _done(response):
            return None
        if response.code == 552 or (response.code == 554 and "5.3.4" in response.message):
            # This message is too big and others may pass, or the server is full and none does.
            return Outcome(Fate.REJECTED, said(response), perhaps_us=True, stage="afsender")
        if enhanced(response) in UNENCRYPTED:
            return Outcome(Fate.UNPROTECTED, said(response))
        await self._leave(dialogue)
        hung_up = response.code == 421
        raise (_HungUp if hung_up else QueueStopped)("afsender", said(response), by_line=hung_up)

    async def _content(self, client: aiosmtplib.SMTP, mail: _Mail) -> Outcome:
        protocol = client.protocol
        assert protocol is not None
        if mail.after is not None:
            try:
                await mail.after
            except BaseException:
                await self._drop()  # the server waits for content, and would take a farewell for it
                raise
        try:
            protocol.write(stuffed(mail.content))
        except aiosmtplib.SMTPException as error:
            return await self._uncertain(error)
        mail.meanwhile()  # not judged here: a fault of it is not the line's
        try:
            response = await protocol.read_response(timeout=self._server.timeout)
        except (aiosmtplib.SMTPException, OSError) as error:
            return await self._uncertain(error)
        if _done(response):
            return Outcome(Fate.SENT, said(response))
        if response.code // 100 not in (4, 5):
            await self._drop()  # no answer to what was sent: nobody knows what it took
            return Outcome(Fate.UNKNOWN, said(response))
        return of_content(response)

    async def _uncertain(self, error: Exception) -> Outcome:
        """The server may have taken the mail before the line broke: sending again could make two."""
        await self._drop()
        return Outcome(Fate.UNKNOWN, words_of(error))

    async def _leave(self, dialogue: Dialogue) -> None:
        """Ends the line; without a farewell where the server would take it for a mail's content."""
        await (self._drop() if dialogue.wants_content else self.close())

    async def _reset(self, client: aiosmtplib.SMTP, dialogue: Dialogue) -> None:
        """Ready for the next mail. A server that hangs up now has said of this one what it had to say."""
        if dialogue.wants_content:
            await self._drop()
            return
        try:
            if (await client.execute_command(b"RSET")).code == 250:
                return
        except (aiosmtplib.SMTPException, OSError):
            pass
        await self._drop()

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
        raise QueueStopped("forbindelse", words_of(error), by_line=True) from error
    if server.user and not is_protected(client):
        raise QueueStopped("login", OPEN_LOGIN)
    try:
        if server.user:
            await client.login(server.user, server.password)
    except (aiosmtplib.SMTPException, OSError) as error:
        raise QueueStopped("login", words_of(error), by_line=True) from error


async def _greet(client: aiosmtplib.SMTP) -> None:
    try:
        await client.ehlo()
    except aiosmtplib.SMTPHeloError:
        await client.helo()


def is_protected(client: aiosmtplib.SMTP) -> bool:
    """Whether nobody on the network can read the line: TLS, or it never leaves the machine."""
    if client.get_transport_info("sslcontext") is not None:
        return True
    peer = client.get_transport_info("peername")
    return bool(peer) and ip_address(peer[0]).is_loopback


def _commands(client: aiosmtplib.SMTP, mail: _Mail) -> list[bytes]:
    """What is said before the content. Whoever waits for `mail.after` does so once the server wants it."""
    path, to = mail.return_path.encode(), mail.recipient.encode()
    return [
        b" ".join([b"MAIL FROM:<" + path + b">", *_options(client, mail)]),
        b"RCPT TO:<" + to + b">",
        b"DATA",
    ]


def _options(client: aiosmtplib.SMTP, mail: _Mail) -> list[bytes]:
    """The parameters of MAIL FROM."""
    options = [b"SIZE=%d" % len(mail.content)] if client.supports_extension("size") else []
    options += [b"SMTPUTF8"] if needs_smtputf8(mail.recipient) else []
    encrypted = client.get_transport_info("sslcontext") is not None
    if mail.protected and encrypted and client.supports_extension("requiretls"):
        options.append(b"REQUIRETLS")
    return options


def _done(response: aiosmtplib.SMTPResponse) -> bool:
    """Whether the server did what it was asked; the first digit decides (RFC 5321, 4.2.1)."""
    return response.code // 100 == 2
