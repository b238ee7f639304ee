"""Case packages in a folder that the records system (ESDH) fetches them from.

A package is a folder of its own that appears whole or not at all and never changes afterwards: what has
changed since comes as the next number ("kvartalsrapport-1-2027-002").
"""

import hashlib
import json
import os
import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from documents.case_package import MANIFEST
from documents.zipped import file_name


@dataclass(frozen=True)
class Delivered:
    """Where the package lies, and whether this run put it there; `damaged` is the one it stands in for."""

    path: Path
    new: bool
    damaged: Path | None = None


def deliver(folder: Path, name: str, files: Iterable[tuple[str, bytes]]) -> Delivered:
    """Puts a package into the folder; gives the newest one when that holds the same already.

    One whose files are gone or altered does not: the same is handed over again as the next number.
    Raises OSError when the folder cannot be written; nothing is half there then.
    """
    folder.mkdir(parents=True, exist_ok=True)
    made = Path(mkdtemp(prefix=".ufaerdig-", dir=folder))
    try:
        _write(made, files)
        before = _delivered(folder, file_name(name))
        same = bool(before) and _held(before[-1]) == _held(made)
        if same and _whole(before[-1], made):
            return Delivered(before[-1], False)
        path = _appear(made, folder, file_name(name), before)
        return Delivered(path, True, before[-1] if same else None)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _write(made: Path, files: Iterable[tuple[str, bytes]]) -> None:
    for name, content in files:
        with (made / name).open("xb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
    made.chmod(0o755)


def _delivered(folder: Path, name: str) -> list[Path]:
    """The packages of this name, in their order."""
    numbered = re.compile(rf"{re.escape(name)}-\d{{3,}}")
    found = [path for path in folder.iterdir() if path.is_dir() and numbered.fullmatch(path.name)]
    return sorted(found, key=_number)


def _number(path: Path) -> int:
    return int(path.name.rpartition("-")[2])


def _held(package: Path) -> list[tuple[str, list[str]]] | None:
    """What says that two packages are the same: their documents, and the digest of every file of them.

    When a document was journalised is no news. None for a package without a readable manifest.
    """
    try:
        told = json.loads((package / MANIFEST).read_text(encoding="utf-8"))
        return [(one["noegle"], [file["sha256"] for file in one["filer"]]) for one in told["dokumenter"]]
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _whole(package: Path, made: Path) -> bool:
    """Whether a package that tells the same has the files of it, and the documents as they were."""
    told = json.loads((made / MANIFEST).read_text(encoding="utf-8"))
    digests = {file["filnavn"]: file["sha256"] for one in told["dokumenter"] for file in one["filer"]}
    try:
        there = {path.name for path in package.iterdir()}
        return there >= {path.name for path in made.iterdir()} and all(
            hashlib.sha256((package / name).read_bytes()).hexdigest() == digest
            for name, digest in digests.items()
        )
    except OSError:
        return False


def _appear(made: Path, folder: Path, name: str, before: list[Path]) -> Path:
    """Gives the finished folder its name: the first that is free, also when two hand over at once."""
    number = _number(before[-1]) if before else 0
    while True:
        number += 1
        target = folder / f"{name}-{number:03d}"
        try:
            made.rename(target)
        except OSError:
            if not target.exists():
                raise
        else:
            return target
