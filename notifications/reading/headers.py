"""A mail's header as text: encoded words decoded (RFC 2047), UTF-8 as it stands (RFC 6532), no controls."""

import re
from collections.abc import Iterator
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256

from notifications.reading.bounds import head_of

BROKEN = (MessageError, LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError)
"""What the parser raises on mails that are not built as the RFCs say."""

TO = ("delivered-to", "x-original-to", "envelope-to", "x-envelope-to", "to", "cc")
"""Where the address stands that a mail was delivered to, the surest first."""

LONGEST = 20_000
"""Characters of one field that are read."""

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]{1,400}>)", re.IGNORECASE | re.MULTILINE)
_ID = re.compile(r"<[^<>\s]{1,400}>")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


def clean(text: str) -> str:
    """Without what no database and no page takes: controls and half characters."""
    return _UNPRINTABLE.sub("", text)


def message_id_of(raw: bytes) -> str:
    """The Message-ID, else one made of the content: the same mail is the same mail."""
    found = _MESSAGE_ID.search(head_of(raw) + b"\n")
    if found is None:
        return f"<{sha256(raw).hexdigest()}@uden-message-id>"
    return clean(found[1].decode("ascii", "replace"))


def sender_of(raw: bytes) -> str:
    """The address in From, in lower case; empty when there is none to be read."""
    try:
        return address_in(message_from_bytes(head_of(raw) + b"\n\n", policy=policy.compat32), "from")
    except BROKEN:
        return ""


def fields(part: Message, name: str) -> Iterator[str]:
    """Every field of this name from the top, unfolded; encoded words are left as they are."""
    for key, value in part.raw_items():
        if key.lower() == name:
            yield clean(" ".join(_text(str(value))[:LONGEST].split()))


def field(part: Message, name: str) -> str:
    """The first field of this name with its encoded words decoded; empty when there is none."""
    return decoded(next(fields(part, name), ""))


def decoded(value: str) -> str:
    """The words of a header as people read them."""
    if "=?" not in value:
        return value
    try:
        return clean(" ".join(str(make_header(decode_header(value))).split()))
    except (MessageError, LookupError, ValueError):
        return value


def address_in(part: Message, name: str) -> str:
    """The first address in the field, in lower case; empty when there is none to be read."""
    found = _addresses([next(fields(part, name), "")])
    return found[0] if found else ""


def name_in(part: Message, name: str) -> str:
    """What the first address in the field is called, decoded; empty when it has no name."""
    found = getaddresses([next(fields(part, name), "")])
    return decoded(found[0][0]) if found else ""


def recipients_in(part: Message) -> tuple[str, ...]:
    """All addresses that the mail says it was delivered or written to, in lower case."""
    return tuple(dict.fromkeys(_addresses([value for name in TO for value in fields(part, name)])))


def references_in(part: Message) -> tuple[str, ...]:
    """The ids of the mails it answers: In-Reply-To first, then References."""
    texts = [*fields(part, "in-reply-to"), *fields(part, "references")]
    return tuple(dict.fromkeys(id_ for text in texts for id_ in _ID.findall(text)))


def _addresses(values: list[str]) -> list[str]:
    return [address.strip().lower() for _, address in getaddresses(values) if "@" in address]


def _text(value: str) -> str:
    """Bytes beyond ASCII, which the parser keeps as surrogates, read as UTF-8, else as Windows-1252."""
    if value.isascii():
        return value
    try:
        octets = value.encode("ascii", "surrogateescape")
    except UnicodeEncodeError:
        return value  # text that was never bytes
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets.decode("windows-1252", "replace")
