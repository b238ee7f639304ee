"""Which files are taken from people, by page and by mail: documents and pictures, by what the bytes show."""

from enum import StrEnum
from pathlib import PurePosixPath

from cycle.files.store import OFFICE, UNKNOWN, sniff

TAKEN = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/gif",
        "text/plain",
        "application/x-ole-storage",
        *OFFICE.values(),
    }
)
"""Kinds of file that are kept, by what their bytes show, whatever the sender called them."""

ENDINGS = ".pdf,.doc,.docx,.xls,.xlsx,.ppt,.pptx,.odt,.ods,.odp,.txt,.csv,.png,.jpg,.jpeg,.gif"
"""What a browser offers to choose from."""

PROGRAMS = {"exe", "com", "scr", "bat", "cmd", "ps1", "msi", "dll", "jar", "lnk", "reg", "iso", "img", "sh"}
SCRIPTS = {"vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "html", "htm", "xhtml", "svg"}
MACROS = {"docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "ppam"}
RUNS = frozenset(PROGRAMS | SCRIPTS | MACROS)
"""Endings of files that can run, or be shown as a page."""

_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_OLD_TEXT = {"txt", "csv"}
_CONTROL = frozenset(range(32)) - {9, 10, 12, 13}


class NotTaken(StrEnum):
    """Why a file is not kept."""

    EMPTY = "file_empty"
    RUNS = "file_runs"
    LARGE = "file_large"
    KIND = "file_kind"


def why_not(name: str, content: bytes, *, largest: int | None = None) -> NotTaken | None:
    """Why such a file is not kept; None when it is. `largest` is in bytes."""
    if not content:
        return NotTaken.EMPTY
    ending = PurePosixPath(name.strip().rstrip(".")).suffix.lower().lstrip(".")
    if ending in RUNS:
        return NotTaken.RUNS
    if largest is not None and len(content) > largest:
        return NotTaken.LARGE
    return None if _is_document(ending, content) else NotTaken.KIND


def _is_document(ending: str, content: bytes) -> bool:
    kind = sniff(content)
    if kind in TAKEN or _OPEN_DOCUMENT in content[:100]:
        return True
    # What a Danish Windows program writes as text, in its own code page.
    return kind == UNKNOWN and ending in _OLD_TEXT and not _CONTROL & set(content)
