"""What lies in the mailbox of one municipality becomes answers."""

from datetime import UTC, datetime, timedelta

from sqlmodel import Session

from cycle.errors import CycleError
from cycle.messages.tables import MailboxMark
from cycle.runs.requests import wake
from flows.runtime import RunContext
from notifications.imap_fetch import Refused
from notifications.incoming import take
from notifications.mailbox import FAULTS, Delivered, Mailbox, Place, mailbox_of
from notifications.office import Office
from notifications.reading.mail import Mail
from notifications.reading.ours import Ours
from notifications.reading.reader import Reader

TRY_AGAIN = timedelta(minutes=5)
MOST_REFUSALS = 3
"""How often a mail that the server does not give is asked for whole; then its header must do, if that."""

BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)
"""How far a mailbox has been read that was never read."""


class MailboxUnread(CycleError):
    """The mailbox could not be read. The text names no address; the server's words are in the mark."""

    def __init__(self, kind: str) -> None:
        super().__init__(f"Postkassen kan ikke læses ({kind}).")
        self.kind = kind


def collect(context: RunContext) -> None:
    """Reads every new mail, one commit each, and notes how far the mailbox has been read.

    Nothing to do without a mailbox. Raises MailboxUnread when it cannot be reached or read: since when
    that is so stands in the mark, and closing waits for it (at most a day).
    """
    mailbox = mailbox_of(context.settings)
    if mailbox is None:
        return
    try:
        with mailbox as opened:
            _read(context, opened)
    except FAULTS as error:
        _note_failure(context, error)
        raise MailboxUnread(type(error).__name__) from error
    with context.transaction() as session:
        mark = _mark(session, context)
        mark.read_until = context.now
        mark.failing_since, mark.next_at, mark.error = None, None, ""
        session.add(mark)
        if mark.told_at is not None and mark.told_at > mark.read_until:
            wake(session, now=context.now)  # something came while this was reading


def _read(context: RunContext, mailbox: Mailbox) -> None:
    office = Office.of(context.settings)
    with context.reading() as session:
        known = session.get(MailboxMark, context.run.root_id)
        since = _place(known, context.now) if known is not None else Place()
    with Reader(Ours(office.sender_address.lower(), office.message_domain)) as reader:
        for delivered in mailbox.new(since):
            _take(context, office, delivered, reader.read(delivered.raw))
            mailbox.done(delivered)


def _place(mark: MailboxMark, now: datetime) -> Place:
    given_up = (mark.refused_uid, now) if mark.refused_times >= MOST_REFUSALS else None
    return Place(mark.uid_validity, mark.last_uid, given_up)


def _take(context: RunContext, office: Office, delivered: Delivered, mail: Mail) -> None:
    with context.transaction() as session:
        verdict = take(session, delivered, mail, root_id=context.run.root_id, office=office, now=context.now)
        mark = _mark(session, context)
        mark.uid_validity, mark.last_uid = delivered.place.validity, delivered.place.uid
        mark.refused_uid = mark.refused_times = 0
        session.add(mark)
    context.count(**{verdict.value: 1})


def _note_failure(context: RunContext, error: Exception) -> None:
    with context.transaction() as session:
        mark = _mark(session, context)
        mark.failing_since = mark.failing_since or context.now
        mark.next_at = context.now + TRY_AGAIN
        mark.error = f"{type(error).__name__}: {error}"[:500]
        if isinstance(error, Refused):
            again = mark.refused_uid == error.uid
            mark.refused_uid, mark.refused_times = error.uid, mark.refused_times + 1 if again else 1
        session.add(mark)


def _mark(session: Session, context: RunContext) -> MailboxMark:
    """The municipality's mark; a new one has read nothing yet."""
    root_id = context.run.root_id
    found = session.get(MailboxMark, root_id)
    return found or MailboxMark(root_id=root_id, read_until=BEGINNING)
