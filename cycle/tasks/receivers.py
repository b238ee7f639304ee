"""To whom a mail of before would go today: whoever holds the post that it was written to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.messages.outbox import mailbox
from cycle.messages.tables import MessageKind
from cycle.organisation.directory import Directory, Recipient
from cycle.organisation.tables import AddressHealth, Unit
from cycle.reminders.tables import ReminderDecision
from cycle.store import in_pieces
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.mail_log import Mail
from cycle.tasks.mail_topics import named_tasks
from cycle.tasks.tables import Task

OF_A_PERSON = frozenset({MessageKind.INVITATION, MessageKind.TRIAL})
"""Kinds that were written to somebody, whatever posts they hold."""

Post = tuple[str, str]


@dataclass(frozen=True)
class Receiver:
    """Who would get a mail now. `changed`: another person or another address than the mail was written to."""

    person_id: int | None
    name: str
    address: str
    changed: bool = False
    dead: bool = False


def receivers_today(session: Session, mails: Sequence[Mail], *, now: datetime) -> dict[int, Receiver | None]:
    """The receiver of each mail today, by the mail's id; None when there is not one (any more).

    A mail that answers an act goes to its post: the substitute, the holder, or the superior of a vacant one.
    When its tasks have come to be several people's it is nobody's. A day's mail is a person's own, at the
    address that their posts have today; whoever has taken their posts over is told by their own day's mail.
    """
    posts = _posts(session, [mail for mail in mails if mail.kind not in OF_A_PERSON])
    found: dict[int, Receiver | None] = {}
    for root_id in {mail.root_id for mail in mails}:
        its = [mail for mail in mails if mail.root_id == root_id]
        units = {unit_id for mail in its for unit_id, _ in posts.get(mail.id, ())}
        directory = directory_of(session, root_id, units, now=now)
        for mail in its:
            found[mail.id] = _receiver(mail, posts.get(mail.id, ()), directory)
    return found


def directory_of(session: Session, root_id: str, unit_ids: Iterable[str], *, now: datetime) -> Directory:
    """These units today with those above them: enough to know whom their posts' mail goes to."""
    ways = (select(Unit.path).where(col(Unit.id).in_(piece)) for piece in in_pieces(unit_ids))
    paths = [path for each in ways for path in session.exec(each)]
    return Directory.for_units(session, root_id, paths, calendar_of_root(session, root_id).local_date(now))


def _receiver(mail: Mail, posts: Iterable[Post], directory: Directory) -> Receiver | None:
    known = [post for post in posts if post[0] in directory.units]
    if not known:
        return Receiver(mail.person_id, mail.person, mail.address)
    if mail.kind is MessageKind.DAILY:
        own = (each for post in known for each in _told(directory, post))
        found = [each for each in own if each.person_id == mail.person_id]
    else:
        asked = (directory.recipient(*post) for post in known)
        found = list({each.person_id: each for each in asked if each is not None}.values())
        found = [each for each in found if len(found) == 1 or each.person_id == mail.person_id]
    return as_receiver(found[0], mail) if found and found[0].address else None


def _told(directory: Directory, post: Post) -> list[Recipient]:
    """Whom a day's mail about the post may go to: its own recipient, and those above it."""
    own = directory.recipient(*post)
    return [*([own] if own else []), *directory.superiors(post[0])]


def as_receiver(found: Recipient, mail: Mail) -> Receiver:
    """The one found as who would get the mail, which may have been written to another person or address."""
    address = mailbox(found.address or "")
    changed = (found.person_id, address) != (mail.person_id, mailbox(mail.address))
    return Receiver(found.person_id, found.name, address, changed, found.health is AddressHealth.DEAD)


def _posts(session: Session, mails: Sequence[Mail]) -> Mapping[int, list[Post]]:
    """The posts whose tasks each mail speaks of."""
    days = [mail.id for mail in mails if mail.kind is MessageKind.DAILY]
    found: dict[int, list[Post]] = defaultdict(list)
    decided = (
        sa.select(col(ReminderDecision.message_id), col(Task.unit_id), col(Task.role))
        .join(Task, col(Task.id) == col(ReminderDecision.task_id))
        .where(col(ReminderDecision.message_id).in_(days))
        .order_by(col(ReminderDecision.id))
    )
    for message_id, unit_id, role in session.execute(decided):
        found[message_id].append((unit_id, role))
    named = {mail.id: named_tasks(mail) for mail in mails if mail.kind is not MessageKind.DAILY}
    ids = {task_id for tasks in named.values() for task_id in tasks}
    rows = session.execute(
        sa.select(col(Task.id), col(Task.unit_id), col(Task.role)).where(col(Task.id).in_(ids))
    )
    post_of = {id_: (unit_id, role) for id_, unit_id, role in rows}
    for message_id, tasks in named.items():
        found[message_id] += [post_of[task_id] for task_id in tasks if task_id in post_of]
    return found
