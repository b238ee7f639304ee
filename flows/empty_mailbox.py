"""A folder with nothing in it has been read by looking at it: that takes no run every two minutes."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from config.settings import Settings
from cycle import store
from cycle.messages.tables import MailboxMark
from flows import hints
from flows.due_work import MAILBOX_EVERY
from notifications.mailbox import FolderMailbox, mailbox_of


def note_empty(engine: Engine, settings: Settings, *, now: datetime) -> None:
    """Notes for every municipality whose mailbox is an empty folder, and was not looked at lately, that it is
    read until `now`. What has been told of, or could not be read, is left to `collect`."""
    mailbox = mailbox_of(settings)
    if not isinstance(mailbox, FolderMailbox) or not _lies_empty(mailbox):
        return
    with store.reading(engine) as session:
        read = session.connection()
        marks = {row.root_id: row.read_until for row in read.execute(hints.MARKS)}
        roots = [root_id for (root_id,) in read.execute(hints.MUNICIPALITIES)]
    stale = [root_id for root_id in roots if root_id in marks and marks[root_id] <= now - MAILBOX_EVERY]
    if stale:
        with store.transaction(engine) as session:
            _note(session, stale, now)


def _lies_empty(mailbox: FolderMailbox) -> bool:
    try:
        return mailbox.is_empty()
    except OSError:
        return False  # what is wrong with it is found and told when it is read


def _note(session: Session, roots: Sequence[str], now: datetime) -> None:
    mark = MailboxMark
    nothing_told = sa.or_(col(mark.told_at).is_(None), col(mark.told_at) <= col(mark.read_until))
    session.execute(
        sa.update(mark)
        .where(col(mark.root_id).in_(roots), col(mark.failing_since).is_(None), nothing_told)
        .values(read_until=now)
        .execution_options(synchronize_session=False)
    )
