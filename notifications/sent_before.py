"""What we sent that a reply may quote: the texts of the mails about its tasks."""

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.messages.tables import Message
from notifications.addressed import Destination
from notifications.office import Office
from notifications.unseen import Sent

MOST = 20
"""Mails about a task whose texts are compared, the newest first; hardly any has had so many."""


def sent_to(session: Session, to: Destination, office: Office) -> Sent:
    """The kept texts of the mail the address was made for, and of those that spoke of one of its tasks."""
    ids = [found.task.id for found in to.tasks]
    query = (
        sa.select(col(Message.text))
        .where(sa.or_(col(Message.id) == to.message_id, col(Message.about_task_id).in_(ids)))
        .order_by(col(Message.id).desc())
        .limit(MOST)
    )
    text = "\n".join(session.scalars(query)) if ids else ""
    return Sent(text, (office.sender_address.lower(),))
