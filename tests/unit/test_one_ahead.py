"""A connection composes one mail ahead, and gives back what will not go."""

from collections import deque
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import cast

from cycle.messages.tables import Message, MessageKind
from notifications.composing import NEXT, Composed, Composer, OneAhead

AT = datetime(2027, 4, 6, tzinfo=UTC)


class Noting:
    """A composer that notes what it was asked for."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.read_again: list[list[int]] = []
        self.old = False

    def knows(self, _message: Message) -> bool:
        return not self.old

    def read(self, messages: Sequence[Message]) -> None:
        self.read_again.append([message.id or 0 for message in messages])
        self.old = False

    def compose(self, message: Message) -> Composed:
        self.asked.append(message.id or 0)
        return Composed(message, "a@by.example", b"mail")


def mails(many: int) -> deque[Message]:
    return deque(
        Message(
            id=number,
            key=f"k{number}",
            kind=MessageKind.DAILY,
            root_id="BY",
            address="a@by.example",
            created_at=AT,
            next_at=AT,
        )
        for number in range(1, many + 1)
    )


def taken(ahead: OneAhead) -> int | None:
    composed = ahead.next()
    return composed.message.id if composed else None


def test_one_mail_is_composed_ahead_and_each_once():
    waiting, noting = mails(3), Noting()
    ahead = OneAhead(waiting, cast(Composer, noting))
    assert taken(ahead) == 1 and noting.asked == [1]
    ahead.look_ahead()
    ahead.look_ahead()
    assert noting.asked == [1, 2] and len(waiting) == 1
    assert [taken(ahead), taken(ahead), taken(ahead)] == [2, 3, None]
    assert noting.asked == [1, 2, 3]


def test_what_was_composed_ahead_waits_again_as_the_first():
    waiting, noting = mails(3), Noting()
    one, other = OneAhead(waiting, cast(Composer, noting)), OneAhead(waiting, cast(Composer, noting))
    assert taken(one) == 1
    one.look_ahead()
    one.give_back()
    one.give_back()
    assert [message.id for message in waiting] == [2, 3]
    assert [taken(other), taken(other), taken(one)] == [2, 3, None]


def test_what_was_read_long_ago_is_not_composed_ahead_and_the_next_few_are_read_again():
    waiting, noting = mails(NEXT + 5), Noting()
    ahead = OneAhead(waiting, cast(Composer, noting))
    assert taken(ahead) == 1 and noting.read_again == []
    noting.old = True
    ahead.look_ahead()
    assert noting.asked == [1] and len(waiting) == NEXT + 4
    assert taken(ahead) == 2 and noting.read_again == [list(range(2, NEXT + 2))]
