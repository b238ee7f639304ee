"""What a superior's mail says of wishes for a later deadline: whose, about what, until when. Never why.

A reason may be about somebody's health or work, and stays on the page behind the sign-in.
"""

from collections.abc import Iterable

from cycle.messages.tables import Message
from cycle.tasks.states import WAITING_FOR_HOLDER, WishState
from cycle.tasks.wish_tables import ExtensionWish
from notifications.sources import Rows

ALL_DECIDED = "Ikke sendt: ønskerne er afgjort eller bortfaldet."


def undecided(rows: Rows, message: Message) -> Iterable[ExtensionWish]:
    """The message's wishes that can still be granted, in the order they came."""
    wishes = (rows.wishes[id_] for id_ in message.context["wishes"])
    return (
        wish
        for wish in wishes
        if wish.state is WishState.ASKED and rows.tasks[wish.task_id].state in WAITING_FOR_HOLDER
    )
