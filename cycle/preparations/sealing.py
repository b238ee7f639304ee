"""A preparation at rest: AES-256-GCM under a key derived from the installation's secret.

Whoever has the database alone reads nothing. Whoever has the secret as well (the operator of the machine, a
backup of the data folder with `secret.key`) can read it; docs/confidential.md says so.
"""

import json
import os
from collections.abc import Mapping
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cycle.errors import Invalid, Problem

NONCE_BYTES = 12
PURPOSE = b"aarshjul preparation"
LOST = Problem(
    "",
    "Det, der er skrevet, kan ikke læses: det er gemt med en anden nøgle end den, installationen har nu.",
    "Bed driften om at lægge den tidligere secret.key tilbage.",
)


def seal(secret: bytes, where: str, answers: Mapping[str, Any]) -> bytes:
    """The answers encrypted; `where` (ids) is bound to them: in another row's place they are refused."""
    nonce = os.urandom(NONCE_BYTES)
    text = json.dumps(answers, ensure_ascii=False).encode()
    return nonce + AESGCM(_key(secret)).encrypt(nonce, text, where.encode())


def unseal(secret: bytes, where: str, content: bytes) -> dict[str, Any]:
    """The answers again. Raises Invalid when the key is another one, or the row was altered or moved."""
    nonce, sealed = content[:NONCE_BYTES], content[NONCE_BYTES:]
    try:
        text = AESGCM(_key(secret)).decrypt(nonce, sealed, where.encode())
    except (InvalidTag, ValueError) as error:
        raise Invalid([LOST]) from error
    answers: dict[str, Any] = json.loads(text)
    return answers


def _key(secret: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=PURPOSE).derive(secret)
