"""Signed-in browsers. The cookie holds a random token, the store only its SHA-256."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.roles import Role, SignInWay
from cycle.access.rules import Granted
from cycle.access.tables import Account, AccountSession
from cycle.access.viewing import Viewing, digest_of, grants_of, seen_in

IDLE = timedelta(hours=12)
LONGEST = timedelta(days=7)
RENEW_AFTER = timedelta(minutes=15)


@dataclass(frozen=True)
class OpenedSession:
    """A new session: `token` for the cookie (kept nowhere else), `csrf` for the forms."""

    token: str
    csrf: str
    expires_at: datetime


@dataclass(frozen=True)
class SignedIn:
    """Who is behind a session. `stale`: use has to be noted with `renew_session` to keep it open.

    `way` is how they signed in, None for a program. `own_roles`: all they have, `acting`: the one they have
    chosen. `viewing`: as whom they see the pages; `grants` are then that one's. `granted`: what this request
    was found to be allowed; what it sent cannot be read before something is there (`web.session`).
    """

    account_id: int
    name: str
    email: str
    language: str
    grants: tuple[Granted, ...]
    csrf: str
    expires_at: datetime
    stale: bool
    way: SignInWay | None = None
    acting: Role | None = None
    own_roles: frozenset[Role] = frozenset()
    viewing: Viewing | None = None
    granted: list[str] = field(default_factory=list, compare=False)

    @property
    def roles(self) -> frozenset[Role]:
        """The roles the account has anywhere."""
        return frozenset(grant.role for grant in self.grants)

    @property
    def by(self) -> str:
        """How the account is named in `by` columns and history."""
        return f"account:{self.account_id}"


@dataclass(frozen=True)
class OwnSession:
    """One of an account's signed-in browsers, as its owner sees it. `mine`: the one that asks."""

    way: SignInWay
    created_at: datetime
    expires_at: datetime
    mine: bool


def open_session(
    session: Session, account: Account, *, now: datetime, way: SignInWay = SignInWay.PASSWORD
) -> OpenedSession:
    """Signs the account in, and clears away sessions that have run out."""
    assert account.id is not None
    session.execute(sa.delete(AccountSession).where(col(AccountSession.expires_at) <= now))
    opened = OpenedSession(secrets.token_urlsafe(32), secrets.token_urlsafe(32), now + IDLE)
    session.add(
        AccountSession(
            digest=digest_of(opened.token),
            account_id=account.id,
            csrf=opened.csrf,
            way=way,
            created_at=now,
            expires_at=opened.expires_at,
        )
    )
    session.flush()
    return opened


def read_session(session: Session, token: str, *, now: datetime) -> SignedIn | None:
    """Who holds this token; None when it is unknown, has run out or the account is disabled. Reads only."""
    found = session.exec(
        select(AccountSession, Account)
        .join(Account, col(Account.id) == col(AccountSession.account_id))
        .where(AccountSession.digest == digest_of(token))
    ).first()
    if found is None:
        return None
    row, account = found
    if now >= row.expires_at or account.disabled_at is not None:
        return None
    own = grants_of(session, row.account_id)
    grants, viewing = seen_in(session, row, own, now=now)
    return SignedIn(
        account_id=row.account_id,
        name=account.name,
        email=account.email,
        language=account.language,
        grants=grants,
        csrf=row.csrf,
        expires_at=row.expires_at,
        stale=_renewed(row, now) - row.expires_at >= RENEW_AFTER,
        way=row.way,
        acting=row.acting,
        own_roles=frozenset(grant.role for grant in own),
        viewing=viewing,
    )


def choose_role(session: Session, token: str, role: Role | None) -> None:
    """Puts all roles but one aside in this browser; None takes them up again."""
    row = session.get(AccountSession, digest_of(token))
    if row is not None:
        row.acting = role
        session.add(row)


def renew_session(session: Session, token: str, *, now: datetime) -> None:
    """Keeps a used session open: 12 hours from now, but never past 7 days from signing in."""
    row = session.get(AccountSession, digest_of(token))
    if row is not None and now < row.expires_at:
        row.expires_at = max(row.expires_at, _renewed(row, now))
        session.add(row)


def close_session(session: Session, token: str) -> None:
    """Signs the browser out; an unknown token is nothing to sign out."""
    session.execute(sa.delete(AccountSession).where(col(AccountSession.digest) == digest_of(token)))


def open_sessions(session: Session, account_id: int, token: str, *, now: datetime) -> list[OwnSession]:
    """Where the account is signed in, the newest first; `token` is the asking browser's own."""
    query = (
        select(AccountSession)
        .where(AccountSession.account_id == account_id, col(AccountSession.expires_at) > now)
        .order_by(col(AccountSession.created_at).desc(), col(AccountSession.digest))
    )
    own = digest_of(token)
    return [
        OwnSession(row.way, row.created_at, row.expires_at, row.digest == own) for row in session.exec(query)
    ]


def close_other_sessions(session: Session, account_id: int, token: str) -> None:
    """Signs the account out everywhere but in the browser with this token."""
    session.execute(
        sa.delete(AccountSession).where(
            col(AccountSession.account_id) == account_id, col(AccountSession.digest) != digest_of(token)
        )
    )


def _renewed(row: AccountSession, now: datetime) -> datetime:
    return min(now + IDLE, row.created_at + LONGEST)
