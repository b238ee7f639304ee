"""Text of a CSV file: its encoding and its separator, found by looking."""

import csv
import re
from collections.abc import Sequence
from io import StringIO

from cycle.organisation.columns import Column, recognised
from cycle.organisation.faults import Faults

SEPARATORS = (";", ",", "\t")
MARKS: tuple[tuple[bytes, str, str], ...] = (
    (b"\xef\xbb\xbf", "utf-8-sig", "UTF-8 (BOM)"),
    (b"\xff\xfe", "utf-16", "UTF-16"),
    (b"\xfe\xff", "utf-16", "UTF-16"),
    (b"", "utf-8", "UTF-8"),
)
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


def decode(data: bytes, faults: Faults) -> tuple[str, str]:
    """The text and the name of the encoding assumed. Raises ImportInvalid for binary or mixed text."""
    codec, name = next((codec, name) for mark, codec, name in MARKS if data.startswith(mark))
    try:
        text = data.decode(codec)
    except UnicodeDecodeError as error:
        text, name = _as_windows(data, error.start, faults), "Windows-1252"
    if "\0" in text:
        faults.fail("not text")
    return text, name


def split(text: str, columns: Sequence[Column], faults: Faults) -> tuple[list[list[str]], str]:
    """The rows and the separator under which most headings are known. Raises ImportInvalid."""
    lines = list(StringIO(text, newline=""))
    if lines and (told := re.fullmatch(r"sep=(.)\s*", lines[0])):
        lines[0] = "\n"  # Excel's own line about the separator keeps its row number
        return _rows(lines, told[1], faults), told[1]
    heading = next((line for line in lines if line.strip()), "")
    known = {
        mark: recognised(next(csv.reader([heading], delimiter=mark), []), columns) for mark in SEPARATORS
    }
    separator = max(SEPARATORS, key=lambda mark: (known[mark], heading.count(mark)))
    return _rows(lines, separator, faults), separator


def _rows(lines: list[str], separator: str, faults: Faults) -> list[list[str]]:
    reader = csv.reader(lines, delimiter=separator, strict=True)
    try:
        return list(reader)
    except csv.Error:
        faults.fail("broken quotes", line=reader.line_num)


def _as_windows(data: bytes, first_bad: int, faults: Faults) -> str:
    if b"\0" in data:
        faults.fail("not text")
    line = data.count(b"\n", 0, first_bad) + 1
    if _MULTIBYTE.search(data):
        faults.fail("mixed encoding", line=line)
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        faults.fail("not text")
