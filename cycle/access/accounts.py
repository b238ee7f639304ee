"""Accounts: who may sign in, how a password is checked, and when an account is locked.

Passwords are kept as argon2id. A wrong password, an unknown address, a locked and a disabled account
look and last the same to whoever tries.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.access.emails import email_fault, email_key
from cycle.access.passwords import hashed, matches, needs_rehash, password_faults
from cycle.access.roles import Role
from cycle.access.tables import Account, AccountSession, Grant, SecondFactor
from cycle.errors import Invalid, NotFound, Problem

LANGUAGES = ("da", "en")
ATTEMPTS = 5
LOCKED = timedelta(minutes=15)


@dataclass(frozen=True)
class AccountView:
    """An account as lists show it. `grants`: role and unit. Never the password's hash."""

    email: str
    name: str
    language: str
    grants: tuple[tuple[Role, str], ...]
    created_at: datetime
    disabled_at: datetime | None
    locked_until: datetime | None

    def as_data(self) -> dict[str, Any]:
        """Plain values with instants as ISO text in UTC."""
        instants = {name: getattr(self, name) for name in ("created_at", "disabled_at", "locked_until")}
        return {
            "email": self.email,
            "name": self.name,
            "language": self.language,
            "grants": [{"role": role.value, "unit": unit_id} for role, unit_id in self.grants],
            **{name: at.isoformat() if at else None for name, at in instants.items()},
        }


def list_accounts(session: Session) -> list[AccountView]:
    """All accounts by address."""
    grants: dict[int, list[tuple[Role, str]]] = defaultdict(list)
    for grant in session.exec(select(Grant).order_by(col(Grant.id))):
        grants[grant.account_id].append((grant.role, grant.unit_id))
    return [
        AccountView(
            account.email,
            account.name,
            account.language,
            tuple(grants[account.id or 0]),
            account.created_at,
            account.disabled_at,
            account.locked_until,
        )
        for account in session.exec(select(Account).order_by(Account.email))
    ]


def add_account(
    session: Session,
    *,
    email: str,
    name: str,
    password: str,
    role: Role,
    unit_id: str,
    now: datetime,
    by: str,
    language: str = "da",
) -> Account:
    """A new account with one role over one unit.

    Raises Invalid with every fault (address, password, name, unit), also when the address is taken.
    """
    email = email_key(email)
    if problems := _faults(session, email, name, password, role, unit_id, language):
        raise Invalid(problems)
    account = Account(
        email=email,
        name=name.strip(),
        password_hash=hashed(password),
        language=language,
        created_at=now,
    )
    session.add(account)
    session.flush()
    assert account.id is not None
    session.add(Grant(account_id=account.id, role=role, unit_id=unit_id))
    record(session, account, "add account", now, by, data={"role": role.value, "unit": unit_id})
    return account


def authenticate(session: Session, email: str, password: str, *, now: datetime) -> Account | None:
    """The account, when address and password are right and it is neither disabled nor locked; else None.

    Wrong passwords are counted in the same session, so commit it either way. After five the account is
    locked for 15 minutes; tries meanwhile neither succeed nor lock it for longer. Where a code is needed too,
    only a right one clears the count.
    """
    query = select(Account).where(Account.email == email_key(email)).with_for_update()
    account, decoy = session.exec(query).first(), _decoy()
    kept = account.password_hash if account else ""
    right = matches(kept or decoy, password) and bool(kept)
    if account is None or account.disabled_at is not None:
        return None
    if account.locked_until is not None and now < account.locked_until:
        return None
    if not right:
        count_failure(session, account, now)
        return None
    factor = session.get(SecondFactor, account.id)
    if factor is None or factor.confirmed_at is None:
        account.failed_attempts, account.locked_until = 0, None
    if needs_rehash(account.password_hash):
        account.password_hash = hashed(password)
    session.add(account)
    return account


def set_password(session: Session, email: str, password: str, *, now: datetime, by: str) -> Account:
    """A new password; ends the account's sessions and its lock. Raises NotFound, Invalid."""
    account = find_account(session, email)
    if problems := password_faults(password, (account.email, account.name)):
        raise Invalid(problems)
    account.password_hash = hashed(password)
    account.failed_attempts, account.locked_until = 0, None
    session.add(account)
    _end_sessions(session, account)
    record(session, account, "set password", now, by)
    return account


def change_password(session: Session, account_id: int, old: str, new: str, *, now: datetime) -> bool:
    """A new password by its owner, who knows the old one; False when the old one is wrong.

    A wrong one counts as at signing in, so commit it either way. Ending sessions is the caller's. Raises
    Invalid.
    """
    account = session.exec(select(Account).where(Account.id == account_id).with_for_update()).one()
    if account.locked_until is not None and now < account.locked_until:
        return False
    if not account.password_hash or not matches(account.password_hash, old):
        count_failure(session, account, now)
        return False
    if problems := password_faults(new, (account.email, account.name)):
        raise Invalid(problems)
    account.password_hash = hashed(new)
    session.add(account)
    record(session, account, "change password", now, f"account:{account.id}")
    return True


def disable_account(session: Session, email: str, *, now: datetime, by: str) -> Account:
    """Ends the account's sessions at once; it cannot sign in any more. Raises NotFound."""
    account = find_account(session, email)
    if account.disabled_at is None:
        account.disabled_at = now
        session.add(account)
        record(session, account, "disable account", now, by)
    _end_sessions(session, account)
    return account


def find_account(session: Session, email: str) -> Account:
    """The account with this address. Raises NotFound."""
    account = session.exec(select(Account).where(Account.email == email_key(email))).first()
    if account is None:
        raise NotFound("account", email_key(email))
    return account


def _faults(
    session: Session, email: str, name: str, password: str, role: Role, unit_id: str, language: str
) -> list[Problem]:
    problems = [*_email_faults(session, email), *password_faults(password, (email, name))]
    if not name.strip():
        problems.append(Problem("name", "Navnet mangler.", "Angiv personens navn."))
    if role is Role.LEADER:
        problems.append(
            Problem("role", "Ledere har ingen konto.", "De svarer via linket i mailen; vælg en anden rolle.")
        )
    if _root_of(session, unit_id) is None:
        problems.append(Problem("unit", f"Enheden »{unit_id}« findes ikke.", "Indlæs enhederne først."))
    if language not in LANGUAGES:
        problems.append(Problem("language", f"Sproget »{language}« kendes ikke.", "Skriv da eller en."))
    return problems


def _email_faults(session: Session, email: str) -> list[Problem]:
    if email_fault(email):
        return [Problem("email", f"»{email}« er ikke en e-mailadresse.", "Skriv navn@domæne.dk.")]
    if session.exec(select(Account.id).where(Account.email == email)).first() is not None:
        return [Problem("email", f"Der er allerede en konto for {email}.", "Brug en anden adresse.")]
    return []


@lru_cache(maxsize=1)
def _decoy() -> str:
    """A hash no password is meant to match, so that an unknown address takes as long as a known one."""
    return hashed("ingen konto har denne adgangskode")


def count_failure(session: Session, account: Account, now: datetime) -> None:
    """One wrong try more; the fifth locks the account."""
    account.failed_attempts += 1
    if account.failed_attempts >= ATTEMPTS:
        account.failed_attempts, account.locked_until = 0, now + LOCKED
        record(session, account, "lock account", now, "engine")
    session.add(account)


def _end_sessions(session: Session, account: Account) -> None:
    session.execute(sa.delete(AccountSession).where(col(AccountSession.account_id) == account.id))


def record(
    session: Session,
    account: Account,
    verb: str,
    now: datetime,
    by: str,
    data: dict[str, str] | None = None,
) -> None:
    """One row in every municipality where the account has a role; name and address can be erased."""
    session.flush()
    unit_ids = session.exec(select(Grant.unit_id).where(Grant.account_id == account.id)).all()
    for root_id in sorted({root for unit_id in unit_ids if (root := _root_of(session, unit_id))}):
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb=verb,
            thing=f"account:{account.id}",
            data=data,
            personal={"email": account.email, "name": account.name},
        )


def _root_of(session: Session, unit_id: str) -> str | None:
    unit = sa.table("unit", sa.column("id"), sa.column("root_id"))
    found: str | None = session.execute(sa.select(unit.c.root_id).where(unit.c.id == unit_id)).scalar()
    return found
