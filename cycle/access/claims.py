"""From what the municipality's own login says of somebody to an account with its roles.

The login is believed about roles at every sign-in: what it no longer says is gone from then on, at every
browser. Roles that were given by command stay.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, select

from cycle import history
from cycle.access.emails import email_fault, email_key
from cycle.access.roles import Role
from cycle.access.tables import Account, Grant
from cycle.errors import Conflict, NotAllowed

_RULE = re.compile(r"\s*(?P<value>\S.*?)\s*=\s*(?P<role>[a-z]+)\s*@\s*(?P<unit>\S+)\s*")


@dataclass(frozen=True)
class ClaimRule:
    """A value of the claim and what it makes somebody: a role over a unit. `*` in both is the unit's id."""

    value: str
    role: Role
    unit_id: str

    def unit_of(self, value: str) -> str | None:
        """The unit that this value gives the role over; None when the rule is not about it."""
        if "*" not in self.value:
            return self.unit_id if value == self.value else None
        before, _, after = self.value.partition("*")
        if len(value) <= len(before) + len(after) or not (value.startswith(before) and value.endswith(after)):
            return None
        return self.unit_id.replace("*", value[len(before) : len(value) - len(after)])


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


def read_rules(text: str) -> tuple[ClaimRule, ...]:
    """The rules in `VALUE = ROLE @ UNIT; …`. Raises ValueError with the part that cannot be read."""
    rules = []
    for part in filter(str.strip, text.split(";")):
        found = _RULE.fullmatch(part)
        roles = {role.value: role for role in Role}
        if found is None or found["role"] not in roles:
            raise ValueError(f"»{part.strip()}« kan ikke læses. Skriv fx leder-* = superior @ *.")
        if found["value"].count("*") > 1 or ("*" in found["unit"]) > ("*" in found["value"]):
            raise ValueError(f"»{part.strip()}« må have én stjerne i værdien, og den samme i enheden.")
        rules.append(ClaimRule(found["value"], roles[found["role"]], found["unit"]))
    return tuple(rules)


def claimed(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, else by a path with dots ("resource_access.aarshjul.roles")."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def granted(rules: Iterable[ClaimRule], values: Any) -> set[tuple[Role, str]]:
    """The roles and units that the claim's values give; a value that no rule is about gives nothing."""
    listed: Sequence[Any] = (
        [values] if isinstance(values, str) else values if isinstance(values, list) else []
    )
    known = tuple(rules)
    return {
        (rule.role, unit_id)
        for value in listed
        if isinstance(value, str)
        for rule in known
        if (unit_id := rule.unit_of(value)) is not None
    }


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
