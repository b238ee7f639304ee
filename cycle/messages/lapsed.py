"""Claims whose sender has gone: which of their mails it can have had in hand, and which it had not begun.

A sender takes the mails of a claim in their order and has `Message.in_hand` of them in hand at a time. So
what it had begun and not settled is among the first of those that are left, and no other can come twice.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cycle.messages.tables import UNSENT, Message, MessageState
from cycle.store import table_of

MAX_LOST_LEASES = 3
LOST = f"Uvist om mailen gik ud: afsendelsen blev afbrudt {MAX_LOST_LEASES} gange."

_message = table_of(Message)
_row = _message.c
_CLAIMED = (
    sa.select(_row.id, _row.lease_until, _row.in_hand, _row.unsure)
    .where(UNSENT, _row.root_id == sa.bindparam("root"), _row.state == MessageState.CLAIMED)
    .order_by(_row.lease_until, _row.next_at, _row.id)
)


def sort_lapsed(session: Session, root_id: str, *, now: datetime) -> datetime | None:
    """Lists what senders have died over too often, and notes what a dead one had not begun.

    To be called before any of them is moved: their order tells. Gives the latest lease of all claims.
    """
    rows = session.connection().execute(_CLAIMED, {"root": root_id}).all()
    lapsed = [row for row in rows if row.lease_until <= now]
    lost = [row.id for row in lapsed if row.unsure >= MAX_LOST_LEASES]
    _write(session, lost, now, {"state": MessageState.UNKNOWN, "lease_until": None, "reason": LOST})
    _write(session, list(_not_begun(lapsed)), now, {"in_hand": 0})
    return rows[-1].lease_until if rows else None


def set_aside(session: Session, message: Message) -> None:
    """A claimed mail was refused, and is settled later: it has not gone, and is no longer in hand."""
    session.execute(
        sa.update(_message)
        .where(_row.id == message.id, _row.fence == message.fence, _row.state == MessageState.CLAIMED)
        .values(in_hand=0)
    )


def _not_begun(lapsed: Iterable[Any]) -> Iterator[int]:
    """All of one claim have one lease, and no other claim has it."""
    for _, claim in groupby(lapsed, key=lambda row: row.lease_until):
        perhaps = [row for row in claim if row.in_hand]
        yield from (row.id for place, row in enumerate(perhaps) if place >= row.in_hand)


def _write(session: Session, ids: Sequence[int], now: datetime, values: dict[str, Any]) -> None:
    if ids:
        session.execute(
            sa.update(_message)
            .where(_row.id.in_(ids), _row.state == MessageState.CLAIMED, _row.lease_until <= now)
            .values(values)
        )
