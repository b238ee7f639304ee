"""A process that is killed (SIGKILL) when another one, which it talks to, says so.

    life = Life()
    server.set_hook(lambda …: life.kill())               # at once
    server.set_hook(lambda …: life.doom())               # as soon as it comes to `at` in its store
    life.live(engine, work, at="commit")

`doom` is for what happens inside the process after the other side's last word: "begin" is its next
transaction, "commit" right before the next commit, "checkin" right after it. The child is forked, so it costs
no imports.
"""

import mmap
import os
import signal
import struct
from collections.abc import Callable
from typing import Any, Literal

from sqlalchemy import event
from sqlalchemy.engine import Engine

from tests.support.mortal import in_a_process

At = Literal["begin", "commit", "checkin"]


class Life:
    """One child after the other; what parent and child know of each other is shared memory."""

    def __init__(self) -> None:
        self._shared = mmap.mmap(-1, 16)

    def live(self, engine: Engine, work: Callable[[Engine], None], *, at: At | None = None) -> bool:
        """Does `work` in a child with an engine of its own; whether it came to its end alive."""
        self._write(0, 0)

        def with_death(own: Engine) -> None:
            self._write(os.getpid(), 0)
            if at is not None:
                self._arm(own, at)
            work(own)

        code = in_a_process(engine, with_death)
        self._write(0, 0)
        assert code in (0, -signal.SIGKILL), f"it failed by itself: {code}"
        return code == 0

    def kill(self) -> None:
        """Kills the child that is alive, if one is."""
        pid, _ = self._read()
        if pid:
            self._write(0, 0)
            os.kill(pid, signal.SIGKILL)

    def doom(self) -> None:
        """The child dies at its next `at`."""
        self._write(self._read()[0], 1)

    def _arm(self, engine: Engine, at: At) -> None:
        committed: list[bool] = []

        def die(*_: Any) -> None:
            if self._read()[1] and (at != "checkin" or committed):
                os.kill(os.getpid(), signal.SIGKILL)

        def note(*_: Any) -> None:
            if self._read()[1]:
                committed.append(True)

        event.listen(engine, "commit", note)
        event.listen(engine, at, die)

    def _read(self) -> tuple[int, int]:
        pid, doomed = struct.unpack("qq", self._shared[:16])
        return pid, doomed

    def _write(self, pid: int, doomed: int) -> None:
        self._shared[:16] = struct.pack("qq", pid, doomed)
