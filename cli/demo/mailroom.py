"""The mails the demo's server received, as its pages show them."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from email.utils import parseaddr
from itertools import islice

from cli.demo.mail_server import MailServer
from notifications.local_server import Received
from web.demo.controls import Letter

HEADERS = BytesHeaderParser(policy=policy.compat32)


class Mailroom:
    """Reads what the mail server has kept. A year is 20,000 mails, so headers are read when asked for."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._heads: dict[int, tuple[str, str]] = {}

    @property
    def count(self) -> int:
        """How many mails have come in."""
        return len(self._server.received)

    def newest(self, search: str, *, limit: int) -> Sequence[Letter]:
        """The newest mails whose receiver or subject has `search` in it, newest first."""
        wanted = search.strip().lower()
        everything = self._server.received
        fitting = (
            self._letter(number, everything[number - 1])
            for number in range(len(everything), 0, -1)
            if wanted in everything[number - 1].recipient.lower()
            or wanted in self._subject(number, everything[number - 1]).lower()
        )
        return list(islice(fitting, limit))

    def read(self, number: int) -> Letter | None:
        """One mail with its plain text, and as it came."""
        received = self.received(number)
        if received is None:
            return None
        body = _parsed(received).get_body(("plain",))
        text = body.get_content() if body is not None else ""
        subject, answers_to = self._head(number, received)
        return Letter(number, received.at, received.recipient, subject, text, received.content, answers_to)

    def received(self, number: int) -> Received | None:
        """One mail as the server took it."""
        everything = self._server.received
        return everything[number - 1] if 1 <= number <= len(everything) else None

    def _letter(self, number: int, received: Received) -> Letter:
        subject, answers_to = self._head(number, received)
        return Letter(number, received.at, received.recipient, subject, answers_to=answers_to)

    def _subject(self, number: int, received: Received) -> str:
        return self._head(number, received)[0]

    def _head(self, number: int, received: Received) -> tuple[str, str]:
        """The subject, and the address that answers go to."""
        if number not in self._heads:
            headers = HEADERS.parsebytes(received.content.partition(b"\r\n\r\n")[0])
            subject = str(make_header(decode_header(headers["subject"] or "")))
            self._heads[number] = subject, parseaddr(headers["reply-to"] or "")[1]
        return self._heads[number]


def _parsed(received: Received) -> EmailMessage:
    return message_from_bytes(received.content, policy=policy.default)
