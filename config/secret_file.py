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
        _make(path)
        return _checked(path)


def _make(path: Path) -> None:
    """Write beside and link into place: a reader sees a whole file or none, and the first maker wins."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_hex(SECRET_BYTES) + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(beside, path)
        except FileExistsError:
            return
    finally:
        beside.unlink()


def _checked(path: Path) -> bytes:
    mode = path.stat().st_mode
    if mode & 0o077:
        raise PlanInvalid([Problem(str(path), "Filen kan læses af andre brugere.", f"Kør: chmod 600 {path}")])
    secret = path.read_bytes().strip()
    if len(secret) < SECRET_BYTES:
        raise PlanInvalid(
            [Problem(str(path), "Nøglen er tom eller for kort.", "Hent filen fra jeres sikkerhedskopi.")]
        )
    return secret
