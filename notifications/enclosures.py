"""The files that come with a reply: which are kept, and the words for those that are not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath
from typing import Any

from sqlmodel import Session

from cycle.files import store as files
from notifications.reading.mail import Attached

LARGEST_FILE = 10_000_000
"""Bytes; a reply with more is answered better on the page."""

TAKEN = frozenset(
    {
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/gif",
        "text/plain",
        "application/x-ole-storage",
        *files.OFFICE.values(),
    }
)
"""Kinds of file that are kept, by what their bytes show, whatever the sender called them."""

OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."

PROGRAMS = {"exe", "com", "scr", "bat", "cmd", "ps1", "msi", "dll", "jar", "lnk", "reg", "iso", "img", "sh"}
SCRIPTS = {"vbs", "vbe", "js", "jse", "wsf", "wsh", "hta", "html", "htm", "svg"}
MACROS = {"docm", "dotm", "xlsm", "xltm", "xlam", "pptm", "ppam"}
RUNS = frozenset(PROGRAMS | SCRIPTS | MACROS)
"""Endings of files that can run, or be shown as a page."""

REFUSED = "Filer af denne slags tages ikke imod."
RUNNABLE = "Programmer og filer med makroer tages ikke imod."
LARGE = "Filen er for stor. Læg den op på opgavens side."
EMPTY = "Filen er tom."


def keep_files(session: Session, attached: Iterable[Attached], *, now: datetime) -> list[dict[str, Any]]:
    """Keeps what may be kept; gives for each file its name and size, and its sha256 or `why` it was not.

    `why` is a Danish sentence.
    """
    return [_kept(session, each, now) for each in attached]


def why_not(name: str, content: bytes) -> str:
    """Why such a file is not kept; empty when it is."""
    if not content:
        return EMPTY
    if PurePosixPath(name).suffix.lower().lstrip(".") in RUNS:
        return RUNNABLE
    if len(content) > LARGEST_FILE:
        return LARGE
    if files.sniff(content) not in TAKEN and OPEN_DOCUMENT not in content[:100]:
        return REFUSED
    return ""


def answers_with(file: Mapping[str, Any]) -> dict[str, Any]:
    """A kept file as a form takes it."""
    return {"sha256": file["sha256"], "name": file["name"], "size": file["size"]}


def _kept(session: Session, each: Attached, now: datetime) -> dict[str, Any]:
    name, size = files.plain_name(each.name), len(each.content)
    why = why_not(name, each.content)
    if why:
        return {"name": name, "size": size, "why": why}
    return {"name": name, "size": size, "sha256": files.keep(session, name, each.content, now=now).sha256}
