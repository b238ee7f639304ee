"""What becomes of an address when a mail sent to it comes back (docs/decisions/0023).

A report counts only when it was delivered to the return path that was made for one message of ours: its
token cannot be guessed, so nobody can have an address marked by forging a report. It names the message, and
the message its address: what the report itself says decides only how bad it is.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.links import read_token
from cycle.errors import LinkInvalid
from cycle.messages.resending import wait_for_encryption
from cycle.messages.tables import Message
from cycle.messages.verdicts import InboundVerdict
from cycle.organisation.tables import AddressHealth
from cycle.reminders.ledger import came_back, undelivered
from notifications.addresses import REMEMBERED, health_after, mark
from notifications.office import RETURN, RETURN_LOCAL, Office
from notifications.reading.mail import FailedAddress, Mail
from notifications.smtp_answers import UNENCRYPTED, UNENCRYPTED_ONWARD

V = InboundVerdict
_CODE = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
_RETURN = re.compile(rf"{RETURN_LOCAL}\+([a-z2-7]{{10,128}})@(.+)", re.IGNORECASE)

NOT_GENUINE = (
    "Mailen melder, at en mail ikke kom frem, men den kom ikke til en af vores returadresser. "
    "Ingen adresse er ændret."
)
CAME_BACK = "Mailen til {address} kom ikke frem{code}{words}"
DELAYED = "Mailen til {address} er forsinket og prøves stadig{code}{words}"


def returned_message(recipients: Iterable[str], office: Office) -> int | None:
    """The id of the message whose return path a mail was delivered to; None when there is no genuine one."""
    for address in recipients:
        match = _RETURN.fullmatch(address)
        if match is None or match[2].lower() != office.reply_domain.lower():
            continue
        try:
            return read_token(office.secret, match[1].lower(), RETURN).task_id
        except LinkInvalid:
            continue
    return None


def is_bounce(mail: Mail, office: Office) -> bool:
    """Whether the mail is a report of failed delivery: by its looks, or because nothing else is sent there.

    An out-of-office reply goes to the return path too (RFC 3834, 4), and is none.
    """
    if mail.verdict in (None, V.EMPTY, V.UNREADABLE):
        return returned_message(mail.recipients, office) is not None
    return mail.verdict is V.BOUNCE


def take_bounce(
    session: Session, mail: Mail, office: Office, *, received_at: datetime, now: datetime
) -> tuple[Message | None, str]:
    """(the message that came back, in Danish what the report says). Marks the message and its address.

    When it could have gone on only unencrypted, the address is well and the message waits. While it is only
    delayed nothing is known yet, and nothing is marked (RFC 3464, 2.3.3). Without a genuine return path
    nothing is changed and there is no message. Instants are UTC; safe to run again in the same transaction
    as the mail's own row.
    """
    message_id = returned_message(mail.recipients, office)
    message = session.get(Message, message_id) if message_id else None
    if message is None:
        return None, NOT_GENUINE
    failed = _about(message, mail.failed)
    reason = _reason(message, failed)
    if lacks_encryption(failed):
        wait_for_encryption(session, message.id or 0, reason=UNENCRYPTED_ONWARD, now=now)
        return message, reason
    if failed.delayed:
        return message, reason
    message.returned_at, message.reason = received_at, reason[:500]
    session.add(message)
    session.flush()
    health = health_after(failed, to=message.address, days=_days(session, message.address, received_at))
    if health is not None:
        mark(session, message.address, health, root_id=message.root_id, reason=reason[:500], now=now)
    if health is AddressHealth.DEAD:
        came_back(session, message.id or 0)
    else:
        undelivered(session, message.id or 0)
    return message, reason


def lacks_encryption(failed: FailedAddress) -> bool:
    """Whether the report says that the next server takes mail only unencrypted (RFC 8689, 5): in its status,
    or under a vaguer one in the server's own words."""
    said = {failed.status, *_CODE.findall(failed.diagnostic)}
    return not said.isdisjoint(UNENCRYPTED)


def _about(message: Message, failed: Iterable[FailedAddress]) -> FailedAddress:
    """What the report says about our address; else about the one it was forwarded to."""
    told = list(failed) or [FailedAddress("", hard=False)]
    return next((each for each in told if each.address == message.address.lower()), told[0])


def _reason(message: Message, failed: FailedAddress) -> str:
    code = f" ({failed.status})" if failed.status else ""
    words = f": {failed.diagnostic}" if failed.diagnostic else "."
    told = DELAYED if failed.delayed else CAME_BACK
    return told.format(address=message.address, code=code, words=words)


def _days(session: Session, address: str, received_at: datetime) -> int:
    """On how many different days (UTC) mails to the address have come back lately, this one among them."""
    found = session.exec(
        select(Message.returned_at).where(
            sa.or_(col(Message.address) == address, sa.func.lower(Message.address) == address.lower()),
            col(Message.returned_at) > received_at - REMEMBERED,
            col(Message.returned_at) < received_at + timedelta(days=1),
        )
    )
    return len({at.date() for at in found if at is not None})
