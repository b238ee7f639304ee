"""How often a program may ask: so many times a minute each, counted in this process."""

import math
from threading import Lock

from fastapi import FastAPI

from web.faults import Fault, Refused

TOO_OFTEN = Fault(
    429,
    ("Der spørges for tit", "Too many requests"),
    ("Programmet har spurgt oftere, end det må.", "The program has asked more often than it may."),
    (
        "Vent så mange sekunder, som Retry-After siger, og spørg igen.",
        "Wait as many seconds as Retry-After says and ask again.",
    ),
)


class Rate:
    """A bucket of requests for each program, refilled evenly; a minute's worth may come at once."""

    def __init__(self, per_minute: int) -> None:
        self._most, self._lock = per_minute, Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def take(self, program: str, *, at: float) -> int:
        """0 when the program may ask at this moment (seconds), else how many seconds it has to wait."""
        with self._lock:
            left, since = self._buckets.get(program, (float(self._most), at))
            left = min(self._most, left + max(0.0, at - since) * self._most / 60)
            if left < 1:
                return math.ceil((1 - left) * 60 / self._most)
            self._buckets[program] = (left - 1, at)
            return 0


def count(app: FastAPI, program: str, *, at: float) -> None:
    """Counts one request. Raises Refused (429) when it is one too many."""
    rate: Rate = app.state.api_rate
    if wait := rate.take(program, at=at):
        raise Refused(TOO_OFTEN, {"Retry-After": str(wait)})
