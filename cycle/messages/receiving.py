"""A mail that came in gets its row, once, however often and by however many it is read."""

import re
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlmodel import Session

from cycle.messages.tables import Inbound
from cycle.store import is_sqlite, table_of

MOST_WORDS = 20_000
"""Characters that are kept of a mail's words for the pages; the mail itself is kept whole."""

MOST_SUBJECT = 300
CUT = " …"
_NOT_TEXT = re.compile("[\x00\ud800-\udfff]")

_TABLE = table_of(Inbound)


def receive(session: Session, inbound: Inbound) -> Inbound | None:
    """Adds the mail; None when one with its Message-ID is there already, which then came once more.

    Safe against others that read the same mail at the same time (municipalities that share a mailbox):
    one of them gets the row, the others wait for its commit and get None. The same delivery read again (its
    time of receipt is known) is not counted as another.
    """
    dialect = sqlite if is_sqlite(session) else postgresql
    insert = dialect.insert(_TABLE).on_conflict_do_nothing(index_elements=["message_id"])
    connection = session.connection()
    row = inbound.model_dump(exclude={"id"})
    new_id = connection.execute(insert.returning(_TABLE.c.id), row).scalar_one_or_none()
    if new_id is not None:
        return session.get_one(Inbound, new_id)
    _came_again(connection, inbound.message_id, inbound.received_at)
    return None


def words(text: str, most: int = MOST_WORDS) -> str:
    """The text as it can be kept: at most so many characters, without what is no text."""
    plain = _NOT_TEXT.sub("", text)
    return plain if len(plain) <= most else plain[: most - len(CUT)] + CUT


def _came_again(connection: sa.Connection, message_id: str, at: datetime) -> None:
    earlier = sa.or_(_TABLE.c.again_at.is_(None), _TABLE.c.again_at < at)
    connection.execute(
        sa.update(_TABLE)
        .where(_TABLE.c.message_id == message_id, _TABLE.c.received_at < at, earlier)
        .values(times=_TABLE.c.times + 1, again_at=at)
    )
