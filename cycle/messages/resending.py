"""Mails that have not arrived as far as anyone knows: what waits for encryption, and what a person does."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle import history
from cycle.errors import Conflict
from cycle.messages.outbox import mailbox
from cycle.messages.outcomes import HELD_PAUSE, KNOWN
from cycle.messages.tables import Message, MessageState

UNCERTAIN = frozenset({MessageState.UNKNOWN})
STUCK = frozenset({MessageState.UNKNOWN, MessageState.REJECTED, MessageState.WAITING})
"""States in which a mail waits, or has ended without having arrived."""

RETURNED = sa.and_(col(Message.state) == MessageState.SENT, col(Message.returned_at).is_not(None))
"""Mails that a server took and a report has brought back."""

SENDABLE = sa.or_(col(Message.state).in_(STUCK), RETURNED)

ARRIVED = "Et menneske har set, at mailen kom frem."


def send_again(
    session: Session,
    message_id: int,
    *,
    by: str,
    now: datetime,
    person_id: int | None = None,
    address: str = "",
) -> None:
    """Lets it leave with the next mails, with all its tries before it, under the same key and so the same
    Message-ID; to `person_id` at `address`, when it is given. Raises Conflict when it is no longer stuck and
    has not come back.

    It stays marked as one that may come twice, unless it goes to another mailbox now. What waits for
    encryption is tried once more.
    """
    fresh: dict[str, Any] = {"next_at": now, "attempts": 0, "reason": "", "unencrypted_at": None}
    fresh |= dict.fromkeys(("tried_at", "suspected_at", "rejected_at", "returned_at", "sent_at"))
    fresh |= {"unsure": KNOWN, "resent": col(Message.resent) + 1}
    if address:
        same = col(Message.address) == mailbox(address)
        fresh |= {
            "person_id": person_id,
            "address": mailbox(address),
            "unsure": sa.case((same, KNOWN), else_=0),
        }
    _move(session, message_id, SENDABLE, MessageState.READY, fresh)
    _note(session, message_id, "mail_sent_again", by, now, {"person": person_id} if person_id else None)


def wait_for_encryption(session: Session, message_id: int, *, reason: str, now: datetime) -> None:
    """A server on its way could have passed it on only unencrypted: it waits, and is not handed over again as
    long as it has to be encrypted (a setting) and nobody sends it again."""
    session.execute(sa.update(Message).where(col(Message.id) == message_id).values(unencrypted_at=now))
    waits = {"next_at": now + HELD_PAUSE, "sent_at": None, "reason": reason}
    session.execute(
        sa.update(Message)
        .where(col(Message.id) == message_id, col(Message.state).in_([MessageState.SENT, *UNCERTAIN]))
        .values(state=MessageState.WAITING, **waits)
    )


def mark_arrived(session: Session, message_id: int, *, by: str, now: datetime) -> None:
    """Somebody has seen an uncertain mail at its receiver's. Raises Conflict when it is not uncertain.

    It counts as sent when it was last to go, not now: nobody's mail of today, and no proof that the mail
    server takes any today.
    """
    uncertain = col(Message.state).in_(UNCERTAIN)
    _move(
        session,
        message_id,
        uncertain,
        MessageState.SENT,
        {"sent_at": col(Message.next_at), "reason": ARRIVED},
    )
    _note(session, message_id, "mail_arrived", by, now)


def _move(
    session: Session,
    message_id: int,
    old: sa.ColumnElement[bool],
    new: MessageState,
    values: dict[str, Any],
) -> None:
    result = session.execute(
        sa.update(Message)
        .where(col(Message.id) == message_id, old)
        .values(state=new, lease_until=None, **values)
        .execution_options(synchronize_session=False)
    )
    if result.rowcount == 0:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        raise Conflict("message", message_id)


def _note(
    session: Session, message_id: int, verb: str, by: str, now: datetime, data: dict[str, Any] | None = None
) -> None:
    root_id = session.execute(
        sa.select(col(Message.root_id)).where(col(Message.id) == message_id)
    ).scalar_one()
    history.record(
        session,
        root_id=root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"message:{message_id}",
        data=data or {},
    )
