"""Mails that answer an act: receipts, returns, changed deadlines. They go to whoever holds the post."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle.messages.outbox import queue
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Directory
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.tables import Task


def write_to_post(
    session: Session,
    task: Task,
    *,
    root_id: str,
    kind: MessageKind,
    key: str,
    context: Mapping[str, Any],
    now: datetime,
) -> Message | None:
    """Queues one mail about the task to the registered address of the post; None when it has none."""
    on = calendar_of_root(session, root_id).local_date(now)
    recipient = Directory.for_post(session, task.unit_id, on).recipient(task.unit_id, task.role)
    if recipient is None or recipient.address is None:
        return None
    return queue(
        session,
        key=key,
        kind=kind,
        root_id=root_id,
        person_id=recipient.person_id,
        address=recipient.address,
        task_id=task.id,
        context=dict(context),
        now=now,
    )


def tell_new_deadline(
    session: Session,
    tasks: Sequence[Task],
    *,
    root_id: str,
    old_due: date,
    key: str,
    now: datetime,
) -> int:
    """Queues "Fristen er ændret", one mail per person, to the posts that had been told the old date.

    A daily mail that has not left yet will say the new one itself. `key` names the change. Gives how
    many mails were queued.
    """
    told = _told(session, [task.id for task in tasks if task.id is not None])
    directory = Directory.load(session, root_id, calendar_of_root(session, root_id).local_date(now))
    queued = 0
    for (person_id, address), ids in _by_person(directory, (t for t in tasks if t.id in told)).items():
        message = queue(
            session,
            key=f"{key}:{ids[0]}",
            kind=MessageKind.DEADLINE_CHANGED,
            root_id=root_id,
            person_id=person_id,
            address=address,
            task_id=ids[0],
            context={"tasks": ids, "old_due_on": old_due.isoformat()},
            now=now,
        )
        queued += message is not None
    return queued


def _by_person(directory: Directory, tasks: Iterable[Task]) -> dict[tuple[int, str], list[int]]:
    """The tasks' ids by the person and address that mail about them goes to; without those of nobody."""
    found: dict[tuple[int, str], list[int]] = {}
    for task in tasks:
        recipient = directory.recipient(task.unit_id, task.role)
        if recipient is not None and recipient.address is not None:
            found.setdefault((recipient.person_id, recipient.address), []).append(task.id or 0)
    return found


def _told(session: Session, task_ids: Sequence[int]) -> set[int]:
    """Which of the tasks somebody has been mailed about (or is being mailed about just now)."""
    told: set[int] = set()
    for start in range(0, len(task_ids), 500):
        rows = session.exec(
            select(ReminderDecision.task_id)
            .join(Message, col(Message.id) == col(ReminderDecision.message_id))
            .where(
                col(Message.state).not_in([MessageState.READY, MessageState.WAITING]),
                col(ReminderDecision.task_id).in_(task_ids[start : start + 500]),
                col(ReminderDecision.verdict).in_([Decided.SENT, Decided.MERGED]),
            )
            .distinct()
        )
        told.update(rows)
    return told
