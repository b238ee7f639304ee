"""One-time codes by mail: how a leader without an account shows who they are.

A code is eight digits, derived from the installation's secret and a row, so that the store never holds it and
a mail that is sent twice says the same. It is good for ten minutes, five tries, once, and only in the browser
that asked. An address that nobody here has is answered in exactly the same way.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.access.tables import SignInCode
from cycle.errors import TooMany

DIGITS = 8
GOOD_FOR = timedelta(minutes=10)
TRIES = 5
PER_MAILBOX = 6
PER_NETWORK = 300
"""So many codes in an hour; a whole municipality may come by one network address."""
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class AskedCode:
    """A code that was asked for: `handle` for the browser (kept nowhere else), `code_id` for the mail.

    `code_id` is None when no mail is to be sent.
    """

    handle: str
    code_id: int | None


def ask_code(
    session: Session, secret: bytes, *, typed: str, known: bool, came_from: str, now: datetime
) -> AskedCode:
    """A new code for the typed address, `known` when somebody here has it.

    Over `PER_MAILBOX` in an hour none is made, and nobody is told. Raises TooMany when a network address
    has asked for `PER_NETWORK`: that says nothing of any one address.
    """
    session.execute(sa.delete(SignInCode).where(col(SignInCode.created_at) < now - timedelta(days=1)))
    mailbox, network = _keyed(secret, "mailbox", email_key(typed)), _keyed(secret, "network", came_from)
    if _since(session, SignInCode.came_from, network, now) >= PER_NETWORK:
        raise TooMany("codes")
    handle = secrets.token_urlsafe(32)
    within = _since(session, SignInCode.mailbox, mailbox, now) < PER_MAILBOX
    row = SignInCode(
        handle=_digest(handle),
        nonce=secrets.token_hex(16),
        address=email_key(typed) if known and within else "",
        mailbox=mailbox,
        came_from=network,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    session.add(row)
    session.flush()
    return AskedCode(handle, row.id if row.address else None)


def code_of(secret: bytes, row: SignInCode) -> str:
    """The digits that are mailed."""
    mac = hmac.new(secret, f"aarshjul code\0{row.id}\0{row.nonce}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:16], 'big') % 10**DIGITS:0{DIGITS}d}"


def use_code(session: Session, secret: bytes, *, handle: str, typed: str, now: datetime) -> str | None:
    """The address whose code was typed; None when it is wrong, over, used or tried too often.

    Tries are counted in the same session, so commit it either way.
    """
    query = select(SignInCode).where(SignInCode.handle == _digest(handle)).with_for_update()
    row = session.exec(query).first()
    if row is None or row.used_at is not None or now >= row.expires_at or row.attempts >= TRIES:
        return None
    row.attempts += 1
    session.add(row)
    given = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if not hmac.compare_digest(given, code_of(secret, row)) or not row.address:
        return None
    row.used_at = now
    return row.address


def _since(session: Session, column: str, value: str, now: datetime) -> int:
    counted = sa.select(sa.func.count()).where(
        col(column) == value, col(SignInCode.created_at) > now - AN_HOUR
    )
    return int(session.execute(counted).scalar_one())


def _keyed(secret: bytes, what: str, value: str) -> str:
    return hmac.new(secret, f"aarshjul {what}\0{value}".encode(), hashlib.sha256).hexdigest()


def _digest(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()
