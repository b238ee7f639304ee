"""The files that come with a reply: which are kept, and the words for those that are not."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cycle.files import store as files
from cycle.files.taken import NotTaken, why_not
from notifications.reading.mail import Attached

LARGEST_FILE = 10_000_000
"""Bytes; a reply with more is answered better on the page."""

REFUSED = "Filer af denne slags tages ikke imod."
RUNNABLE = "Programmer og filer med makroer tages ikke imod."
LARGE = "Filen er for stor. Læg den op på opgavens side."
EMPTY = "Filen er tom."
SAID = {
    NotTaken.EMPTY: EMPTY,
    NotTaken.RUNS: RUNNABLE,
    NotTaken.LARGE: LARGE,
    NotTaken.KIND: REFUSED,
}


def keep_files(session: Session, attached: Iterable[Attached], *, now: datetime) -> list[dict[str, Any]]:
    """Keeps what may be kept; gives for each file its name and size, and its sha256 or `why` it was not.

    `why` is a Danish sentence.
    """
    return [_kept(session, each, now) for each in attached]


def answers_with(file: Mapping[str, Any]) -> dict[str, Any]:
    """A kept file as a form takes it."""
    return {"sha256": file["sha256"], "name": file["name"], "size": file["size"]}


def _kept(session: Session, each: Attached, now: datetime) -> dict[str, Any]:
    name, size = files.plain_name(each.name), len(each.content)
    why = why_not(name, each.content, largest=LARGEST_FILE)
    if why is not None:
        return {"name": name, "size": size, "why": SAID[why]}
    return {"name": name, "size": size, "sha256": files.keep(session, each.content, now=now).sha256}
