"""The mails the demo's server received, as its pages show them."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.message import EmailMessage

from notifications.local_server import LocalServer, Received
from web.demo.controls import Letter


class Mailroom:
    """Reads what a local server has kept. Subjects are read once."""

    def __init__(self, server: LocalServer) -> None:
        self._server = server
        self._known: list[Letter] = []

    @property
    def count(self) -> int:
        """How many mails have come in."""
        return len(self._server.received)

    def newest(self, search: str, *, limit: int) -> Sequence[Letter]:
        """The newest mails whose receiver or subject has `search` in it, newest first."""
        wanted = search.strip().lower()
        found: list[Letter] = []
        for letter in reversed(self._all()):
            if wanted in letter.to.lower() or wanted in letter.subject.lower():
                found.append(letter)
            if len(found) == limit:
                break
        return found

    def read(self, number: int) -> Letter | None:
        """One mail with its plain text."""
        everything = self._server.received
        if not 1 <= number <= len(everything):
            return None
        received = everything[number - 1]
        message = _parsed(received)
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        return Letter(number, received.at, received.recipient, str(message["subject"]), text)

    def _all(self) -> list[Letter]:
        everything = self._server.received
        for number in range(len(self._known) + 1, len(everything) + 1):
            received = everything[number - 1]
            subject = str(_parsed(received)["subject"])
            self._known.append(Letter(number, received.at, received.recipient, subject))
        return self._known


def _parsed(received: Received) -> EmailMessage:
    return message_from_bytes(received.content, policy=policy.default)
