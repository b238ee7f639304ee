"""Mails that answer an act: receipts, returns, changed deadlines. They go to whoever holds the post."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from cycle.messages.outbox import queue
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Directory
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
