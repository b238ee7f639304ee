"""The installation's secret: made once, atomically, readable by its owner alone."""

import os
import secrets
from pathlib import Path

from cycle.errors import PlanInvalid, Problem

SECRET_BYTES = 32


def read_or_make_secret(path: Path) -> bytes:
    """The secret in `path`, made on first use with mode 0600 (two processes get the same one).

    Raises PlanInvalid when the file is empty, too short, or can be read by other users.
    """
    try:
        return _checked(path)
    except FileNotFoundError:
        place_private(path, secrets.token_hex(SECRET_BYTES).encode() + b"\n")
        return _checked(path)


def place_private(path: Path, content: bytes) -> None:
    """Writes beside and links into place, mode 0600: a reader sees a whole file or none, the first wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink()


def read_private(path: Path) -> bytes:
    """The file's bytes. Raises PlanInvalid when other users can read it, FileNotFoundError without it."""
    if path.stat().st_mode & 0o077:
        raise PlanInvalid([Problem(str(path), "Filen kan læses af andre brugere.", f"Kør: chmod 600 {path}")])
    return path.read_bytes()


def _checked(path: Path) -> bytes:
    secret = read_private(path).strip()
    if len(secret) < SECRET_BYTES:
        raise PlanInvalid(
            [Problem(str(path), "Nøglen er tom eller for kort.", "Hent filen fra jeres sikkerhedskopi.")]
        )
    return secret
