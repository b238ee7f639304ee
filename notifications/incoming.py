"""What becomes of a mail that came in: answers, drafts, or kept and left alone. Every mail gets a verdict.

Only who holds the post, stands in for it or writes from its registered address answers by mail. Whatever
cannot be taken is kept as a draft, and the post's registered address is told why (never the sender's, who
may be anybody).
"""

from datetime import datetime

from sqlmodel import Session

from cycle.messages.receiving import MOST_SUBJECT, receive, words
from cycle.messages.tables import Inbound, InboundVerdict
from notifications.addressed import Destination, NotAddressed, destination_of
from notifications.bounces import is_bounce, take_bounce
from notifications.calendar_answers import take_calendar_answer
from notifications.copies import copies_to_others
from notifications.enclosures import keep_files
from notifications.mailbox import Delivered
from notifications.office import Office
from notifications.reading.mail import Mail
from notifications.received_before import content_of, received_before
from notifications.reply_to_tasks import ReplyToTasks

V = InboundVerdict

TOO_LARGE = "Mailen er for stor."
BEFORE = "Den samme mail er modtaget før."


def take(
    session: Session, delivered: Delivered, mail: Mail, *, root_id: str, office: Office, now: datetime
) -> InboundVerdict:
    """Handles one mail and keeps it. The same Message-ID a second time is only noted (DUPLICATE), also when
    another municipality that shares the mailbox is just reading it.

    `mail` is what was read of it, `root_id` the municipality whose mailbox it is. What was received before an
    activity closed is an answer however late it is read. Safe to run again after a crash before the commit.
    A mail to several reply addresses is an answer to each; the verdict is that on the first.
    """
    verdict = _take(session, delivered, mail, root_id=root_id, office=office, now=now)
    for copy in copies_to_others(session, mail, office) if delivered.whole else ():
        other = _take(session, delivered, copy, root_id=root_id, office=office, now=now)
        verdict = other if verdict is V.DUPLICATE else verdict
    return verdict


def _take(
    session: Session, delivered: Delivered, mail: Mail, *, root_id: str, office: Office, now: datetime
) -> InboundVerdict:
    inbound = receive(session, _row(delivered, mail, root_id, now))
    if inbound is None:
        return V.DUPLICATE
    inbound.verdict, inbound.reason = _judge(session, inbound, mail, delivered, office, now)
    session.add(inbound)
    session.flush()
    return inbound.verdict


def _row(delivered: Delivered, mail: Mail, root_id: str, now: datetime) -> Inbound:
    return Inbound(
        root_id=root_id,
        message_id=mail.message_id,
        received_at=delivered.received_at,
        sender=mail.sender,
        subject=words(mail.subject, MOST_SUBJECT),
        own_text=words(mail.own_text),
        text=words(mail.text),
        raw=delivered.raw,
        verdict=V.UNREADABLE,
        handled_at=now,
    )


def _judge(
    session: Session, inbound: Inbound, mail: Mail, delivered: Delivered, office: Office, now: datetime
) -> tuple[InboundVerdict, str]:
    if delivered.whole and is_bounce(mail, office):
        _, reason = take_bounce(session, mail, office, received_at=delivered.received_at, now=now)
        return V.BOUNCE, reason
    try:
        to = destination_of(session, mail.recipients, office)
    except NotAddressed as nowhere:
        to = Destination("", ())
        reason = str(nowhere)
    if to.tasks:
        inbound.task_id, inbound.root_id = to.tasks[0].task.id, to.tasks[0].root_id
    if mail.verdict is V.CALENDAR:
        return take_calendar_answer(session, mail, office, root_id=inbound.root_id, now=now)
    replies = ReplyToTasks(session, inbound, mail, to, office, now)
    if not delivered.whole:
        return replies.unread(V.UNREADABLE, delivered.fault or TOO_LARGE)
    if mail.verdict is not None and not (mail.verdict is V.EMPTY and replies.says_something()):
        return replies.unread(mail.verdict, mail.reason)
    if not to.tasks:
        return V.UNREADABLE, reason
    inbound.content = content_of(mail, to)
    if received_before(session, inbound):
        return V.DUPLICATE, BEFORE
    inbound.files = keep_files(session, mail.files, now=now)
    return replies.take()
