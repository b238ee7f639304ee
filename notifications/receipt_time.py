"""When the municipality received a mail: its own server's word, never the sender's.

The Date header and every Received line below our own are written by others and count for nothing.
"""

import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.utils import parsedate_to_datetime

LARGEST_HEAD = 256_000
LONGEST_WAY = timedelta(days=5)
"""How long a mail server keeps trying to hand a mail on (RFC 5321, 4.5.4.1: four to five days)."""

_END_OF_HEAD = re.compile(rb"\r?\n\r?\n")
_COMMENT = re.compile(r"\([^()]*\)")
_INTO_MAILBOX = re.compile(r"\swith\s+(UTF8)?LMTP", re.IGNORECASE)
_BY = re.compile(r"\s*(?:from\s+\S+\s+)?by\s+([^\s;]+)", re.IGNORECASE)


def taken_at(raw: bytes, arrived_at: datetime, server: str) -> datetime:
    """When `server` took the mail (UTC), as its topmost Received line says (RFC 5321, 4.4).

    A line about putting it into a mailbox (LMTP) is passed over: the same machine may have taken it earlier.
    `arrived_at` (aware), when the mail reached the mailbox, counts without a `server`, without such a line,
    and when the line's time cannot be: after the arrival, or longer before it than a mail is under way.
    """
    if not server:
        return arrived_at
    head = _END_OF_HEAD.split(raw[:LARGEST_HEAD], maxsplit=1)[0]
    lines = message_from_bytes(head + b"\n\n", policy=policy.compat32).get_all("received", [])
    ours = next((str(line) for line in lines if _written_by(str(line)) == server.lower()), "")
    stamp = _stamp(ours)
    if stamp is None or not arrived_at - LONGEST_WAY <= stamp <= arrived_at:
        return arrived_at
    return stamp


def _written_by(line: str) -> str:
    """The server that took the mail. What its peer called itself is one word, and comments are left out."""
    plain = _COMMENT.sub(" ", _COMMENT.sub(" ", line))
    found = _BY.match(plain)
    return found[1].lower() if found and not _INTO_MAILBOX.search(plain) else ""


def _stamp(line: str) -> datetime | None:
    try:
        stamp = parsedate_to_datetime(line.rpartition(";")[2].strip())
    except ValueError:
        return None
    return stamp.replace(tzinfo=stamp.tzinfo or UTC).astimezone(UTC)
