"""An invitation that did not arrive, sent again: to where the person who was invited is reached today."""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.gatherings.states import Told
from cycle.gatherings.tables import GatheringParticipant
from cycle.messages.tables import MessageKind
from cycle.organisation.directory import Directory
from cycle.store import table_of
from cycle.tasks.mail_log import Mail
from cycle.tasks.receivers import Receiver, as_receiver, directory_of

_participant = table_of(GatheringParticipant)


def guests_today(session: Session, mails: Sequence[Mail], *, now: datetime) -> dict[int, Receiver | None]:
    """Who would get each of the mails that invite a post to a meeting, by the mail's id.

    None when somebody else has the post: they are invited when the meeting is called again. That it is off
    is told to whoever was invited; who has no post of theirs is written to as before.
    """
    invitations = [mail for mail in mails if mail.kind is MessageKind.INVITATION]
    ids = {mail.context["participant"] for mail in invitations}
    query = select(GatheringParticipant).where(col(GatheringParticipant.id).in_(ids))
    posts = {each.id: (each.unit_id, each.role) for each in session.exec(query) if each.unit_id}
    found: dict[int, Receiver | None] = {}
    for root_id in {mail.root_id for mail in invitations}:
        its = [mail for mail in invitations if mail.root_id == root_id]
        units = {posts[key][0] for mail in its if (key := mail.context["participant"]) in posts}
        directory = directory_of(session, root_id, units, now=now)
        for mail in its:
            post = posts.get(mail.context["participant"])
            if post is not None:
                found[mail.id] = _guest(mail, directory, *post)
    return found


def _guest(mail: Mail, directory: Directory, unit_id: str, role: str) -> Receiver | None:
    today = directory.recipient(unit_id, role) if unit_id in directory.units else None
    if today is not None and today.person_id == mail.person_id and today.address:
        return as_receiver(today, mail)
    if mail.context["told"] == Told.CANCELLED:
        return Receiver(mail.person_id, mail.person, mail.address)
    return None


def note_address(session: Session, mail: Mail, address: str) -> None:
    """Keeps where the invitation goes now: a change of the meeting is told there, without a cancellation."""
    if mail.kind is MessageKind.INVITATION and mail.context["told"] != Told.CANCELLED:
        session.execute(
            sa.update(_participant)
            .where(
                _participant.c.id == mail.context["participant"],
                _participant.c.invited_address == mail.address,
            )
            .values(invited_address=address)
        )
