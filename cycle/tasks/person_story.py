"""One person's story: everything sent to, received from, done by and decided about them, in order of time.

`cycle.tasks.told` says why there was a mail or none; here its rows stand under the mail they led to, beside
what came in and what the person did. Answers are named, never quoted.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.access.tables import Account
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict, Message, MessageKind, MessageState
from cycle.organisation.tables import Address, Appointment, Person, Substitute, Unit
from cycle.reminders.tables import ReminderDecision
from cycle.store import in_pieces
from cycle.tasks.states import WishState
from cycle.tasks.tables import Extension, Review, Submission
from cycle.tasks.told import Told, told_in, unwritten
from cycle.tasks.wish_tables import ExtensionWish


class Happened(StrEnum):
    """What a line of a person's story is."""

    SENT = "sent"
    NOT_WRITTEN = "not_written"
    RECEIVED = "received"
    ANSWERED = "answered"
    JUDGED = "judged"
    EXTENDED = "extended"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that happened. `at` is an instant (UTC); a post's first or last day stands at local midnight.

    `state` and `kind` are of a mail to the person, `verdict` of one from them; `reasons` are the decisions a
    mail tells of, or the one that no mail was written. `reason` is a Danish sentence. `what` is the verb of
    an act (approved, returned, nil, complete, …) or a post's ("begins", "ends", …), `post` its role and unit.
    """

    at: datetime
    happened: Happened
    task_id: int | None = None
    mail_id: int | None = None
    kind: MessageKind | None = None
    state: MessageState | None = None
    returned_at: datetime | None = None
    subject: str = ""
    verdict: InboundVerdict | None = None
    reason: str = ""
    what: str = ""
    post: tuple[str, str] = ("", "")
    reasons: tuple[Told, ...] = field(default=())


@dataclass(frozen=True)
class Known:
    """Whom the story is about: every address they had, and how they are named where somebody acted."""

    person: Person
    addresses: tuple[Address, ...]
    actors: frozenset[str]


def known(session: Session, person: Person) -> Known:
    """The person with all addresses, the one in use first, and the account with one of them, if any."""
    found = select(Address).where(Address.person_id == person.id)
    addresses = session.exec(
        found.order_by(col(Address.valid_to).is_not(None), col(Address.valid_from).desc())
    ).all()
    keys = {email_key(each.email) for each in addresses}
    accounts = session.exec(select(Account.id).where(col(Account.email).in_(keys)))
    actors = {f"person:{person.id}"} | {f"account:{number}" for number in accounts}
    return Known(person, tuple(addresses), frozenset(actors))


def lines(session: Session, whom: Known, *, zone: ZoneInfo) -> list[Line]:
    """The whole story, the newest first; the `reasons` of mails are left to `with_reasons`."""
    found = [
        *_posts(session, whom, zone),
        *_sent(session, whom),
        *_not_written(session, whom),
        *_received(session, whom),
        *_answered(session, whom),
        *_judged(session, whom),
        *_extended(session, whom),
    ]
    return sorted(found, key=lambda line: line.at)[::-1]  # an answer stands above the mail that brought it


def about_task(session: Session, story: Iterable[Line], task_id: int) -> list[Line]:
    """What of the story is about one task, also the mails that speak of others as well."""
    told = sa.select(col(ReminderDecision.message_id)).where(col(ReminderDecision.task_id) == task_id)
    read_as = sa.select(col(InboundTask.inbound_id)).where(col(InboundTask.task_id) == task_id)
    of_task = {(Happened.SENT, number) for number in session.scalars(told)}
    of_task |= {(Happened.RECEIVED, number) for number in session.scalars(read_as)}
    return [line for line in story if line.task_id == task_id or (line.happened, line.mail_id) in of_task]


def with_reasons(session: Session, shown: Sequence[Line]) -> list[Line]:
    """The same lines, each mail with the decisions that it tells of."""
    mails = [line.mail_id for line in shown if line.happened is Happened.SENT and line.mail_id]
    told: dict[int | None, list[Told]] = {}
    for row in told_in(session, mails):
        told.setdefault(row.message_id, []).append(row)
    return [
        replace(line, reasons=tuple(told.get(line.mail_id, ()))) if line.happened is Happened.SENT else line
        for line in shown
    ]


def _sent(session: Session, whom: Known) -> Iterable[Line]:
    query = sa.select(
        sa.func.coalesce(col(Message.sent_at), col(Message.created_at)),
        col(Message.task_id),
        col(Message.id),
        col(Message.kind),
        col(Message.state),
        col(Message.returned_at),
        col(Message.subject),
        col(Message.reason),
    ).where(col(Message.person_id) == whom.person.id)
    for at, task_id, mail_id, kind, state, returned_at, subject, reason in session.execute(query):
        yield Line(
            at,
            Happened.SENT,
            task_id,
            mail_id,
            kind=kind,
            state=state,
            returned_at=returned_at,
            subject=subject,
            reason="" if state is MessageState.SENT else reason,
        )


def _not_written(session: Session, whom: Known) -> Iterable[Line]:
    for row in unwritten(session, whom.person.id or 0):
        yield Line(row.at, Happened.NOT_WRITTEN, row.task_id, reasons=(row,))


def _received(session: Session, whom: Known) -> Iterable[Line]:
    """Mails from an address of theirs, and those from elsewhere that were taken as theirs."""
    mail = Inbound
    for ids in in_pieces(_received_ids(session, whom)):
        query = sa.select(
            col(mail.received_at),
            col(mail.task_id),
            col(mail.id),
            col(mail.subject),
            col(mail.verdict),
            col(mail.reason),
        ).where(col(mail.root_id) == whom.person.root_id, col(mail.id).in_(ids))
        for at, task_id, mail_id, subject, verdict, reason in session.execute(query):
            told = {"subject": subject, "verdict": verdict, "reason": reason}
            yield Line(at, Happened.RECEIVED, task_id, mail_id, **told)


def _received_ids(session: Session, whom: Known) -> list[int]:
    """Asked one after the other: together, neither index would be used."""
    spelled = {spelling for each in whom.addresses for spelling in (each.email, email_key(each.email))}
    taken = (
        sa.select(col(InboundTask.inbound_id))
        .join(Submission, col(Submission.id) == col(InboundTask.submission_id))
        .where(col(Submission.by).in_(whom.actors))
    )
    sent = sa.select(col(Inbound.id)).where(col(Inbound.sender).in_(spelled))
    return sorted({*session.scalars(sent), *session.scalars(taken)})


def _answered(session: Session, whom: Known) -> Iterable[Line]:
    query = select(Submission).where(col(Submission.by).in_(whom.actors))
    for each in session.exec(query):
        what = "withdrawn" if each.withdrawn_at else each.kind.value
        yield Line(each.received_at, Happened.ANSWERED, each.task_id, what=what)


def _judged(session: Session, whom: Known) -> Iterable[Line]:
    query = (
        sa.select(col(Review.at), col(Submission.task_id), col(Review.verdict), col(Review.reason))
        .join(Submission, col(Submission.id) == col(Review.submission_id))
        .where(col(Review.by).in_(whom.actors))
    )
    for at, task_id, verdict, reason in session.execute(query):
        yield Line(at, Happened.JUDGED, task_id, what=verdict.value, reason=reason)


def _extended(session: Session, whom: Known) -> Iterable[Line]:
    query = select(Extension).where(col(Extension.by).in_(whom.actors))
    for each in session.exec(query):
        yield Line(each.at, Happened.EXTENDED, each.task_id, what="extended", reason=each.reason)
    for wish in session.exec(select(ExtensionWish).where(col(ExtensionWish.by).in_(whom.actors))):
        yield Line(wish.at, Happened.EXTENDED, wish.task_id, what="asked", reason=wish.reason)
    refused = col(ExtensionWish.decided_by).in_(whom.actors), ExtensionWish.state == WishState.REFUSED
    for wish in session.exec(select(ExtensionWish).where(*refused)):
        at = wish.decided_at or wish.at
        yield Line(at, Happened.EXTENDED, wish.task_id, what="refused", reason=wish.why)


def _posts(session: Session, whom: Known, zone: ZoneInfo) -> Iterable[Line]:
    """First and last days of posts, and of acting for somebody."""
    for table, begins, ends in ((Appointment, "begins", "ends"), (Substitute, "stands_in", "stood_in")):
        term: Any = table
        query = (
            sa.select(term.valid_from, term.valid_to, term.role, col(Unit.name))
            .join(Unit, col(Unit.id) == term.unit_id)
            .where(term.person_id == whom.person.id)
        )
        for first, last, role, unit in session.execute(query):
            yield Line(_midnight(first, zone), Happened.POST, what=begins, post=(role, unit))
            if last is not None:
                yield Line(_midnight(last, zone), Happened.POST, what=ends, post=(role, unit))


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time(), zone).astimezone(UTC)
