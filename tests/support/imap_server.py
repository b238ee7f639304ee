"""A small IMAP server for tests: one folder, the commands a mailbox reader uses, UIDs and UIDVALIDITY.

with imap_server.running() as server:
    server.deliver(raw, received_at)
"""

import re
import select
import socket
import socketserver
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any


@dataclass
class Stored:
    uid: int
    raw: bytes
    received_at: datetime
    flags: set[str] = field(default_factory=set)


class ImapServer(socketserver.ThreadingTCPServer):
    """Login `aarshjul` / `hemmelig`. `deaf` refuses every SELECT; without `idles` there is no IDLE."""

    """Login `aarshjul` / `hemmelig`. `deaf` refuses every SELECT. `watch` is told of every command (its name
    and arguments) before it is answered. `refused` are the UIDs whose content is not given, and what is
    said instead: "NO …", or "OK …" with nothing before it; of those in `headed` the header is."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.port = int(self.server_address[1])
        self.validity = 7
        self.mails: list[Stored] = []
        self.deaf = False
        self.idles = True
        self.sessions: list[socket.socket] = []
        self.connections: list[float] = []
        self.refused: dict[int, str] = {}
        self.headed: set[int] = set()
        self.watch: Callable[[str, str], None] = lambda _name, _arguments: None

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A reader that is killed breaks its line: no fault of the server."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    def deliver(self, raw: bytes, received_at: datetime) -> Stored:
        """Puts a mail into the folder with the server's own time of receipt."""
        last = self.mails[-1].uid if self.mails else 0
        self.mails.append(Stored(last + 1, raw, received_at))
        return self.mails[-1]

    def cut(self) -> None:
        """Breaks every connection without a word."""
        sessions, self.sessions = self.sessions, []
        for session in sessions:
            with suppress(OSError):
                session.shutdown(socket.SHUT_RDWR)

    def renumber(self) -> None:
        """What a server does that lost its numbers: a new UIDVALIDITY, UIDs from 1."""
        self.validity += 1
        for uid, mail in enumerate(self.mails, 1):
            mail.uid = uid


@contextmanager
def running() -> Iterator[ImapServer]:
    with ImapServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join(timeout=5)


class _Session(socketserver.StreamRequestHandler):
    server: ImapServer

    def say(self, line: str | bytes) -> None:
        self.wfile.write((line.encode() if isinstance(line, str) else line) + b"\r\n")

    def handle(self) -> None:
        self.server.sessions.append(self.request)
        self.server.connections.append(time.monotonic())
        self.say("* OK ready")
        for line in self.rfile:
            tag, _, rest = line.decode("utf-8", "replace").strip().partition(" ")
            name, _, arguments = rest.partition(" ")
            if name.upper() == "UID":
                sub, _, arguments = arguments.partition(" ")
                name = f"UID_{sub}"
            self.server.watch(name.upper(), arguments)
            reply: Any = getattr(self, f"do_{name.lower()}", None)
            self.say(f"{tag} {reply(arguments) if reply else 'BAD unknown command'}")
            if name.upper() == "LOGOUT":
                return

    def do_capability(self, _: str) -> str:
        self.say("* CAPABILITY IMAP4rev1" + (" IDLE" if self.server.idles else ""))
        return "OK done"

    def do_idle(self, _: str) -> str:
        """Tells of each new mail until the client is DONE."""
        seen = len(self.server.mails)
        self.say("+ idling")
        while not select.select([self.request], [], [], 0.02)[0]:
            if len(self.server.mails) != seen:
                seen = len(self.server.mails)
                self.say(f"* {seen} EXISTS")
        return "OK done" if self.rfile.readline().strip().upper() == b"DONE" else "BAD"

    def do_login(self, arguments: str) -> str:
        given = [word.strip('"') for word in arguments.split()]
        return "OK in" if given == ["aarshjul", "hemmelig"] else "NO wrong password"

    def do_select(self, _: str) -> str:
        if self.server.deaf:
            return "NO the folder is locked"
        self.say(f"* {len(self.server.mails)} EXISTS")
        self.say(f"* OK [UIDVALIDITY {self.server.validity}] valid")
        return "OK [READ-WRITE] selected"

    do_examine = do_select

    def do_logout(self, _: str) -> str:
        self.say("* BYE")
        return "OK bye"

    def do_uid_search(self, arguments: str) -> str:
        first = int(re.search(r"UID (\d+):\*", arguments)[1])  # type: ignore[index]  # the only search there is
        uids = [mail.uid for mail in self.server.mails]
        found = [uid for uid in uids if uid >= first] or uids[-1:]
        self.say("* SEARCH " + " ".join(map(str, found)))
        return "OK done"

    def do_uid_fetch(self, arguments: str) -> str:
        uid, _, wanted = arguments.partition(" ")
        for number, mail in enumerate(self.server.mails, 1):
            if mail.uid != int(uid):
                continue
            if "BODY.PEEK" in wanted:
                part = "HEADER" if "HEADER" in wanted else ""
                if mail.uid in self.server.refused and not (part and mail.uid in self.server.headed):
                    return self.server.refused[mail.uid]
                raw = mail.raw.split(b"\r\n\r\n")[0] + b"\r\n\r\n" if part else mail.raw
                self.say(
                    f"* {number} FETCH (UID {uid} BODY[{part}] {{{len(raw)}}}".encode() + b"\r\n" + raw + b")"
                )
            else:
                at = mail.received_at.astimezone(UTC).strftime("%d-%b-%Y %H:%M:%S +0000")
                self.say(f'* {number} FETCH (UID {uid} INTERNALDATE "{at}" RFC822.SIZE {len(mail.raw)})')
        return "OK done"

    def do_uid_store(self, arguments: str) -> str:
        uid = int(arguments.split()[0])
        for mail in self.server.mails:
            if mail.uid == uid:
                mail.flags.update(re.findall(r"\\\w+", arguments))
        return "OK done"
