"""What somebody writes back to a mail of the demo, as mail programs write it: a reply, or an absence.

It is only mail: nothing here knows how the engine reads it.
"""

import secrets
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

from cycle.danish import format_date
from notifications.local_server import Received
from web.demo.controls import Writer, Writing

STRANGER = "Frede Fremmed <frede@fremmed.example>"
RULE = "_" * 32
"""What Outlook draws above the mail that is answered."""

ABSENT = (
    "Tak for din mail.\n\n"
    "Jeg er på kursus og læser ikke mail i denne uge. Ring til kontoret, hvis det haster.\n"
)


@dataclass(frozen=True)
class Written:
    """A mail to be handed in. `envelope_from` is empty for what a machine wrote (RFC 3834)."""

    envelope_from: str
    to: str
    content: bytes


def reply(received: Received, writing: Writing, *, now: datetime) -> Written | None:
    """The receiver's, or a stranger's, reply above the quoted mail, as Outlook writes it in Danish.

    `now` (aware, local) is when it is written. None when the mail offers no address for answers.
    """
    original = _parsed(received)
    to = parseaddr(str(original["reply-to"] or ""))[1]
    if not to:
        return None
    author = STRANGER if writing.by is Writer.STRANGER else str(original["to"])
    mail = _begun(original, author, to, f"SV: {original['subject']}", now)
    references = [each for each in (original["references"], original["message-id"]) if each]
    mail["References"] = " ".join(references)
    text = f"{writing.text.rstrip()}\n\n{_quoted(original, received.at.astimezone(now.tzinfo))}"
    mail.set_content(text, cte="quoted-printable")
    return Written(parseaddr(author)[1], to, mail.as_bytes())


def absence(received: Received, *, now: datetime) -> Written | None:
    """The automatic reply of a receiver who is away. It goes where bounces go (RFC 3834, 4), which names
    the mail it is about. `now` (aware, local) is when it is written."""
    original = _parsed(received)
    to = received.sender
    if not to:
        return None
    mail = _begun(original, str(original["to"]), to, f"Automatisk svar: {original['subject']}", now)
    mail["Auto-Submitted"] = "auto-replied"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(ABSENT, cte="quoted-printable")
    return Written("", to, mail.as_bytes())


def _begun(original: EmailMessage, author: str, to: str, subject: str, now: datetime) -> EmailMessage:
    mail = EmailMessage(policy=policy.SMTP)
    mail["From"], mail["To"], mail["Subject"] = author, to, subject
    mail["Date"] = format_datetime(now)
    mail["Message-ID"] = f"<{secrets.token_hex(16)}@{parseaddr(author)[1].rpartition('@')[2]}>"
    mail["In-Reply-To"] = str(original["message-id"])
    return mail


def _quoted(original: EmailMessage, sent_at: datetime) -> str:
    body = original.get_body(("plain",))
    text = body.get_content() if body is not None else ""
    head = (
        f"Fra: {original['from']}",
        f"Sendt: {format_date(sent_at.date())} {sent_at:%H:%M}",
        f"Til: {original['to']}",
        f"Emne: {original['subject']}",
    )
    return "\n".join((RULE, *head, "", text))


def _parsed(received: Received) -> EmailMessage:
    return message_from_bytes(received.content, policy=policy.default)
