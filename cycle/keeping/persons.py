"""Everything that is held about one person, wherever it stands (GDPR article 15).

Found by looking, not by a list of places that somebody has to keep: every table is asked for rows that point
to the person, were written by them, or have their name or an address of theirs in any text.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import Enum
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.access.tables import Account
from cycle.keeping.roots import root_of
from cycle.organisation.tables import Address, Person
from cycle.tables import METADATA

CLOSED = frozenset({"password_hash", "digest", "csrf", "salt", "content", "handle", "nonce"})
"""Columns whose values are nobody's to read: keys, and what is encrypted or binary."""
MOST = 10_000
"""Rows of one table that are listed."""


@dataclass(frozen=True)
class Who:
    """A person or an account, with everything they are known by."""

    names: frozenset[str]
    addresses: frozenset[str]
    persons: frozenset[int]
    accounts: frozenset[int]

    @property
    def actors(self) -> frozenset[str]:
        """How they are named in `by` columns and the history."""
        return frozenset(
            {f"person:{id_}" for id_ in self.persons} | {f"account:{id_}" for id_ in self.accounts}
        )


@dataclass(frozen=True)
class Held:
    """One row: which table, its key, why it is about the person, and what stands in it."""

    table: str
    key: str
    why: tuple[str, ...]
    values: Mapping[str, Any]


def who(session: Session, asked: str, *, root_ids: Collection[str] = ()) -> Who | None:
    """Whoever has this name or address, also formerly; None for nobody. `root_ids`: only there, if given."""
    key = email_key(asked)
    by_address = select(Address.person_id).where(sa.func.lower(col(Address.email)) == key)
    people = select(Person).where(sa.or_(col(Person.name) == asked.strip(), col(Person.id).in_(by_address)))
    if root_ids:
        people = people.where(col(Person.root_id).in_(tuple(root_ids)))
    persons = session.exec(people).all()
    accounts = session.exec(
        select(Account).where(sa.or_(col(Account.email) == key, col(Account.name) == asked.strip()))
    ).all()
    if not persons and not accounts:
        return None
    ids = frozenset(each.id or 0 for each in persons)
    mails = session.exec(select(Address.email).where(col(Address.person_id).in_(ids)))
    return Who(
        names=frozenset({each.name for each in persons} | {each.name for each in accounts}),
        addresses=frozenset(email_key(each) for each in (*mails, *(account.email for account in accounts))),
        persons=ids,
        accounts=frozenset(each.id or 0 for each in accounts),
    )


def held_about(
    session: Session, person: Who, *, without: Collection[str] = (), root_ids: Collection[str] = ()
) -> list[Held]:
    """Every row about them, table by table; tables named in `without` are left out.

    With `root_ids`, of other municipalities nothing. Where nothing says whose a row is, only what points to
    the person or has an address of theirs counts, for a namesake elsewhere has the same name.
    """
    return [
        held
        for table in METADATA.sorted_tables
        if table.name not in without
        for held in _in_table(session, table, person, root_ids)
    ]


def _in_table(session: Session, table: sa.Table, person: Who, root_ids: Collection[str]) -> Iterator[Held]:
    conditions = dict(_conditions(table, person))
    if not conditions:
        return
    marks = [condition.label(f"why_{place}") for place, condition in enumerate(conditions.values())]
    found = sa.select(*table.c, *marks).where(sa.or_(*conditions.values()))
    if root_ids:
        found = found.where(_is_within(table, person, root_ids))
    rows = session.execute(found.order_by(*table.primary_key).limit(MOST))
    keys = [column.name for column in table.primary_key]
    for row in rows.mappings():
        why = tuple(name for place, name in enumerate(conditions) if row[f"why_{place}"])
        values = {
            column.name: _plain(row[column.name])
            for column in table.c
            if column.name not in CLOSED and not isinstance(column.type, sa.LargeBinary)
        }
        key = "/".join("…" if name in CLOSED else str(row[name]) for name in keys)
        yield Held(table.name, key, why, values)


def _is_within(table: sa.Table, person: Who, root_ids: Collection[str]) -> sa.ColumnElement[bool]:
    """Whether a row belongs to these municipalities, or to none and is the person's beyond doubt."""
    root, nobody_else = root_of(table), replace(person, names=frozenset())
    certain = sa.or_(*dict(_conditions(table, nobody_else)).values())
    return sa.or_(root.in_(tuple(root_ids)), sa.and_(root.is_(None), certain))


def _conditions(table: sa.Table, person: Who) -> Iterator[tuple[str, sa.ColumnElement[bool]]]:
    for column in table.c:
        points = {each.column.table.name for each in column.foreign_keys if each.column.name == "id"}
        if "person" in points or (table.name == "person" and column.name == "id"):
            yield column.name, column.in_(person.persons)
        elif "account" in points or (table.name == "account" and column.name == "id"):
            yield column.name, column.in_(person.accounts)
        elif isinstance(column.type, sa.LargeBinary) or column.name in CLOSED:
            continue
        elif _holds_words(column):
            yield column.name, _speaks_of(column, person)


def _holds_words(column: sa.Column[Any]) -> bool:
    kind = column.type.impl_instance if isinstance(column.type, sa.TypeDecorator) else column.type
    return isinstance(kind, (sa.JSON, sa.String)) and not isinstance(kind, sa.Enum)


def _speaks_of(column: sa.Column[Any], person: Who) -> sa.ColumnElement[bool]:
    """Whether the text has a name or an address in it, also as JSON writes it, or names them as actor."""
    text = sa.func.lower(sa.cast(column, sa.Text))
    words = {word.lower() for word in (*person.names, *person.addresses) if word}
    words |= {json.dumps(word)[1:-1].lower() for word in (*person.names, *person.addresses) if word}
    # SQLite's lower() leaves Danish letters as they are, so the words are looked for as they stand as well.
    exact = sa.cast(column, sa.Text)
    found = [text.contains(word, autoescape=True) for word in sorted(words)]
    found += [exact.contains(word, autoescape=True) for word in sorted(person.names)]
    return sa.or_(exact.in_(person.actors), *found)


def _plain(value: Any) -> Any:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value
