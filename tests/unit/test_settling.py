"""Several mails in one commit, and what happens when one of them cannot be kept."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import cast

from cycle.messages.tables import Message, MessageKind
from notifications.desk import Desk, Settled
from notifications.settling import Settling
from notifications.smtp_answers import Fate, Outcome


@dataclass
class Book:
    """A desk that notes which mails were settled together; it cannot keep those in `bad`."""

    bad: frozenset[int] = frozenset()
    commits: list[list[int]] = field(default_factory=list)

    def settle(self, fates: Sequence[Settled]) -> None:
        ids = [each.message.id or 0 for each in fates]
        if self.bad.intersection(ids):
            raise ValueError(f"cannot keep {ids}")
        self.commits.append(ids)


def mail(number: int) -> Settled:
    message = Message(
        id=number,
        key=f"k{number}",
        kind=MessageKind.DAILY,
        root_id="BY",
        address="a@by.example",
        created_at=datetime(2027, 4, 6, tzinfo=UTC),
        next_at=datetime(2027, 4, 6, tzinfo=UTC),
    )
    return Settled(message, Outcome(Fate.SENT))


def settle(book: Book, *numbers: int) -> list[BaseException | None]:
    async def together() -> list[BaseException | None]:
        settling = Settling(cast(Desk, book))
        return await asyncio.gather(
            *(settling.settle(mail(number)) for number in numbers), return_exceptions=True
        )

    return asyncio.run(together())


def test_what_comes_while_a_commit_is_awaited_shares_the_next_one() -> None:
    book = Book()
    assert settle(book, 1, 2, 3) == [None, None, None]
    assert book.commits == [[1, 2, 3]]


def test_a_mail_that_cannot_be_kept_fails_alone_and_the_others_are_kept() -> None:
    book = Book(bad=frozenset({2}))
    first, second, third = settle(book, 1, 2, 3)
    assert first is None and third is None
    assert isinstance(second, ValueError) and str(second) == "cannot keep [2]"
    assert book.commits == [[1], [3]]
