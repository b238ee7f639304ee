"""One post: who has held it and stood in for it, where its mail goes, and what was changed by whom."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.history import History, history_of, personal_values
from cycle.organisation.snapshot import Post
from cycle.organisation.tables import Address, Appointment, Person, Substitute

Table = type[Appointment] | type[Substitute]


@dataclass(frozen=True)
class Held:
    """Somebody at the post from one local date to another, both inclusive (None: until further notice)."""

    id: int
    person_id: int
    name: str
    valid_from: date
    valid_to: date | None

    def covers(self, on: date) -> bool:
        """Whether the term is in force on that local date."""
        return self.valid_from <= on and (self.valid_to is None or on <= self.valid_to)

    def is_coming(self, today: date) -> bool:
        """Whether it has not begun."""
        return self.valid_from > today


@dataclass(frozen=True)
class Changed:
    """One recorded change of the post; `said` are its names and addresses, without those erased."""

    row: History
    said: Mapping[str, str]

    @property
    def days(self) -> list[date]:
        """The local dates it speaks of: from, to; of a last day that went, that day."""
        names = ("removed",) if "removed" in self.row.data else ("from", "to")
        return [date.fromisoformat(self.row.data[name]) for name in names if name in self.row.data]


@dataclass(frozen=True)
class PostFile:
    """What is kept about a post; terms newest first. `seen` is another text as soon as anything differs."""

    post: Post
    holders: Sequence[Held]
    substitutes: Sequence[Held]
    addresses: Mapping[int, Address]
    mailbox: Address | None
    seen: str

    def longest(self, holder: Held) -> date | None:
        """The last local date a holder can have the post: the next one's eve (None: until further notice)."""
        later = [each.valid_from for each in self.holders if each.valid_from > holder.valid_from]
        return min(later) - timedelta(days=1) if later else None

    def may_stay(self, holder: Held, *, today: date) -> bool:
        """Whether the last day of whoever has the post, or had it before it became vacant, can go."""
        longest = self.longest(holder)
        if holder.valid_to in (None, longest) or holder.is_coming(today):
            return False
        is_vacant_since = longest is None and not any(each.covers(today) for each in self.holders)
        return holder.covers(today) or is_vacant_since


def read_post(session: Session, post: Post) -> PostFile:
    """The post as it stands in the store."""
    holders, substitutes = (_terms(session, table, post) for table in (Appointment, Substitute))
    people = {term.person_id for term in (*holders, *substitutes)}
    addresses = _addresses(session, col(Address.person_id).in_(people))
    shared = _addresses(
        session,
        sa.and_(
            col(Address.unit_id) == post[0], col(Address.role) == post[1], col(Address.person_id).is_(None)
        ),
    )
    by_person = {each.person_id or 0: each for each in addresses}
    rows = (
        holders,
        substitutes,
        [(each.id, each.email, each.health.value) for each in (*addresses, *shared)],
    )
    seen = hashlib.sha256(repr(rows).encode()).hexdigest()[:16]
    return PostFile(post, holders, substitutes, by_person, shared[-1] if shared else None, seen)


def changes_of(session: Session, post: Post) -> list[Changed]:
    """What has been changed at the post, the newest first."""
    rows = list(reversed(history_of(session, thing_of(post))))
    said = personal_values(session, rows)
    return [Changed(row, said.get(row.id or 0, {})) for row in rows]


def thing_of(post: Post) -> str:
    """What history calls the post."""
    return f"post:{'/'.join(post)}"


def _terms(session: Session, table: Table, post: Post) -> list[Held]:
    rows = session.execute(
        sa.select(
            col(table.id), col(table.person_id), col(Person.name), col(table.valid_from), col(table.valid_to)
        )
        .join(Person, col(Person.id) == col(table.person_id))
        .where(col(table.unit_id) == post[0], col(table.role) == post[1])
        .order_by(col(table.valid_from).desc(), col(table.id).desc())
    )
    return [Held(*row) for row in rows]


def _addresses(session: Session, condition: sa.ColumnElement[bool]) -> Sequence[Address]:
    in_use = select(Address).where(condition, col(Address.valid_to).is_(None)).order_by(col(Address.id))
    return session.exec(in_use).all()
