"""Capability links: a token that says which task, which person, which generation. Derived, never stored.

The token is the three numbers and a 128-bit HMAC-SHA256 over them and the purpose, written in lower-case
base32: letters and digits only, so that neither a mail program's line of text nor a gateway that lower-cases
addresses breaks it. It is short enough for the local part of a reply address (RFC 5321, 64 octets).
"""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass

from cycle.errors import LinkInvalid

MAC_BYTES = 16
LONGEST = 128


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


def task_token(secret: bytes, *, purpose: str, task_id: int, person_id: int, generation: int) -> str:
    """The token for one task, person and generation; `purpose` is "task" (page) or "reply" (mail)."""
    payload = b"".join(_varint(number) for number in (task_id, person_id, generation))
    return base64.b32encode(payload + _mac(secret, purpose, payload)).decode().rstrip("=").lower()


def read_token(secret: bytes, token: str, purpose: str) -> LinkClaims:
    """What the token says. Raises LinkInvalid("broken") for anything that was not made here for `purpose`."""
    raw = _decode(token)
    payload, mac = raw[:-MAC_BYTES], raw[-MAC_BYTES:]
    if not hmac.compare_digest(mac, _mac(secret, purpose, payload)):
        raise LinkInvalid("broken")
    task_id, person_id, generation = _numbers(payload)
    return LinkClaims(task_id, person_id, generation)


def _mac(secret: bytes, purpose: str, payload: bytes) -> bytes:
    message = b"aarshjul link\0" + purpose.encode() + b"\0" + payload
    return hmac.new(secret, message, hashlib.sha256).digest()[:MAC_BYTES]


def _decode(token: str) -> bytes:
    text = token.strip().lower()
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
