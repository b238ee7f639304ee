"""Whether a refusal is about one mail: only while the server takes others."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from cycle.messages.tables import Message
from cycle.store import table_of

NEWEST = 1000
"""So many of the newest mails are looked at: what was sent lately was mostly written lately."""

_message = table_of(Message)


def taken_after(session: Session, root_id: str, since: datetime, *, but: Collection[int] = ()) -> bool:
    """Whether the mail server has taken any of the municipality's newest mails after the instant, `but` those
    of these ids: when one was taken is noted a moment later."""
    newest = (
        sa.select(_message.c.sent_at)
        .where(_message.c.root_id == root_id, _message.c.id.not_in(but))
        .order_by(_message.c.id.desc())
        .limit(NEWEST)
        .subquery()
    )
    last = session.scalar(sa.select(sa.func.max(newest.c.sent_at)))
    return last is not None and last > since
