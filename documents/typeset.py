"""PDF through Typst: a template and values in, a tagged PDF for archives (PDF/A-2a, PDF/UA-1) out.

    typeset("rollup.typ", values, own=settings.templates_dir, language="da", at=now)

Values reach the template as JSON and are never read as markup. The template is run by a process of its
own (`documents.typst_child`) that has a folder with the templates and nothing else, no network, and limits
on time and memory. Many documents: one `Typesetter`, one process.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import BoundedSemaphore
from typing import Any, Self

from cycle.bounded_process import USUAL, BoundedProcess, Limits, Stopped
from cycle.errors import TemplateInvalid
from documents.template_folder import gather
from documents.typeset_faults import fault_of, stopped_fault
from documents.typeset_text import FONTS, LETTERS, fonts_in, known_signs, printable

__all__ = ["Limits", "Typesetter", "typeset"]

CHILD = Path(__file__).with_name("typst_child.py")
AT_ONCE = BoundedSemaphore(2)
"""The rest wait their turn: ten people who press the button together do not take ten times the memory."""


def typeset(
    template: str,
    data: Mapping[str, Any],
    *,
    own: Path | None = None,
    language: str = "da",
    at: datetime,
    limits: Limits = USUAL,
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
        limits: Limits = USUAL,
        language: str = "da",
    ) -> None:
        self._own, self._limits, self._language = own, limits, language

    def __enter__(self) -> Self:
        self._folder = TemporaryDirectory(prefix="aarshjul-")
        try:
            self._root = Path(self._folder.name) / "templates"
            self._root.mkdir()
            gather(self._root, self._own, self._language)
        except BaseException:
            self._folder.cleanup()
            raise
        self._process = BoundedProcess(CHILD, Path(self._folder.name), self._limits)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.end()
        self._folder.cleanup()

    def set(self, template: str, data: Mapping[str, Any], *, at: datetime, files: bool = False) -> bytes:
        """One document, dated `at`. Raises TemplateInvalid; the next one can be set all the same.

        `files`: others are to be attached to it, which makes it PDF/A-3a instead of PDF/A-2a.
        """
        known = known_signs(fonts_in(self._root))
        values = printable({**data, "language": self._language}, known)
        job = {
            "input": str(self._root / template),
            "root": str(self._root),
            "packages": str(Path(self._folder.name) / "none"),
            "fonts": [str(LETTERS), str(FONTS), str(self._root)],
            "data": json.dumps(values, ensure_ascii=False),
            "at": int(at.timestamp()),
            "standards": ["a-3a" if files else "a-2a", "ua-1"],
        }
        try:
            said, document = self._process.ask(job)
        except Stopped as stopped:
            fault = stopped_fault(template, self._limits.seconds, stopped.slow, self._language)
            raise TemplateInvalid([fault]) from stopped
        if "error" in said:
            raise TemplateInvalid([fault_of(said["error"], template, values, self._language)])
        return document
