"""What a person does about a mail that has not arrived as far as anyone knows."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.errors import Conflict
from cycle.messages.tables import Message, MessageState

UNCERTAIN = frozenset({MessageState.UNKNOWN})
STUCK = frozenset({MessageState.UNKNOWN, MessageState.REJECTED, MessageState.WAITING})
"""States in which a mail waits, or has ended without having arrived."""

ARRIVED = "Et menneske har set, at mailen kom frem."


def send_again(session: Session, message_id: int, *, by: str, now: datetime) -> None:
    """Lets it leave with the next mails, with all its tries before it, under the same key and so the same
    Message-ID. Raises Conflict when it is no longer stuck."""
    fresh: dict[str, Any] = {"next_at": now, "attempts": 0, "unsure": 0, "reason": ""}
    _move(session, message_id, STUCK, MessageState.READY, fresh)
    _note(session, message_id, "mail_sent_again", by, now)


def mark_arrived(session: Session, message_id: int, *, by: str, now: datetime) -> None:
    """Somebody has seen an uncertain mail at its receiver's. Raises Conflict when it is not uncertain."""
    _move(session, message_id, UNCERTAIN, MessageState.SENT, {"sent_at": now, "reason": ARRIVED})
    _note(session, message_id, "mail_arrived", by, now)


def _move(
    session: Session,
    message_id: int,
    old: Collection[MessageState],
    new: MessageState,
    values: dict[str, Any],
) -> None:
    result = session.execute(
        sa.update(Message)
        .where(col(Message.id) == message_id, col(Message.state).in_(old))
        .values(state=new, lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount == 0:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        raise Conflict("message", message_id)


def _note(session: Session, message_id: int, verb: str, by: str, now: datetime) -> None:
    root_id = session.execute(
        sa.select(col(Message.root_id)).where(col(Message.id) == message_id)
    ).scalar_one()
    history.record(session, root_id=root_id, at=now, actor=by, verb=verb, thing=f"message:{message_id}")
