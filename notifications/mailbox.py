"""Where replies lie: a folder on an IMAP server, or a folder of `.eml` files (demo and tests).

A mailbox gives what is new in the order it came, with the server's own time of receipt, and is told of
each mail when its commit is done. Nothing is deleted.
"""

import imaplib
import re
import secrets
import ssl
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Protocol

import imap_tools

from config.settings import Settings

LARGEST = 25_000_000
"""Bytes of a mail that are fetched; of a larger one only the header is."""

FAULTS = (OSError, imaplib.IMAP4.error, imap_tools.errors.ImapToolsError)
"""What a mailbox raises when it cannot be reached, opened or read."""

_FETCHED = re.compile(rb'INTERNALDATE "([^"]+)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")
_STAMP = re.compile(r"(\d{8}T\d{12})Z-")


@dataclass(frozen=True)
class Place:
    """How far a mailbox has been read: the highest UID, valid while the server's UIDVALIDITY stays."""

    validity: int = 0
    uid: int = 0


@dataclass(frozen=True)
class Delivered:
    """One mail in the mailbox. `received_at` is the server's time (UTC). `whole` False: header only."""

    place: Place
    received_at: datetime
    raw: bytes
    whole: bool = True
    name: str = ""


class Mailbox(Protocol):
    """What `collect` reads from. Raises one of FAULTS when it cannot."""

    def new(self, since: Place) -> Iterator[Delivered]:
        """What came after `since`, in the order of receipt."""
        ...

    def done(self, mail: Delivered) -> None:
        """The mail has been handled and committed."""
        ...


class FolderMailbox:
    """A folder of `.eml` files. Handled ones go to its subfolder `laest`.

    The time of receipt stands in the file's name as `put` writes it, else the file's own time counts.
    """

    def __init__(self, folder: Path) -> None:
        self._folder, self._read = folder, folder / "laest"

    def __enter__(self) -> "FolderMailbox":
        self._read.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def put(self, raw: bytes, received_at: datetime) -> Path:
        """Delivers a mail, whole or not at all."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{received_at.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}.eml"
        draft = self._folder / f"{name}.part"
        draft.write_bytes(raw)
        return draft.rename(self._folder / name)

    def new(self, since: Place) -> Iterator[Delivered]:
        """Every file that has not been handled, the oldest first; `since` is not needed."""
        found = [(_received_at(path), path) for path in self._folder.glob("*.eml")]
        for received_at, path in sorted(found):
            with path.open("rb") as file:
                raw = file.read(LARGEST + 1)
            yield Delivered(since, received_at, raw[:LARGEST], len(raw) <= LARGEST, path.name)

    def done(self, mail: Delivered) -> None:
        """Moves the file away."""
        (self._folder / mail.name).replace(self._read / mail.name)


def _received_at(path: Path) -> datetime:
    stamp = _STAMP.match(path.name)
    if stamp is None:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return datetime.strptime(stamp[1], "%Y%m%dT%H%M%S%f").replace(tzinfo=UTC)


class ImapMailbox:
    """A folder on an IMAP server. Reads with PEEK and sets \\\\Seen only when a mail has been handled."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._box: imap_tools.BaseMailBox | None = None

    def __enter__(self) -> "ImapMailbox":
        settings = self._settings
        self._box = _connect(settings)
        try:
            self._box.login(
                settings.imap_user, settings.imap_password.get_secret_value(), initial_folder=None
            )
            self._box.folder.set(settings.imap_folder)
        except FAULTS:
            self._leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._leave()

    def _leave(self) -> None:
        box, self._box = self._box, None
        if box is None:
            return
        try:
            box.logout()
        except FAULTS:
            box.client.shutdown()

    @property
    def _client(self) -> imaplib.IMAP4:
        assert self._box is not None, "use it as a context manager"
        return self._box.client

    def new(self, since: Place) -> Iterator[Delivered]:
        """What has a higher UID than `since`; everything when the server began its numbers anew.

        The mail at `since` is marked as seen once more: whoever handled it may have died before that.
        """
        validity = self._validity()
        first = since.uid + 1 if validity == since.validity else 1
        if first > 1:
            self._see(since.uid)
        for uid in self._uids(first):
            yield self._fetch(uid, Place(validity, uid))

    def done(self, mail: Delivered) -> None:
        """Sets \\\\Seen, so that a person who looks into the mailbox sees what has been handled."""
        self._see(mail.place.uid)

    def _see(self, uid: int) -> None:
        self._command("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _validity(self) -> int:
        _, found = self._client.response("UIDVALIDITY")
        return int(found[0]) if found and found[0] else 0

    def _uids(self, first: int) -> list[int]:
        answer = self._command("SEARCH", "UID", f"{first}:*")
        found = sorted(int(uid) for line in answer if line for uid in line.split())
        return [uid for uid in found if uid >= first]  # "9:*" gives the last one even when it is 8

    def _fetch(self, uid: int, place: Place) -> Delivered:
        facts = b" ".join(_flat(self._command("FETCH", str(uid), "(INTERNALDATE RFC822.SIZE)")))
        at, size = _FETCHED.search(facts), _SIZE.search(facts)
        if at is None or size is None:
            raise imaplib.IMAP4.error(f"mail {uid} has no time of receipt")
        whole = int(size[1]) <= LARGEST
        part = "BODY.PEEK[]" if whole else "BODY.PEEK[HEADER]"
        answer = self._command("FETCH", str(uid), f"({part})")
        raw = next((bytes(piece[1]) for piece in answer if isinstance(piece, tuple)), b"")
        received_at = parsedate_to_datetime(at[1].decode().strip()).astimezone(UTC)
        return Delivered(place, received_at, raw, whole)

    def _command(self, *words: str) -> list[bytes]:
        kind, answer = self._client.uid(*words)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{words[0]}: {answer!r}"[:200])
        return answer


def _flat(answer: list[bytes]) -> list[bytes]:
    return [b" ".join(piece) if isinstance(piece, tuple) else piece for piece in answer if piece]


def _connect(settings: Settings) -> imap_tools.BaseMailBox:
    host, port, timeout = settings.imap_host, settings.imap_port, settings.smtp_timeout
    if settings.imap_security == "none":
        return imap_tools.MailBoxUnencrypted(host, port, timeout)
    context = ssl.create_default_context()
    if settings.imap_security == "starttls":
        return imap_tools.MailBoxStartTls(host, port, timeout, ssl_context=context)
    return imap_tools.MailBox(host, port, timeout, ssl_context=context)


def mailbox_of(settings: Settings) -> AbstractContextManager[Mailbox] | None:
    """The mailbox the settings name, if any; opened by entering it."""
    if settings.imap_host:
        return ImapMailbox(settings)
    return FolderMailbox(settings.inbox_dir) if settings.inbox_dir is not None else None
