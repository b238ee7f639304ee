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
    """The next of a kind, and when (UTC; past means at the next turn)."""

    what: NextUp
    at: datetime


def next_up(session: Session, root_ids: Iterable[str]) -> list[Waiting]:
    """The next reminder that is decided and the next mail that leaves, the earliest first."""
    roots = list(root_ids)
    at = col(Task.next_reminder_at)
    tasks = (
        sa.select(sa.func.min(at))
        .join(Occurrence, col(Occurrence.id) == col(Task.occurrence_id))
        .where(at.is_not(None), col(Occurrence.root_id).in_(roots))
    )
    mails = sa.select(sa.func.min(col(Message.next_at))).where(UNSENT, col(Message.root_id).in_(roots))
    found = [(NextUp.REMINDERS, session.scalar(tasks)), (NextUp.MAILS, session.scalar(mails))]
    return sorted((Waiting(what, at) for what, at in found if at is not None), key=lambda each: each.at)
