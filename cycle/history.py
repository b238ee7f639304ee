"""The append-only, hash-chained record of every change.

Rows are written without a hash, in the transaction of the change they speak of; `chain` links them in
id order afterwards, so writers never wait for each other. Personal values are kept as salted digests:
deleting the salt row erases the value and leaves the chain verifiable.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field, Session, SQLModel, col, select

from cycle.columns import Instant
from cycle.store import insert_many, table_of

GENESIS = "0" * 64


class History(SQLModel, table=True):
    """One change: who (`actor`: "engine", "account:5", "person:12"), what, to which thing, when, why."""

    __table_args__ = (
        sa.Index("ix_history_thing", "thing"),
        sa.Index(
            "ix_history_unchained",
            "root_id",
            "id",
            sqlite_where=sa.text("hash IS NULL"),
            postgresql_where=sa.text("hash IS NULL"),
        ),
        sa.Index(
            "ix_history_chained",
            "root_id",
            "position",
            unique=True,
            sqlite_where=sa.text("hash IS NOT NULL"),
            postgresql_where=sa.text("hash IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    root_id: str
    at: datetime = Field(sa_type=Instant)
    actor: str
    verb: str
    thing: str
    why: str = ""
    data: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    position: int | None = None
    previous: str | None = None
    hash: str | None = None


class HistorySalt(SQLModel, table=True):
    """The value behind a salted digest in `History.data`; deleting the row erases the value."""

    __tablename__ = "history_salt"

    digest: str = Field(primary_key=True)
    history_id: int = Field(foreign_key="history.id", index=True)
    field: str
    salt: str
    value: str


HISTORY = table_of(History)
_INSERT = sa.insert(HISTORY)


def record(
    session: Session,
    *,
    root_id: str,
    at: datetime,
    actor: str,
    verb: str,
    thing: str,
    why: str = "",
    data: Mapping[str, Any] | None = None,
    personal: Mapping[str, str] | None = None,
) -> None:
    """Adds one row. `thing` is "kind:id"; `data` holds ids and values that are not personal."""
    one = {"root_id": root_id, "at": at, "actor": actor, "verb": verb, "thing": thing, "why": why}
    record_many(session, [{**one, "data": data or {}, "personal": personal or {}}])


def record_many(session: Session, rows: Iterable[Mapping[str, Any]]) -> None:
    """Adds many rows in one statement. Each mapping has the keys of `record`."""
    values: list[dict[str, Any]] = []
    salts: dict[str, dict[str, Any]] = {}
    for row in rows:
        data = dict(row.get("data", {}))
        for name, value in row.get("personal", {}).items():
            data[name], salt = _salted(value)
            salts[data[name]] = {"digest": data[name], "field": name, "salt": salt, "value": value}
        facts = {name: value for name, value in row.items() if name != "personal"}
        values.append({"why": "", **facts, "data": data})
    if not salts:
        insert_many(session, HISTORY, values)
        return
    write = session.connection()
    # A row is known by the digest it holds: rows that come back in the order they were given would be
    # written one by one on SQLite.
    for history_id, data in write.execute(_INSERT.returning(HISTORY.c.id, HISTORY.c.data), values).all():
        for digest in salts.keys() & {value for value in data.values() if isinstance(value, str)}:
            salts[digest]["history_id"] = history_id
    write.execute(sa.insert(table_of(HistorySalt)), list(salts.values()))


def history_of(session: Session, thing: str) -> Sequence[History]:
    """Everything that happened to one thing ("agreement:7"), oldest first."""
    return session.exec(select(History).where(History.thing == thing).order_by(col(History.id))).all()


def personal_values(session: Session, rows: Iterable[History]) -> dict[int, dict[str, str]]:
    """The names and addresses behind the digests of the rows, by row and field; erased ones are left out."""
    ids = [row.id for row in rows]
    found: dict[int, dict[str, str]] = {}
    for start in range(0, len(ids), 500):
        salts = select(HistorySalt).where(col(HistorySalt.history_id).in_(ids[start : start + 500]))
        for salt in session.exec(salts):
            found.setdefault(salt.history_id, {})[salt.field] = salt.value
    return found


def chain(session: Session, root_id: str, *, limit: int = 20_000) -> int:
    """Links up to `limit` rows not yet chained; gives how many. One caller at a time per municipality."""
    last = session.exec(
        select(History.position, History.hash)
        .where(History.root_id == root_id, col(History.hash).is_not(None))
        .order_by(col(History.position).desc())
        .limit(1)
    ).first()
    position, previous = (last[0] or 0, last[1] or GENESIS) if last else (0, GENESIS)
    rows = session.exec(
        select(History)
        .where(History.root_id == root_id, col(History.hash).is_(None))
        .order_by(col(History.id))
        .limit(limit)
    ).all()
    updates = []
    for row in rows:
        position += 1
        digest = _digest(row, position, previous)
        updates.append({"id": row.id, "position": position, "previous": previous, "hash": digest})
        previous = digest
    if updates:
        session.execute(sa.update(History), updates)
    return len(updates)


def verify(session: Session, root_id: str) -> list[str]:
    """Every break in the chain as one line; empty when the record is whole."""
    breaks: list[str] = []
    expected, previous = 1, GENESIS
    rows = session.exec(
        select(History)
        .where(History.root_id == root_id, col(History.hash).is_not(None))
        .order_by(col(History.position))
    )
    for row in rows:
        if row.position != expected:
            breaks.append(f"position {expected} is missing")
            expected = row.position or expected
        if row.previous != previous or row.hash != _digest(row, expected, row.previous or GENESIS):
            breaks.append(f"position {expected} (row {row.id}) was altered")
        previous, expected = row.hash or GENESIS, expected + 1
    return breaks


def newest(session: Session, root_id: str) -> tuple[int, str] | None:
    """Position and hash of the newest chained row; None before there is one. To be kept outside."""
    query = select(History.position, History.hash).where(
        History.root_id == root_id, col(History.hash).is_not(None)
    )
    found = session.exec(query.order_by(col(History.position).desc()).limit(1)).first()
    return (found[0] or 0, found[1] or GENESIS) if found else None


def stands_at(session: Session, root_id: str, position: int, digest: str) -> bool:
    """Whether the row at this position still has this hash: an anchor kept outside says what it was."""
    found = session.exec(select(History.hash).where(History.root_id == root_id, History.position == position))
    return found.first() == digest


def _digest(row: History, position: int, previous: str) -> str:
    content = [position, previous, row.root_id, row.at.isoformat(), row.actor, row.verb, row.thing, row.why]
    text = json.dumps([*content, row.data], ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _salted(value: str) -> tuple[str, str]:
    salt = secrets.token_hex(16)
    return "sha256:" + hashlib.sha256((salt + value).encode()).hexdigest(), salt
