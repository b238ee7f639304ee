"""Browsers that gave a mailed code. The cookie holds a random token, the store only its SHA-256."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.tables import PersonSession

LASTS = timedelta(hours=12)


@dataclass(frozen=True)
class KnownAddress:
    """Whose mailbox is behind a session, and the value that its forms carry."""

    address: str
    csrf: str
    expires_at: datetime


def open_person_session(session: Session, address: str, *, now: datetime) -> str:
    """The token for the cookie, good for 12 hours; sessions that have run out are cleared away."""
    session.execute(sa.delete(PersonSession).where(col(PersonSession.expires_at) <= now))
    token = secrets.token_urlsafe(32)
    session.add(
        PersonSession(
            digest=_digest(token),
            address=address,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            expires_at=now + LASTS,
        )
    )
    return token


def read_person_session(session: Session, token: str, *, now: datetime) -> KnownAddress | None:
    """Who holds this token; None when it is unknown or has run out. Reads only."""
    row = session.get(PersonSession, _digest(token)) if token else None
    if row is None or now >= row.expires_at:
        return None
    return KnownAddress(row.address, row.csrf, row.expires_at)


def close_person_session(session: Session, token: str) -> None:
    """Signs the browser out; an unknown token is nothing to sign out."""
    session.execute(sa.delete(PersonSession).where(col(PersonSession.digest) == _digest(token)))


def close_person_sessions(session: Session, address: str) -> None:
    """Signs every browser of the address out."""
    session.execute(sa.delete(PersonSession).where(col(PersonSession.address) == address))


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
