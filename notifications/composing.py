"""A claimed mail as it goes over the line; the next one is composed while the server takes the last."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from email.headerregistry import Address
from itertools import islice

from cycle.messages.outbox import message_id
from cycle.messages.tables import Message
from notifications.desk import Desk, Settled
from notifications.gather import Prepared
from notifications.mime import AddressRefused, Envelope, build, wire_address
from notifications.render import Rendered, render
from notifications.smtp_answers import Fate, Outcome

FRESH = timedelta(seconds=5)
"""So long what has been read of the mails holds: none goes to someone who has answered longer ago than that,
and the pace of one connection."""

NEXT = 20
"""So many of those that wait are read again at a time."""

UNWRITABLE = "Mailen kunne ikke skrives"


@dataclass(frozen=True)
class Composed:
    """A mail and what is said of it once it was `handed` over; without content when it does not go:
    `instead` then says what became of it."""

    message: Message
    recipient: str = ""
    content: bytes = b""
    rendered: Rendered | None = None
    prepared: Prepared | None = None
    instead: Outcome | None = None

    def settled(self, handed: Outcome | None) -> Settled:
        """What is kept of it. `handed` None: it was not needed any more."""
        if self.prepared is None:
            return Settled(self.message, handed)
        if self.rendered is None:
            return Settled(self.message, None, left_out=self.prepared.left_out, why=self.prepared.why)
        return Settled(
            self.message,
            handed,
            self.rendered.subject,
            self.rendered.kept,
            self.prepared.left_out,
            about_task_id=self.prepared.about_task_id,
        )


class Composer:
    """Composes the mails of one batch, with what it has read of them."""

    def __init__(self, desk: Desk, sender: Address) -> None:
        self._desk, self._office, self._sender = desk, desk.office, sender

    def read(self, messages: Sequence[Message]) -> None:
        """Reads what these say as of now, in place of what it has read before."""
        read_at = self._desk.clock()
        self._letters = self._desk.letters(messages)
        self._read_at, self._ids = read_at, {message.id for message in messages}

    def knows(self, message: Message) -> bool:
        """Whether what the mail says has been read a moment ago; a set clock makes it old."""
        return message.id in self._ids and abs(self._desk.clock() - self._read_at) < FRESH

    def compose(self, message: Message) -> Composed:
        """Never raises for what is wrong with one mail: that must not keep the others."""
        try:
            recipient = wire_address(message.address)
            prepared = self._letters.write(message)
            if prepared.letter is None:
                return Composed(message, prepared=prepared)
            rendered = render(prepared.letter)
            content = self._content(message, prepared, rendered, prepared.letter.to_name)
        except AddressRefused as refused:
            return Composed(message, instead=Outcome(Fate.ADDRESS_DEAD, str(refused)))
        except Exception as error:  # noqa: BLE001 -- raised, it would hold all mail up, and send the last one twice
            fault = f"{UNWRITABLE}: {type(error).__name__} {error}"[:500]
            return Composed(message, instead=Outcome(Fate.REJECTED, fault))
        return Composed(message, recipient, content, rendered, prepared)

    def _content(self, message: Message, prepared: Prepared, rendered: Rendered, to_name: str) -> bytes:
        domain = self._office.message_domain
        envelope = Envelope(
            sender=self._sender,
            to_name=to_name,
            to_address=message.address,
            message_id=message_id(message.key, domain),
            date=self._desk.clock(),
            reply_to=prepared.reply_to,
            answers=message_id(prepared.answers_key, domain) if prepared.answers_key else "",
        )
        return build(rendered, envelope)


class OneAhead:
    """The mails that one connection takes of those `waiting`, of which it has composed one ahead at most."""

    def __init__(self, waiting: deque[Message], composer: Composer) -> None:
        self._waiting, self._composer = waiting, composer
        self._ahead: Composed | None = None

    def next(self) -> Composed | None:
        """The next mail, or None when no more wait. What has been read of it too long ago is read again."""
        if self._ahead is None and self._waiting:
            if not self._composer.knows(self._waiting[0]):
                self._composer.read(list(islice(self._waiting, NEXT)))
            self._compose()
        composed, self._ahead = self._ahead, None
        return composed

    def look_ahead(self) -> None:
        """Composes the next mail, if one waits and need not be read again: this never raises."""
        if self._ahead is None and self._waiting and self._composer.knows(self._waiting[0]):
            self._compose()

    def _compose(self) -> None:
        self._ahead = self._composer.compose(self._waiting.popleft())

    def give_back(self) -> None:
        """What was composed ahead and will not go now waits again, as the first."""
        if self._ahead is not None:
            self._waiting.appendleft(self._ahead.message)
            self._ahead = None
