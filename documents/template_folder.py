"""The folder that a document is set in: our templates, and over them those of the municipality.

A file of the municipality takes the place of ours with the same name. Everything is copied to a folder of
its own, and a template can read nothing outside that folder.
"""

import shutil
from collections.abc import Iterator
from pathlib import Path

from cycle.danish import file_fault
from cycle.errors import Problem, TemplateInvalid
from documents.typeset_text import can_be_read, fonts_in

OURS = Path(__file__).with_name("templates")
PARTS = (".typ", ".svg", ".png", ".jpg", ".jpeg", ".ttf", ".otf")
"""What a template may be made of: itself, pictures, fonts."""

LARGEST = 20_000_000
"""Bytes of one file."""

Words = tuple[tuple[str, str], tuple[str, str]]

OUTSIDE: Words = (
    ("Den peger ud af mappen.", "It points out of the folder."),
    ("Læg selve filen i mappen.", "Put the file itself there."),
)
TOO_LARGE: Words = (
    ("Den fylder mere end 20 MB.", "It is larger than 20 MB."),
    ("Brug et mindre billede eller en mindre skrifttype.", "Use a smaller picture or font."),
)
NO_FONT: Words = (
    ("Skrifttypen kan ikke læses.", "The font cannot be read."),
    ("Hent filen igen, eller fjern den fra mappen.", "Fetch the file again, or remove it from the folder."),
)


def gather(target: Path, own: Path | None, language: str) -> None:
    """Fills `target`. Raises TemplateInvalid with every file of `own` that cannot be used."""
    for part in _parts(OURS):
        shutil.copyfile(part, target / part.name)
    if own is None or not own.exists():
        return
    problems: list[Problem] = []
    try:
        for part in _parts(own):
            problems += _take(part, own, target, language)
        unread = {font.name for font in fonts_in(target) if not can_be_read(font)}
        problems += [_problem(own / name, NO_FONT, language) for name in sorted(unread)]
    except OSError as error:
        problems.append(_unreadable(own, error, language))
    if problems:
        raise TemplateInvalid(problems)


def template_file(name: str, own: Path | None) -> Path:
    """Where the template with this name lies: in the municipality's folder, else in ours."""
    theirs = own / name if own else None
    return theirs if theirs is not None and theirs.exists() else OURS / name


def _parts(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.iterdir()) if path.suffix.lower() in PARTS)


def _take(part: Path, own: Path, target: Path, language: str) -> list[Problem]:
    try:
        if not part.resolve().is_relative_to(own.resolve()):
            return [_problem(part, OUTSIDE, language)]
        if part.stat().st_size > LARGEST:
            return [_problem(part, TOO_LARGE, language)]
        shutil.copyfile(part, target / part.name)
    except OSError as error:
        return [_unreadable(part, error, language)]
    return []


def _problem(part: Path, words: Words, language: str) -> Problem:
    return Problem(str(part), *(pair[language == "en"] for pair in words))


def _unreadable(path: Path, error: OSError, language: str) -> Problem:
    fault = file_fault(error, language)
    if language == "en":
        return Problem(str(path), f"It cannot be read: {fault}.", "Correct the path or its permissions.")
    return Problem(str(path), f"Kan ikke læses: {fault}.", "Ret sti eller rettigheder.")
