"""Keeping attachments: found by their content, their type read from their first bytes."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import PurePosixPath, PureWindowsPath
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from cycle.errors import NotFound
from cycle.files.tables import File
from cycle.store import is_sqlite

LONGEST_NAME = 120
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
)
OFFICE = {
    b"word/": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    b"xl/": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    b"ppt/": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
UNKNOWN = "application/octet-stream"


def keep(session: Session, content: bytes, *, now: datetime) -> File:
    """Keeps the bytes once, however often they come. What a sender called them is kept where they are named:
    two senders of the same bytes know nothing of each other.

    Safe when two senders bring the same file at once.
    """
    digest = hashlib.sha256(content).hexdigest()
    values = {
        "sha256": digest,
        "size": len(content),
        "sniffed_type": sniff(content),
        "content": content,
        "created_at": now,
    }
    insert = sqlite.insert if is_sqlite(session) else postgresql.insert
    session.execute(insert(File).values(values).on_conflict_do_nothing(index_elements=["sha256"]))
    return read(session, digest)


def read(session: Session, sha256: str) -> File:
    """The file with this digest. Raises NotFound."""
    found = session.get(File, sha256)
    if found is None:
        raise NotFound("file", sha256)
    return found


def named(answers: Any) -> dict[str, str]:
    """The files that an answer or a draft names: what they are called in it by digest, in their order."""
    if isinstance(answers, Mapping):
        found = {str(answers["sha256"]): str(answers.get("name", ""))} if "sha256" in answers else {}
        parts: Iterable[Any] = answers.values()
    else:
        found, parts = {}, answers if isinstance(answers, list) else ()
    for part in parts:
        found = {**named(part), **found}
    return found


def plain_name(name: str) -> str:
    """The last part of a sender's file name, printable and of reasonable length, its ending kept."""
    last = PureWindowsPath(PurePosixPath(name.replace("\x00", "")).name).name
    text = "".join(sign for sign in last if sign.isprintable()).strip()
    if not text.strip("."):
        return "fil"
    if len(text) <= LONGEST_NAME:
        return text
    ending = PurePosixPath(text).suffix[:12]
    return text[: LONGEST_NAME - len(ending)] + ending


def sniff(content: bytes) -> str:
    """The media type the first bytes show; text only when all of it is UTF-8 without control signs."""
    for start, found in SIGNATURES:
        if content.startswith(start):
            return found
    if content.startswith(b"PK\x03\x04"):
        return next((kind for part, kind in OFFICE.items() if part in content), "application/zip")
    return "text/plain" if _is_text(content) else UNKNOWN


def _is_text(content: bytes) -> bool:
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return bool(text) and all(sign.isprintable() or sign in "\r\n\t" for sign in text)
