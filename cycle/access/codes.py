"""One-time codes by mail: how a leader without an account shows who they are.

A code is eight digits, derived from the installation's secret and a row, so that the store never holds it and
a mail that is sent twice says the same. It is good for ten minutes, five tries, once, and only in the browser
that asked. An address that nobody here has is answered in exactly the same way.

No limit can be turned against others than the address that was typed: what counts are codes that went out,
and a network from which many went out gets fewer for each address and is never refused.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import IPv4Address, IPv6Network, ip_address

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.emails import email_key
from cycle.access.tables import SignInCode

DIGITS = 8
GOOD_FOR = timedelta(minutes=10)
TRIES = 5
PER_MAILBOX = 6
PER_MAILBOX_ANYWHERE = 30
"""So many codes go to one address in an hour, asked for from one network and from all of them."""
BUSY_NETWORK, PER_MAILBOX_THEN = 1000, 2
"""From a network that has had so many codes in an hour, each address gets fewer: a whole municipality may
come by one network address, and nobody there can shut it out for the others."""
UNSENT_KEPT = 300
"""So many rows without a code are kept of one network in an hour: what is asked in vain fills no store."""
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class AskedCode:
    """A code that was asked for: `handle` for the browser (kept nowhere else), `code_id` for the mail.

    `code_id` is None when no mail is to be sent.
    """

    handle: str
    code_id: int | None


def ask_code(
    session: Session, secret: bytes, *, typed: str, known: bool, came_from: str, now: datetime
) -> AskedCode:
    """A new code for the typed address, `known` when somebody here has it; `came_from` is the IP address.

    Over the limits none is sent, and nobody is told.
    """
    session.execute(sa.delete(SignInCode).where(col(SignInCode.created_at) < now - timedelta(days=1)))
    mailbox = _keyed(secret, "mailbox", email_key(typed))
    network = _keyed(secret, "network", network_of(came_from))
    goes_out = known and _within(session, mailbox, network, now)
    handle = secrets.token_urlsafe(32)
    if not goes_out and _since(session, now, came_from=network, address="") >= UNSENT_KEPT:
        return AskedCode(handle, None)
    row = SignInCode(
        handle=_digest(handle),
        nonce=secrets.token_hex(16),
        address=email_key(typed) if goes_out else "",
        mailbox=mailbox,
        came_from=network,
        created_at=now,
        expires_at=now + GOOD_FOR,
    )
    session.add(row)
    session.flush()
    return AskedCode(handle, row.id if row.address else None)


def network_of(address: str) -> str:
    """The network that an IP address is counted with: one household or office has 2^64 IPv6 addresses."""
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return address
    return str(ip.ipv4_mapped or IPv6Network((int(ip), 64), strict=False))


def _within(session: Session, mailbox: str, network: str, now: datetime) -> bool:
    """Whether one more code may go to the mailbox, asked for from this network."""
    sent = col(SignInCode.address) != ""
    busy = _since(session, now, sent, came_from=network) >= BUSY_NETWORK
    here = _since(session, now, sent, mailbox=mailbox, came_from=network)
    anywhere = _since(session, now, sent, mailbox=mailbox)
    return here < (PER_MAILBOX_THEN if busy else PER_MAILBOX) and anywhere < PER_MAILBOX_ANYWHERE


def code_of(secret: bytes, row: SignInCode) -> str:
    """The digits that are mailed."""
    mac = hmac.new(secret, f"aarshjul code\0{row.id}\0{row.nonce}".encode(), hashlib.sha256).digest()
    return f"{int.from_bytes(mac[:16], 'big') % 10**DIGITS:0{DIGITS}d}"


def use_code(session: Session, secret: bytes, *, handle: str, typed: str, now: datetime) -> str | None:
    """The address whose code was typed; None when it is wrong, over, used or tried too often.

    Tries are counted in the same session, so commit it either way.
    """
    query = select(SignInCode).where(SignInCode.handle == _digest(handle)).with_for_update()
    row = session.exec(query).first()
    if row is None or row.used_at is not None or now >= row.expires_at or row.attempts >= TRIES:
        return None
    row.attempts += 1
    session.add(row)
    given = "".join(sign for sign in typed if sign.isascii() and sign.isdigit())
    if not hmac.compare_digest(given, code_of(secret, row)) or not row.address:
        return None
    row.used_at = now
    return row.address


def _since(session: Session, now: datetime, *where: sa.ColumnElement[bool], **same: str) -> int:
    counted = sa.select(sa.func.count()).select_from(SignInCode).filter_by(**same)
    within = counted.where(*where, col(SignInCode.created_at) > now - AN_HOUR)
    return int(session.execute(within).scalar_one())


def _keyed(secret: bytes, what: str, value: str) -> str:
    return hmac.new(secret, f"aarshjul {what}\0{value}".encode(), hashlib.sha256).hexdigest()


def _digest(handle: str) -> str:
    return hashlib.sha256(handle.encode()).hexdigest()
