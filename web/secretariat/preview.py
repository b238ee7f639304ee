"""A mail as it would be sent, made by the code that sends it; its links are blanked, nothing is kept."""

from fastapi import Request
from sqlmodel import Session

from cycle.messages.tables import Message, MessageKind
from cycle.organisation.directory import Recipient
from cycle.store import tried
from cycle.tasks.calendars import calendar_of, calendar_of_root
from cycle.tasks.many import Order, try_one
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


def act_preview(request: Request, task_id: int, root_id: str, order: Order, *, by: str) -> Rendered | None:
    """The mail an act on many writes about this task, as it will go; None when none would.

    The act is done, its mail written, and all of it rolled back: what the mail says is read as it will be.
    """
    now, office = context.now(request), Office.of(context.settings(request))
    with tried(request.app.state.engine) as session:
        message = try_one(session, task_id, order, by=by, now=now, once="preview")
        today = calendar_of_root(session, root_id).local_date(now)
        letter = (
            Letters(session, [message], office=office, today=today).write(message).letter if message else None
        )
    return render(letter) if letter else None
