"""Keeps watch at the mailbox, so that a mail is read within seconds of its arrival (IMAP IDLE, RFC 2177).

Nothing depends on it: the mailbox is read every two minutes whether anybody watches or not. It reads no
mail, changes nothing in the mailbox and remembers nothing.
"""

import imaplib
import logging
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress

import imap_tools

from config.settings import Settings
from notifications.mailbox import FAULTS, sign_in, sign_out

REISSUED_AFTER = 5 * 60.0
"""Seconds after which IDLE is asked for anew. The server must hear of us every 29 minutes; a firewall
forgets a silent connection sooner, and only our own question shows that nobody is there any more."""

FIRST_PAUSE, LONGEST_PAUSE = 1.0, 300.0
"""Seconds between two tries after the first loss of the connection, and after many."""

LIVED_WELL = 60.0
NO_IDLE_PAUSE = 3600.0

log = logging.getLogger("aarshjul.mailbox")


class NoIdle(Exception):
    """The server does not offer IDLE."""


class Watcher:
    """Calls `told` when the mailbox has something new, and after every new connection, because something
    may have come while there was none. `first_pause` is seconds; each failure in a row doubles it.
    """

    def __init__(
        self, settings: Settings, told: Callable[[], None], *, first_pause: float = FIRST_PAUSE
    ) -> None:
        self._settings, self._told, self._first_pause = settings, told, first_pause
        self._stopped = threading.Event()
        self._box: imap_tools.BaseMailBox | None = None

    def run(self) -> None:
        """Watches until `stop` is called from another thread. Raises nothing of what the server does."""
        pause = self._first_pause
        while not self._stopped.is_set():
            began = time.monotonic()
            try:
                self._watch()
            except NoIdle:
                pause = NO_IDLE_PAUSE
                log.info("the mailbox's server has no IDLE; the mailbox is read every two minutes")
            except FAULTS as error:
                pause = self._first_pause if time.monotonic() - began > LIVED_WELL else pause
                self._say_lost(error, pause)
            self._stopped.wait(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def stop(self) -> None:
        """Ends `run` at once, also in the middle of its wait."""
        self._stopped.set()
        box = self._box
        if box is not None:
            with suppress(OSError):  # lost already
                box.client.sock.shutdown(socket.SHUT_RDWR)

    def _say_lost(self, error: Exception, pause: float) -> None:
        if not self._stopped.is_set():
            kind = type(error).__name__
            log.warning("the mailbox cannot be watched (%s); again in %.0f s", kind, pause)

    def _watch(self) -> None:
        self._box = box = sign_in(self._settings, readonly=True)
        try:
            if not _has_idle(box.client):
                raise NoIdle
            self._told()
            while not self._stopped.is_set():
                if _something_came(box):
                    self._told()
        finally:
            self._box = None
            sign_out(box)


def _has_idle(client: imaplib.IMAP4) -> bool:
    """Asked after the login: many servers tell what they can only then."""
    _, answer = client.capability()
    return any(b"IDLE" in line.upper().split() for line in answer if line)


def _something_came(box: imap_tools.BaseMailBox) -> bool:
    """Waits for the server to speak, at most REISSUED_AFTER; whether it spoke of a new mail (EXISTS).

    One that it tells of between two waits stands among what it said unasked.
    """
    lines = box.idle.wait(timeout=REISSUED_AFTER)
    _, unasked = box.client.response("EXISTS")
    return any(line.upper().rstrip().endswith(b" EXISTS") for line in lines) or unasked != [None]
