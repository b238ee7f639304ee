"""One act of the secretariat on many tasks of an occurrence: on all of them, or on none."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import AnswerInvalid, Conflict, NotFound, NotNow, Problem
from cycle.history import History
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.post_file import thing_of
from cycle.organisation.standing_in import Post, person_with, stand_in, taken_posts
from cycle.organisation.tables import Person, Substitute
from cycle.tasks.calendars import calendar_of
from cycle.tasks.change import RUNNING, extend, look_again, nudge, waive
from cycle.tasks.new_dates import not_before_today, too_far
from cycle.tasks.records import record_task
from cycle.tasks.states import TASK_MOVES, WAITING_FOR_HOLDER, TaskState, TaskVerb
from cycle.tasks.tables import Occurrence, Task

LONGEST = timedelta(days=366)
"""How long somebody may be named to act for a post in one go."""


class Act(StrEnum):
    """What can be done to many tasks at once."""

    EXTEND = "extend"
    WAIVE = "waive"
    NUDGE = "nudge"
    REASSIGN = "reassign"


WRITES = {
    Act.EXTEND: MessageKind.EXTENDED,
    Act.WAIVE: MessageKind.WAIVED,
    Act.NUDGE: MessageKind.NUDGE,
}
"""The mail that each act writes to the post at once."""


class Hindrance(StrEnum):
    """Why the act cannot be done to one of them."""

    ANSWERED = "answered"
    NOT_OWED = "not_owed"
    NOT_LATER = "not_later"
    NO_ADDRESS = "no_address"
    TAKEN = "taken"


@dataclass(frozen=True)
class Order:
    """What shall be done. `text` is the reason, or the mail's words; `new_due_on` a local date, inclusive.

    `email` names who shall act for the posts from today until the local date `until`, inclusive.
    """

    act: Act
    text: str
    new_due_on: date | None = None
    email: str = ""
    until: date | None = None


def hindrance(
    order: Order, state: TaskState, due_on: date, *, reachable: bool = True, taken: bool = False
) -> Hindrance | None:
    """Why the order cannot be carried out on a task in this state with this deadline; None when it can.

    `reachable`: whether its post has somebody with an address. A later deadline and a waiver hold without
    a mail; a message needs one. `taken`: who is to act for its post holds it, or somebody acts already.
    """
    if state in (TaskState.WAIVED, TaskState.CANCELLED):
        return Hindrance.NOT_OWED
    may_waive = order.act is Act.WAIVE and (state, TaskVerb.WAIVE) in TASK_MOVES
    if state not in WAITING_FOR_HOLDER and not may_waive:
        return Hindrance.ANSWERED
    if order.new_due_on is not None and order.new_due_on <= due_on:
        return Hindrance.NOT_LATER
    if order.act is Act.NUDGE and not reachable:
        return Hindrance.NO_ADDRESS
    return Hindrance.TAKEN if order.act is Act.REASSIGN and taken else None


def check_order(order: Order, *, today: date) -> None:
    """Raises AnswerInvalid for a new deadline that no task could have, or a time nobody acts for."""
    problems = []
    if order.new_due_on is not None:
        problems += not_before_today(order.new_due_on, "new_due_on", today=today)
        problems += too_far(order.new_due_on, "new_due_on", today=today)
    if order.until is not None and not today <= order.until <= today + LONGEST:
        what = "Den sidste dag skal ligge fra i dag og højst et år frem."
        problems.append(Problem("until", what, "Vælg en anden dag."))
    if problems:
        raise AnswerInvalid(problems)


def acting(session: Session, occurrence: Occurrence, order: Order) -> Person | None:
    """Whom the order names to act for the posts; None when it names nobody. Raises AnswerInvalid."""
    if order.act is not Act.REASSIGN:
        return None
    return person_with(session, occurrence.root_id, order.email)


def taken(
    session: Session, posts: Iterable[Post], order: Order, person: Person | None, *, today: date
) -> set[Post]:
    """The posts for which the person cannot act: held by the same, or somebody acts for them already."""
    if person is None or order.until is None:
        return set()
    return taken_posts(session, posts, person.id or 0, first=today, last=order.until)


def act_on_many(
    session: Session,
    occurrence: Occurrence,
    task_ids: Collection[int],
    order: Order,
    *,
    by: str,
    now: datetime,
    once: str,
) -> int:
    """Does the order to every one of the tasks; gives how many. `once` names the act: twice is once.

    Raises NotNow when the occurrence does not run, NotFound for a task that is not its, AnswerInvalid for
    a date no task could have, Conflict when some task no longer allows it. Then none is changed.
    """
    if occurrence.state not in RUNNING:
        raise NotNow("occurrence", occurrence.id, occurrence.state.value, order.act.value)
    tasks = _locked(session, occurrence, task_ids)
    if _is_done(session, occurrence, once):
        return len(tasks)
    today = calendar_of(session, occurrence).local_date(now)
    check_order(order, today=today)
    person = acting(session, occurrence, order)
    held = taken(session, {(task.unit_id, task.role) for task in tasks}, order, person, today=today)
    if hindered := [task.id for task in tasks if _hindered(order, task, held)]:
        raise Conflict("tasks", hindered)
    if person is not None:
        _reassign(session, occurrence, tasks, order, person, by=by, now=now)
    else:
        for task in tasks:
            _apply(session, task.id or 0, order, by=by, now=now, once=once)
    _record(session, occurrence, tasks, order, by=by, now=now, once=once)
    return len(tasks)


def try_one(
    session: Session, task_id: int, order: Order, *, by: str, now: datetime, once: str
) -> Message | None:
    """Does the order to one task, in a unit of work that is not kept, and gives the mail it writes.

    None when it writes none: the post has no address, or the act tells nobody by itself. Raises as the act.
    """
    if order.act not in WRITES:
        return None
    _apply(session, task_id, order, by=by, now=now, once=once)
    session.flush()
    written = select(Message).where(Message.task_id == task_id, Message.kind == WRITES[order.act])
    return session.exec(written.order_by(col(Message.id).desc()).limit(1)).first()


def _locked(session: Session, occurrence: Occurrence, task_ids: Collection[int]) -> Sequence[Task]:
    """The tasks, which nobody else changes until the transaction ends."""
    query = select(Task).where(Task.occurrence_id == occurrence.id, col(Task.id).in_(list(task_ids)))
    found = session.exec(query.order_by(col(Task.id)).with_for_update()).all()
    if missing := set(task_ids) - {task.id for task in found}:
        raise NotFound("task", min(missing))
    return found


def _apply(session: Session, task_id: int, order: Order, *, by: str, now: datetime, once: str) -> None:
    if order.act is Act.WAIVE:
        waive(session, task_id, why=order.text, by=by, now=now)
    elif order.act is Act.NUDGE:
        nudge(session, task_id, text=order.text, by=by, now=now, once=once)
    else:
        assert order.new_due_on is not None
        extend(session, task_id, new_due_on=order.new_due_on, reason=order.text, by=by, now=now)


def _hindered(order: Order, task: Task, held: Collection[Post]) -> bool:
    taken = (task.unit_id, task.role) in held
    return hindrance(order, task.state, task.due_on, taken=taken) is not None


def _reassign(
    session: Session,
    occurrence: Occurrence,
    tasks: Sequence[Task],
    order: Order,
    person: Person,
    *,
    by: str,
    now: datetime,
) -> None:
    """The person acts for the tasks' posts from today: the day's mail hands over what is open there."""
    assert order.until is not None
    posts = {(task.unit_id, task.role) for task in tasks}
    today = calendar_of(session, occurrence).local_date(now)
    terms = stand_in(session, posts, person.id or 0, first=today, last=order.until)
    _record_terms(session, occurrence, terms, order, person, by=by, now=now)
    data = {"person": person.id, "until": order.until.isoformat()}
    for task in tasks:
        record_task(
            session, occurrence, task, order.act.value, by=by, now=now, why=order.text.strip(), data=data
        )
    look_again(session, posts, now=now)


def _record_terms(
    session: Session,
    occurrence: Occurrence,
    terms: Sequence[Substitute],
    order: Order,
    person: Person,
    *,
    by: str,
    now: datetime,
) -> None:
    """What was done at each post, where its page tells it; `substitute` names the term."""
    act = {"root_id": occurrence.root_id, "at": now, "actor": by, "verb": "stand_in"}
    history.record_many(
        session,
        [
            {
                **act,
                "thing": thing_of((term.unit_id, term.role)),
                "why": order.text.strip(),
                "data": {
                    "from": term.valid_from.isoformat(),
                    "to": (term.valid_to or date.max).isoformat(),
                    "substitute": term.id,
                },
                "personal": {"after": person.name},
            }
            for term in terms
        ],
    )


def _is_done(session: Session, occurrence: Occurrence, once: str) -> bool:
    query = select(History.id).where(History.thing == _thing(once), History.root_id == occurrence.root_id)
    return session.exec(query.limit(1)).first() is not None


def _record(
    session: Session,
    occurrence: Occurrence,
    tasks: Sequence[Task],
    order: Order,
    *,
    by: str,
    now: datetime,
    once: str,
) -> None:
    """The act as a whole; each task has its own row beside it."""
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb=order.act.value,
        thing=_thing(once),
        why="" if order.act is Act.NUDGE else order.text.strip(),
        data={"occurrence": occurrence.id, "tasks": [task.id for task in tasks]},
    )


def _thing(once: str) -> str:
    return f"many:{once}"
