"""A post in other hands for a time, as its holder sees it: who stands in, and how it is taken back."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict
from cycle.history import History
from cycle.messages.outbox import queue
from cycle.messages.tables import MessageKind
from cycle.organisation.mailboxes import address_of
from cycle.organisation.post_file import thing_of
from cycle.organisation.tables import Appointment, Person, Substitute, Unit
from cycle.runs.requests import wake
from cycle.tasks.change import look_again
from cycle.tasks.many import Order, act_on_many
from cycle.tasks.tables import Occurrence, Task


@dataclass(frozen=True)
class StandIn:
    """Who acts for a post that somebody holds, to the local date `last_day`, inclusive (None: no end is set).

    `by_holder`: the holder named them, and can take the post back; else the secretariat or a file did.
    """

    id: int
    root_id: str
    unit_id: str
    unit: str
    role: str
    name: str
    last_day: date | None
    by_holder: bool


def hand_over(
    session: Session,
    occurrence: Occurrence,
    task: Task,
    order: Order,
    holder: Person,
    *,
    now: datetime,
    once: str,
) -> None:
    """The holder's own act: somebody acts for the task's post, and the holder is mailed at once.

    Whoever did it in the holder's place cannot keep it from them. Raises as `act_on_many`.
    """
    by = f"person:{holder.id}"
    act_on_many(session, occurrence, [task.id or 0], order, by=by, now=now, once=once)
    named = select(Substitute).where(Substitute.unit_id == task.unit_id, Substitute.role == task.role)
    newest = session.exec(named.order_by(col(Substitute.id).desc()).limit(1)).one()
    queue(
        session,
        key=f"handed-over:{newest.id}",
        kind=MessageKind.HANDED_OVER,
        root_id=occurrence.root_id,
        person_id=holder.id,
        address=address_of(session, holder.id or 0),
        task_id=None,
        context={"substitute": newest.id, "text": order.text.strip()},
        now=now,
    )
    wake(session, now=now)


def stand_ins(session: Session, person_id: int, *, today: date) -> list[StandIn]:
    """Who acts on the local date for the posts that the person holds then, by unit."""
    query = (
        sa.select(Substitute, col(Unit.root_id), col(Unit.name), col(Person.name))
        .join(
            Appointment,
            sa.and_(
                col(Appointment.unit_id) == col(Substitute.unit_id),
                col(Appointment.role) == col(Substitute.role),
            ),
        )
        .join(Unit, col(Unit.id) == col(Substitute.unit_id))
        .join(Person, col(Person.id) == col(Substitute.person_id))
        .where(col(Appointment.person_id) == person_id, *_on(Appointment, today), *_on(Substitute, today))
        .order_by(col(Unit.path), col(Substitute.role), col(Substitute.id))
    )
    found = session.execute(query).all()
    return [_stand_in(session, person_id, *row) for row in found]


def take_post_back(
    session: Session, person_id: int, substitute_id: int, *, today: date, now: datetime
) -> StandIn:
    """The holder's mails and tasks are theirs alone again from the local date. Raises Conflict.

    A day on which the other acted for the post stays theirs; one who began today never was.
    """
    found = {each.id: each for each in stand_ins(session, person_id, today=today) if each.by_holder}
    term = found.get(substitute_id)
    if term is None:
        raise Conflict("substitute", substitute_id)
    which = col(Substitute.id) == substitute_id
    session.execute(sa.delete(Substitute).where(which, col(Substitute.valid_from) >= today))
    ended = sa.update(Substitute).where(which).values(valid_to=today - timedelta(days=1))
    session.execute(ended)
    history.record(
        session,
        root_id=term.root_id,
        at=now,
        actor=f"person:{person_id}",
        verb="take_back_substitute",
        thing=thing_of((term.unit_id, term.role)),
        data={"substitute": substitute_id},
        personal={"before": term.name},
    )
    look_again(session, [(term.unit_id, term.role)], now=now)
    return term


def _stand_in(
    session: Session, person_id: int, term: Substitute, root_id: str, unit: str, name: str
) -> StandIn:
    post = (term.unit_id, term.role)
    named = select(History).where(
        History.thing == thing_of(post), History.verb == "stand_in", History.actor == f"person:{person_id}"
    )
    by_holder = any(row.data.get("substitute") == term.id for row in session.exec(named))
    return StandIn(term.id or 0, root_id, term.unit_id, unit, term.role, name, term.valid_to, by_holder)


def _on(table: type[Appointment] | type[Substitute], today: date) -> tuple[sa.ColumnElement[bool], ...]:
    last = col(table.valid_to)
    return col(table.valid_from) <= today, sa.or_(last.is_(None), last >= today)
