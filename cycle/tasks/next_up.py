"""What the engine will look at next, kind by kind: earlier than the plan's own steps, and just as certain."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.messages.tables import UNSENT, Message
from cycle.tasks.tables import Occurrence, Task


class NextUp(StrEnum):
    """A kind of work that has a time of its own for each task or mail."""

    REMINDERS = "remind"
    MAILS = "deliver"


@dataclass(frozen=True)
class Waiting:
    """The next of a kind: when (UTC; past means at the next turn), and how many wait for then or later."""

    what: NextUp
    at: datetime
    count: int


def next_up(session: Session, root_ids: Iterable[str]) -> list[Waiting]:
    """The next reminder that is decided and the next mail that leaves, the earliest first."""
    roots = list(root_ids)
    at = col(Task.next_reminder_at)
    tasks = (
        sa.select(sa.func.min(at), sa.func.count())
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(at.is_not(None), col(Occurrence.root_id).in_(roots))
    )
    mails = sa.select(sa.func.min(col(Message.next_at)), sa.func.count()).where(
        UNSENT, col(Message.root_id).in_(roots)
    )
    asked = ((NextUp.REMINDERS, tasks), (NextUp.MAILS, mails))
    rows = [(what, *session.execute(query).one()) for what, query in asked]
    return sorted((Waiting(*row) for row in rows if row[1] is not None), key=lambda each: each.at)
