"""What is handed out about a unit, a person or a period (aktindsigt): found, and what was left out and why.

Drafts and confidential preparations are in no table that is read here. What belongs to a confidential
activity is left out, and the activity named, so that somebody can judge it by hand.
"""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from cycle.cases.model import Item, in_order
from cycle.cases.search import Search, Wish
from cycle.danish import format_count
from cycle.errors import AnswerInvalid, Problem

MOST = 2000
"""So many documents may be handed out at once."""


@dataclass(frozen=True)
class HandOut:
    """The documents in the order of their dates, and the confidential activities that were left out."""

    items: tuple[Item, ...]
    left_out: tuple[str, ...]


def hand_out(session: Session, root_id: str, wish: Wish, zone: ZoneInfo) -> HandOut:
    """Everything that was asked, sent, received, answered, said, judged, signed, released or decided.

    About a unit: its own tasks, those of others that name it (its agreement's steps), and what was released
    and decided in the activities it took part in. Of a person: what they wrote, signed, sent and got. Raises
    AnswerInvalid when it is more than can be handed out at once.
    """
    search = Search(session, root_id, wish, zone)
    found = list(search.items())
    if len(found) > MOST:
        number, most = format_count(len(found)), format_count(MOST)
        what = f"Det er {number} dokumenter. Der kan udleveres {most} ad gangen."
        raise AnswerInvalid([Problem("soegning", what, "Vælg en kortere periode eller en mindre enhed.")])
    left_out = {search.title(item) for item in found if item.confidential}
    items = [item for item in found if not item.confidential]
    return HandOut(in_order(items), tuple(sorted(left_out)))
