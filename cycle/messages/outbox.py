"""The outbox: what is to be said to whom, written in the transaction of the change it speaks of."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from cycle.columns import among
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import insert_many, is_sqlite, table_of

CAP = 5
CAP_PERIOD = timedelta(hours=24)
CAPPED_KINDS = frozenset({MessageKind.RECEIPT, MessageKind.REPLY_PROBLEM})
"""Mails that answer what came in, and so could go round in a loop with an automatic answerer."""

TABLE = table_of(Message)
BLANK: Mapping[str, Any] = {
    "task_id": None,
    "context": {},
    "state": MessageState.READY,
    "fence": 0,
    "attempts": 0,
    "unsure": 0,
    "subject": "",
    "text": "",
    "reason": "",
}

NO_ADDRESS = "Ikke sendt: modtageren har ingen e-mailadresse."
OVER_CAP = f"Ikke sendt: adressen har fået {CAP} kvitteringer inden for et døgn."
ONCE_A_DAY = "Ikke sendt: adressen har inden for et døgn fået besked om en mail uden et klart svar."


def message_id(key: str, domain: str) -> str:
    """The Message-ID header of the mail with this key, the same at every try. Tells nothing of the key."""
    return f"<{hashlib.sha256(key.encode()).hexdigest()[:40]}@{domain}>"


def mailbox(address: str) -> str:
    """The address as it is compared: one mailbox is one person, however the address is written."""
    return address.strip().lower()


def queue(
    session: Session,
    *,
    key: str,
    kind: MessageKind,
    root_id: str,
    person_id: int | None,
    address: str | None,
    task_id: int | None,
    context: Mapping[str, Any],
    now: datetime,
    not_before: datetime | None = None,
    most_a_day: int = CAP,
) -> Message | None:
    """Adds one mail to the outbox; None when there is one with this key already.

    Without an address, or over the cap (`most_a_day` receipts of this kind for an address in 24 hours,
    RFC 3834's advice against loops), the row is kept as withheld with its reason and nothing will be sent.
    `not_before` (an instant) delays the first try.
    """
    row = {
        "root_id": root_id,
        "key": key,
        "kind": kind,
        "person_id": person_id,
        "address": mailbox(address or ""),
        "task_id": task_id,
        "context": dict(context),
        "created_at": now,
        "next_at": not_before or now,
        **_state(session, kind, address, now, most_a_day),
    }
    row = {**BLANK, **row}
    new_id = session.connection().execute(_INSERT_ONE[is_sqlite(session)], row).scalar_one_or_none()
    return None if new_id is None else session.get_one(Message, new_id)


def insert_blank(session: Session, rows: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """Writes the messages whose key is not there yet, many at once; gives their ids by key.

    Each mapping has the columns of `Message` that are not in `BLANK`, and not the nullable ones.
    """
    if not rows:
        return {}
    connection = session.connection()
    if not is_sqlite(session):
        return {key: id_ for id_, key in connection.execute(_INSERT_BLANK, rows)}
    newest = connection.scalar(_NEWEST) or 0  # nobody else writes meanwhile: what is newer is ours
    insert_many(session, TABLE, [{**BLANK, **row} for row in rows], unless="key")
    asked = {"keys": [row["key"] for row in rows], "newest": newest}
    return {key: id_ for id_, key in connection.execute(_WRITTEN, asked)}


def _insert(of_sqlite: bool) -> Any:
    dialect: Any = sqlite if of_sqlite else postgresql
    return dialect.insert(TABLE).on_conflict_do_nothing(index_elements=["key"])


def _literal(value: Any) -> sa.ColumnClause[Any]:
    """A value of `BLANK` as SQL: what is the same for all need not be given for each of thousands."""
    text = str(value) if isinstance(value, str | int) else json.dumps(value)
    return sa.literal_column(text if isinstance(value, int) else f"'{text}'")


_LITERALS = {name: _literal(value) for name, value in BLANK.items() if value is not None}
_INSERT_ONE = {of_sqlite: _insert(of_sqlite).returning(TABLE.c.id) for of_sqlite in (True, False)}
_INSERT_BLANK = _insert(of_sqlite=False).values(_LITERALS).returning(TABLE.c.id, TABLE.c.key)
_NEWEST = sa.select(sa.func.max(TABLE.c.id))
_WRITTEN = sa.select(TABLE.c.id, TABLE.c.key).where(
    among(TABLE.c.key, "keys"), TABLE.c.id > sa.bindparam("newest")
)
_CAPPED = (
    sa.select(sa.func.count())
    .select_from(TABLE)
    .where(
        TABLE.c.address == sa.bindparam("address"),
        TABLE.c.kind == sa.bindparam("kind"),
        TABLE.c.created_at > sa.bindparam("since"),
        TABLE.c.state != MessageState.WITHHELD,
    )
)


def _state(
    session: Session, kind: MessageKind, address: str | None, now: datetime, most: int
) -> dict[str, Any]:
    if not address or not address.strip():
        return {"state": MessageState.WITHHELD, "reason": NO_ADDRESS}
    if kind in CAPPED_KINDS and _written(session, kind, mailbox(address), now - CAP_PERIOD) >= most:
        return {"state": MessageState.WITHHELD, "reason": OVER_CAP if most == CAP else ONCE_A_DAY}
    return {}


def _written(session: Session, kind: MessageKind, address: str, since: datetime) -> int:
    asked = {"address": address, "kind": kind, "since": since}
    return int(session.connection().execute(_CAPPED, asked).scalar_one())
