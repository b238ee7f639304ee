"""What mails speak of: the tasks, their units and their activities."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Unit
from cycle.reminders.tables import ReminderDecision
from cycle.tasks.mail_log import Mail
from cycle.tasks.tables import Occurrence, Task


@dataclass(frozen=True)
class Subject:
    """What a row of somebody's story is about."""

    task_id: int
    unit: str
    path: str
    occurrence_id: int
    title: str
    concerns_year: int


def subjects(session: Session, task_ids: Sequence[int]) -> dict[int, Subject]:
    """Unit and activity of each task."""
    found: dict[int, Subject] = {}
    for start in range(0, len(task_ids), 500):
        rows = session.execute(
            sa.select(
                col(Task.id),
                col(Unit.name),
                col(Unit.path),
                col(Occurrence.id),
                col(Occurrence.title),
                col(Occurrence.concerns_year),
            )
            .join(Unit, col(Unit.id) == col(Task.unit_id))
            .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
            .where(col(Task.id).in_(task_ids[start : start + 500]))
        )
        found |= {row[0]: Subject(*row) for row in rows}
    return found


def tasks_of_mail(session: Session, message_id: int) -> list[int]:
    """The tasks a day's mail speaks of."""
    of_mail = sa.select(col(ReminderDecision.task_id)).where(col(ReminderDecision.message_id) == message_id)
    rows = session.execute(of_mail.distinct())
    return sorted(row[0] for row in rows)


@dataclass(frozen=True)
class Topic:
    """One activity a mail speaks of, and how many of its tasks; `task_id` and `unit` are one of them."""

    occurrence_id: int
    title: str
    concerns_year: int
    tasks: int
    task_id: int
    unit: str


def topics(session: Session, mails: Sequence[Mail]) -> dict[int, list[Topic]]:
    """The activities of each mail, by the mail's id; read with a few queries, however many tasks."""
    found = _of_decisions(session, [mail.id for mail in mails if mail.kind is MessageKind.DAILY])
    asked = {mail.id: named_tasks(mail) for mail in mails if mail.kind is not MessageKind.DAILY}
    known = subjects(session, sorted({task_id for tasks in asked.values() for task_id in tasks}))
    for mail_id, tasks in asked.items():
        found[mail_id] = _gathered(known[task_id] for task_id in tasks if task_id in known)
    return found


def named_tasks(mail: Mail | Message) -> list[int]:
    """The tasks that the mail of an act names itself: several when a deadline was moved for all."""
    several: list[int] = list(mail.context.get("tasks", ()))
    return several or ([mail.task_id] if mail.task_id else [])


def _of_decisions(session: Session, message_ids: Sequence[int]) -> dict[int, list[Topic]]:
    """A day's mail speaks of the tasks whose decisions point to it."""
    query = (
        sa.select(
            col(ReminderDecision.message_id),
            col(Occurrence.id),
            col(Occurrence.title),
            col(Occurrence.concerns_year),
            sa.func.count(col(Task.id).distinct()),
            sa.func.min(col(Task.id)),
            sa.func.min(col(Unit.name)),
        )
        .join(Task, col(Task.id) == col(ReminderDecision.task_id))
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(col(ReminderDecision.message_id).in_(message_ids))
        .group_by(col(ReminderDecision.message_id), col(Occurrence.id))
        .order_by(col(Occurrence.due_on), col(Occurrence.id))
    )
    found: dict[int, list[Topic]] = {}
    for message_id, *values in session.execute(query):
        found.setdefault(message_id, []).append(Topic(*values))
    return found


def _gathered(named: Iterable[Subject]) -> list[Topic]:
    by_activity: dict[int, list[Subject]] = {}
    for one in named:
        by_activity.setdefault(one.occurrence_id, []).append(one)
    return [
        Topic(id_, those[0].title, those[0].concerns_year, len(those), those[0].task_id, those[0].unit)
        for id_, those in by_activity.items()
    ]
