"""A mail server in a process of its own that takes every mail, over STARTTLS, and keeps none."""

import multiprocessing
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path

from aiosmtpd.smtp import Envelope

from notifications.local_server import LocalServer
from tests.support import mail_server


class _Sink(LocalServer):
    def keep(self, envelope: Envelope) -> None:
        """Lets the mail go."""


def _serve(line: Connection, folder: str) -> None:
    tls, trusted = mail_server.certificate(Path(folder))
    with _Sink(lambda: datetime.now(UTC), tls=tls) as server:
        line.send((server.port, str(trusted)))
        line.recv()


@contextmanager
def running() -> Iterator[int]:
    """The port of such a server on this machine, whose certificate this process trusts until the end."""
    ours, theirs = multiprocessing.Pipe()
    with tempfile.TemporaryDirectory(prefix="aarshjul-bench-") as folder:
        process = multiprocessing.get_context("spawn").Process(target=_serve, args=(theirs, folder))
        process.start()
        port, os.environ["SSL_CERT_FILE"] = ours.recv()
        try:
            yield int(port)
        finally:
            del os.environ["SSL_CERT_FILE"]
            ours.send("end")
            process.join(timeout=20)
