"""A wish for a later deadline is granted, perhaps with another date, or refused with a reason."""

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.errors import AnswerInvalid, Conflict, NotFound, NotNow, Problem
from cycle.messages.tables import MessageKind
from cycle.tasks.change import extend
from cycle.tasks.letters import write_to_post
from cycle.tasks.moves import get_occurrence, get_task
from cycle.tasks.records import record_task
from cycle.tasks.states import WishState
from cycle.tasks.tables import Extension
from cycle.tasks.wish_tables import ExtensionWish
from cycle.tasks.wishes import may_ask


def get_wish(session: Session, wish_id: int) -> ExtensionWish:
    """The wish. Raises NotFound."""
    wish = session.get(ExtensionWish, wish_id)
    if wish is None:
        raise NotFound("wish", wish_id)
    return wish


def grant(session: Session, wish_id: int, *, new_due_on: date, why: str, by: str, now: datetime) -> Extension:
    """Gives the task a later deadline (local, inclusive), the one asked for or another; the post is told.

    Raises Conflict when the wish was decided or lapsed meanwhile, and what `extend` raises.
    """
    wish = get_wish(session, wish_id)
    _decide(session, wish, WishState.GRANTED, why=why, by=by, now=now)
    extension = extend(session, wish.task_id, new_due_on=new_due_on, reason=why, by=by, now=now)
    wish.extension_id = extension.id
    session.add(wish)
    session.flush()
    return extension


def refuse(session: Session, wish_id: int, *, why: str, by: str, now: datetime) -> ExtensionWish:
    """The deadline stays; the post is told why.

    Raises AnswerInvalid without a reason, Conflict when the wish was decided or lapsed meanwhile, NotNow
    when the task no longer waits.
    """
    if not why.strip():
        cure = "Skriv, hvorfor fristen ikke kan forlænges, så lederen ved det."
        raise AnswerInvalid([Problem("why", "Der mangler en begrundelse.", cure)])
    wish = get_wish(session, wish_id)
    task = get_task(session, wish.task_id)
    occurrence = get_occurrence(session, task.occurrence_id)
    if not may_ask(task, occurrence):
        raise NotNow("task", task.id, task.state.value, "refuse_extension")
    _decide(session, wish, WishState.REFUSED, why=why, by=by, now=now)
    data = {"wish": wish.id}
    record_task(session, occurrence, task, "refuse_extension", by=by, now=now, why=why, data=data)
    write_to_post(
        session,
        task,
        root_id=occurrence.root_id,
        kind=MessageKind.REFUSED,
        key=f"refused:{wish.id}",
        context=data,
        now=now,
    )
    return wish


def _decide(
    session: Session, wish: ExtensionWish, state: WishState, *, why: str, by: str, now: datetime
) -> None:
    """Compare-and-set: of two who decide at once the second gets Conflict."""
    session.flush()
    changed = session.connection().execute(
        sa.update(ExtensionWish)
        .where(col(ExtensionWish.id) == wish.id, col(ExtensionWish.state) == WishState.ASKED)
        .values(state=state, decided_by=by, decided_at=now, why=why.strip())
    )
    session.refresh(wish)
    if changed.rowcount == 0:
        raise Conflict("wish", wish.id)
