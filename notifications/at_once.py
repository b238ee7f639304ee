"""A text that comes so soon after a mail of ours that nobody can have read the one and written the other."""

from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.errors import Problem
from cycle.messages.outbox import mailbox
from cycle.messages.tables import Inbound, Message
from notifications.addressed import Addressed
from notifications.questions import is_one_text
from notifications.replies import Reply

AT_ONCE = timedelta(seconds=30)
"""Machines answer within seconds of delivery; opening, reading and writing takes a person longer."""

ROUNDED = timedelta(seconds=1)
"""A mail server's time has no fractions."""

MAYBE_A_MACHINE = {
    "da": "Svaret kom få sekunder efter vores mail, så det kan være skrevet af en maskine. Er teksten dit "
    "svar, så send det fra siden.",
    "en": "The reply came seconds after our mail, so a machine may have written it. If the text is your "
    "answer, send it on the page.",
}


def doubt_of_speed(
    session: Session, inbound: Inbound, found: Addressed, reply: Reply, language: str
) -> Problem | None:
    """What is to be asked of all words as one answer; None when a person may well have written them.

    Only where any words would be the answer: "Intet at bemærke" is none of a machine's, and a machine does
    not name a form's questions.
    """
    if not is_one_text(found.form) or not reply.raw or reply.nil or reply.talk:
        return None
    at = inbound.received_at
    ours = sa.select(col(Message.id)).where(
        col(Message.address) == mailbox(inbound.sender),
        col(Message.sent_at).between(at - AT_ONCE, at + ROUNDED),
    )
    if session.execute(ours.limit(1)).first() is None:
        return None
    return Problem("", MAYBE_A_MACHINE["en" if language == "en" else "da"])
