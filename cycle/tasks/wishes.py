"""A leader asks for a later deadline: the wish, who is told of it, and when it lapses."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.danish import format_date
from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.messages.outbox import mailbox, queue
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Directory, Recipient
from cycle.store import in_pieces, table_of
from cycle.tasks.calendars import calendar_of
from cycle.tasks.moves import get_occurrence, get_task
from cycle.tasks.records import record_task
from cycle.tasks.states import DONE_ELSEWHERE, WAITING_FOR_HOLDER, OccurrenceState, WishState
from cycle.tasks.tables import Occurrence, Task
from cycle.tasks.wish_tables import ExtensionWish

GATHERED = timedelta(minutes=30)
"""How long the first wish waits for others to join its mail."""
NO_REASON = Problem("reason", "Begrundelsen mangler.", "Skriv kort, hvorfor I har brug for mere tid.")
_WISH = table_of(ExtensionWish)
_LAPSE = (
    sa.update(_WISH)
    .where(_WISH.c.task_id == sa.bindparam("its_task"), _WISH.c.state == WishState.ASKED)
    .values(state=WishState.LAPSED, decided_at=sa.bindparam("at_"))
)
_STANDS = (
    col(ExtensionWish.state) == WishState.ASKED,
    col(Task.state).in_(list(WAITING_FOR_HOLDER)),
    col(Occurrence.state) == OccurrenceState.OPEN,
)


def may_ask(task: Task, occurrence: Occurrence) -> bool:
    """Whether a later deadline can be asked for: the task waits for its holder and the activity is open."""
    waits = task.state in WAITING_FOR_HOLDER and task.kind not in DONE_ELSEWHERE
    return waits and occurrence.state is OccurrenceState.OPEN


def last_day(occurrence: Occurrence, calendar: WorkingCalendar) -> date:
    """The last local day on which the activity takes answers: no wish goes beyond it."""
    return calendar.local_date(occurrence.closes_at - timedelta(seconds=1))


def first_day(task: Task, calendar: WorkingCalendar, *, today: date) -> date:
    """The first working day (local) that can be asked for."""
    earliest = max(task.due_on + timedelta(days=1), today)
    return earliest if calendar.is_working_day(earliest) else calendar.add_working_days(earliest, 1)


def ask(
    session: Session, task_id: int, *, wished_on: date, reason: str, by: str, now: datetime
) -> ExtensionWish:
    """Asks for a later deadline (local, inclusive) and tells whoever decides. The same twice is one wish.

    Raises NotNow when the task does not wait for its holder or the activity is not open, AnswerInvalid for
    a date that cannot be given or without a reason, Conflict when another wish has not been decided yet.
    """
    task = session.exec(select(Task).where(Task.id == task_id).with_for_update()).one()
    occurrence = get_occurrence(session, task.occurrence_id)
    if not may_ask(task, occurrence):
        raise NotNow("task", task_id, task.state.value, "ask_extension")
    reason = reason.strip()
    open_one = open_wish(session, task_id)
    if open_one is not None:
        if (open_one.wished_on, open_one.reason, open_one.by) == (wished_on, reason, by):
            return open_one
        raise Conflict("wish", open_one.id)
    calendar = calendar_of(session, occurrence)
    _check(task, occurrence, wished_on, reason, calendar, today=calendar.local_date(now))
    wish = ExtensionWish(
        task_id=task_id, due_on=task.due_on, wished_on=wished_on, reason=reason, by=by, at=now
    )
    session.add(wish)
    session.flush()
    data = {"wish": wish.id, "wished_on": wished_on.isoformat()}
    record_task(session, occurrence, task, "ask_extension", by=by, now=now, why=reason, data=data)
    _tell(session, task, occurrence, wish, calendar, now=now)
    return wish


def wishes_of(session: Session, task_id: int) -> Sequence[ExtensionWish]:
    """Every wish of the task, the newest first."""
    query = select(ExtensionWish).where(ExtensionWish.task_id == task_id)
    return session.exec(query.order_by(col(ExtensionWish.id).desc())).all()


def open_wish(session: Session, task_id: int) -> ExtensionWish | None:
    """The task's wish that nobody has decided yet."""
    query = select(ExtensionWish).where(
        ExtensionWish.task_id == task_id, ExtensionWish.state == WishState.ASKED
    )
    return session.exec(query).first()


def open_wishes(
    session: Session, condition: sa.ColumnElement[bool]
) -> list[tuple[ExtensionWish, Task, Occurrence]]:
    """The wishes that can still be granted, the nearest deadline first.

    `condition` is on `Task` and `Occurrence`: a wish whose task was cancelled, say, is in no list.
    """
    query = (
        select(ExtensionWish, Task, Occurrence)
        .join(Task, col(Task.id) == col(ExtensionWish.task_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(*_STANDS, condition)
        .order_by(col(Task.due_on), col(ExtensionWish.id))
    )
    return list(session.exec(query))


def count_open_wishes(session: Session, condition: sa.ColumnElement[bool]) -> dict[int, int]:
    """How many of the wishes can still be granted, by occurrence; `condition` as in `open_wishes`."""
    query = (
        sa.select(col(Task.occurrence_id), sa.func.count())
        .select_from(ExtensionWish)
        .join(Task, col(Task.id) == col(ExtensionWish.task_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(*_STANDS, condition)
        .group_by(col(Task.occurrence_id))
    )
    return {id_: number for id_, number in session.execute(query)}


def still_open(session: Session, wish_ids: Iterable[int]) -> set[int]:
    """Those of the wishes that can still be granted."""
    found: set[int] = set()
    for piece in in_pieces(wish_ids):
        found |= {each.id or 0 for each, _, _ in open_wishes(session, col(ExtensionWish.id).in_(piece))}
    return found


def lapse(session: Session, task_id: int, *, now: datetime) -> None:
    """Ends the task's open wish, if there is one: it was answered, its date changed, or nothing is owed."""
    session.connection().execute(_LAPSE, {"its_task": task_id, "at_": now})


def lapse_all(session: Session, occurrence_id: int, *, now: datetime) -> None:
    """Ends every open wish about the occurrence: it has closed."""
    of_it = sa.select(col(Task.id)).where(col(Task.occurrence_id) == occurrence_id)
    session.execute(
        sa.update(ExtensionWish)
        .where(col(ExtensionWish.state) == WishState.ASKED, col(ExtensionWish.task_id).in_(of_it))
        .values(state=WishState.LAPSED, decided_at=now)
    )


def _check(
    task: Task, occurrence: Occurrence, wished: date, reason: str, calendar: WorkingCalendar, *, today: date
) -> None:
    problems = []
    last, first = last_day(occurrence, calendar), first_day(task, calendar, today=today)
    if wished < first or wished <= task.due_on:
        what = "Den ønskede frist skal ligge efter den nuværende frist og ikke før i dag."
        problems.append(Problem("wished_on", what, f"Vælg en dag fra {format_date(first)}."))
    elif wished > last:
        what = f"Svar kan kun modtages til og med {format_date(last)}."
        problems.append(Problem("wished_on", what, "Vælg en tidligere dag, eller skriv til sekretariatet."))
    elif not calendar.is_working_day(wished):
        what = "Den ønskede frist er ikke en arbejdsdag."
        problems.append(Problem("wished_on", what, "Vælg en arbejdsdag."))
    if not reason:
        problems.append(NO_REASON)
    if problems:
        raise AnswerInvalid(problems)


def _tell(
    session: Session,
    task: Task,
    occurrence: Occurrence,
    wish: ExtensionWish,
    calendar: WorkingCalendar,
    *,
    now: datetime,
) -> None:
    """One mail to the nearest superior: half an hour's wishes together, on working days 07-16."""
    decides = _decider(session, task, wish, calendar.local_date(now))
    if decides is None or not decides.address or _join(session, mailbox(decides.address), wish):
        return
    queue(
        session,
        key=f"wish:{wish.id}",
        kind=MessageKind.EXTENSION_WISH,
        root_id=occurrence.root_id,
        person_id=decides.person_id,
        address=decides.address,
        task_id=task.id,
        context={"wishes": [wish.id], "tasks": [task.id]},
        now=now,
        not_before=calendar.next_send(now + GATHERED),
    )


def _decider(session: Session, task: Task, wish: ExtensionWish, on: date) -> Recipient | None:
    """The nearest superior who did not ask: one may be answering for a vacant post."""
    above = Directory.for_post(session, task.unit_id, on).superiors(task.unit_id)
    return next((each for each in above if f"person:{each.person_id}" != wish.by), None)


def _join(session: Session, address: str, wish: ExtensionWish) -> bool:
    """Adds the wish to a mail of wishes that nobody has begun to send. False: there is none."""
    root_id = get_occurrence(session, get_task(session, wish.task_id).occurrence_id).root_id
    query = select(Message).where(
        Message.address == address,
        Message.root_id == root_id,
        Message.kind == MessageKind.EXTENSION_WISH,
        Message.state == MessageState.READY,
        Message.attempts == 0,
    )
    message = session.exec(query.with_for_update()).first()
    if message is None:
        return False
    said: dict[str, Any] = message.context
    message.context = {"wishes": [*said["wishes"], wish.id], "tasks": [*said["tasks"], wish.task_id]}
    session.add(message)
    session.flush()
    return True
