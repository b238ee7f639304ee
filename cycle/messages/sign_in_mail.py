"""A code is asked for, and goes out at once to whoever has the address."""

from datetime import datetime

from sqlmodel import Session

from cycle.access.codes import ask_code
from cycle.access.emails import clean_email
from cycle.messages.outbox import queue
from cycle.messages.tables import MessageKind
from cycle.organisation.mailboxes import people_with
from cycle.runs.requests import wake


def send_code(session: Session, secret: bytes, *, typed: str, came_from: str, now: datetime) -> str:
    """The handle for the browser that asked. Says nothing of whether a mail goes out.

    The mail leaves within seconds: it answers an act, so it waits for no send window.
    """
    people = people_with(session, typed)
    asked = ask_code(session, secret, typed=typed, known=bool(people), came_from=came_from, now=now)
    if asked.code_id is not None:
        queue(
            session,
            key=f"sign-in-code:{asked.code_id}",
            kind=MessageKind.SIGN_IN_CODE,
            root_id=people[0].root_id,
            person_id=people[0].id,
            address=clean_email(typed),
            task_id=None,
            context={"code": asked.code_id},
            now=now,
        )
        wake(session, now=now)
    return asked.handle
