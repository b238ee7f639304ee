"""Which mail another one answers: a mail about one task goes under that task's first mail to the address.

A mail about several tasks is in no thread and begins none.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.messages.tables import Message, MessageState


@dataclass(frozen=True)
class _First:
    id: int
    key: str
    sent_at: datetime


class Threads:
    """The first mails about each of these tasks to each address that the batch goes to."""

    def __init__(self, session: Session, messages: Sequence[Message], task_ids: Iterable[int]) -> None:
        rows = session.execute(
            sa.select(
                col(Message.about_task_id),
                col(Message.address),
                col(Message.id),
                col(Message.key),
                col(Message.sent_at),
            )
            .where(
                col(Message.about_task_id).in_(set(task_ids)),
                col(Message.address).in_({message.address for message in messages}),
                col(Message.state) == MessageState.SENT,
            )
            .order_by(col(Message.sent_at), col(Message.id))
        )
        self._first: dict[tuple[int, str], _First] = {}
        for task_id, address, *facts in rows:
            self._first.setdefault((task_id, address), _First(*facts))

    def first_key(self, message: Message, task_id: int) -> str:
        """The outbox key of the mail that this one answers; empty when there is none.

        Only what had been sent when this one was written counts: whatever goes out between two tries of a
        mail, it goes again with the same headers.
        """
        first = self._first.get((task_id, message.address))
        was_there = first and first.id < (message.id or 0) and first.sent_at <= message.created_at
        return first.key if first and was_there else ""
