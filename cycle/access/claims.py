"""From what the municipality's own login says of somebody to an account with its roles.

The login is believed about roles at every sign-in: what it no longer says is gone from then on, at every
browser. Roles that were given by command stay.
"""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, select

from cycle import history
from cycle.access.emails import email_fault, email_key
from cycle.access.roles import Role
from cycle.access.tables import Account, Grant
from cycle.errors import Conflict, NotAllowed


@dataclass(frozen=True)
class Identity:
    """Who signed in elsewhere: `subject` is the login's own name of the person, which never changes."""

    issuer: str
    subject: str
    email: str
    name: str

    @property
    def key(self) -> str:
        """What the account is found by."""
        return f"{self.issuer}|{self.subject}"


def account_of(
    session: Session, identity: Identity, grants: set[tuple[Role, str]], *, now: datetime
) -> Account:
    """The person's account, made at the first time, with exactly these roles from the login.

    An account with the same address that never came from the login becomes the person's own. Units that do
    not exist give nothing. Raises NotAllowed for a disabled account or no usable address, Conflict when the
    address belongs to somebody else's account.
    """
    email = email_key(identity.email)
    if email_fault(email):
        raise NotAllowed("sign in", "an address")
    account = _found(session, identity, email, now)
    if account.disabled_at is not None:
        raise NotAllowed("sign in", f"account {account.id}")
    account.subject, account.email = identity.key, email
    account.name = identity.name.strip()[:200] or email
    session.add(account)
    session.flush()
    _regrant(session, account, grants, now=now)
    return account


def _found(session: Session, identity: Identity, email: str, now: datetime) -> Account:
    mine = session.exec(select(Account).where(Account.subject == identity.key)).first()
    same = session.exec(select(Account).where(Account.email == email)).first()
    if same is not None and same is not mine and (mine is not None or same.subject is not None):
        raise Conflict("account", same.id)
    return mine or same or Account(email=email, name=email, password_hash="", created_at=now)


def _regrant(session: Session, account: Account, wanted: set[tuple[Role, str]], *, now: datetime) -> None:
    roots = _roots(session, {unit_id for _, unit_id in wanted})
    wanted = {each for each in wanted if each[1] in roots}
    rows = session.exec(select(Grant).where(Grant.account_id == account.id)).all()
    have = {(row.role, row.unit_id): row for row in rows}
    gone = [row for key, row in have.items() if row.from_login and key not in wanted]
    new = sorted(wanted - have.keys())
    roots |= _roots(session, {row.unit_id for row in gone})
    for row in gone:
        session.delete(row)
    for role, unit_id in new:
        session.add(Grant(account_id=account.id or 0, role=role, unit_id=unit_id, from_login=True))
    for verb, changed in (
        ("lose_role", [(row.role, row.unit_id) for row in gone]),
        ("gain_role", new),
    ):
        for role, unit_id in changed:
            history.record(
                session,
                root_id=roots[unit_id],
                at=now,
                actor=f"account:{account.id}",
                verb=verb,
                thing=f"account:{account.id}",
                why="Kommunens login",
                data={"role": role.value, "unit": unit_id},
                personal={"email": account.email, "name": account.name},
            )


def _roots(session: Session, unit_ids: set[str]) -> dict[str, str]:
    """The municipality of each of these units that exists."""
    unit = sa.table("unit", sa.column("id", sa.String), sa.column("root_id", sa.String))
    query = sa.select(unit.c.id, unit.c.root_id).where(unit.c.id.in_(sorted(unit_ids)))
    return {unit_id: root_id for unit_id, root_id in session.execute(query)}
