"""A process of its own for what others have written, templates and mails: no secret of ours, no network,
bounded time and memory.

Its program is started by path and speaks one line of JSON a job: `{…}` in, `{"size": n}` and n bytes out, or
`{"error": {…}}`. A job may have bytes too: its own `size` says how many follow the line.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Timer
from typing import Any

NOWHERE = "http://127.0.0.1:9"
ENVIRONMENT = {
    "RAYON_NUM_THREADS": "2",
    "MALLOC_ARENA_MAX": "2",
    **{f"{name}_proxy": NOWHERE for name in ("http", "https", "all")},
    **{f"{name}_PROXY": NOWHERE for name in ("HTTP", "HTTPS", "ALL")},
}
"""All that the process knows of this one: no secret, and no way to fetch anything."""


@dataclass(frozen=True)
class Limits:
    """What one job may cost: seconds by the clock, and bytes of address space."""

    seconds: float = 60
    memory: int = 2 * 1024**3


USUAL = Limits()


class Stopped(Exception):
    """The process did not answer: stopped after its time (`slow`), or ended by itself."""

    def __init__(self, slow: bool) -> None:
        super().__init__("too slow" if slow else "ended by itself")
        self.slow = slow


class BoundedProcess:
    """Started with its first job, and anew after one that had to be stopped. Not for several threads."""

    def __init__(self, program: Path, folder: Path, limits: Limits) -> None:
        self._program, self._folder, self._limits = program, folder, limits
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, job: dict[str, Any], content: bytes = b"") -> tuple[dict[str, Any], bytes]:
        """(what came of it, its bytes). Raises Stopped."""
        process = self._process = self._process or self._start()
        assert process.stdin and process.stdout
        slow = Event()

        def stop() -> None:
            slow.set()
            process.kill()

        alarm = Timer(self._limits.seconds, stop)
        alarm.start()
        try:
            told = {**job, "seconds": self._limits.seconds, "size": len(content)}
            process.stdin.write(json.dumps(told).encode() + b"\n" + content)
            process.stdin.flush()
            said: dict[str, Any] = json.loads(process.stdout.readline())
            return said, process.stdout.read(said.get("size", 0))
        except (OSError, ValueError) as error:
            self.end()
            raise Stopped(slow.is_set()) from error
        finally:
            alarm.cancel()

    def end(self) -> None:
        """Ends it; a later job starts it again."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # our own file, a number
            [sys.executable, "-I", str(self._program), str(self._limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder,
            env=ENVIRONMENT,
        )
