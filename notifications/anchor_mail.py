"""The history's newest hash by mail, past the outbox: proof that is no longer ours to change."""

import smtplib
from collections.abc import Sequence
from datetime import date, datetime
from email.message import EmailMessage
from email.policy import SMTP

from config.settings import Settings
from notifications.mime import read_sender, wire_address
from notifications.selfcheck_mail import Undelivered, connected

WORDS = {
    "da": (
        "Årshjulets historik {on}",
        "Gem denne mail. Den viser, hvad den nyeste række i historikken var den dag, og afslører, hvis den "
        "bliver ændret senere. Efterprøv med: aarshjul history verify --anchors FIL",
    ),
    "en": (
        "The wheel's history {on}",
        "Keep this mail. It says what the newest row of the history was that day, and shows if it is altered "
        "later. Check with: aarshjul history verify --anchors FILE",
    ),
}


def send_anchors(settings: Settings, lines: Sequence[str], *, on: date, now: datetime) -> None:
    """Mails the lines to `anchor_to`; hashes and ids only. Raises Undelivered."""
    sender, (subject, body) = read_sender(settings.mail_from), WORDS[settings.language]
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = sender, wire_address(settings.anchor_to)
    mail["Subject"] = subject.format(on=on.isoformat())
    mail["Date"] = now
    mail["Message-ID"] = f"<anchor-{on.isoformat()}@{sender.domain}>"
    mail["Auto-Submitted"] = "auto-generated"
    mail.set_content("\n".join([body, "", *lines, ""]))
    try:
        with connected(settings) as server:
            server.send_message(mail, from_addr=sender.addr_spec)
    except (OSError, smtplib.SMTPException) as error:
        raise Undelivered(type(error).__name__) from error
