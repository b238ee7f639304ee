"""One reply to several reply addresses: each copy is a mail of its own, however many are delivered."""

from collections.abc import Iterator
from dataclasses import replace

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.messages.tables import Inbound, InboundTask
from notifications.addressed import NotAddressed, destination_of, tokens_in
from notifications.office import Office
from notifications.reading.mail import Mail

MOST_COPIES = 20
"""Reply addresses of one mail that are looked at; a leader who writes to more uses the page."""


def copies_to_others(session: Session, mail: Mail, office: Office) -> Iterator[Mail]:
    """The mail once for each reply address whose tasks no mail with this Message-ID has been about yet.

    Such a copy's id is the Message-ID and the address's token, so that it is one mail too. Mails that no
    person wrote have no copies.
    """
    if mail.verdict is not None:
        return
    for token in tokens_in(mail.recipients, office)[:MOST_COPIES]:
        address = office.reply_address(token)
        try:
            destination = destination_of(session, [address], office)
        except NotAddressed:
            continue
        if not {found.task.id for found in destination.tasks} & _handled(session, mail.message_id):
            yield replace(mail, message_id=f"{mail.message_id} {token}", recipients=(address,))


def _handled(session: Session, message_id: str) -> set[int | None]:
    """The tasks that a mail with this Message-ID was about, in any of its copies."""
    same = sa.or_(
        col(Inbound.message_id) == message_id,
        col(Inbound.message_id).startswith(f"{message_id} ", autoescape=True),
    )
    noted = select(InboundTask.task_id).join(Inbound, col(Inbound.id) == col(InboundTask.inbound_id))
    first = select(Inbound.task_id).where(same, col(Inbound.task_id).is_not(None))
    return {*session.exec(noted.where(same)), *session.exec(first)}
