"""The mails the demo's server received, as its pages show them."""

from collections.abc import Sequence
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.parser import BytesHeaderParser
from itertools import islice

from cli.demo.mail_server import MailServer
from notifications.local_server import Received
from web.demo.controls import Letter

HEADERS = BytesHeaderParser(policy=policy.compat32)


class Mailroom:
    """Reads what the mail server has kept. A year is 20,000 mails, so subjects are read when asked for."""

    def __init__(self, server: MailServer) -> None:
        self._server = server
        self._subjects: dict[int, str] = {}

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
        everything = self._server.received
        if not 1 <= number <= len(everything):
            return None
        received = everything[number - 1]
        message = _parsed(received)
        body = message.get_body(("plain",))
        text = body.get_content() if body is not None else ""
        return Letter(
            number, received.at, received.recipient, str(message["subject"]), text, received.content
        )

    def _letter(self, number: int, received: Received) -> Letter:
        return Letter(number, received.at, received.recipient, self._subject(number, received))

    def _subject(self, number: int, received: Received) -> str:
        if number not in self._subjects:
            headers = HEADERS.parsebytes(received.content.partition(b"\r\n\r\n")[0])
            self._subjects[number] = str(make_header(decode_header(headers["subject"] or "")))
        return self._subjects[number]


def _parsed(received: Received) -> EmailMessage:
    return message_from_bytes(received.content, policy=policy.default)
