"""Many documents in one file to download: a zip, the same bytes for the same documents."""

import zipfile
from collections.abc import Iterable
from pathlib import PurePosixPath
from tempfile import SpooledTemporaryFile
from typing import IO

IN_MEMORY = 8_000_000
"""Bytes; a larger zip is written to a temporary file."""

OLDEST = (1980, 1, 1, 0, 0, 0)
"""The time of every entry: that of the documents stands in the documents."""


def zipped(documents: Iterable[tuple[str, bytes]]) -> IO[bytes]:
    """(name, content) in a zip, at its beginning; a name that comes twice gets a number."""
    target: IO[bytes] = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115
    taken: set[str] = set()
    with zipfile.ZipFile(target, "w") as packed:
        for name, content in documents:
            entry = zipfile.ZipInfo(_free(name, taken), OLDEST)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, content)
    target.seek(0)
    return target


def _free(name: str, taken: set[str]) -> str:
    path, number, found = PurePosixPath(name), 1, name
    while found.casefold() in taken:
        number += 1
        found = str(path.with_name(f"{path.stem}-{number}{path.suffix}"))
    taken.add(found.casefold())
    return found


def file_name(*words: str) -> str:
    """The words as a part of a file name that every system takes: "Skolen ved Åen" is skolen-ved-aaen."""
    text = "-".join(word for word in words if word).lower()
    for sign, plain in (("æ", "ae"), ("ø", "oe"), ("å", "aa")):
        text = text.replace(sign, plain)
    kept = "".join(sign if sign.isascii() and sign.isalnum() else "-" for sign in text)
    return "-".join(part for part in kept.split("-") if part)[:100] or "dokument"
