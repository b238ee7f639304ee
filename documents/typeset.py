"""PDF through Typst: a template and values in, a tagged PDF (PDF/UA-1) out.

    typeset("rollup.typ", values, own=settings.templates_dir, language="da", at=now)

Values reach the template as JSON and are never read as markup. The template is run by a process of its
own (`documents.typst_child`) that has a folder with the templates and nothing else, no network, and limits
on time and memory. Many documents: one `Typesetter`, one process.
"""

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore, Event, Timer
from typing import Any, Self

from cycle.errors import TemplateInvalid
from documents.template_folder import gather
from documents.typeset_faults import fault_of, gone, too_slow
from documents.typeset_text import FONTS, known_signs, printable

CHILD = Path(__file__).with_name("typst_child.py")
NOWHERE = "http://127.0.0.1:9"
ENVIRONMENT = {
    "RAYON_NUM_THREADS": "2",
    "MALLOC_ARENA_MAX": "2",
    **{f"{name}_proxy": NOWHERE for name in ("http", "https", "all")},
    **{f"{name}_PROXY": NOWHERE for name in ("HTTP", "HTTPS", "ALL")},
}
"""All that the process knows of this one: no secret, and no way to fetch a package."""


AT_ONCE = BoundedSemaphore(2)
"""The rest wait their turn: ten people who press the button together do not take ten times the memory."""


@dataclass(frozen=True)
class Limits:
    """What one document may cost: seconds by the clock, and bytes of address space."""

    seconds: float = 60
    memory: int = 2 * 1024**3


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    own: Path | None = None,
    language: str = "da",
    at: datetime,
    limits: Limits = Limits(),
) -> bytes:
    """One document, dated `at` (aware). `own` is the municipality's folder of templates.

    The template finds the values, with `language`, in `sys.inputs.data`. The same values, template and date
    give the same bytes. Raises TemplateInvalid.
    """
    with AT_ONCE, Typesetter(own, limits=limits, language=language) as setter:
        return setter.set(template, data, at=at)


class Typesetter:
    """Sets one document after the other. A context manager; not for several threads at once."""

    def __init__(
        self,
        own: Path | None = None,
        *,
        limits: Limits = Limits(),
        language: str = "da",
    ) -> None:
        self._own, self._limits, self._language = own, limits, language
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="aarshjul-")
        try:
            self._root = Path(self._folder.name) / "templates"
            self._root.mkdir()
            gather(self._root, self._own, self._language)
        except BaseException:
            self._folder.cleanup()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        self._folder.cleanup()

    def set(self, template: str, data: Mapping[str, Any], *, at: datetime) -> bytes:
        """One document, dated `at`. Raises TemplateInvalid; the next one can be set all the same."""
        known = known_signs(tuple(sorted(self._root.glob("*.[to]tf"))))
        values = printable({**data, "language": self._language}, known)
        job = {
            "input": str(self._root / template),
            "root": str(self._root),
            "packages": str(Path(self._folder.name) / "none"),
            "fonts": [str(FONTS), str(self._root)],
            "data": json.dumps(values, ensure_ascii=False),
            "at": int(at.timestamp()),
            "seconds": self._limits.seconds,
        }
        said, document = self._ask(template, json.dumps(job).encode() + b"\n")
        if "error" in said:
            raise TemplateInvalid([fault_of(said["error"], template, values, self._language)])
        return document

    def _ask(self, template: str, job: bytes) -> tuple[dict[str, Any], bytes]:
        process = self._process = self._process or self._start()
        assert process.stdin and process.stdout
        slow = Event()

        def stop() -> None:
            slow.set()
            process.kill()

        alarm = Timer(self._limits.seconds, stop)
        alarm.start()
        try:
            process.stdin.write(job)
            process.stdin.flush()
            said: dict[str, Any] = json.loads(process.stdout.readline())
            return said, process.stdout.read(said.get("size", 0))
        except (OSError, ValueError) as error:
            self._end()
            stopped = too_slow if slow.is_set() else gone
            raise TemplateInvalid([stopped(template, self._limits.seconds, self._language)]) from error
        finally:
            alarm.cancel()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603  # our own file, a number
            [sys.executable, "-I", str(CHILD), str(self._limits.memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=self._folder.name,
            env=ENVIRONMENT,
        )

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.communicate()
