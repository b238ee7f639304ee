"""From words to the bytes of a mail, and the checks that keep an address an address."""

import re
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr

from notifications.render import Rendered

LONGEST_ADDRESS = 254
"""Octets in an address (RFC 5321, 4.5.3.1)."""

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")


class AddressRefused(ValueError):
    """The address cannot be put in a mail. The text says why, in Danish, for the mail log."""


@dataclass(frozen=True)
class Envelope:
    """Who a mail goes from and to, and what identifies it."""

    sender: Address
    to_name: str
    to_address: str
    message_id: str
    date: datetime
    reply_to: str = ""


def read_sender(text: str) -> Address:
    """ "Årshjulet <aarshjul@by.example>" in its parts. Raises AddressRefused."""
    name, address = parseaddr(text)
    return _named(name, wire_address(address))


def check_address(address: str) -> None:
    """Refuses what would end a header line or a command early (CR, LF, controls) or is no address.

    Raises AddressRefused. aiosmtplib would rewrite such an address silently.
    """
    if _CONTROL.search(address):
        raise AddressRefused("Adressen indeholder linjeskift, mellemrum eller styretegn.")
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or any(sign in address for sign in '<>,;:()"\\[]') or "@" in local:
        raise AddressRefused("Adressen er ikke en gyldig e-mailadresse.")
    if len(address.encode()) > LONGEST_ADDRESS:
        raise AddressRefused("Adressen er for lang.")


def needs_smtputf8(address: str) -> bool:
    """Whether the part before the @ can only be sent to servers with SMTPUTF8 (RFC 6531)."""
    return not address.rpartition("@")[0].isascii()


def wire_address(address: str) -> str:
    """The address as it stands in commands and headers: a Danish domain in its ASCII form (IDNA).

    Raises AddressRefused when the domain has no such form.
    """
    check_address(address)
    local, _, domain = address.rpartition("@")
    try:
        return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"
    except UnicodeError as error:
        raise AddressRefused("Domænet i adressen er ikke gyldigt.") from error


def build(rendered: Rendered, envelope: Envelope) -> bytes:
    """The mail as bytes with CRLF, 7-bit apart from the headers of an address that needs SMTPUTF8.

    The same words and envelope give the same bytes. Headers that keep machines from answering:
    `Auto-Submitted` (RFC 3834) and Exchange's `X-Auto-Response-Suppress`. Raises AddressRefused.
    """
    recipient = wire_address(envelope.to_address)
    policy = SMTPUTF8 if needs_smtputf8(recipient) else SMTP
    mail = EmailMessage(policy=policy.clone(cte_type="7bit"))
    mail["From"] = envelope.sender
    mail["To"] = _named(envelope.to_name, recipient)
    mail["Subject"] = _printable(rendered.subject)
    mail["Date"] = format_datetime(envelope.date)
    mail["Message-ID"] = envelope.message_id
    if envelope.reply_to:
        mail["Reply-To"] = wire_address(envelope.reply_to)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail.set_content(rendered.text, cte="quoted-printable")
    mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
    mail.set_boundary("=_" + re.sub(r"[^A-Za-z0-9]", "", envelope.message_id)[:60])
    return mail.as_bytes()


def _named(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=_printable(name), username=local, domain=domain)


def _printable(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
