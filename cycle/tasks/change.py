"""What the secretariat does to a task: extend, waive, cancel, nudge, replace its links."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.errors import AnswerInvalid, Conflict, NotNow, Problem
from cycle.messages.tables import Message, MessageKind
from cycle.store import table_of
from cycle.tasks.calendars import calendar_of
from cycle.tasks.letters import write_to_post
from cycle.tasks.moves import get_occurrence, get_task, move, wake_stages
from cycle.tasks.new_dates import too_far
from cycle.tasks.records import record_task
from cycle.tasks.states import (
    NEVER_WAIVED,
    WAITING_FOR_HOLDER,
    Actor,
    OccurrenceState,
    TaskKind,
    TaskState,
    TaskVerb,
)
from cycle.tasks.tables import Extension, Occurrence, Task
from cycle.tasks.wishes import lapse

RUNNING = frozenset({OccurrenceState.OPEN, OccurrenceState.CLOSED})
"""When a task can be acted on: after the close an extension still reopens it."""


def extend(
    session: Session, task_id: int, *, new_due_on: date, reason: str, by: str, now: datetime
) -> Extension:
    """Gives one task a later due date (local, inclusive) and a new series of reminders.

    After the occurrence's close it reopens this task alone. Raises NotNow when the task no longer waits
    for its holder, and for a review, whose last day is its activity's (`verdicts_until`), AnswerInvalid
    when the date is not later than both the old one and yesterday, or more than two years ahead.
    """
    task, occurrence = _waiting(session, task_id, "extend")
    if task.kind is TaskKind.REVIEW:
        raise NotNow("task", task_id, task.state.value, "extend")
    _check_new_date(new_due_on, task.due_on, today=calendar_of(session, occurrence).local_date(now))
    extension = Extension(
        task_id=task_id, old_due_on=task.due_on, new_due_on=new_due_on, reason=reason.strip(), by=by, at=now
    )
    session.add(extension)
    _change_due(session, task, new_due_on, now=now)
    lapse(session, task_id, now=now)
    session.flush()
    data = {"due_on": new_due_on.isoformat()}
    record_task(session, occurrence, task, "extend", by=by, now=now, why=reason, data=data)
    key, context = f"extension:{extension.id}", {"extension": extension.id}
    _write(session, occurrence, task, MessageKind.EXTENDED, key, now=now, context=context)
    return extension


def waive(session: Session, task_id: int, *, why: str, by: str, now: datetime) -> None:
    """No answer is needed from this post.

    Raises NotNow when it has been approved or ended, for one that nothing goes on without, and for a
    review, which ends by itself.
    """
    task = get_task(session, task_id)
    if task.kind in NEVER_WAIVED or task.kind is TaskKind.REVIEW:
        raise NotNow("task", task_id, task.state.value, TaskVerb.WAIVE.value)
    occurrence = get_occurrence(session, task.occurrence_id)
    move(
        session, task, TaskVerb.WAIVE, actor=Actor.SECRETARIAT, waived_why=why.strip(), next_reminder_at=None
    )
    lapse(session, task_id, now=now)
    record_task(session, occurrence, task, "waive", by=by, now=now, why=why)
    _write(session, occurrence, task, MessageKind.WAIVED, f"waive:{task_id}", now=now, context={})
    assert occurrence.id is not None
    wake_stages(session, occurrence.id, at=now)


def nudge(session: Session, task_id: int, *, text: str, by: str, now: datetime, once: str) -> Message | None:
    """Sends one mail of the secretariat's own wording about a task that waits for its holder.

    `once` names the act, so that a repeated POST is one mail. Gives None when the post has no address.
    """
    key, context = f"nudge:{once}:{task_id}", {"text": text.strip()}
    sent = session.exec(select(Message).where(Message.key == key)).first()
    if sent is not None:
        return sent
    task, occurrence = _waiting(session, task_id, "nudge")
    message = _write(session, occurrence, task, MessageKind.NUDGE, key, now=now, context=context)
    data = {"message": message.id if message else None}
    record_task(session, occurrence, task, "nudge", by=by, now=now, data=data)
    return message


def renew_links(
    session: Session, task_id: int, *, seen: int, why: str, by: str, now: datetime
) -> Message | None:
    """Makes every link to this task written so far useless, and mails the post a new one.

    `seen` is the links' generation that is to end: asking twice ends it once. Gives None when it had
    ended already or the post has no address. Raises NotNow for a task nobody can open any more.
    """
    task, occurrence = get_task(session, task_id), _running_occurrence(session, task_id, "renew_link")
    raised = sa.update(Task).where(col(Task.id) == task_id, col(Task.link_generation) == seen)
    if not session.connection().execute(raised.values(link_generation=seen + 1)).rowcount:
        return None
    session.refresh(task)
    data = {"generation": task.link_generation}
    record_task(session, occurrence, task, "revoke_links", by=by, now=now, why=why, data=data)
    key = f"new-link:{task.link_generation}:{task_id}"
    return _write(session, occurrence, task, MessageKind.NEW_LINK, key, now=now, context={})


def look_again(session: Session, posts: Iterable[tuple[str, str]], *, now: datetime) -> int:
    """Asks the next turn to decide anew on the open tasks of these posts and of the units below them.

    To be called in the transaction that changes appointments, substitutes or addresses. Gives how many
    tasks are concerned (a superior's change concerns the escalations of every unit below).
    """
    units = sorted({unit_id for unit_id, _ in posts})
    touched = 0
    for start in range(0, len(units), 500):
        result = session.execute(
            sa.text(
                "UPDATE task SET next_reminder_at = :now WHERE state IN ('open', 'returned') AND unit_id IN ("
                "SELECT below.id FROM unit AS above JOIN unit AS below ON below.path LIKE above.path || '%' "
                "WHERE above.id IN :units)"
            ).bindparams(sa.bindparam("units", expanding=True), sa.bindparam("now", type_=_INSTANT)),
            {"now": now, "units": units[start : start + 500]},
        )
        touched += result.rowcount  # type: ignore[attr-defined]  # CursorResult of an UPDATE
    return touched


_INSTANT = Task.__table__.c.next_reminder_at.type  # type: ignore[attr-defined]  # SQLModel's table


def _waiting(session: Session, task_id: int, verb: str) -> tuple[Task, Occurrence]:
    """The task and its occurrence. Raises NotNow when the task does not wait for its holder."""
    task, occurrence = get_task(session, task_id), _running_occurrence(session, task_id, verb)
    if task.state not in WAITING_FOR_HOLDER:
        raise NotNow("task", task_id, task.state.value, verb)
    return task, occurrence


def _running_occurrence(session: Session, task_id: int, verb: str) -> Occurrence:
    """The occurrence of a task that is not cancelled, when it has opened. Raises NotNow."""
    task = get_task(session, task_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    if task.state is TaskState.CANCELLED or occurrence.state not in RUNNING:
        raise NotNow("task", task_id, task.state.value, verb)
    return occurrence


def _check_new_date(new: date, old: date, *, today: date) -> None:
    if problems := too_far(new, "new_due_on", today=today):
        raise AnswerInvalid(problems)
    if new <= old or new < today:
        what = "Den nye frist skal ligge efter den nuværende frist og ikke før i dag."
        raise AnswerInvalid([Problem("new_due_on", what, "Vælg en senere dato.")])


def _change_due(session: Session, task: Task, due_on: date, *, now: datetime) -> None:
    table = table_of(Task)  # a plain statement: the ORM's would look through every task in the session
    session.flush()
    changed = session.connection().execute(
        sa.update(table)
        .where(table.c.id == task.id, table.c.state.in_(list(WAITING_FOR_HOLDER)))
        .values(due_on=due_on, due_since=now, next_reminder_at=now)
    )
    if changed.rowcount == 0:
        raise Conflict("task", task.id)
    session.refresh(task)


def _write(
    session: Session,
    occurrence: Occurrence,
    task: Task,
    kind: MessageKind,
    key: str,
    *,
    now: datetime,
    context: Mapping[str, object],
) -> Message | None:
    return write_to_post(
        session, task, root_id=occurrence.root_id, kind=kind, key=key, context=context, now=now
    )
