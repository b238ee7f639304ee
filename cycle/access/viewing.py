"""What a session sees: the account's own roles, one of them, or for a while the pages as somebody else's.

Seeing as another is the secretariat's, for a quarter of an hour, to find out what somebody means on the
telephone. It is recorded with its reason, nothing can be changed meanwhile, and what two people prepare for
each other stays theirs.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.access.rules import Granted, Verb, acting_as, seen_as, visible_paths
from cycle.access.tables import Account, AccountSession, Grant
from cycle.errors import NotFound

LASTS = timedelta(minutes=15)
_PERSON = sa.table(
    "person", sa.column("id", sa.Integer), sa.column("root_id", sa.String), sa.column("name", sa.String)
)


@dataclass(frozen=True)
class Viewing:
    """As whom the pages are seen: an account, or a person who has posts and no account. Until when."""

    name: str
    until: datetime
    account_id: int | None = None
    person_id: int | None = None

    @property
    def thing(self) -> str:
        """How the viewed is named in the history."""
        return f"account:{self.account_id}" if self.account_id else f"person:{self.person_id}"


def seen_in(
    session: Session, row: AccountSession, own: tuple[Granted, ...], *, now: datetime
) -> tuple[tuple[Granted, ...], Viewing | None]:
    """The grants that count in this session now, and whose they are when they are another's.

    A viewer who has lost the right meanwhile is back with what is their own.
    """
    if row.viewing_until is not None and now < row.viewing_until:
        found = _viewed(session, own, row.viewed_account, row.viewed_person, row.viewing_until)
        if found is not None:
            return found
    return acting_as(own, row.acting), None


def begin_viewing(
    session: Session,
    token: str,
    *,
    viewer: tuple[Granted, ...],
    account_id: int | None = None,
    person_id: int | None = None,
    why: str,
    by: str,
    now: datetime,
) -> Viewing:
    """Shows this browser the pages as the account or the person has them. Raises NotFound."""
    found = _viewed(session, viewer, account_id, person_id, now + LASTS)
    row = session.get(AccountSession, digest_of(token))
    if found is None or row is None:
        raise NotFound("account", account_id) if account_id else NotFound("person", person_id)
    row.viewed_account, row.viewed_person, row.viewing_until = account_id, person_id, now + LASTS
    session.add(row)
    _record(session, found[1], viewer, "view as", by=by, now=now, why=why)
    return found[1]


def end_viewing(session: Session, token: str, *, by: str, now: datetime) -> None:
    """Back to one's own pages; nothing when they are there already."""
    row = session.get(AccountSession, digest_of(token))
    if row is None or row.viewing_until is None or row.viewing_until <= now:
        return
    own = grants_of(session, row.account_id)
    found = _viewed(session, own, row.viewed_account, row.viewed_person, row.viewing_until)
    row.viewed_account = row.viewed_person = row.viewing_until = None
    session.add(row)
    if found is not None:
        _record(session, found[1], own, "view as ended", by=by, now=now, why="")


def grants_of(session: Session, account_id: int) -> tuple[Granted, ...]:
    """The account's grants with the paths of their units."""
    unit = sa.table("unit", sa.column("id", sa.String), sa.column("path", sa.String))
    query = (
        sa.select(col(Grant.role), col(Grant.unit_id), unit.c.path)
        .join(unit, unit.c.id == col(Grant.unit_id))
        .where(col(Grant.account_id) == account_id)
        .order_by(col(Grant.id))
    )
    return tuple(Granted(role, unit_id, path) for role, unit_id, path in session.execute(query))


def digest_of(token: str) -> str:
    """What the store keeps of a session's token."""
    return hashlib.sha256(token.encode()).hexdigest()


def _viewed(
    session: Session,
    viewer: tuple[Granted, ...],
    account_id: int | None,
    person_id: int | None,
    until: datetime,
) -> tuple[tuple[Granted, ...], Viewing] | None:
    """The viewed one's grants; None when there is no such account or person where the viewer may do this."""
    if account_id is not None:
        account = session.exec(select(Account).where(Account.id == account_id)).first()
        grants = seen_as(viewer, grants_of(session, account_id))
        if account is None or not grants:
            return None
        return grants, Viewing(account.name, until, account_id=account_id)
    query = sa.select(_PERSON.c.root_id, _PERSON.c.name).where(_PERSON.c.id == person_id)
    person = session.execute(query).first()
    if person is None or f"/{person.root_id}/" not in visible_paths(viewer, Verb.VIEW_AS):
        return None
    return (), Viewing(person.name, until, person_id=person_id)


def _record(
    session: Session,
    viewing: Viewing,
    viewer: tuple[Granted, ...],
    verb: str,
    *,
    by: str,
    now: datetime,
    why: str,
) -> None:
    for path in visible_paths(viewer, Verb.VIEW_AS):
        history.record(
            session,
            root_id=path.strip("/"),
            at=now,
            actor=by,
            verb=verb,
            thing=viewing.thing,
            why=why,
            personal={"name": viewing.name},
        )
