"""The demo's mail server in a process of its own, as a real one is: it takes no time from the engine.

`python -m cli.demo.mail_server PORT FOLDER` keeps every mail as a file in the folder and writes one line
about it to the folder's index before it says that it has taken it.
"""

import json
import os
import re
import signal
import sys
import threading
import time
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Protocol

from cli.wording import say
from cycle.errors import Invalid, Problem
from flows.supervisor import Child, end, start
from notifications.local_server import LocalServer, Received

HOST = "127.0.0.1"
INDEX = "received.jsonl"
LISTENING = "listening"
START_SECONDS = 15.0
_DATE = re.compile(rb"^date:[ \t]*([^\r\n]*)", re.IGNORECASE | re.MULTILINE)


class MailServer(Protocol):
    """What the demo asks of its mail server."""

    port: int

    @property
    def received(self) -> list[Received]:
        """Every mail taken so far, in order; a copy."""
        ...


class ServerProcess:
    """A mail server on loopback as a child of this process. Use as a context manager.

    `received` tells at once of every mail the server has said it took; `at` is the mail's own date, which
    is the demo's time. Raises Invalid when the process does not begin to listen.
    """

    def __init__(self, folder: Path, port: int) -> None:
        self._folder, self.port = folder, port
        self._lock = threading.Lock()
        self._received: list[Received] = []
        self._read_to = 0
        command = [sys.executable, "-m", "cli.demo.mail_server", str(port), str(folder)]
        self._child = Child("mail server", command, patience=10)

    def __enter__(self) -> "ServerProcess":
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / INDEX).touch()
        self._kept = start(self._child)
        try:
            self._wait_until_it_listens()
        except BaseException:
            end(self._kept)
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        end(self._kept)

    @property
    def received(self) -> list[Received]:
        """Every mail taken so far, in order; a copy."""
        with self._lock:
            with (self._folder / INDEX).open("rb") as index:
                index.seek(self._read_to)
                news = index.read()
            whole = news[: news.rfind(b"\n") + 1]
            self._read_to += len(whole)
            self._received += [_received(json.loads(line), self._folder) for line in BytesIO(whole)]
            return list(self._received)

    def _wait_until_it_listens(self) -> None:
        until = time.monotonic() + START_SECONDS
        process, listening = self._kept.process, self._folder / LISTENING
        while time.monotonic() < until and process is not None and process.poll() is None:
            if listening.exists() and listening.read_text() == str(process.pid):
                return
            time.sleep(0.05)
        raise Invalid([Problem(f"{HOST}:{self.port}", say("demo mail server"), say("mend demo mail server"))])


def _received(line: dict[str, str | int], folder: Path) -> Received:
    return Received(
        at=datetime.fromisoformat(str(line["at"])),
        sender=str(line["sender"]),
        recipient=str(line["recipient"]),
        message_id=str(line["message_id"]),
        size=int(line["size"]),
        kept=folder / str(line["file"]),
    )


def _line(mail: Received) -> str:
    """What the index says of a mail."""
    assert isinstance(mail.kept, Path)
    facts = {
        "at": _written_at(mail).isoformat(),
        "sender": mail.sender,
        "recipient": mail.recipient,
        "message_id": mail.message_id,
        "size": mail.size,
        "file": mail.kept.name,
    }
    return json.dumps(facts, ensure_ascii=False) + "\n"


def _written_at(mail: Received) -> datetime:
    """The mail's own date; the time it was taken when it has none."""
    found = _DATE.search(mail.content.partition(b"\r\n\r\n")[0])
    try:
        return parsedate_to_datetime(found[1].decode("ascii")).astimezone(UTC) if found else mail.at
    except ValueError:
        return mail.at


def serve(port: int, folder: Path) -> None:
    """Takes mail until it is told to end."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with (folder / INDEX).open("a", encoding="utf-8", buffering=1) as index:

        def note(mail: Received) -> None:
            index.write(_line(mail))

        with LocalServer(lambda: datetime.now(UTC), folder=folder, port=port, note=note):
            (folder / LISTENING).write_text(str(os.getpid()))
            while not told.wait(0.5):  # a signal that another thread was given is seen when this one runs
                pass


if __name__ == "__main__":
    serve(int(sys.argv[1]), Path(sys.argv[2]))
