"""A mail server on this machine that really receives: for the demo, and for tests against real SMTP.

It keeps every mail it takes, in order, in memory or as `.eml` files in a folder. A hook may answer in its
place at any stage, or cut the line, so that what a bad mail server does can be seen.
"""

import asyncio
import re
import socket
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword
from aiosmtpd.smtp import Session as SmtpSession

LARGEST = 30_000_000
_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]*>)", re.IGNORECASE | re.MULTILINE)


class Stage(StrEnum):
    """Where a hook is asked. `ACCEPTED` is after the mail has been kept, before the server says so."""

    MAIL = "MAIL"
    RCPT = "RCPT"
    DATA = "DATA"
    ACCEPTED = "ACCEPTED"


CUT = "cut"
"""What a hook answers to break the connection without a word."""

Hook = Callable[[Stage, str], str | None]
"""Given the stage and the address (of the sender at MAIL, else the recipient), a reply line such as
"451 4.3.0 try again", `CUT`, or None to go on."""


@dataclass(frozen=True)
class Received:
    """One mail as the server took it. `at` is the server's clock, an instant in UTC."""

    at: datetime
    sender: str
    recipient: str
    message_id: str
    size: int
    kept: bytes | Path

    @property
    def content(self) -> bytes:
        """The mail's bytes."""
        return self.kept.read_bytes() if isinstance(self.kept, Path) else self.kept


class LocalServer:
    """An SMTP server in a thread of its own. Use as a context manager, or `start` and `stop`.

    With `folder` the mails are files there, and only their facts stay in memory. `port` 0 takes a free
    one. `login` (user, password) demands AUTH; `tls` offers STARTTLS, or wraps every connection when
    `implicit_tls`; `pipelining` offers that. `note` is told of every mail before the server says that it
    has taken it.
    """

    def __init__(
        self,
        now: Callable[[], datetime],
        *,
        folder: Path | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        smtputf8: bool = True,
        pipelining: bool = True,
        login: tuple[str, str] | None = None,
        tls: ssl.SSLContext | None = None,
        implicit_tls: bool = False,
        hook: Hook | None = None,
        note: Callable[[Received], None] | None = None,
    ) -> None:
        self._now, self._folder, self._hook, self._note = now, folder, hook, note
        self._smtputf8, self._login, self._tls, self._implicit = smtputf8, login, tls, implicit_tls
        self.offers = ("250-PIPELINING",) if pipelining else ()
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._connections = 0
        self._loop = asyncio.new_event_loop()
        self._sessions: list[SMTP] = []
        self._thread: threading.Thread | None = None
        self._server: asyncio.Server | None = None
        self._socket = socket.socket(proto=socket.IPPROTO_TCP)  # asyncio then sends each answer at once
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.bind((host, port))
        self.host, self.port = host, int(self._socket.getsockname()[1])

    @property
    def received(self) -> list[Received]:
        """Every mail taken so far, in order; a copy."""
        with self._lock:
            return list(self._received)

    @property
    def connections(self) -> int:
        """How many connections there have been."""
        with self._lock:
            return self._connections

    def set_hook(self, hook: Hook | None) -> None:
        """Replaces the hook; None lets everything through."""
        self._hook = hook

    def start(self) -> None:
        """Begins to listen; comes back when connections are taken."""
        if self._folder is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
        self._thread = threading.Thread(target=self._loop.run_forever, name="mail-server", daemon=True)
        self._thread.start()
        self._server = asyncio.run_coroutine_threadsafe(self._listen(), self._loop).result(timeout=10)

    def stop(self) -> None:
        """Ends every connection and stops listening."""
        if self._thread is None:
            self._socket.close()
            self._loop.close()
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(timeout=10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()
        self._thread = None

    def __enter__(self) -> "LocalServer":
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    async def _listen(self) -> asyncio.Server:
        tls = self._tls if self._implicit else None
        return await self._loop.create_server(self._session, sock=self._socket, ssl=tls)

    async def _end(self) -> None:
        if self._server is not None:
            self._server.close()
            await self._server.wait_closed()
        for session in self._sessions:
            _cut(session)
        tasks = [task for task in asyncio.all_tasks(self._loop) if task is not asyncio.current_task()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def _session(self) -> SMTP:
        with self._lock:
            self._connections += 1
        session = SMTP(
            _Handler(self),
            data_size_limit=LARGEST,
            enable_SMTPUTF8=self._smtputf8,
            hostname="localhost",
            tls_context=None if self._implicit else self._tls,
            authenticator=self._authenticate if self._login else None,
            auth_require_tls=False,
            loop=self._loop,
        )
        self._sessions = [known for known in self._sessions if known.transport is not None]
        self._sessions.append(session)
        return session

    def _authenticate(
        self, _server: SMTP, _session: SmtpSession, _envelope: Envelope, _mechanism: str, data: Any
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode()) if isinstance(data, LoginPassword) else None
        return AuthResult(success=given == self._login, handled=False)

    def lets_in(self, session: SmtpSession) -> bool:
        """Whether the connection may send: no login is demanded, or it has logged in."""
        return self._login is None or bool(session.authenticated)

    def ask_hook(self, stage: Stage, address: str) -> str | None:
        """What the hook answers at this stage."""
        return self._hook(stage, address) if self._hook else None

    def keep(self, envelope: Envelope) -> None:
        """Keeps one mail."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        found = _MESSAGE_ID.search(content[:20_000])
        with self._lock:
            number = len(self._received) + 1
            kept: bytes | Path = content
            if self._folder is not None:
                kept = self._folder / f"{number:06d}.eml"
                kept.write_bytes(content)
            mail = Received(
                at=self._now(),
                sender=str(envelope.mail_from or ""),
                recipient=str(envelope.rcpt_tos[0]),
                message_id=found[1].decode(errors="replace") if found else "",
                size=len(content),
                kept=kept,
            )
            self._received.append(mail)
            if self._note is not None:
                self._note(mail)


class _Handler:
    """aiosmtpd calls these by name."""

    def __init__(self, owner: LocalServer) -> None:
        self._owner = owner

    async def handle_EHLO(  # noqa: N802  # aiosmtpd's name
        self, _server: SMTP, session: SmtpSession, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [*responses[:-1], *self._owner.offers, responses[-1]]

    async def handle_MAIL(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: SmtpSession, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if not self._owner.lets_in(session):
            return "530 5.7.0 Authentication required"
        refused = self._refusal(server, Stage.MAIL, address)
        if refused is None:
            envelope.mail_from = address
            envelope.mail_options.extend(options)
        return refused or "250 OK"

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: SmtpSession, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        refused = self._refusal(server, Stage.RCPT, address)
        if refused is None:
            envelope.rcpt_tos.append(address)
        return refused or "250 OK"

    async def handle_DATA(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, _session: SmtpSession, envelope: Envelope
    ) -> str:
        refused = self._refusal(server, Stage.DATA, str(envelope.rcpt_tos[0]))
        if refused is not None:
            return refused
        self._owner.keep(envelope)
        return self._refusal(server, Stage.ACCEPTED, str(envelope.rcpt_tos[0])) or "250 OK"

    def _refusal(self, server: SMTP, stage: Stage, address: str) -> str | None:
        answer = self._owner.ask_hook(stage, address)
        if answer == CUT:
            _cut(server)
            raise ConnectionResetError
        return answer


def _cut(session: SMTP) -> None:
    if isinstance(session.transport, asyncio.Transport):
        session.transport.abort()
