"""Telling the other parties of an agreement what was remarked: gathered, so that a sitting is one mail."""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.remark_tables import GoalRemark
from cycle.goals.tables import Agreement
from cycle.messages.outbox import mailbox, queue
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.directory import Directory
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import WAITING_FOR_HOLDER, TaskKind, TaskState
from cycle.tasks.tables import Task

PARTIES = (TaskKind.DRAFT, TaskKind.NEGOTIATE, TaskKind.APPROVE)
"""The steps of an agreement whose posts speak about its goals."""
GATHERED = timedelta(minutes=30)
"""How long the first remark waits for more to join it."""


def tell_others(session: Session, agreement: Agreement, said: GoalRemark, *, now: datetime) -> int:
    """Puts the remark into the mail of every party but its writer; gives how many are told.

    The mail leaves half an hour after its first remark, on working days 07-16. What is said until then
    joins it; what is said while it is being sent begins the next. A party whose step has not begun is not
    told: the remarks stand in the step when it opens.
    """
    calendar = calendar_of_root(session, agreement.root_id)
    today = calendar.local_date(now)
    told: set[str] = set()
    for task in _steps(session, agreement):
        recipient = Directory.for_post(session, task.unit_id, today).recipient(task.unit_id, task.role)
        if recipient is None or not recipient.address or f"person:{recipient.person_id}" == said.by:
            continue
        address = mailbox(recipient.address)
        if address not in told and not _join(session, agreement, said, address):
            queue(
                session,
                key=f"remarks:{task.id}:{said.id}",
                kind=MessageKind.REMARKS,
                root_id=agreement.root_id,
                person_id=recipient.person_id,
                address=address,
                task_id=task.id,
                context={"agreement": agreement.id, "remarks": [said.id]},
                now=now,
                not_before=calendar.next_send(now + GATHERED),
            )
        told.add(address)
    return len(told)


def _steps(session: Session, agreement: Agreement) -> list[Task]:
    """The agreement's tasks that are its parties', those still owed first: their links lead furthest."""
    subject = col(Task.subject)
    its_own = sa.or_(
        sa.and_(col(Task.unit_id) == agreement.unit_id, col(Task.kind) == TaskKind.DRAFT),
        subject.endswith(f":{agreement.unit_id}", autoescape=True),
    )
    query = select(Task).where(
        Task.occurrence_id == agreement.occurrence_id,
        col(Task.kind).in_(PARTIES),
        col(Task.state) != TaskState.CANCELLED,
        its_own,
    )
    return sorted(session.exec(query), key=lambda task: (task.state not in WAITING_FOR_HOLDER, task.id))


def _join(session: Session, agreement: Agreement, said: GoalRemark, address: str) -> bool:
    """Adds the remark to a mail about this agreement that nobody has begun to send. False: there is none.

    The row is locked until the remark is committed, so that no sender takes it in between.
    """
    query = select(Message).where(
        Message.address == address,
        Message.kind == MessageKind.REMARKS,
        Message.state == MessageState.READY,
        Message.attempts == 0,
    )
    for message in session.exec(query.with_for_update()):
        context: dict[str, Any] = message.context
        if context["agreement"] == agreement.id:
            message.context = {**context, "remarks": [*context["remarks"], said.id]}
            session.add(message)
            session.flush()
            return True
    return False
