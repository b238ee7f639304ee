"""Mails that answer an act: receipts, returns, changed deadlines. They go to whoever holds the post."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle.messages.outbox import CAP, queue
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Directory
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import in_pieces
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
    most_a_day: int = CAP,
) -> Message | None:
    """Queues one mail about the task to the registered address of the post; None when it has none.

    `most_a_day`: see `cycle.messages.outbox.queue`.
    """
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
        most_a_day=most_a_day,
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
    told = _told(session, tasks)
    if not told:
        return 0
    directory = Directory.load(session, root_id, calendar_of_root(session, root_id).local_date(now))
    context = {"old_due_on": old_due.isoformat()}
    kind = MessageKind.DEADLINE_CHANGED
    return write_to_people(session, told, directory, kind=kind, key=key, context=context, now=now)


def tell_still_holds(
    session: Session, tasks: Sequence[Task], directory: Directory, *, key: str, now: datetime
) -> int:
    """Queues "Ingen ny underskrift" to the posts that had been asked to take a step of an agreement anew;
    what they have signed before holds. `key` names what put an end to it. Gives how many mails were queued.
    """
    kind = MessageKind.STILL_HOLDS
    return write_to_people(session, _told(session, tasks), directory, kind=kind, key=key, context={}, now=now)


def write_to_people(
    session: Session,
    tasks: Iterable[Task],
    directory: Directory,
    *,
    kind: MessageKind,
    key: str,
    context: Mapping[str, Any],
    now: datetime,
    but: str = "",
) -> int:
    """Queues one mail to each person who holds posts of these tasks, about all of theirs; gives how many.

    `but` is an actor ("person:12") who knows already.
    """
    queued = 0
    for (person_id, address), those in _by_person(directory, tasks).items():
        if but == f"person:{person_id}":
            continue
        message = queue(
            session,
            key=f"{key}:{those[0].id}",
            kind=kind,
            root_id=directory.units[those[0].unit_id].root_id,
            person_id=person_id,
            address=address,
            task_id=those[0].id,
            context={"tasks": [task.id for task in those], **context},
            now=now,
        )
        queued += message is not None
    return queued


def _by_person(directory: Directory, tasks: Iterable[Task]) -> dict[tuple[int, str], list[Task]]:
    """The tasks by the person and address that mail about them goes to; without those of nobody."""
    found: dict[tuple[int, str], list[Task]] = {}
    for task in tasks:
        recipient = directory.recipient(task.unit_id, task.role)
        if recipient is not None and recipient.address is not None:
            found.setdefault((recipient.person_id, recipient.address), []).append(task)
    return found


def _told(session: Session, tasks: Sequence[Task]) -> list[Task]:
    """Those that somebody has been mailed about since they opened (or is being mailed about just now)."""
    told: set[int] = set()
    for piece in in_pieces(task.id for task in tasks):
        rows = session.exec(
            select(ReminderDecision.task_id)
            .join(Message, col(Message.id) == col(ReminderDecision.message_id))
            .join(Task, col(Task.id) == col(ReminderDecision.task_id))
            .where(
                col(ReminderDecision.decided_at) >= col(Task.opened_at),
                col(Message.state).not_in([MessageState.READY, MessageState.WAITING]),
                col(ReminderDecision.task_id).in_(piece),
                col(ReminderDecision.verdict).in_([Decided.SENT, Decided.MERGED]),
            )
            .distinct()
        )
        told.update(rows)
    return [task for task in tasks if task.id in told]
