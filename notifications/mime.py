"""From words to the bytes of a mail, and the checks that keep an address an address."""

import re
from binascii import b2a_base64, b2a_qp
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.utils import format_datetime

from notifications.deadlines import FILE_NAME
from notifications.render import Rendered

LONGEST_ADDRESS = 254
"""Octets in an address (RFC 5321, 4.5.3.1)."""

WORD_OCTETS = 45
"""Octets of text in one encoded word: 60 in base64, and 12 around them (RFC 2047, 2)."""

_CONTROL = re.compile(r"[\x00-\x20\x7f-\x9f\u2028\u2029]")


class AddressRefused(ValueError):
    """The address cannot be put in a mail. The text says why, in Danish, for the mail log."""


@dataclass(frozen=True)
class Envelope:
    """Who a mail goes from and to, and what identifies it. `answers` is the Message-ID it goes under."""

    sender: Address
    to_name: str
    to_address: str
    message_id: str
    date: datetime
    reply_to: str = ""
    answers: str = ""


def read_sender(text: str) -> Address:
    """ "Årshjulet <aarshjul@by.example>" in its parts. Raises AddressRefused."""
    name, address = split_sender(text)
    return _named(name, wire_address(address))


def split_sender(text: str) -> tuple[str, str]:
    """(name, address) of "Børn, Unge <a@by.example>"; a name with a comma needs no quotation marks."""
    match = re.fullmatch(r"(?s)(.*)<([^<>]*)>\s*", text)
    return (match[1].strip().strip('"'), match[2].strip()) if match else ("", text.strip())


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
    `Auto-Submitted` (RFC 3834) and Exchange's `X-Auto-Response-Suppress`. What is for calendars is a third
    way to say the same (RFC 6047, 2.4), which Outlook shows as an invitation; deadlines are a file beside it.
    Raises AddressRefused.

    Written by hand because `email.message` takes four times as long, and a year is many mails.
    """
    boundary = "=_" + re.sub(r"[^A-Za-z0-9]", "", envelope.message_id)[:60]
    head = [
        f"From: {_mailbox(envelope.sender.display_name, envelope.sender.addr_spec)}",
        f"To: {_mailbox(envelope.to_name, wire_address(envelope.to_address))}",
        f"Subject: {_encoded(_printable(rendered.subject))}",
        f"Date: {format_datetime(envelope.date)}",
        f"Message-ID: {envelope.message_id}",
        *([f"Reply-To: {wire_address(envelope.reply_to)}"] if envelope.reply_to else []),
        *([f"In-Reply-To: {to}", f"References: {to}"] if (to := envelope.answers) else []),
        "Auto-Submitted: auto-generated",
        "X-Auto-Response-Suppress: All",
        "MIME-Version: 1.0",
        "",
    ]
    return "\r\n".join(head).encode() + _body(boundary, rendered)


def _body(boundary: str, rendered: Rendered) -> bytes:
    """The words in their ways, and a file of deadlines beside them: an alternative would hide the words."""
    ways = [_part(boundary, "plain", rendered.text), _part(boundary, "html", rendered.html)]
    if not rendered.calendar:
        return _several("alternative", boundary, ways)
    called = f"calendar; method={rendered.method}"
    if rendered.method != "PUBLISH":
        return _several("alternative", boundary, [*ways, _part(boundary, called, rendered.calendar)])
    file = f'Content-Disposition: attachment; filename="{FILE_NAME}"\r\n'
    words = f"\r\n--{boundary}.0\r\n".encode() + _several("alternative", boundary, ways)
    attached = _part(f"{boundary}.0", called, rendered.calendar, file)
    return _several("mixed", f"{boundary}.0", [words, attached])


def _several(how: str, boundary: str, parts: Sequence[bytes]) -> bytes:
    opening = f'Content-Type: multipart/{how}; boundary="{boundary}"\r\n'
    return opening.encode() + b"".join(parts) + f"\r\n--{boundary}--\r\n".encode()


def _part(boundary: str, subtype: str, text: str, more: str = "") -> bytes:
    opening = (
        f"\r\n--{boundary}\r\nContent-Type: text/{subtype}; charset=utf-8\r\n{more}"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    )
    lines = "\n".join(text.splitlines()) + "\n"
    return opening.encode() + b2a_qp(lines.encode(), istext=True).replace(b"\n", b"\r\n")


def _mailbox(name: str, address: str) -> str:
    shown = _printable(name)
    if not shown:
        return address
    if shown.isascii():
        return f"{_quoted(shown)} <{address}>"
    return f"{_encoded(shown)} <{address}>"


def _quoted(name: str) -> str:
    return '"' + name.replace("\\", "\\\\").replace('"', '\\"') + '"'


def stuffed(content: bytes) -> bytes:
    """The content with its dots doubled at the start of lines and the final dot (RFC 5321, 4.5.2)."""
    body = re.sub(rb"^\.", b"..", content, flags=re.MULTILINE)
    return body + (b"" if body.endswith(b"\r\n") else b"\r\n") + b".\r\n"


def _encoded(text: str) -> str:
    """The text of a header: as it is in ASCII, else as words of RFC 2047, one to a line."""
    if text.isascii() and "=?" not in text:
        return text
    words = [b2a_base64(piece.encode(), newline=False).decode() for piece in _pieces(text)]
    return "\r\n ".join(f"=?utf-8?b?{word}?=" for word in words)


def _pieces(text: str) -> list[str]:
    """The text cut between characters so that each piece fits an encoded word of 75 characters."""
    pieces, size = [""], 0
    for sign in text:
        octets = len(sign.encode())
        if size + octets > WORD_OCTETS:
            pieces.append("")
            size = 0
        pieces[-1] += sign
        size += octets
    return pieces


def _named(name: str, address: str) -> Address:
    local, _, domain = address.rpartition("@")
    return Address(display_name=_printable(name), username=local, domain=domain)


def _printable(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())
