"""A claimed mail as it goes over the line; the next one is composed while the server takes the last."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address

from cycle.messages.outbox import message_id
from cycle.messages.tables import Message
from notifications.desk import Settled
from notifications.gather import Letters, Prepared
from notifications.mime import AddressRefused, Envelope, build, wire_address
from notifications.office import Office
from notifications.render import Rendered, render
from notifications.smtp_answers import Fate, Outcome

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


@dataclass(frozen=True)
class Composer:
    """Composes the mails of one batch. `clock` tells the instant (UTC) of their Date."""

    letters: Letters
    office: Office
    sender: Address
    clock: Callable[[], datetime]

    def compose(self, message: Message) -> Composed:
        """Never raises for what is wrong with one mail: that must not keep the others."""
        try:
            recipient = wire_address(message.address)
            prepared = self.letters.write(message)
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
        domain = self.office.message_domain
        envelope = Envelope(
            sender=self.sender,
            to_name=to_name,
            to_address=message.address,
            message_id=message_id(message.key, domain),
            date=self.clock(),
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
        """The next mail, or None when no more wait."""
        if self._ahead is None:
            self.look_ahead()
        composed, self._ahead = self._ahead, None
        return composed

    def look_ahead(self) -> None:
        """Composes the next mail, if one waits."""
        if self._ahead is None and self._waiting:
            self._ahead = self._composer.compose(self._waiting.popleft())

    def give_back(self) -> None:
        """What was composed ahead and will not go now waits again, as the first."""
        if self._ahead is not None:
            self._waiting.appendleft(self._ahead.message)
            self._ahead = None
