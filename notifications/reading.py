"""A received mail, read within bounds: who, to whom, what it says, and whether a machine wrote it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import getaddresses
from hashlib import sha256
from html.parser import HTMLParser

LARGEST_HEAD = 256_000
LARGEST_TEXT = 2_000_000
MOST_PARTS = 1_000
DEEPEST = 50

TO = ("delivered-to", "x-original-to", "envelope-to", "to", "cc")
"""Where the address stands that a mail was delivered to, the surest first."""

_MESSAGE_ID = re.compile(rb"^message-id:\s*(<[^>\r\n]{1,400}>)", re.IGNORECASE | re.MULTILINE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_NESTING = re.compile(rb"boundary\s*=|content-type:\s*message/", re.IGNORECASE)
_MACHINE = re.compile(
    r"^(automatisk svar|autosvar|auto(matic)?[ -]?reply|out of (the )?office|ikke (til stede|på kontoret)|"
    r"fraværsbesked|fraværende|abwesenheit)",
    re.IGNORECASE,
)
_SENDERS = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|no-?reply|ikke-?svar)@", re.IGNORECASE)


class Unreadable(ValueError):
    """The mail is kept but not read. The text says why, in Danish, for the mail log."""


@dataclass(frozen=True)
class Mail:
    """What a mail says. `text` is its plain text, or that of its HTML when it has no other."""

    message_id: str
    sender: str
    recipients: tuple[str, ...]
    subject: str
    text: str
    automatic: bool
    bounce: bool
    attachments: int


def message_id_of(raw: bytes) -> str:
    """The Message-ID, else one made of the content: the same mail is the same mail."""
    found = re.search(
        rb"^message-id:\s*(<[^>\r\n]{1,400}>)", raw[:LARGEST_HEAD], re.IGNORECASE | re.MULTILINE
    )
    return found[1].decode("ascii", "replace") if found else f"<{sha256(raw).hexdigest()}@uden-message-id>"


def sender_of(raw: bytes) -> str:
    """The address in From, in lower case; empty when there is none to be read."""
    head = re.split(rb"\r?\n\r?\n", raw[:LARGEST_HEAD], maxsplit=1)[0]
    return _sender(message_from_bytes(head + b"\n\n", policy=policy.compat32))


def read_mail(raw: bytes) -> Mail:
    """Reads the mail. Bounds size, parts and depth before parsing, because the parser itself does not.

    Raises Unreadable.
    """
    _bound(raw)
    try:
        parsed = message_from_bytes(raw, policy=policy.compat32)
        text, attachments = _contents(parsed)
    except (MessageError, LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unreadable("Mailen er ikke bygget, som en mail skal være.") from error
    if len(text) > LARGEST_TEXT:
        raise Unreadable("Mailens tekst er for lang.")
    bounce = _is_bounce(parsed)
    return Mail(
        message_id=message_id_of(raw),
        sender=_sender(parsed),
        recipients=_recipients(parsed),
        subject=_decoded(parsed.get("Subject", "")),
        text=text,
        automatic=not bounce and _is_automatic(parsed),
        bounce=bounce,
        attachments=attachments,
    )


def _bound(raw: bytes) -> None:
    head_ends = re.search(rb"\r?\n\r?\n", raw[:LARGEST_HEAD])
    if head_ends is None and len(raw) > LARGEST_HEAD:
        raise Unreadable("Mailens hoved er for stort.")
    if len(_BOUNDARY.findall(raw)) > MOST_PARTS or len(_NESTING.findall(raw)) > DEEPEST:
        raise Unreadable("Mailen har for mange dele.")


def _is_bounce(parsed: Message) -> bool:
    """A delivery report (RFC 3464), or a mail with no one to answer to (RFC 5321, 4.5.5)."""
    report = str(parsed.get_param("report-type", "")).lower()
    if parsed.get_content_type() == "multipart/report" and report != "feedback-report":
        return True
    nobody = str(parsed.get("Return-Path", "")).strip() == "<>"
    return nobody and str(parsed.get("Auto-Submitted", "")).lower() != "auto-replied"


def _is_automatic(parsed: Message) -> bool:
    """Written by a machine (RFC 3834 and what was used before it)."""
    submitted = str(parsed.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    precedence = str(parsed.get("Precedence", "")).strip().lower()
    marks = ("X-Autoreply", "X-Autorespond", "List-Id")
    return (
        submitted not in ("no", "")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or any(parsed.get(mark) is not None for mark in marks)
        or parsed.get_content_type() == "multipart/report"
        or _MACHINE.match(_decoded(parsed.get("Subject", ""))) is not None
        or _SENDERS.match(_sender(parsed) or "postmaster@") is not None
    )


def _sender(parsed: Message) -> str:
    found = getaddresses([_decoded(value) for value in parsed.get_all("From", [])][:1])
    return found[0][1].strip().lower() if found else ""


def _recipients(parsed: Message) -> tuple[str, ...]:
    fields = [_decoded(value) for name in TO for value in parsed.get_all(name, [])]
    return tuple(dict.fromkeys(address.lower() for _, address in getaddresses(fields) if address))


def _decoded(value: object) -> str:
    try:
        return " ".join(str(make_header(decode_header(str(value)))).split())
    except (MessageError, LookupError, ValueError):
        return " ".join(str(value).split())


def _contents(parsed: Message) -> tuple[str, int]:
    """(the text, how many attachments)."""
    plain, rich, attachments = "", "", 0
    for part in _leaves(parsed):
        if part.get_filename() or part.get_content_disposition() == "attachment":
            attachments += 1
        elif part.get_content_type() == "text/plain" and not plain:
            plain = _text(part)
        elif part.get_content_type() == "text/html" and not rich:
            rich = _text(part)
    return (plain if plain.strip() else html_text(rich)), attachments


def _leaves(parsed: Message) -> Iterator[Message]:
    return (part for part in parsed.walk() if not part.is_multipart())


def _text(part: Message) -> str:
    payload = part.get_payload(decode=True)
    content = payload if isinstance(payload, bytes) else b""
    for charset in (part.get_content_charset() or "utf-8", "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeDecodeError):
            continue
    return content.decode("windows-1252", "replace")


class _Text(HTMLParser):
    """The text of an HTML mail: lines where a reader sees lines; quoted mails left out."""

    BREAKS = frozenset({"br", "p", "div", "tr", "li", "h1", "h2", "h3", "table", "blockquote"})
    UNSEEN = frozenset({"style", "script", "head", "title", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.parts: list[str] = []
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in self.BREAKS:
            self.parts.append("\n")
        self._unseen += tag in self.UNSEEN

    def handle_endtag(self, tag: str) -> None:
        if tag in self.UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        if tag in self.BREAKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self._unseen:
            self.parts.append(" ".join(data.split()) + (" " if data[-1:].isspace() else ""))


def html_text(html: str) -> str:
    """The text of an HTML mail."""
    reader = _Text()
    reader.feed(html[:LARGEST_TEXT])
    reader.close()
    return re.sub(r" *\n[ \n]*", "\n", "".join(reader.parts)).strip()
