"""Capability links: a token that says which task, which person, which generation. Derived, never stored.

A browser that opens one is given a *visit* in its place (a cookie): the same numbers and when it ends.

The token is the three numbers and a 128-bit HMAC-SHA256 over them and the purpose, written in lower-case
base32: letters and digits only, so that neither a mail program's line of text nor a gateway that lower-cases
addresses breaks it. It is short enough for the local part of a reply address (RFC 5321, 64 octets).
"""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from cycle.errors import LinkInvalid

MAC_BYTES = 16
LONGEST = 128
STUCK = ".,;:!?)>]}'\"*_"
"""What stands behind a link in a mail, and some mail programs take into it."""


@dataclass(frozen=True)
class LinkClaims:
    """What a genuine token says. Whether it is still good is the caller's question (task, directory)."""

    task_id: int
    person_id: int
    generation: int

    def require_generation(self, current: int) -> None:
        """Raises LinkInvalid("revoked") unless the token is of the task's current generation."""
        if self.generation != current:
            raise LinkInvalid("revoked")


@dataclass(frozen=True)
class Visit:
    """A link that was opened in a browser, good until `ends_at`."""

    claims: LinkClaims
    ends_at: datetime


def task_token(secret: bytes, *, purpose: str, task_id: int, person_id: int, generation: int) -> str:
    """The token for one task, person and generation; `purpose` is "task" (page) or "reply" (mail)."""
    return _write(secret, purpose, (task_id, person_id, generation))


def read_token(secret: bytes, token: str, purpose: str) -> LinkClaims:
    """What the token says. Raises LinkInvalid("broken") for anything that was not made here for `purpose`."""
    task_id, person_id, generation = _read(secret, token, purpose)
    return LinkClaims(task_id, person_id, generation)


def visit_token(secret: bytes, visit: Visit, purpose: str) -> str:
    """The visit as a cookie's value. It opens nothing in a link's place, nor a link in its."""
    claims, ends = visit.claims, int(visit.ends_at.timestamp())
    return _write(secret, _visiting(purpose), (claims.task_id, claims.person_id, claims.generation, ends))


def read_visit(secret: bytes, token: str, purpose: str) -> Visit:
    """What a visit says, ended or not. Raises LinkInvalid("broken") unless it was made here for `purpose`."""
    *claims, ends = _read(secret, token, _visiting(purpose))
    return Visit(LinkClaims(*claims), datetime.fromtimestamp(ends, UTC))


def _visiting(purpose: str) -> str:
    return f"visit {purpose}"


def _write(secret: bytes, purpose: str, numbers: Sequence[int]) -> str:
    payload = b"".join(_varint(number) for number in numbers)
    return base64.b32encode(payload + _mac(secret, purpose, payload)).decode().rstrip("=").lower()


def _read(secret: bytes, token: str, purpose: str) -> list[int]:
    raw = _decode(token)
    payload, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, purpose, payload)):
        raise LinkInvalid("broken")
    return _numbers(payload)


def _mac(secret: bytes, purpose: str, payload: bytes) -> bytes:
    message = b"aarshjul link\0" + purpose.encode() + b"\0" + payload
    return hmac.new(secret, message, hashlib.sha256).digest()[:MAC_BYTES]


def _decode(token: str) -> bytes:
    text = token.strip().rstrip(STUCK).lower()
    if not text.isascii() or len(text) > LONGEST:
        raise LinkInvalid("broken")
    try:
        raw = base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error as error:
        raise LinkInvalid("broken") from error
    if base64.b32encode(raw).decode().rstrip("=").lower() != text:
        raise LinkInvalid("broken")
    return raw


def _varint(number: int) -> bytes:
    if number < 0:
        raise ValueError(f"ids and generations are not negative: {number}")
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    return bytes([*out, number])


def _numbers(payload: bytes) -> list[int]:
    numbers, value, shift = [], 0, 0
    for byte in payload:
        value |= (byte & 0x7F) << shift
        shift += 7
        if byte < 0x80:
            numbers.append(value)
            value, shift = 0, 0
    return numbers
