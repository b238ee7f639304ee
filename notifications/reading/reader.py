"""Reads mails from outside in a process with limits: what breaks it is in quarantine, and the next is read.

with Reader(ours) as reader:
    mail = reader.read(raw)
"""

from dataclasses import asdict
from pathlib import Path
from typing import Self

from cycle.bounded_process import BoundedProcess, Limits, Stopped
from cycle.messages.verdicts import InboundVerdict
from notifications.reading.headers import message_id_of, sender_of
from notifications.reading.mail import Mail
from notifications.reading.ours import NOBODY, Ours
from notifications.reading.wire import unpacked

CHILD = Path(__file__).with_name("child.py")
LIMITS = Limits(seconds=20, memory=640 * 1024**2)
"""For a mail of 25 MB with its files; one of the usual size takes 50 MB."""

SLOW = "Mailen tog for lang tid at læse og er sat i karantæne."
BROKE = "Mailen fik læseprogrammet til at gå ned og er sat i karantæne."


class Reader:
    """One process for many mails, started with the first. A context manager; not for several threads."""

    def __init__(self, ours: Ours = NOBODY, limits: Limits = LIMITS) -> None:
        self._ours, self._process = ours, BoundedProcess(CHILD, Path("/"), limits)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()

    def read(self, raw: bytes) -> Mail:
        """What the mail says. Never raises: what the process did not survive is HOSTILE."""
        try:
            _, said = self._process.ask({"ours": asdict(self._ours)}, raw)
            return unpacked(said)
        except Stopped as stopped:
            return _hostile(raw, SLOW if stopped.slow else BROKE)
        except ValueError:
            self._process.end()
            return _hostile(raw, BROKE)


def _hostile(raw: bytes, reason: str) -> Mail:
    return Mail(message_id_of(raw), sender_of(raw), verdict=InboundVerdict.HOSTILE, reason=reason)
