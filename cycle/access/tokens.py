"""Tokens: how a program signs in. Each acts as an account, within one scope, for a time."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlmodel import Session, col, select

from cycle import history
from cycle.access.accounts import find_account
from cycle.access.roles import OPENS, TokenScope
from cycle.access.sessions import SignedIn
from cycle.access.tables import AccessToken, Account
from cycle.access.viewing import grants_of
from cycle.errors import Invalid, NotAllowed, NotFound, Problem

PREFIX = "aarshjul_"
"""So that whoever finds one in a log or a file knows what it is."""
LONGEST_DAYS = 730
LONGEST_NAME = 60
NOTED_EVERY = timedelta(minutes=15)


def make_token(
    session: Session, *, email: str, name: str, scope: TokenScope, days: int, by: str, now: datetime
) -> str:
    """A new token of the account with this address; it is kept nowhere, so show it once.

    Raises NotFound for an unknown account, Invalid for a name that is taken or a time that is too long.
    """
    account = find_account(session, email)
    called = " ".join(name.split())
    problems = []
    if not called or len(called) > LONGEST_NAME:
        problems.append(Problem("name", "Navnet mangler eller er for langt.", f"Højst {LONGEST_NAME} tegn."))
    elif session.exec(select(AccessToken).where(AccessToken.name == called)).first() is not None:
        problems.append(Problem("name", f"»{called}« findes allerede.", "Vælg et andet navn."))
    if not 1 <= days <= LONGEST_DAYS:
        problems.append(Problem("days", f"Et token kan gælde 1-{LONGEST_DAYS} dage.", "Vælg et andet tal."))
    if problems:
        raise Invalid(problems)
    token = PREFIX + secrets.token_urlsafe(32)
    session.add(
        AccessToken(
            digest=_digest(token),
            account_id=account.id or 0,
            name=called,
            scope=scope,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    _record(session, account.id or 0, "make_token", called, by=by, now=now)
    return token


def read_token(session: Session, token: str, scope: TokenScope, *, now: datetime) -> SignedIn | None:
    """Whom the token acts as; None when it is unknown, revoked, over or its account closed. Reads only.

    Raises NotAllowed when it is good, but not for `scope`.
    """
    row = session.get(AccessToken, _digest(token))
    account = session.get(Account, row.account_id) if row else None
    if row is None or account is None or account.disabled_at is not None:
        return None
    if row.revoked_at is not None or now >= row.expires_at:
        return None
    if scope not in OPENS[row.scope]:
        raise NotAllowed(scope.value, f"token:{row.scope.value}")
    return SignedIn(
        account_id=row.account_id,
        name=row.name,
        email=account.email,
        language=account.language,
        grants=grants_of(session, row.account_id),
        csrf="",
        expires_at=row.expires_at,
        stale=row.last_used_at is None or now - row.last_used_at >= NOTED_EVERY,
    )


def note_use(session: Session, token: str, *, now: datetime) -> None:
    """Keeps when a token was used last, to the quarter of an hour."""
    row = session.get(AccessToken, _digest(token))
    if row is not None:
        row.last_used_at = now
        session.add(row)


def revoke_token(session: Session, name: str, *, by: str, now: datetime) -> AccessToken:
    """Ends the token with this name at once; again is once. Raises NotFound."""
    row = session.exec(select(AccessToken).where(AccessToken.name == name)).first()
    if row is None:
        raise NotFound("token", name)
    if row.revoked_at is None:
        row.revoked_at = now
        session.add(row)
        _record(session, row.account_id, "revoke_token", name, by=by, now=now)
    return row


def list_tokens(session: Session) -> Sequence[tuple[AccessToken, str]]:
    """Every token with its account's address, by name."""
    query = select(AccessToken, Account.email).join(Account, col(Account.id) == col(AccessToken.account_id))
    return session.exec(query.order_by(col(AccessToken.name))).all()


def _record(session: Session, account_id: int, verb: str, name: str, *, by: str, now: datetime) -> None:
    for grant in grants_of(session, account_id)[:1]:
        root_id = grant.path.strip("/").partition("/")[0]
        thing, data = f"account:{account_id}", {"token": name}
        history.record(session, root_id=root_id, at=now, actor=by, verb=verb, thing=thing, data=data)


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
