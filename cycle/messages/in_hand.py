"""What is noted before a mail is begun that senders have died over, so that only such a mail is listed."""

import sqlalchemy as sa
from sqlmodel import Session

from cycle.errors import Conflict
from cycle.messages.lapsed import MAX_LOST_LEASES
from cycle.messages.tables import Message, MessageState
from cycle.store import table_of

_message = table_of(Message)


def goes_alone(message: Message) -> bool:
    """Whether a claimed mail has been lost so often that one more loss says it was the mail."""
    return message.unsure == MAX_LOST_LEASES - 1


def take_in_hand(session: Session, message: Message) -> None:
    """Counts the loss of a mail that goes alone before it can happen: who claims it and dies before this has
    not touched it. Raises Conflict when the claim was taken over meanwhile."""
    taken = session.execute(
        sa.update(_message)
        .where(
            _message.c.id == message.id,
            _message.c.fence == message.fence,
            _message.c.state == MessageState.CLAIMED,
        )
        .values(unsure=MAX_LOST_LEASES)
    )
    if taken.rowcount == 0:  # type: ignore[attr-defined]  # CursorResult of an UPDATE
        raise Conflict("message", message.id)
