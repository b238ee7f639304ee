"""Codes from an app (TOTP, RFC 6238) besides the password, and codes on paper for who has lost it.

The app's key is derived from the installation's secret and a nonce: who reads the store alone can make no
code. Each code is good once, also within its half minute. Wrong codes lock the account as wrong passwords do,
and a right password does not clear their count.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Sequence
from datetime import datetime

import pyotp
import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.accounts import count_failure, record
from cycle.access.tables import Account, RecoveryCode, SecondFactor
from cycle.errors import NotNow

ISSUER = "Årshjulet"
DRIFT = (-1, 0, 1)
"""Half minutes by which a telephone's clock may be wrong."""
RECOVERY_CODES = 10
RECOVERY_BYTES, RECOVERY_GROUP = 15, 4
"""120 random bits in six groups of letters and digits: a plain digest of so many cannot be tried out."""
KEY_BYTES = 20


def factor_of(session: Session, account_id: int) -> SecondFactor | None:
    """The account's app, when one is confirmed."""
    row = session.get(SecondFactor, account_id)
    return row if row is not None and row.confirmed_at is not None else None


def begin_factor(session: Session, account_id: int) -> SecondFactor:
    """A new key to be shown; it counts once a code has confirmed it. Raises NotNow when one does."""
    row = session.get(SecondFactor, account_id)
    if row is not None and row.confirmed_at is not None:
        raise NotNow("second_factor", account_id, "confirmed", "begin")
    row = row or SecondFactor(account_id=account_id, nonce="")
    row.nonce = secrets.token_hex(16)
    session.add(row)
    return row


def key_of(secret: bytes, row: SecondFactor) -> str:
    """What the app is given, in base32."""
    mac = hmac.new(secret, f"aarshjul totp\0{row.account_id}\0{row.nonce}".encode(), hashlib.sha256)
    return base64.b32encode(mac.digest()[:KEY_BYTES]).decode()


def app_address(secret: bytes, row: SecondFactor, email: str) -> str:
    """The same as an address that apps read from a picture (otpauth://…)."""
    return pyotp.TOTP(key_of(secret, row)).provisioning_uri(name=email, issuer_name=ISSUER)


def confirm_factor(
    session: Session, secret: bytes, account: Account, code: str, *, now: datetime
) -> Sequence[str] | None:
    """Ten new recovery codes, kept nowhere else, when the app's first code is right; else None."""
    row = session.get(SecondFactor, account.id)
    if row is None or row.confirmed_at is not None or not _right(secret, row, code, now):
        return None
    row.confirmed_at = now
    session.add(row)
    made = [_recovery_code() for _ in range(RECOVERY_CODES)]
    _forget_recovery(session, account)
    session.add_all(RecoveryCode(digest=_digest(each), account_id=account.id or 0) for each in made)
    record(session, account, "second factor on", now, f"account:{account.id}")
    return made


def second_step(
    session: Session, secret: bytes, account_id: int, code: str, *, now: datetime
) -> Account | None:
    """The account whose password was right, when the code is too; None too when it is locked or disabled.

    Takes a code of the app or a recovery code. Wrong ones are counted in the same session, so commit it
    either way.
    """
    account = session.exec(select(Account).where(Account.id == account_id).with_for_update()).first()
    row = factor_of(session, account_id)
    if account is None or row is None or account.disabled_at is not None:
        return None
    if account.locked_until is not None and now < account.locked_until:
        return None
    if not _right(secret, row, code, now) and not _recovered(session, account, code, now):
        count_failure(session, account, now)
        return None
    account.failed_attempts, account.locked_until = 0, None
    session.add_all((account, row))
    return account


def recovery_left(session: Session, account_id: int) -> int:
    """How many recovery codes the account still has."""
    codes = select(sa.func.count()).where(col(RecoveryCode.account_id) == account_id)
    return int(session.exec(codes).one())


def remove_factor(session: Session, account: Account, *, now: datetime, by: str) -> bool:
    """Takes the app and its recovery codes away; False when there was none."""
    row = session.get(SecondFactor, account.id)
    if row is None:
        return False
    session.delete(row)
    _forget_recovery(session, account)
    record(session, account, "second factor off", now, by)
    return True


def _right(secret: bytes, row: SecondFactor, code: str, now: datetime) -> bool:
    """Whether it is one of the app's codes of now that was not used; then it is used."""
    app, typed = pyotp.TOTP(key_of(secret, row)), "".join(code.split())
    step = int(app.timecode(now))
    for drift in DRIFT:
        right = hmac.compare_digest(app.at(now, counter_offset=drift).encode(), typed.encode())
        if right and step + drift > row.last_step:
            row.last_step = step + drift
            return True
    return False


def _recovered(session: Session, account: Account, code: str, now: datetime) -> bool:
    row = session.get(RecoveryCode, _digest(code))
    if row is None or row.account_id != account.id:
        return False
    session.delete(row)
    record(session, account, "recovery code used", now, f"account:{account.id}")
    return True


def _forget_recovery(session: Session, account: Account) -> None:
    session.execute(sa.delete(RecoveryCode).where(col(RecoveryCode.account_id) == account.id))


def _recovery_code() -> str:
    letters = base64.b32encode(secrets.token_bytes(RECOVERY_BYTES)).decode().lower()
    return "-".join(re.findall("." * RECOVERY_GROUP, letters))


def _digest(code: str) -> str:
    """Of the letters and digits alone: however the groups were typed."""
    return hashlib.sha256(re.sub(r"[\s-]", "", code).lower().encode()).hexdigest()
