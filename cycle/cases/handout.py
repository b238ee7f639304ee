"""What is handed out about a unit, a person or a period (aktindsigt): found, and what was left out and why.

Drafts and confidential preparations are in no table that is read here. What belongs to a confidential
activity is left out, and the activity named, so that somebody can judge it by hand.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.cases.about import About
from cycle.cases.gathering import answer_item, minutes_items, sealed_item
from cycle.cases.model import Direction, Item, ItemKind, Party, in_order
from cycle.errors import AnswerInvalid, Problem
from cycle.gatherings.states import GatheringState
from cycle.gatherings.tables import Gathering, GatheringParticipant
from cycle.goals.tables import Agreement, SealedDocument, Signature
from cycle.messages.tables import Inbound, Message, MessageState
from cycle.organisation.tables import Address, Person, Unit
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.ledger import actor_names
from cycle.tasks.states import Verdict
from cycle.tasks.tables import Occurrence, Review, Submission, Task

MOST = 2000
"""So many documents may be handed out at once."""


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


@dataclass(frozen=True)
class HandOut:
    """The documents in the order of their dates, and the confidential activities that were left out."""

    items: tuple[Item, ...]
    left_out: tuple[str, ...]


def hand_out(session: Session, root_id: str, wish: Wish, zone: ZoneInfo) -> HandOut:
    """Everything that was sent, received, answered, judged or signed.

    Raises AnswerInvalid when it is more than can be handed out at once.
    """
    search = _Search(session, root_id, wish, zone)
    found = [*search.answers(), *search.reviews(), *search.mails(), *search.received()]
    found += [*search.minutes(), *search.agreements()]
    if len(found) > MOST:
        what = f"Det er {len(found)} dokumenter. Der kan udleveres {MOST} ad gangen."
        raise AnswerInvalid([Problem("soegning", what, "Vælg en kortere periode eller en mindre enhed.")])
    left_out = {search.title(item) for item in found if item.confidential}
    items = [item for item in found if not item.confidential]
    items += search.requests({item.occurrence_id for item in items if item.kind is ItemKind.ANSWER})
    return HandOut(in_order(items), tuple(sorted(left_out)))


class _Search:
    """One search, its conditions put together once."""

    def __init__(self, session: Session, root_id: str, wish: Wish, zone: ZoneInfo) -> None:
        self._session, self._root_id, self._wish = session, root_id, wish
        self._from = _midnight(wish.first, zone)
        self._to = _midnight(wish.last + timedelta(days=1) if wish.last else None, zone)
        self._about: dict[int, About] = {}

    def answers(self) -> Iterator[Item]:
        """Every version of an answer."""
        by = [Submission.by == self._actor] if self._wish.person else []
        query = (
            select(Submission, Task, Unit)
            .join(Task, col(Task.id) == col(Submission.task_id))
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .where(*self._units(), *self._days(col(Submission.received_at)), *by)
        )
        rows = self._session.exec(query).all()
        names = actor_names(self._session, [row.by for row, _, _ in rows])
        for submission, task, unit in rows:
            yield answer_item(self.about(task.occurrence_id), submission, task, unit, names)

    def reviews(self) -> Iterator[Item]:
        """What superiors wrote about answers."""
        by = [Review.by == self._actor] if self._wish.person else []
        query = (
            select(Review, Submission, Task, Unit)
            .join(Submission, col(Submission.id) == col(Review.submission_id))
            .join(Task, col(Task.id) == col(Submission.task_id))
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .where(*self._units(), *self._days(col(Review.at)), *by)
        )
        rows = self._session.exec(query).all()
        names = actor_names(self._session, [row.by for row, *_ in rows])
        for review, submission, task, unit in rows:
            said = "Godkendt" if review.verdict is Verdict.APPROVED else "Sendt retur"
            about = self.about(task.occurrence_id)
            yield about.item(
                f"review:{review.id}",
                ItemKind.REVIEW,
                review.id or 0,
                title=f"{said}: {task.title or about.occurrence.title}, {unit.name}",
                direction=Direction.OUTGOING,
                at=review.at,
                sender=Party(names.get(review.by, "Nærmeste leder")),
                receiver=Party(f"{task.role}, {unit.name}", unit.id, unit.name, task.role),
                answers=f"submission:{submission.id}",
                unit_id=unit.id,
            )

    def mails(self) -> Iterator[Item]:
        """Mails that were sent, with their links blanked."""
        where: list[Any] = [Message.root_id == self._root_id, Message.state == MessageState.SENT]
        if self._wish.person:
            where.append(Message.person_id == self._wish.person.id)
        if self._wish.unit:
            tasks = self._tasks_below()
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
        where: list[Any] = [Inbound.root_id == self._root_id]
        if self._wish.person:
            own = sa.select(sa.func.lower(col(Address.email))).where(
                col(Address.person_id) == self._wish.person.id
            )
            where.append(sa.func.lower(col(Inbound.sender)).in_(own))
        if self._wish.unit:
            where.append(col(Inbound.task_id).in_(self._tasks_below()))
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
        """The minutes of meetings in which one of the units took part; of a person there are none."""
        if self._wish.person:
            return
        query = select(Gathering).where(
            Gathering.root_id == self._root_id, Gathering.state == GatheringState.HELD
        )
        if self._wish.unit:
            units = sa.select(col(Unit.id)).where(*self._units())
            p = GatheringParticipant
            took_part = sa.select(col(p.gathering_id)).where(col(p.unit_id).in_(units))
            query = query.where(col(Gathering.id).in_(took_part))
        for meeting in self._session.exec(query):
            for item in minutes_items(self._session, self.about(meeting.occurrence_id), [meeting]):
                if (not self._from or item.at >= self._from) and (not self._to or item.at < self._to):
                    yield item

    def agreements(self) -> Iterator[Item]:
        """Agreements that all have signed."""
        query = (
            select(SealedDocument, Agreement, Unit)
            .join(Agreement, col(Agreement.id) == col(SealedDocument.agreement_id))
            .join(Unit, col(Unit.id) == col(Agreement.unit_id))
            .where(*self._units(), *self._days(col(SealedDocument.at)))
        )
        if self._wish.person:
            signed = sa.select(col(Signature.agreement_id)).where(col(Signature.by) == self._actor)
            query = query.where(col(Agreement.id).in_(signed))
        for sealed, agreement, unit in self._session.exec(query):
            yield sealed_item(self.about(agreement.occurrence_id), sealed, agreement, unit)

    def requests(self, occurrence_ids: set[int]) -> Iterator[Item]:
        """What was asked for in these activities: without it an answer says little."""
        for occurrence_id in sorted(occurrence_ids):
            yield from self.about(occurrence_id).request()

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

    @property
    def _town(self) -> Unit:
        return self._session.get_one(Unit, self._root_id)

    @property
    def _actor(self) -> str:
        return f"person:{self._wish.person.id}" if self._wish.person else ""

    def _mail(self, key: str, kind: ItemKind, row_id: int, task_id: int | None, **facts: object) -> Item:
        """A mail belongs to the activity of its task; one about several tasks to none."""
        task = self._session.get(Task, task_id) if task_id else None
        if task is None:
            return Item(key, kind, row_id, 0, **facts)  # type: ignore[arg-type]  # the fields of an item
        return self.about(task.occurrence_id).item(key, kind, row_id, unit_id=task.unit_id, **facts)

    def _units(self) -> list[sa.ColumnElement[bool]]:
        inside = [col(Unit.root_id) == self._root_id]
        if self._wish.unit is not None:
            path = self._wish.unit.path
            inside.append(sa.func.substr(col(Unit.path), 1, len(path)) == path)
        return inside

    def _tasks_below(self) -> Any:
        units = sa.select(col(Unit.id)).where(*self._units())
        return sa.select(col(Task.id)).where(col(Task.unit_id).in_(units))

    def _days(self, column: sa.SQLColumnExpression[datetime | None]) -> list[sa.ColumnElement[bool]]:
        bounds = [column >= self._from] if self._from else []
        return [*bounds, *([column < self._to] if self._to else [])]


def _midnight(day: date | None, zone: ZoneInfo) -> datetime | None:
    return datetime.combine(day, time(), zone) if day else None
