"""What a report of failed delivery says: which addresses, with what status, for good or for now.

First the machine-readable part (RFC 3464; addresses beyond ASCII as in RFC 6533), then what `flufl.bounce`
knows of the many systems that write none, then what such reports have in common.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from email import message_from_string
from email.message import Message
from email.utils import getaddresses

from flufl.bounce import all_failures

from notifications.reading.headers import address_in, clean, field, fields
from notifications.reading.html import html_text
from notifications.reading.mail import FailedAddress
from notifications.reading.parts import leaves, octets_in, text_in
from notifications.reading.report_text import ADDRESS, addresses_told, code_of_words, status_told

STATUS_PARTS = frozenset(
    {"message/delivery-status", "message/global-delivery-status", "text/rfc822-delivery-status"}
)
ARRIVED = frozenset({"delivered", "relayed", "expanded"})
"""Actions of a report that are no failure (RFC 3464, 2.3.3)."""

LONGEST_DIAGNOSTIC = 500
MOST_ADDRESSES = 50
LONGEST_REPORT = 100_000

_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_FULL = re.compile(
    r"\b[45]\.2\.2\b|mailbox (is )?full|quota|insufficient (system )?storage|postkassen? er fuld",
    re.IGNORECASE,
)
_RECIPIENT = re.compile(r"^(original|final)-recipient:", re.IGNORECASE | re.MULTILINE)
_LATER = re.compile(r"\b4[2-5]\d[ -]")
_DELAYED = re.compile(r"\bdelay|\bwarning\b|forsink", re.IGNORECASE)
_IDS = re.compile(r"message-id:\s*<([^<>\s]+)>", re.IGNORECASE)
_UTF8 = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")

logging.getLogger("flufl.bounce").setLevel(logging.CRITICAL)  # it logs every fault that it then raises


def failed_addresses(parsed: Message) -> tuple[FailedAddress, ...]:
    """The addresses that the report is about, in its order; none when it names none."""
    text = report_text(parsed)
    blocks = [*_blocks(parsed)] or [*_blocks_in(text)]
    told = [*_machine_readable(blocks)] or [*_guessed(parsed, text)]
    once = {failed.address: failed for failed in reversed(told)}
    return tuple(reversed(once.values()))[:MOST_ADDRESSES]


def _machine_readable(blocks: Iterable[Message]) -> Iterator[FailedAddress]:
    for block in blocks:
        address = _recipient(block)
        action = _action(block)
        if address and action not in ARRIVED:
            diagnostic = field(block, "diagnostic-code")
            yield _judged(address, field(block, "status"), diagnostic, delayed=action == "delayed")


def tells_of_arrival(parsed: Message) -> bool:
    """Whether the report says of all its addresses that the mail arrived or went on."""
    actions = [_action(block) for block in _blocks(parsed) if _recipient(block)]
    return bool(actions) and all(action in ARRIVED for action in actions)


def _action(block: Message) -> str:
    return field(block, "action").split(" ")[0].lower()


def _blocks(parsed: Message) -> Iterator[Message]:
    """The groups of fields of every status part. The parser takes apart only those that are all ASCII."""
    for part in _all_parts(parsed):
        payload = part.get_payload()
        if part.get_content_type() == "message/delivery-status" and isinstance(payload, list):
            yield from (block for block in payload if isinstance(block, Message))
        elif part.get_content_type() in STATUS_PARTS:
            yield from _blocks_in(octets_in(part).decode("utf-8", "replace"))


def _blocks_in(text: str) -> Iterator[Message]:
    """The same where a system writes them as text."""
    for group in re.split(r"\n\s*\n", text):
        start = _RECIPIENT.search(group)
        if start is not None:
            yield message_from_string(group[start.start() :].strip() + "\n\n")


def _all_parts(parsed: Message) -> Iterator[Message]:
    """Every part but those of a returned mail."""
    waiting = [parsed]
    while waiting:
        part = waiting.pop()
        yield part
        payload = part.get_payload()
        if isinstance(payload, list) and part.get_content_maintype() == "multipart":
            waiting.extend(child for child in reversed(payload) if isinstance(child, Message))


def _recipient(block: Message) -> str:
    """Whom the mail was written to, else where it had been forwarded."""
    for name in ("original-recipient", "final-recipient", "x-actual-recipient"):
        kind, _, address = field(block, name).rpartition(";")
        if kind.strip().lower() == "utf-8":
            address = _UTF8.sub(lambda found: _sign(found[1]), address)
        found = address_like(address)
        if found:
            return found
    return ""


def _sign(number: str) -> str:
    return clean(chr(int(number, 16))) if int(number, 16) < 0x110000 else ""


def address_like(text: str) -> str:
    """The address in the text, in lower case; empty when it is none."""
    found = ADDRESS.search(text.strip().strip("<>"))
    return found[0].lower() if found else ""


def _judged(address: str, status: str, diagnostic: str, *, delayed: bool = False) -> FailedAddress:
    """With the most telling of its codes. A full mailbox is emptied one day: soft, whatever the code says."""
    given, inner = _STATUS.search(status), _STATUS.search(diagnostic)
    code = given[1] if given else ""
    if not code or code.endswith(".0.0"):
        code = inner[1] if inner else code_of_words(diagnostic) or code
    later = _LATER.search(diagnostic) is not None and not code.startswith("5")
    soft = delayed or later or code.startswith("4") or _FULL.search(f"{code} {diagnostic}") is not None
    return FailedAddress(address, code, not soft, diagnostic[:LONGEST_DIAGNOSTIC], delayed)


def _guessed(parsed: Message, text: str) -> Iterator[FailedAddress]:
    """Without status fields: what is known of the system, else what the text tells."""
    addresses = _failed_recipients(parsed) or _known_to_flufl(parsed, text) or addresses_told(parsed, text)
    delayed = _DELAYED.search(field(parsed, "subject")) is not None
    for address in addresses:
        diagnostic = status_told(text, address)
        yield _judged(address, diagnostic, diagnostic, delayed=delayed)


def report_text(parsed: Message) -> str:
    """What the report says to people."""
    parts = list(leaves(parsed))
    texts = [text_in(part) for part in parts if part.get_content_type() == "text/plain"]
    if not texts:
        texts = [html_text(text_in(part)) for part in parts if part.get_content_type() == "text/html"]
    if not texts:
        texts = [octets_in(part).decode("utf-8", "replace") for part in parts]
    return clean("\n".join(texts))[:LONGEST_REPORT].replace("\r\n", "\n")


def _failed_recipients(parsed: Message) -> list[str]:
    """Exim's and Google's own header."""
    told = getaddresses(list(fields(parsed, "x-failed-recipients")))
    return _usable(address for _, address in told)


def _known_to_flufl(parsed: Message, text: str) -> list[str]:
    """It raises on some real reports, and takes the ids of mails and their writer for addresses too.

    It is not asked about long ones: each of its detectors goes through all lines.
    """
    if len(text) == LONGEST_REPORT:
        return []
    try:
        soft, hard = all_failures(parsed)
    except Exception:  # noqa: BLE001  # each of its detectors has its own
        return []
    found = (
        each.decode("utf-8", "replace") if isinstance(each, bytes) else str(each) for each in soft | hard
    )
    others = {id_.lower() for id_ in _IDS.findall(text)} | {address_in(parsed, "to")}
    return [address for address in _usable(sorted(found)) if address not in others]


def _usable(addresses: Iterable[str]) -> list[str]:
    whole = (address.strip().strip("<>").lower() for address in addresses)
    return [address for address in whole if ADDRESS.fullmatch(address)]
