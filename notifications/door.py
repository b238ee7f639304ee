"""Where a mail server on this machine hands us the mail it has for us: LMTP (RFC 2033), or SMTP.

A mail is answered 250 only when it lies in the mailbox's folder on the disk. Only reply and return
addresses are taken; what they mean is judged when the mail is read. Whoever may connect is trusted to be
the machine's own mail server: it listens on loopback or on a Unix socket, and knows no login.
"""

import asyncio
import logging
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from pathlib import Path

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope
from aiosmtpd.smtp import Session as SmtpSession

from config.incoming_settings import DoorPlace
from notifications.mailbox import LARGEST, FolderMailbox
from notifications.office import REPLY_LOCAL, RETURN_LOCAL

MOST_AT_ONCE = 8
"""Mails that are received at the same time; each may be in memory whole. Others wait for their DATA: one that
were put off would come much later, and Postfix keeps its twenty connections open meanwhile."""

MOST_RECIPIENTS = 100
LONGEST_LINE = 100_000
"""Octets. SMTP allows 998, and mail servers break longer lines; what does not, is taken as it is."""

OUR_NAME = "aarshjul.localhost"
"""Not the machine's name, which may be the mail server's: its lines tell when a mail was received."""

SOCKET_MODE = 0o666
"""Whoever may enter the socket's folder may hand in mail."""

log = logging.getLogger("aarshjul.mailbox")


class Door:
    """Takes mail into a folder for as long as the block lives. Use it with `async with`.

    `now` tells the time of receipt (aware). `told` is called, in a thread of its own, after each mail that
    has been kept.
    """

    def __init__(
        self,
        place: DoorPlace,
        folder: FolderMailbox,
        *,
        reply_domain: str,
        now: Callable[[], datetime],
        told: Callable[[], None],
    ) -> None:
        self._place, self._folder = place, folder
        self._keeper = _Doorkeeper(folder, reply_domain, place.protocol, now, told)
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> "Door":
        """Opens it. What a killed process left is cleared away. Raises OSError when it cannot be had."""
        self._folder.clear_up()
        loop, place = asyncio.get_running_loop(), self._place
        if place.path:
            self._server = await loop.create_unix_server(self._connection, place.path)
            Path(place.path).chmod(SOCKET_MODE)
        else:
            self._server = await loop.create_server(self._connection, place.host, place.port)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
            self._keeper.dismiss()
            await self._server.wait_closed()

    def _connection(self) -> SMTP:
        kind = _AnswersEach if self._place.protocol == "lmtp" else _InTurn
        return self._keeper.admit(kind(self._keeper, data_size_limit=LARGEST, enable_SMTPUTF8=True))


class _Doorkeeper:
    """aiosmtpd calls its methods by name."""

    def __init__(
        self,
        folder: FolderMailbox,
        reply_domain: str,
        protocol: str,
        now: Callable[[], datetime],
        told: Callable[[], None],
    ) -> None:
        self._folder, self._domain, self._protocol = folder, reply_domain.lower(), protocol
        self._now, self._told = now, told
        self.room = asyncio.Semaphore(MOST_AT_ONCE)
        self._connections: list[SMTP] = []

    def admit(self, connection: SMTP) -> SMTP:
        """Notes a connection; those that have ended are forgotten."""
        self._connections = [known for known in self._connections if known.transport is not None]
        self._connections.append(connection)
        return connection

    def dismiss(self) -> None:
        """Ends every connection; whoever had not got an answer tries again."""
        for known in self._connections:
            if known.transport is not None:
                known.transport.close()

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if not self._is_ours(address):
            return "550 5.1.1 No such address here"
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, _session: SmtpSession, envelope: Envelope
    ) -> str:
        try:
            await asyncio.to_thread(self._keep, envelope)
        except OSError as error:
            log.error("a mail could not be kept: %s", error.strerror or type(error).__name__)
            return "451 4.3.0 Not kept, try again"
        await asyncio.to_thread(self._told)
        return "250 2.0.0 Kept"

    def _is_ours(self, address: str) -> bool:
        local, _, domain = address.rpartition("@")
        purpose, _, token = local.partition("+")
        return (
            domain.lower() == self._domain and purpose.lower() in (REPLY_LOCAL, RETURN_LOCAL) and bool(token)
        )

    def _keep(self, envelope: Envelope) -> None:
        """Writes the mail with what final delivery adds: from where, to whom, when (RFC 5321, 4.4)."""
        now, sender = self._now(), (envelope.mail_from or "").strip("<>")  # a report's is "<>"
        lines = [
            f"Return-Path: <{sender}>",
            *(f"Delivered-To: {address}" for address in envelope.rcpt_tos),
            f"Received: by {OUR_NAME} with {self._protocol.upper()}; {format_datetime(now)}",
        ]
        head = "".join(f"{line}\r\n" for line in lines).encode("utf-8", "surrogateescape")
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._folder.put(head + content, now)


class _InTurn(SMTP):
    """SMTP; a mail's content is taken when there is room for it."""

    line_length_limit = LONGEST_LINE

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802  # aiosmtpd's name
        async with self.event_handler.room:
            await super().smtp_DATA(arg)


class _AnswersEach(_InTurn, LMTP):
    """LMTP as RFC 2033 has it: after a mail's final dot one reply for each of its recipients.

    aiosmtpd gives one reply for the mail, whether it was taken, too large or not kept.
    """

    _replies = 1

    async def push(self, status: str | bytes) -> None:
        text = status.decode() if isinstance(status, bytes) else status
        times, self._replies = self._replies, 1
        await super().push("\r\n".join([text] * times))
        if text.startswith("354") and self.envelope is not None:
            self._replies = len(self.envelope.rcpt_tos)
