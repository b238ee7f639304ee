"""What becomes of an address when a mail sent to it comes back (docs/decisions/0023).

A report counts only when it was delivered to the return path that was made for one message of ours: its
token cannot be guessed, so nobody can have an address marked by forging a report. It names the message, and
the message its address: what the report itself says decides only how bad it is.

It names the try too, for a mail may go again before the report of an earlier try comes: a person sent it
again, or nobody knew what had become of it. Only a report about the newest try says what became of the mail,
and only while it does not wait for another. A report about an earlier one is kept and shown among what came
in. It neither brings back what a later try may have delivered nor stops one, and the ledger stays as it is:
the later try has an end of its own. The mail may have gone to another address then, which is not kept, so
the address of today is marked only where the report names it and says that it is gone; once, as ever.
"""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.links import read_token
from cycle.errors import LinkInvalid
from cycle.messages.lapsed import MAX_LOST_LEASES
from cycle.messages.resending import wait_for_encryption
from cycle.messages.tables import Message, MessageState
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

WAITS = (MessageState.READY, MessageState.WAITING)

NOT_GENUINE = (
    "Mailen melder, at en mail ikke kom frem, men den kom ikke til en af vores returadresser. "
    "Ingen adresse er ændret."
)
CAME_BACK = "Mailen til {address} kom ikke frem{code}{words}"
DELAYED = "Mailen til {address} er forsinket og prøves stadig{code}{words}"
EARLIER = "Om et tidligere forsøg: {told}"
UNNAMED = "modtageren"


class Try(NamedTuple):
    """One of a message's tries, as its return path names it."""

    message_id: int
    resent: int
    unsure: int


def returned_try(recipients: Iterable[str], office: Office) -> Try | None:
    """The try whose return path a mail was delivered to; None when there is no genuine one."""
    for address in recipients:
        match = _RETURN.fullmatch(address)
        if match is None or match[2].lower() != office.reply_domain.lower():
            continue
        try:
            claims = read_token(office.secret, match[1].lower(), RETURN)
        except LinkInvalid:
            continue
        return Try(claims.task_id, claims.person_id, claims.generation)
    return None


def is_bounce(mail: Mail, office: Office) -> bool:
    """Whether the mail is a report of failed delivery: by its looks, or because nothing else is sent there.

    An out-of-office reply goes to the return path too (RFC 3834, 4), and is none.
    """
    if mail.verdict in (None, V.EMPTY, V.UNREADABLE):
        return returned_try(mail.recipients, office) is not None
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
    tried = returned_try(mail.recipients, office)
    message = session.get(Message, tried.message_id, with_for_update=True) if tried else None
    if tried is None or message is None:
        return None, NOT_GENUINE
    failed = _about(message, mail.failed)
    if not _is_last(message, tried, now):
        return message, _of_an_earlier_try(session, message, failed, now=now)
    reason = _reason(message.address, failed)
    if lacks_encryption(failed):
        wait_for_encryption(session, message.id or 0, reason=UNENCRYPTED_ONWARD, now=now)
        return message, reason
    if failed.delayed:
        return message, reason
    if message.state is MessageState.UNKNOWN:  # a server took it then, that is known now
        message.state, message.sent_at = MessageState.SENT, message.next_at
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


def _is_last(message: Message, tried: Try, now: datetime) -> bool:
    """Whether the try is the message's newest and no further one lies ahead."""
    known = min(message.unsure, MAX_LOST_LEASES - 1)  # the last loss is counted before it can happen
    lease = message.lease_until if message.state is MessageState.CLAIMED else None
    goes_again = message.state in WAITS or (lease is not None and lease <= now)
    return (message.resent, known) == (tried.resent, tried.unsure) and not goes_again


def _of_an_earlier_try(session: Session, message: Message, failed: FailedAddress, *, now: datetime) -> str:
    """Marks the address that is gone, and nothing else. Gives what is to be shown."""
    told = EARLIER.format(told=_reason(failed.address or UNNAMED, failed))
    if health_after(failed, to=message.address, days=0) is AddressHealth.DEAD:
        dead, root_id = AddressHealth.DEAD, message.root_id
        mark(session, message.address, dead, root_id=root_id, reason=told[:500], now=now)
    return told


def lacks_encryption(failed: FailedAddress) -> bool:
    """Whether the report says that the next server takes mail only unencrypted (RFC 8689, 5): in its status,
    or under a vaguer one in the server's own words."""
    said = {failed.status, *_CODE.findall(failed.diagnostic)}
    return not said.isdisjoint(UNENCRYPTED)


def _about(message: Message, failed: Iterable[FailedAddress]) -> FailedAddress:
    """What the report says about our address; else about the one it was forwarded to."""
    told = list(failed) or [FailedAddress("", hard=False)]
    return next((each for each in told if each.address == message.address.lower()), told[0])


def _reason(address: str, failed: FailedAddress) -> str:
    code = f" ({failed.status})" if failed.status else ""
    words = f": {failed.diagnostic}" if failed.diagnostic else "."
    told = DELAYED if failed.delayed else CAME_BACK
    return told.format(address=address, code=code, words=words)


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
