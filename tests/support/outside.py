"""A web server somewhere outside, for tests: it keeps what it was asked, and answers or hangs as told.

with outside.running() as receiver:
    …                                     # receiver.url("/x"), receiver.asked
"""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

clock = time.monotonic


def until(true: Callable[[], bool], seconds: float = 10) -> None:
    """Waits until it is so."""
    end = clock() + seconds
    while not true():
        assert clock() < end, "it did not happen"
        time.sleep(0.01)


def closed_port() -> int:
    """A port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Outside:
    """What was asked as (method, path, body), and how it is answered."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, bytes]] = []
        self.status, self.location = 200, ""
        self.going_on = threading.Event()
        self.going_on.set()
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}{path}"

    def hang(self) -> None:
        """Answers nothing until told to answer."""
        self.going_on.clear()

    def answer(self, status: int, *, location: str = "") -> None:
        self.status, self.location = status, location
        self.going_on.set()

    def wait_for(self, number: int) -> None:
        until(lambda: len(self.asked) >= number)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def handle_any(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                receiver.asked.append((self.command, self.path, body))
                receiver.going_on.wait(timeout=10)
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.end_headers()

            do_GET = do_POST = handle_any  # noqa: N815  # the names that http.server looks for

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        return Handler


@contextmanager
def running() -> Iterator[Outside]:
    """A server on a free port of this machine until the block ends."""
    receiver = Outside()
    thread = threading.Thread(target=receiver.server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.going_on.set()
        receiver.server.shutdown()
        receiver.server.server_close()
        thread.join(timeout=10)
