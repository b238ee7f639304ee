"""The dead man's switch: after a good turn an address outside is fetched; its silence raises the alarm.

It never holds up the turn and never fails it: a thread of its own fetches, one at a time, and counts.
"""

import logging
import threading
import time

from notifications import web_address

EVERY = 60.0
TIMEOUT = 10.0
"""Seconds."""

log = logging.getLogger("aarshjul.heartbeat")


class Heartbeat:
    """Fetches the address at most once in `every` seconds. `failures` counts those in a row that failed."""

    def __init__(self, url: str, *, every: float = EVERY, timeout: float = TIMEOUT) -> None:
        self._url, self._every, self._timeout = url, every, timeout
        self._last = float("-inf")
        self._under_way = threading.Lock()
        self.failures = 0

    def beat(self) -> None:
        """Says that all is well, unless that was said lately or is just being said. Returns at once."""
        now = time.monotonic()
        if not self._url or now - self._last < self._every or not self._under_way.acquire(blocking=False):
            return
        self._last = now
        threading.Thread(target=self._fetch, name="heartbeat", daemon=True).start()

    def _fetch(self) -> None:
        try:
            web_address.fetch(self._url, timeout=self._timeout)
            self.failures = 0
        except (OSError, ValueError) as error:
            self.failures += 1
            if self.failures == 1:  # the address may be a secret: it is not logged
                log.warning("the heartbeat did not arrive: %s", type(error).__name__)
        finally:
            self._under_way.release()
