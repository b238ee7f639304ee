"""Finding the documents that somebody asks to see: one search, its conditions put together once."""

from collections.abc import Iterator, Set
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.tables import Account
from cycle.cases.about import About
from cycle.cases.gathering import answer_item, minutes_items, sealed_item
from cycle.cases.made import decided_in, releases_of, with_something_made
from cycle.cases.model import Direction, Item, ItemKind, Party
from cycle.cases.said import remarks_where, reviews_where
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement, SealedDocument, Signature
from cycle.messages.tables import Inbound, Message, MessageState
from cycle.organisation.tables import Address, Person, Unit
from cycle.plan.model import FlowName
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.ledger import actor_names
from cycle.tasks.tables import Occurrence, Review, Submission, Task

FEW = 20
"""So many units are asked for one by one; what lies below more of them is found by its path."""


@dataclass(frozen=True)
class Wish:
    """What is asked for: everything below a unit, of a person, between two local days (both inclusive)."""

    unit: Unit | None = None
    person: Person | None = None
    first: date | None = None
    last: date | None = None

    @property
    def empty(self) -> bool:
        """Whether it names nothing."""
        return self == Wish()


class Search:
    """One search of one municipality."""

    def __init__(self, session: Session, root_id: str, wish: Wish, zone: ZoneInfo) -> None:
        self._session, self._root_id, self._wish = session, root_id, wish
        self._from = _midnight(wish.first, zone)
        self._to = _midnight(wish.last + timedelta(days=1) if wish.last else None, zone)
        self._about: dict[int, About] = {}

    def items(self) -> Iterator[Item]:
        """Every document, in no order; those of confidential activities too."""
        asked: set[int] = set()
        for item in self.answers():
            asked.add(item.occurrence_id)
            yield item
        yield from self.requests(asked)
        yield from self.reviews()
        yield from self.remarks()
        yield from self.mails()
        yield from self.received()
        yield from self.agreements()
        if self._wish.person is None:
            yield from self.letters()
            yield from self.made()
            yield from self.minutes()

    def answers(self) -> Iterator[Item]:
        """Every version of an answer."""
        query = (
            select(Submission, Task, Unit)
            .join(Task, col(Task.id) == col(Submission.task_id))
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .where(*self._tasks, *self._days(col(Submission.received_at)), *self._by(col(Submission.by)))
        )
        rows = self._session.exec(query).all()
        names = actor_names(self._session, [row.by for row, _, _ in rows])
        for submission, task, unit in rows:
            yield answer_item(self.about(task.occurrence_id), submission, task, unit, names)

    def requests(self, answered: Set[int]) -> Iterator[Item]:
        """What was asked: whenever it was answered, for an answer alone says little; else in the period."""
        for occurrence_id in sorted(answered | set([] if self._wish.person else self._activities)):
            for item in self.about(occurrence_id).request():
                if occurrence_id in answered or self._is_within(item.at):
                    yield item

    def reviews(self) -> Iterator[Item]:
        """What superiors wrote about answers; approvals without a word too."""
        where = (*self._tasks, *self._days(col(Review.at)), *self._by(col(Review.by)))
        yield from reviews_where(self._session, self.about, *where)

    def remarks(self) -> Iterator[Item]:
        """What the parties of an agreement said about its goals."""
        where = (*self._units, *self._days(col(GoalRemark.at)), *self._by(col(GoalRemark.by)))
        yield from remarks_where(self._session, self.about, *where)

    def letters(self) -> Iterator[Item]:
        """The letters of budget calls."""
        query = (
            select(Task, Unit)
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
            .where(Occurrence.flow == FlowName.BUDGET_CALL.value, *self._tasks)
            .where(*self._days(col(Occurrence.opened_at)))
        )
        for task, unit in self._session.exec(query):
            yield from self.about(task.occurrence_id).letters([(task, unit)])

    def made(self) -> Iterator[Item]:
        """What was released and decided in the activities that the unit took part in, or in all."""
        some = with_something_made(self._session)
        for about in (self.about(each) for each in self._activities if each in some):
            for item in (*releases_of(self._session, about), *decided_in(self._session, about)):
                if self._is_within(item.at):
                    yield item

    def mails(self) -> Iterator[Item]:
        """Mails that were sent, with their links blanked."""
        where: list[Any] = [Message.root_id == self._root_id, Message.state == MessageState.SENT]
        if self._wish.person:
            where.append(Message.person_id == self._wish.person.id)
        if self._wish.unit:
            tasks = self._task_ids()
            told = sa.select(col(ReminderDecision.message_id)).where(col(ReminderDecision.task_id).in_(tasks))
            where.append(sa.or_(col(Message.task_id).in_(tasks), col(Message.id).in_(told)))
        days = self._days(col(Message.sent_at))
        query = select(Message, Person).outerjoin(Person, col(Person.id) == col(Message.person_id))
        for message, person in self._session.exec(query.where(*where, *days)):
            yield self._mail(
                f"message:{message.id}",
                ItemKind.MAIL_OUT,
                message.id or 0,
                message.task_id,
                title=f"Mail: {message.subject}",
                direction=Direction.OUTGOING,
                at=message.sent_at or message.created_at,
                sender=Party(self._town.name),
                receiver=Party(person.name if person else message.address),
            )

    def received(self) -> Iterator[Item]:
        """Mails that came in, as they came."""
        where: list[Any] = [Inbound.root_id == self._root_id, sa.func.length(col(Inbound.raw)) > 0]
        if self._wish.person:
            where.append(sa.func.lower(col(Inbound.sender)).in_(self._addresses))
        if self._wish.unit:
            where.append(col(Inbound.task_id).in_(self._task_ids()))
        for mail in self._session.exec(select(Inbound).where(*where, *self._days(col(Inbound.received_at)))):
            yield self._mail(
                f"inbound:{mail.id}",
                ItemKind.MAIL_IN,
                mail.id or 0,
                mail.task_id,
                title=f"Mail fra {mail.sender}",
                direction=Direction.INCOMING,
                at=mail.received_at,
                sender=Party(mail.sender),
                receiver=Party(self._town.name),
            )

    def minutes(self) -> Iterator[Item]:
        """The minutes of meetings in which one of the units took part."""
        query = select(Gathering).where(
            Gathering.root_id == self._root_id, Gathering.state == GatheringState.HELD
        )
        if self._wish.unit:
            p = GatheringParticipant
            units = sa.select(col(Unit.id)).where(*self._units)
            query = query.where(
                col(Gathering.id).in_(sa.select(col(p.gathering_id)).where(col(p.unit_id).in_(units)))
            )
        for meeting in self._session.exec(query):
            for item in minutes_items(self._session, self.about(meeting.occurrence_id), [meeting]):
                if self._is_within(item.at):
                    yield item

    def agreements(self) -> Iterator[Item]:
        """Agreements that all have signed."""
        query = (
            select(SealedDocument, Agreement, Unit)
            .join(Agreement, col(Agreement.id) == col(SealedDocument.agreement_id))
            .join(Unit, col(Unit.id) == col(Agreement.unit_id))
            .where(*self._units, *self._days(col(SealedDocument.at)))
        )
        if self._wish.person:
            signed = sa.select(col(Signature.agreement_id)).where(*self._by(col(Signature.by)))
            query = query.where(col(Agreement.id).in_(signed))
        for sealed, agreement, unit in self._session.exec(query):
            yield sealed_item(self.about(agreement.occurrence_id), sealed, agreement, unit)

    def about(self, occurrence_id: int) -> About:
        """The activity, read once."""
        if occurrence_id not in self._about:
            found = self._session.get_one(Occurrence, occurrence_id)
            self._about[occurrence_id] = About.of(self._session, found)
        return self._about[occurrence_id]

    def title(self, item: Item) -> str:
        """The activity that a document belongs to."""
        it = self.about(item.occurrence_id).occurrence
        return f"{it.title} {it.concerns_year}"

    @cached_property
    def _town(self) -> Unit:
        return self._session.get_one(Unit, self._root_id)

    @cached_property
    def _activities(self) -> list[int]:
        """Those that the unit took part in; all that have opened when none is named, also without a task."""
        if self._wish.unit is None:
            query = select(Occurrence.id).where(Occurrence.root_id == self._root_id)
            found = self._session.exec(query.where(col(Occurrence.opened_at).is_not(None)))
            return sorted(number for number in found if number is not None)
        tasks = select(Task.occurrence_id).join(Unit, col(Unit.id) == col(Task.unit_id)).where(*self._tasks)
        return sorted(set(self._session.exec(tasks.distinct())))

    @cached_property
    def _addresses(self) -> list[str]:
        """Every address the person has had, in lower case."""
        assert self._wish.person is not None
        query = select(Address.email).where(Address.person_id == self._wish.person.id)
        return [address.lower() for address in self._session.exec(query)]

    @cached_property
    def _actors(self) -> list[str]:
        """As whom the person has acted: behind a link, and signed in with one of their addresses."""
        assert self._wish.person is not None
        accounts = self._session.exec(select(Account.id).where(col(Account.email).in_(self._addresses)))
        return [f"person:{self._wish.person.id}", *(f"account:{id_}" for id_ in accounts)]

    @cached_property
    def _units(self) -> list[sa.ColumnElement[bool]]:
        """The units that are asked about."""
        inside = [col(Unit.root_id) == self._root_id]
        if self._wish.unit is not None:
            path = self._wish.unit.path
            inside.append(sa.func.substr(col(Unit.path), 1, len(path)) == path)
        return inside

    @cached_property
    def _tasks(self) -> list[sa.ColumnElement[bool]]:
        """Their tasks, and those that name them: the steps of an agreement are "forhandling:101019"."""
        if self._wish.unit is None:
            return [col(Unit.root_id) == self._root_id]
        below = set(self._session.exec(select(Unit.id).where(*self._units)))
        own = sa.select(col(Occurrence.id)).where(col(Occurrence.root_id) == self._root_id)
        named = select(Task.id, Task.subject)  # by the activities, so that an index tells all of it
        named = named.where(col(Task.occurrence_id).in_(own), col(Task.subject).contains(":"))
        if len(below) <= FEW:
            ends = (col(Task.subject).endswith(f":{unit_id}", autoescape=True) for unit_id in below)
            named = named.where(sa.or_(sa.false(), *ends))
        rows = self._session.exec(named)
        about = [id_ for id_, subject in rows if subject.partition(":")[2] in below]
        theirs = col(Task.unit_id).in_(below) if len(below) <= FEW else sa.and_(*self._units)
        return [sa.or_(theirs, col(Task.id).in_(about)), col(Unit.root_id) == self._root_id]

    def _task_ids(self) -> Any:
        joined = sa.select(col(Task.id)).join(Unit, col(Unit.id) == col(Task.unit_id))
        return joined.where(*self._tasks)

    def _by(self, column: sa.SQLColumnExpression[str]) -> list[sa.ColumnElement[bool]]:
        return [column.in_(self._actors)] if self._wish.person else []

    def _mail(self, key: str, kind: ItemKind, row_id: int, task_id: int | None, **facts: object) -> Item:
        """A mail belongs to the activity of its task; one about several tasks to none."""
        task = self._session.get(Task, task_id) if task_id else None
        if task is None:
            return Item(key, kind, row_id, 0, **facts)  # type: ignore[arg-type]  # the fields of an item
        return self.about(task.occurrence_id).item(key, kind, row_id, unit_id=task.unit_id, **facts)

    def _is_within(self, at: datetime) -> bool:
        return (not self._from or at >= self._from) and (not self._to or at < self._to)

    def _days(self, column: sa.SQLColumnExpression[datetime | None]) -> list[sa.ColumnElement[bool]]:
        bounds = [column >= self._from] if self._from else []
        return [*bounds, *([column < self._to] if self._to else [])]


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
