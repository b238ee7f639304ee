"""Whether a refusal is about one mail: only while the server takes others."""

from collections.abc import Collection
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from cycle.messages.tables import Message
from cycle.store import table_of

_message = table_of(Message)


def taken_after(session: Session, root_id: str, since: datetime, *, but: Collection[int] = ()) -> bool:
    """Whether the mail server has taken a mail of the municipality after the instant, `but` those of these
    ids: when one was taken is noted a moment later. What was sent is walked from the newest on, by its index
    (`ix_message_shown`), as far as the instant at most."""
    found = session.scalar(
        sa.select(_message.c.id)
        .where(_message.c.sent_at > since, _message.c.root_id == root_id, _message.c.id.not_in(but))
        .order_by(_message.c.sent_at.desc())
        .limit(1)
    )
    return found is not None
