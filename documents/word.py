"""Word through docxtpl: an ordinary Word file with placeholders and values in, a Word file out.

    fill("cover.da.docx", values, own=settings.templates_dir, language="da")

Values are text and stay text, or a `Picture`. The template is run in a process of its own
(`cycle.bounded_process`).
"""

import base64
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cycle.bounded_process import USUAL, BoundedProcess, Limits, Stopped
from cycle.errors import Problem, TemplateInvalid
from documents.tables import UNPRINTABLE
from documents.template_folder import template_file
from documents.typeset_faults import stopped_fault, unknown_name
from documents.zipped import zipped

CHILD = Path(__file__).with_name("word_child.py")
PICTURE = "picture/png"
"""The key by which the process knows a picture."""
LARGEST = 50_000_000
"""Bytes of a template when unpacked."""

WRONG: Mapping[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "mistake": (
        (
            "Skabelonen har en fejl i en pladsholder: {said}.",
            "The template has a mistake in a placeholder: {said}.",
        ),
        (
            "Ret den i Word: {{{{ navn }}}} viser, {{% for x in liste %}} … {{% endfor %}} gentager.",
            "Mend it in Word: {{{{ name }}}} shows, {{% for x in list %}} … {{% endfor %}} repeats.",
        ),
    ),
    "damaged": (
        (
            "Skabelonen kan ikke læses som en Word-fil: {said}.",
            "The template cannot be read as a Word file: {said}.",
        ),
        (
            "Gem den igen fra Word som .docx, eller fjern den fra mappen templates.",
            "Save it again from Word as .docx, or remove it from the folder templates.",
        ),
    ),
}


@dataclass(frozen=True)
class Picture:
    """A PNG and what it shows in words; as wide as the page's text."""

    png: bytes
    alt: str


def fill(
    template: str,
    data: Mapping[str, Any],
    *,
    own: Path | None = None,
    language: str = "da",
    limits: Limits = USUAL,
) -> bytes:
    """One document. `own` is the municipality's folder of templates. Raises TemplateInvalid."""
    path = template_file(template, own)
    values = _plain(data)
    with TemporaryDirectory(prefix="aarshjul-") as folder:
        process = BoundedProcess(CHILD, Path(folder), limits)
        try:
            _unpacked_size(path)
            said, document = process.ask({"template": str(path.absolute()), "data": values})
        except Stopped as stopped:
            fault = stopped_fault(template, limits.seconds, stopped.slow, language)
            raise TemplateInvalid([fault]) from stopped
        except (OSError, zipfile.BadZipFile) as error:
            raise TemplateInvalid([_fault(template, "damaged", str(error), language)]) from error
        finally:
            process.end()
    if "error" in said:
        raise TemplateInvalid([_fault_of(template, said["error"], values, language)])
    return _undated(document)


def _undated(document: bytes) -> bytes:
    """The same file without the times of its parts: the same values give the same bytes."""
    with zipfile.ZipFile(BytesIO(document)) as packed:
        parts = ((part, packed.read(part)) for part in packed.namelist())
        with zipped(parts) as whole:
            return whole.read()


def _unpacked_size(path: Path) -> None:
    with zipfile.ZipFile(path) as packed:
        if sum(part.file_size for part in packed.infolist()) > LARGEST:
            raise zipfile.BadZipFile("> 50 MB")


def _plain(value: Any) -> Any:
    """The value with every text free of signs that no XML may hold."""
    if isinstance(value, str):
        return UNPRINTABLE.sub("", value)
    if isinstance(value, Picture):
        return {PICTURE: base64.b64encode(value.png).decode(), "alt": _plain(value.alt)}
    if isinstance(value, Mapping):
        return {str(key): _plain(part) for key, part in value.items()}
    if isinstance(value, Sequence):
        return [_plain(part) for part in value]
    return value


def _fault_of(template: str, said: Mapping[str, str], values: Mapping[str, Any], language: str) -> Problem:
    names = re.findall(r"'([^']*)'", said["message"])
    if said["kind"] == "unknown" and names:
        return Problem(template, *unknown_name(names[-1], values, language))
    kind = said["kind"] if said["kind"] in WRONG else "mistake"
    return _fault(template, kind, said["message"].rstrip("."), language)


def _fault(template: str, kind: str, said: str, language: str) -> Problem:
    what, cure = (pair[language == "en"].format(said=said) for pair in WRONG[kind])
    return Problem(template, what, cure)
