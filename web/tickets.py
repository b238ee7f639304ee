"""Files on their way: kept before the answer is checked, and known again when the page comes back.

A file input cannot be filled in by a page, so a kept file travels as a hidden field that only we can
have written; a digest alone would let somebody name a file of another unit.
"""

import hashlib
import hmac
import re
from collections.abc import Mapping
from typing import Any

TICKET = re.compile(r"([0-9a-f]{64}):(\d{1,12}):([0-9a-f]{32}):(.{1,200})", re.DOTALL)


def write_ticket(secret: bytes, task_id: int, file: Mapping[str, Any]) -> str:
    """The hidden field for a file kept with a task."""
    sha256, size, name = str(file["sha256"]), int(file["size"]), str(file["name"])
    return f"{sha256}:{size}:{_mac(secret, task_id, sha256, size, name)}:{name}"


def read_ticket(secret: bytes, task_id: int, ticket: str) -> dict[str, Any] | None:
    """The file a hidden field names; None when it is empty or was not written by us for this task."""
    found = TICKET.fullmatch(ticket)
    if found is None:
        return None
    sha256, size, mac, name = found[1], int(found[2]), found[3], found[4]
    if not hmac.compare_digest(mac, _mac(secret, task_id, sha256, size, name)):
        return None
    return {"sha256": sha256, "name": name, "size": size}


def _mac(secret: bytes, task_id: int, sha256: str, size: int, name: str) -> str:
    message = f"aarshjul file\0{task_id}\0{sha256}\0{size}\0{name}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[:32]
