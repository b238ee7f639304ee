"""Whether whoever wrote a mail may answer for a post, and as whom."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Address
from cycle.tasks.states import TaskKind
from notifications.addressed import Addressed
from notifications.authenticity import vouched_for
from notifications.office import Office
from notifications.reading.mail import Mail

STRANGER = "Afsenderen er hverken postens leder, stedfortræder eller registrerede adresse."
NOT_VOUCHED_FOR = "Mailserveren kan ikke sige god for, at mailen kommer fra afsenderen."
STRANGER_TOLD = {
    "da": "Den kom fra {sender}, som ikke er registreret for {post}. Er svaret jeres, så send det fra siden.",
    "en": "It came from {sender}, not registered for {post}. If the answer is yours, send it on the page.",
}
NOT_VOUCHED_FOR_TOLD = {
    "da": "Vi kan ikke være sikre på, at den kom fra {sender}. Er svaret jeres, så send det fra siden.",
    "en": "We cannot be sure that it came from {sender}. If the answer is yours, send it on the page.",
}


@dataclass(frozen=True)
class Author:
    """Who wrote: `person_id` None when nobody who may answer; then `reason` (Danish) and `told` say why."""

    person_id: int | None
    reason: str = ""
    told: str = ""


def author_of(
    session: Session, mail: Mail, found: Addressed, directory: Directory, office: Office, language: str
) -> Author:
    """Who wrote the mail, for the task's post on the directory's day.

    Its holder, its substitute, for a vacant post its superior, by their own address or the post's; and
    where our mail server has looked at it, it must vouch for the sender.
    """
    person_id = _known(session, mail.sender, found, directory)
    if person_id is None:
        unit = directory.units.get(found.task.unit_id)
        post = unit.name if unit else found.task.unit_id
        told = STRANGER_TOLD[language].format(sender=mail.sender or "?", post=post)
        return Author(None, STRANGER, told)
    if vouched_for(mail.authentication, office.authserv_id, mail.sender) is False:
        return Author(None, NOT_VOUCHED_FOR, NOT_VOUCHED_FOR_TOLD[language].format(sender=mail.sender))
    return Author(person_id)


def _known(session: Session, sender: str, found: Addressed, directory: Directory) -> int | None:
    """Whose address it is; mail from the post's own is by whom it was written to, if they still act."""
    if not sender:
        return None
    task = found.task
    actors = [directory.substitute(task.unit_id, task.role), directory.holder(task.unit_id, task.role)]
    if not any(actors) and task.kind is not TaskKind.SIGN:
        actors = [directory.superior(task.unit_id)]
    people = [actor.person_id for actor in actors if actor is not None]
    post = sa.and_(col(Address.unit_id) == task.unit_id, col(Address.role) == task.role)
    known = session.exec(
        select(Address).where(
            col(Address.valid_to).is_(None), sa.or_(col(Address.person_id).in_(people), post)
        )
    )
    same = [each for each in known if email_key(each.email) == email_key(sender)]
    own = next((each.person_id for each in same if each.person_id is not None), None)
    if own is not None or not same:
        return own
    shared = [found.person_id, *people]
    return next((person for person in shared if person in people), found.person_id)
