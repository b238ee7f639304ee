"""The mail log: every mail out and in, found by person, address or unit."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import NotFound
from cycle.messages.resending import RETURNED, STUCK
from cycle.messages.tables import Inbound, InboundTask, Message, MessageKind, MessageState
from cycle.organisation.tables import Person, Unit
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.tables import Occurrence, Task


@dataclass(frozen=True)
class Mail:
    """One mail out, as the log shows it. `context` holds ids, as in `Message`."""

    id: int
    root_id: str
    created_at: datetime
    kind: MessageKind
    state: MessageState
    person_id: int | None
    person: str
    address: str
    subject: str
    reason: str
    sent_at: datetime | None
    returned_at: datetime | None
    next_at: datetime
    task_id: int | None
    context: Mapping[str, Any]
    unsure: int
    unencrypted_at: datetime | None

    @property
    def came_back(self) -> bool:
        """Whether a server took it and a report has brought it back."""
        return self.state is MessageState.SENT and self.returned_at is not None

    @property
    def may_go_again(self) -> bool:
        """Whether a person may let it go out once more."""
        return self.state in STUCK or self.came_back

    @property
    def may_be_double(self) -> bool:
        """Whether it may have come twice, or may yet: a try of which nobody knows was not the last one."""
        return self.unsure > 0 and self.state not in NEVER_DOUBLE


NEVER_DOUBLE = (MessageState.REJECTED, MessageState.WITHHELD)
"""Where a mail's last try ended that has come once at most."""


@dataclass(frozen=True)
class Search:
    """What is looked for. `text` is part of a name, an address or a unit's name, or a unit's id; `double`:
    mails that may have come twice."""

    text: str = ""
    state: MessageState | None = None
    kind: MessageKind | None = None
    double: bool = False


def find_mails(
    session: Session, root_ids: Iterable[str], search: Search, *, limit: int, offset: int = 0
) -> list[Mail]:
    """The newest mails first, by the time that is shown: when it was sent, else when it was written."""
    sent_at = col(Message.sent_at)
    halves = ((sent_at.is_not(None), sent_at), (sent_at.is_(None), col(Message.created_at)))
    sought = (col(Message.root_id).in_(list(root_ids)), *_sought(search))
    newest = sa.union_all(
        *(
            sa.select(_newest(shown, (which, *sought), limit + offset, named=bool(search.text)))
            for which, shown in halves
        )
    ).subquery()
    query = (
        sa.select(*_MAIL)
        .join(newest, newest.c.id == col(Message.id))
        .outerjoin(Person, col(Person.id) == col(Message.person_id))
        .order_by(newest.c.shown.desc(), newest.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Mail(**row._mapping) for row in session.execute(query)]


def _newest(shown: Any, sought: Iterable[Any], most: int, *, named: bool) -> sa.Subquery:
    """Each half has an index to be walked by, which the time that is shown of both together has not.

    `named`: whether people's names are looked at.
    """
    found = sa.select(col(Message.id).label("id"), shown.label("shown")).where(*sought)
    if named:
        found = found.outerjoin(Person, col(Person.id) == col(Message.person_id))
    return found.order_by(shown.desc(), col(Message.id).desc()).limit(most).subquery()


def _sought(search: Search) -> Iterable[Any]:
    if search.state is not None:
        yield col(Message.state) == search.state
        if search.state is not MessageState.SENT:
            yield _NOT_ARRIVED
    if search.kind is not None:
        yield col(Message.kind) == search.kind
    if search.text.strip():
        yield _about(search.text.strip())
    if search.double:
        yield from _DOUBLE


def stuck_mails(session: Session, root_ids: Iterable[str], *, since: datetime, limit: int) -> list[Mail]:
    """Mails that have not arrived as far as anyone knows: the uncertain ones, those refused or come back
    after `since` (an instant), those that wait to be tried again, and those held back with all others for a
    reason."""
    state = col(Message.state)
    in_turn = (MessageState.UNKNOWN, MessageState.REJECTED, MessageState.WAITING, MessageState.READY)
    order = sa.case(*((state == each, place) for place, each in enumerate(in_turn)), else_=1)
    query = (
        sa.select(*_MAIL)
        .outerjoin(Person, col(Person.id) == col(Message.person_id))
        .where(col(Message.root_id).in_(list(root_ids)), _NOT_ARRIVED)
        .where(
            sa.or_(
                state.in_((MessageState.UNKNOWN, MessageState.WAITING)),
                *_undelivered(since),
                sa.and_(state == MessageState.READY, col(Message.reason) != ""),
            )
        )
        .order_by(order, col(Message.id).desc())
        .limit(limit)
    )
    return [Mail(**row._mapping) for row in session.execute(query)]


def undelivered_mails(
    session: Session, root_ids: Iterable[str], *, since: datetime, page: int
) -> Iterator[list[Mail]]:
    """Mails that were refused, given up or came back after `since` (an instant); the newest first, `page` at
    a time. A page is read when it is asked for."""
    query = (
        sa.select(*_MAIL)
        .outerjoin(Person, col(Person.id) == col(Message.person_id))
        .where(col(Message.root_id).in_(list(root_ids)), _NOT_ARRIVED, sa.or_(*_undelivered(since)))
        .order_by(col(Message.id).desc())
        .limit(page)
    )
    mails = [Mail(**row._mapping) for row in session.execute(query)]
    while mails:
        yield mails
        older = query.where(col(Message.id) < mails[-1].id)
        mails = [Mail(**row._mapping) for row in session.execute(older)] if len(mails) == page else []


def _undelivered(since: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    refused = sa.and_(col(Message.state) == MessageState.REJECTED, col(Message.created_at) > since)
    return refused, sa.and_(RETURNED, col(Message.returned_at) > since)


def mail_of(session: Session, message_id: int) -> Mail:
    """One mail as the log shows it, which must be there."""
    query = sa.select(*_MAIL).outerjoin(Person, col(Person.id) == col(Message.person_id))
    return Mail(**session.execute(query.where(col(Message.id) == message_id)).one()._mapping)


def mail_states(session: Session, root_ids: Iterable[str]) -> dict[MessageState, int]:
    """How many mails there are in each state, zeros included. Those sent are all but the others, which are
    few and stand in an index of their own: only indexes are read, whatever the mails say."""
    here = col(Message.root_id).in_(list(root_ids))
    total = session.scalar(sa.select(sa.func.count()).select_from(Message).where(here)) or 0
    others = sa.select(col(Message.state), sa.func.count()).where(here, _NOT_ARRIVED)
    found = {state: int(number) for state, number in session.execute(others.group_by(col(Message.state)))}
    found[MessageState.SENT] = 0
    found[MessageState.SENT] = int(total) - sum(found.values())
    return {state: found.get(state, 0) for state in MessageState}


def double_mails(session: Session, root_ids: Iterable[str]) -> int:
    """How many mails may have come twice."""
    counted = sa.select(sa.func.count()).select_from(Message)
    return int(session.scalar(counted.where(col(Message.root_id).in_(list(root_ids)), *_DOUBLE)) or 0)


def received(
    session: Session, root_ids: Iterable[str], *, task_id: int | None = None, limit: int = 100
) -> list[Inbound]:
    """The newest mails that came in (about one task, when it is named), without raw bytes and words."""
    query = select(Inbound).where(col(Inbound.root_id).in_(list(root_ids)))
    if task_id is not None:
        read_as = sa.select(col(InboundTask.inbound_id)).where(col(InboundTask.task_id) == task_id)
        query = query.where(sa.or_(col(Inbound.task_id) == task_id, col(Inbound.id).in_(read_as)))
    newest = query.order_by(col(Inbound.received_at).desc(), col(Inbound.id).desc()).limit(limit)
    return list(session.exec(newest.options(*WITHOUT_WORDS)))


def get_mail(session: Session, root_ids: Iterable[str], message_id: int) -> Message:
    """The mail. Raises NotFound when there is none in these municipalities."""
    message = session.get(Message, message_id)
    if message is None or message.root_id not in set(root_ids):
        raise NotFound("message", message_id)
    return message


def get_person(session: Session, root_ids: Iterable[str], person_id: int) -> Person:
    """The person. Raises NotFound when there is none in these municipalities."""
    person = session.get(Person, person_id)
    if person is None or person.root_id not in set(root_ids):
        raise NotFound("person", person_id)
    return person


@dataclass(frozen=True)
class Occasion:
    """An occurrence by name."""

    id: int
    title: str
    concerns_year: int


def occasions(session: Session, occurrence_ids: Iterable[int]) -> dict[int, Occasion]:
    """The names of occurrences."""
    rows = session.execute(
        sa.select(col(Occurrence.id), col(Occurrence.title), col(Occurrence.concerns_year)).where(
            col(Occurrence.id).in_(set(occurrence_ids))
        )
    )
    return {row[0]: Occasion(*row) for row in rows}


_NOT_ARRIVED = sa.or_(
    col(Message.state) != sa.literal_column("'sent'"), col(Message.returned_at).is_not(None)
)
"""As the index has it: word for word, for SQLite takes a partial index for nothing else."""
_DOUBLE = (col(Message.unsure) > sa.literal_column("0"), col(Message.state).not_in(NEVER_DOUBLE))
_WORDS: tuple[Any, ...] = (Inbound.raw, Inbound.own_text, Inbound.text)
WITHOUT_WORDS = tuple(sa.orm.defer(column) for column in _WORDS)
"""For lists of mails that came in: neither the raw mail nor what it says is read from the store."""

_MAIL: tuple[Any, ...] = (
    col(Message.id),
    col(Message.root_id),
    col(Message.created_at),
    col(Message.kind),
    col(Message.state),
    col(Message.person_id),
    sa.func.coalesce(col(Person.name), "").label("person"),
    col(Message.address),
    col(Message.subject),
    col(Message.reason),
    col(Message.sent_at),
    col(Message.returned_at),
    col(Message.next_at),
    col(Message.task_id),
    col(Message.context),
    col(Message.unsure),
    col(Message.unencrypted_at),
)


def _about(text: str) -> sa.ColumnElement[bool]:
    """The mail went to such a person or address, or speaks of such a unit."""
    units = sa.select(col(Unit.id)).where(sa.or_(col(Unit.id) == text, contains(col(Unit.name), text)))
    tasks = sa.select(col(Task.id)).where(col(Task.unit_id).in_(units))
    days = sa.select(col(ReminderDecision.message_id)).where(col(ReminderDecision.task_id).in_(tasks))
    return sa.or_(
        contains(col(Message.address), text),
        contains(col(Person.name), text),
        col(Message.task_id).in_(tasks),
        col(Message.id).in_(days),
    )


def contains(column: Any, text: str) -> sa.ColumnElement[bool]:
    """The column has this text somewhere, in any case.

    SQLite ignores case for a–z alone, hence the usual spellings of æ, ø and å.
    """
    others = () if text.isascii() else (text.lower(), text.upper(), text.title(), text.capitalize())
    spellings = sorted({text, *others})
    return sa.or_(*(column.icontains(spelling, autoescape=True) for spelling in spellings))
