"""Reads the text files a municipality edits, whatever program saved them, or says what is wrong."""

from pathlib import Path

from cycle.danish import file_fault
from cycle.errors import PlanInvalid, Problem

LARGEST = 5_000_000
"""Bytes. Five thousand units with figures take less than one million."""


def read_text(path: Path, name: str) -> str:
    """The text of a UTF-8 file (a BOM is taken off). `name` is what an error calls the file.

    Raises PlanInvalid when the file is missing, too large, or saved in another encoding.
    """
    content = read_bytes(path, name)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise PlanInvalid([Problem(f"{name}:1", "Filen er gemt som UTF-16.", "Gem den som UTF-8.")])
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        word = content[max(0, error.start - 12) : error.start + 12].decode("cp1252", errors="replace")
        what = f"Filen er ikke gemt som UTF-8 (ved »{' '.join(word.split())}«)."
        raise PlanInvalid(
            [Problem(f"{name}:{line}", what, "Gem den som UTF-8: i Notesblok »Gem som«, Kodning: UTF-8.")]
        ) from error


def read_table_text(path: Path, name: str) -> str:
    """The text of a CSV file: UTF-8 with or without BOM, else Windows-1252, as Excel saves it.

    Raises PlanInvalid when the file is missing or too large.
    """
    content = read_bytes(path, name)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")


def read_bytes(path: Path, name: str) -> bytes:
    """The content of a file. Raises PlanInvalid when it is missing, unreadable or too large."""
    try:
        if path.stat().st_size > LARGEST:
            what = f"Filen fylder mere end {LARGEST // 1_000_000} MB."
            raise PlanInvalid([Problem(name, what, "Er det den rigtige fil?")])
        return path.read_bytes()
    except (FileNotFoundError, IsADirectoryError) as error:
        raise PlanInvalid(
            [Problem(name, "Filen findes ikke.", f"Se efter, om stien er rigtig: {path}.")]
        ) from error
    except OSError as error:
        raise PlanInvalid([Problem(name, f"Filen kan ikke læses: {file_fault(error)}.")]) from error
