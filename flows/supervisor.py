"""Keeps the processes of one machine alive: starts them, starts them again, ends them with itself.

The supervisor has one thread and does nothing else. A child that dies is started again after 1, 2, 4 …
60 seconds; a child is told to end (SIGTERM) when the supervisor dies, however it dies (Linux).
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

LOOK_SECONDS = 0.2
LONGEST_PAUSE = 60.0
LIVED_WELL = 60.0
PR_SET_PDEATHSIG = 1

log = logging.getLogger("aarshjul.serve")


@dataclass(frozen=True)
class Child:
    """One process to keep alive. `patience`: seconds from SIGTERM to SIGKILL; `log`: where its words go."""

    name: str
    command: Sequence[str]
    environment: Mapping[str, str] = field(default_factory=dict)
    patience: float = 30.0
    log: Path | None = None


@dataclass
class Kept:
    """A child and how it fares."""

    child: Child
    process: subprocess.Popen[bytes] | None = None
    started_at: float = 0.0
    start_at: float = 0.0
    pause: float = 1.0


class Supervisor:
    """Runs its children until SIGTERM or SIGINT. `after_first` waits for the first child to answer."""

    def __init__(self, children: Sequence[Child], *, after_first: Callable[[], None] | None = None) -> None:
        self._kept = [Kept(child) for child in children]
        self._after_first = after_first
        self._stopping = False

    def run(self) -> None:
        """Returns when every child has ended after a signal to stop."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._stop)
        first, *others = self._kept
        self._start(first)
        if self._after_first is not None:
            self._after_first()
        for kept in others:
            self._start(kept)
        while not self._stopping:
            for kept in self._kept:
                self._look_after(kept)
            time.sleep(LOOK_SECONDS)
        self._end()

    def _stop(self, _number: int, _frame: object) -> None:
        self._stopping = True

    def _start(self, kept: Kept) -> None:
        if self._stopping:
            return
        kept.process = spawn(kept.child)
        kept.started_at = time.monotonic()
        log.info("%s started as process %s", kept.child.name, kept.process.pid)

    def _look_after(self, kept: Kept) -> None:
        now = time.monotonic()
        if kept.process is None:
            if now >= kept.start_at:
                self._start(kept)
            return
        status = kept.process.poll()
        if status is None:
            return
        kept.pause = 1.0 if now - kept.started_at > LIVED_WELL else min(kept.pause * 2, LONGEST_PAUSE)
        kept.process, kept.start_at = None, now + kept.pause
        log.warning("%s ended with %s; starting it again in %.0f s", kept.child.name, status, kept.pause)

    def _end(self) -> None:
        """The last child ends when the others have: they may still be writing to it."""
        *writers, last = self._kept
        for kept in writers:
            _tell_to_end(kept)
        for kept in writers:
            _wait_for_end(kept)
        _tell_to_end(last)
        _wait_for_end(last)


def spawn(child: Child) -> subprocess.Popen[bytes]:
    """Starts the child in a session of its own; it is told to end when this process dies."""
    with _words_of(child) as out:
        return subprocess.Popen(  # noqa: S603  # our own command lines, no input in them
            list(child.command),
            env={**os.environ, **child.environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT if out else None,
            start_new_session=True,
            preexec_fn=_end_with_parent(os.getpid()),
        )


def _words_of(child: Child) -> AbstractContextManager[IO[bytes] | None]:
    if child.log is None:
        return nullcontext()
    child.log.parent.mkdir(parents=True, exist_ok=True)
    return child.log.open("wb")


def start(child: Child) -> Kept:
    """Starts one child that nobody starts again; end it with `end`."""
    return Kept(child, spawn(child))


def end(kept: Kept) -> None:
    """Ends one child, patiently first."""
    _tell_to_end(kept)
    _wait_for_end(kept)


def _tell_to_end(kept: Kept) -> None:
    if kept.process is not None:
        kept.process.terminate()
        kept.process.send_signal(signal.SIGCONT)


def _wait_for_end(kept: Kept) -> None:
    if kept.process is None:
        return
    try:
        kept.process.wait(kept.child.patience)
    except subprocess.TimeoutExpired:
        log.warning("%s does not end; killing it", kept.child.name)
        kept.process.kill()
        kept.process.wait()


def _end_with_parent(parent: int) -> Callable[[], None] | None:
    if not sys.platform.startswith("linux"):
        return None
    libc = ctypes.CDLL(None, use_errno=True)

    def set_death_signal() -> None:
        libc.prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
        if os.getppid() != parent:  # it died between the fork and here
            os.kill(os.getpid(), signal.SIGTERM)

    return set_death_signal
