"""One mail fetched from an IMAP server, or as much of it as the server still gives."""

import imaplib
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

Command = Callable[..., list[bytes]]
"""A command on UIDs. Raises `imaplib.IMAP4.error` when the server says no, `abort` when the line is gone."""

_TIME = re.compile(rb'INTERNALDATE "([^"]+)"')
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)")

NOT_GIVEN = "Mailserveren kan ikke udlevere mailen ({error})."


class Refused(imaplib.IMAP4.error):
    """The server gives no content, size or time for one mail, while the line is up."""

    def __init__(self, uid: int, words: object) -> None:
        self.uid, self.words = uid, " ".join(str(words).split())[:160]
        super().__init__(f"mail {uid}: {self.words}")


@dataclass(frozen=True)
class Fetched:
    """What was fetched: `received_at` (UTC) is the server's time. `whole` False: header only, or less; then
    `fault` says (Danish) why, unless the mail is too large."""

    raw: bytes
    received_at: datetime
    whole: bool = True
    fault: str = ""


def fetch(command: Command, uid: int, largest: int) -> Fetched:
    """The mail, of more than `largest` bytes the header only. Raises Refused; an empty answer is no mail."""
    try:
        facts = b" ".join(_flat(command("FETCH", str(uid), "(INTERNALDATE RFC822.SIZE)")))
        received_at, size = _time_in(facts), _SIZE.search(facts)
        if received_at is None or size is None:
            raise Refused(uid, "no time of receipt, or no size")
        whole = int(size[1]) <= largest
        part = "BODY.PEEK[]" if whole else "BODY.PEEK[HEADER]"
        return Fetched(_part(command, uid, part), received_at, whole)
    except (imaplib.IMAP4.abort, Refused):
        raise
    except imaplib.IMAP4.error as error:
        raise Refused(uid, error) from error


def fetch_remains(command: Command, uid: int, why: str, *, otherwise_at: datetime) -> Fetched:
    """What can be had of a mail that the server refuses: its time and its header, else a note that it was.

    A mail that tells no time counts as received at `otherwise_at` (UTC). Raises `imaplib.IMAP4.abort` when
    the line is gone.
    """
    fault = NOT_GIVEN.format(error=why)
    try:
        found = fetch(command, uid, largest=0)
        return replace(found, fault=fault)
    except Refused:
        note = f"X-Not-Fetched: {uid}, {why}".encode("ascii", "replace")
        return Fetched(note, otherwise_at, whole=False, fault=fault)


def _part(command: Command, uid: int, part: str) -> bytes:
    answer = command("FETCH", str(uid), f"({part})")
    raw = next((bytes(piece[1]) for piece in answer if isinstance(piece, tuple)), b"")
    if not raw.strip():
        raise Refused(uid, "nothing was given")
    return raw


def _time_in(facts: bytes) -> datetime | None:
    found = _TIME.search(facts)
    if found is None:
        return None
    try:
        return parsedate_to_datetime(found[1].decode("ascii", "replace").strip()).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _flat(answer: list[bytes]) -> list[bytes]:
    return [b" ".join(piece) if isinstance(piece, tuple) else piece for piece in answer if piece]
