"""Where replies lie: a folder on an IMAP server, or a folder of `.eml` files (demo and tests).

A mailbox gives what is new in the order it came, with the server's own time of receipt, and is told of
each mail when its commit is done. Nothing is deleted.
"""

import imaplib
import os
import re
import secrets
import ssl
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import imap_tools

from config.settings import Settings
from notifications.imap_fetch import Refused, fetch, fetch_remains
from notifications.receipt_time import taken_at

LARGEST = 25_000_000
"""Bytes of a mail that are fetched; of a larger one only the header is."""

FAULTS = (OSError, imaplib.IMAP4.error, imap_tools.errors.ImapToolsError)
"""What a mailbox raises when it cannot be reached, opened or read."""

_STAMP = re.compile(r"(\d{8}T\d{12})Z-")


@dataclass(frozen=True)
class Place:
    """How far a mailbox has been read: the highest UID, valid while the server's UIDVALIDITY stays.

    `given_up`: the UID of a mail that the server has refused so often that less than all of it will do, and
    when that was (UTC): its time of receipt, should the server tell none.
    """

    validity: int = 0
    uid: int = 0
    given_up: tuple[int, datetime] | None = None


@dataclass(frozen=True)
class Delivered:
    """One mail in the mailbox. `received_at` is the server's time (UTC), never that of the mail's Date.

    `whole` False: header only, or less; `fault` says (Danish) why when it is not the size.
    """

    place: Place
    received_at: datetime
    raw: bytes
    whole: bool = True
    name: str = ""
    fault: str = ""


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
    `received_by` is the server whose own time goes before that (`taken_at`).
    """

    def __init__(self, folder: Path, received_by: str = "") -> None:
        self._folder, self._read, self._received_by = folder, folder / "laest", received_by

    def __enter__(self) -> "FolderMailbox":
        self._read.mkdir(parents=True, exist_ok=True)
        return self

    def __exit__(self, *_: object) -> None:
        return None

    def put(self, raw: bytes, received_at: datetime) -> Path:
        """Delivers a mail, whole or not at all. When this returns it is on the disk. Raises OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        name = f"{received_at.astimezone(UTC):%Y%m%dT%H%M%S%f}Z-{secrets.token_hex(4)}.eml"
        draft = self._folder / f"{name}.part"
        try:
            _write_through(draft, raw)
        except OSError:
            draft.unlink(missing_ok=True)
            raise
        kept = draft.rename(self._folder / name)
        _settle_names(self._folder)
        return kept

    def is_empty(self) -> bool:
        """Whether there is nothing to read and nobody is just putting something here. Raises OSError."""
        return not any(self._folder.glob("*.eml*"))

    def clear_up(self) -> None:
        """Removes what a killed process had not finished writing; it was never answered 250."""
        for draft in self._folder.glob("*.eml.part"):
            draft.unlink(missing_ok=True)

    def new(self, since: Place) -> Iterator[Delivered]:
        """Every file that has not been handled, the oldest first; `since` is not needed.

        Another municipality of the installation may read the same folder, and have handled one meanwhile.
        """
        for received_at, path in sorted(_dated(self._folder.glob("*.eml"))):
            try:
                with path.open("rb") as file:
                    raw = file.read(LARGEST + 1)
            except FileNotFoundError:
                continue
            at = taken_at(raw, received_at, self._received_by)
            yield Delivered(since, at, raw[:LARGEST], len(raw) <= LARGEST, path.name)

    def forget(self, before: datetime) -> int:
        """Removes the handled files of mails that were received before an instant; gives how many. Safe to
        run again, and at the same time by another municipality that has the same folder."""
        removed = 0
        for received_at, path in _dated(self._read.glob("*.eml")):
            if received_at < before:
                with suppress(FileNotFoundError):
                    path.unlink()
                    removed += 1
        return removed

    def done(self, mail: Delivered) -> None:
        """Moves the file away, if nobody has."""
        with suppress(FileNotFoundError):
            (self._folder / mail.name).replace(self._read / mail.name)


def _write_through(path: Path, raw: bytes) -> None:
    """Nobody else may read it: it is somebody's answer."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(raw)
        file.flush()
        os.fsync(file.fileno())


def _settle_names(folder: Path) -> None:
    """A renamed file is found after a power cut only when its folder is on the disk as well."""
    opened = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)


def _dated(paths: Iterable[Path]) -> Iterator[tuple[datetime, Path]]:
    for path in paths:
        with suppress(FileNotFoundError):
            yield _received_at(path), path


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
        self._box = sign_in(self._settings)
        return self

    def __exit__(self, *_: object) -> None:
        box, self._box = self._box, None
        if box is not None:
            sign_out(box)

    @property
    def _client(self) -> imaplib.IMAP4:
        assert self._box is not None, "use it as a context manager"
        return self._box.client

    def new(self, since: Place) -> Iterator[Delivered]:
        """What has a higher UID than `since`; everything when the server began its numbers anew.

        The one at `since` is marked once more: a crash may have come between its commit and its mark. Raises
        Refused, with the UID, at a mail that the server does not give; one that is gone meanwhile is passed.
        """
        validity = self._validity()
        known = since.uid if validity == since.validity else 0
        if known:
            self._mark_as_seen(known)
        for uid in self._uids(known + 1):
            try:
                mail = self._fetch(Place(validity, uid), since.given_up)
            except Refused:
                if uid in self._uids(uid):
                    raise
            else:
                yield mail

    def done(self, mail: Delivered) -> None:
        """Sets \\\\Seen, so that a person who looks into the mailbox sees what has been handled."""
        self._mark_as_seen(mail.place.uid)

    def _mark_as_seen(self, uid: int) -> None:
        self._command("STORE", str(uid), "+FLAGS.SILENT", r"(\Seen)")

    def _validity(self) -> int:
        _, found = self._client.response("UIDVALIDITY")
        return int(found[0]) if found and found[0] else 0

    def _uids(self, first: int) -> list[int]:
        answer = self._command("SEARCH", "UID", f"{first}:*")
        found = sorted(int(uid) for line in answer if line for uid in line.split())
        return [uid for uid in found if uid >= first]  # "9:*" gives the last one even when it is 8

    def _fetch(self, place: Place, given_up: tuple[int, datetime] | None) -> Delivered:
        try:
            found = fetch(self._command, place.uid, LARGEST)
        except Refused as refused:
            if given_up is None or given_up[0] != place.uid:
                raise
            found = fetch_remains(self._command, place.uid, refused.words, otherwise_at=given_up[1])
        at = taken_at(found.raw, found.received_at, self._settings.received_by)
        return Delivered(place, at, found.raw, found.whole, fault=found.fault)

    def _command(self, *words: str) -> list[bytes]:
        kind, answer = self._client.uid(*words)
        if kind != "OK":
            raise imaplib.IMAP4.error(f"{words[0]}: {answer!r}"[:200])
        return answer


def sign_in(settings: Settings, *, readonly: bool = False) -> imap_tools.BaseMailBox:
    """The mailbox's folder, opened at its server; end it with `sign_out`. Raises one of FAULTS."""
    box = _connect(settings)
    try:
        box.login(settings.imap_user, settings.imap_password.get_secret_value(), initial_folder=None)
        box.folder.set(settings.imap_folder, readonly)
    except FAULTS:
        sign_out(box)
        raise
    return box


def sign_out(box: imap_tools.BaseMailBox) -> None:
    """Leaves the server; when it no longer answers, without its leave."""
    try:
        box.logout()
    except FAULTS:
        box.client.shutdown()


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
    if settings.inbox_dir is None:
        return None
    return FolderMailbox(settings.inbox_dir, settings.received_by)
