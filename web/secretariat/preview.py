"""A mail as it would be sent, made by the code that sends it; its links are blanked, nothing is kept."""

from fastapi import Request
from sqlmodel import Session

from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Recipient
from cycle.tasks.calendars import calendar_of
from notifications.gather import Letters
from notifications.office import Office
from notifications.render import Rendered, render
from web import context
from web.secretariat.reach import TaskReach


def nudge_preview(
    session: Session, request: Request, found: TaskReach, recipient: Recipient, text: str
) -> Rendered | None:
    """The secretariat's message about a task in the recipient's language; None when none would go."""
    now = context.now(request)
    message = Message(
        root_id=found.occurrence.root_id,
        key="preview",
        kind=MessageKind.NUDGE,
        person_id=recipient.person_id,
        address=recipient.address or "",
        task_id=found.task.id,
        context={"text": text},
        created_at=now,
        next_at=now,
    )
    office = Office.of(context.settings(request))
    today = calendar_of(session, found.occurrence).local_date(now)
    letter = Letters(session, [message], office=office, today=today).write(message).letter
    return render(letter) if letter else None
