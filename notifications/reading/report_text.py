"""What reports of failed delivery have in common when they are written for people alone."""

import re
from collections.abc import Iterator
from email.message import Message
from email.utils import getaddresses

from notifications.reading.headers import fields

_SIGNS = r"[^\s<>@,;:\"'()\[\]{}\\=]"
ADDRESS = re.compile(rf"{_SIGNS}{{1,128}}@{_SIGNS}{{1,190}}\.[^\W_][\w-]{{1,62}}")
"""An address in a text; its length bounded, so that looking for one takes no longer than reading."""

_NOBODY = re.compile(
    r"^(mailer-?daemon|post-?master|mail-daemon|nobody|root|abuse|(no|ikke)-?(reply|svar))@", re.IGNORECASE
)
_RETURNED = re.compile(
    r"^\W{0,20}(this is a copy|below this line|original (message|mail)|copy of (your|the)|return-path:|"
    r"headers? of the (original|message)|unsent message|returned message|received: |\[message content|"
    r"the (first|full|original|header|message) .{0,40}(follow|below|enclosed)|message (text|header) follows)",
    re.IGNORECASE | re.MULTILINE,
)
_TELLING = re.compile(
    r"unknown|not (exist|found|listed)|no such|reject|refus|fail|full|quota|denied|undeliver|unable|"
    r"could ?n[o']t|delayed|invalid|disabled|recipient|could not be delivered|[45]\d\d[ -]|<[^<>\s]{1,200}>:",
    re.IGNORECASE,
)
_CODE = re.compile(r"\b[45]\.\d{1,3}\.\d{1,3}\b|\b[45]\d\d\b")
_TO = re.compile(
    r"^>?\s{0,20}(?:to|cc|envelope-to|rcpt to|x-original-to|delivered-to|to address)\s{0,9}:(.*)$",
    re.IGNORECASE | re.MULTILINE,
)
_NOT_THERE = r"(unknown|not (exist|found|listed))"
_WORDS = (
    (re.compile(rf"(user|recipient|mailbox|address|account)[^.;]{{0,40}}{_NOT_THERE}", re.I), "5.1.1"),
    (
        re.compile(r"(unknown|no such|invalid) (user|recipient|mailbox|address|local)|no mailbox", re.I),
        "5.1.1",
    ),
    (re.compile(r"(host|domain)[^.;]{0,30}(unknown|not found)|unknown host|unroute?able", re.I), "5.1.2"),
    (re.compile(r"too (large|big)|size limit|exceeds? .{0,30}size", re.I), "5.3.4"),
    (re.compile(r"spam|blocked|blacklist|policy|spf|dkim|dmarc", re.I), "5.7.1"),
)
WRITERS = ("from", "to", "return-path", "reply-to", "delivered-to")
"""Fields of the report that name who wrote it and who gets it: never the address that failed."""

AROUND = 6
"""Lines around an address in which its fault is told."""


def addresses_told(parsed: Message, text: str) -> list[str]:
    """The addresses the report seems to be about: not its writer's, not the one it is sent to.

    Those that stand near words of failure come before all others; of them, those that the returned mail
    was written to. Else whom that mail was written to.
    """
    told, returned = _parted(text)
    not_meant = {address.lower() for name in WRITERS for address in _in_fields(parsed, name)}
    written_to = [each for each in _recipients(parsed, returned) if each not in not_meant]
    named = [each for each in _near_failure(told) if each not in not_meant]
    both = [each for each in named if each in written_to]
    return list(dict.fromkeys(both or named[:1] or written_to[:1] or _recipients(parsed, returned)[:1]))


def status_told(text: str, address: str) -> str:
    """The words about this address that hold a code; empty when there are none."""
    lines = text.split("\n")
    for index, line in enumerate(lines):
        if address in line.lower():
            words = " ".join(" ".join(lines[index : index + AROUND]).split())
            if _CODE.search(words):
                return words[:500]
    coded = (line.strip() for line in lines if _CODE.search(line) and _TELLING.search(line))
    worded = (line.strip() for line in lines if code_of_words(line))
    return next(coded, next(worded, ""))[:500]


def code_of_words(diagnostic: str) -> str:
    """The status code (RFC 3463) that the words speak of; empty when none is plain."""
    return next((code for words, code in _WORDS if words.search(diagnostic)), "")


def _parted(text: str) -> tuple[str, str]:
    """(what the report says, the mail it gives back)."""
    found = _RETURNED.search(text)
    return (text[: found.start()], text[found.start() :]) if found and found.start() else (text, text)


def _near_failure(told: str) -> Iterator[str]:
    lines = told.split("\n")
    for index, line in enumerate(lines):
        around = " ".join(lines[max(index - AROUND, 0) : index + AROUND + 1])
        if _TELLING.search(around):
            yield from (each.lower() for each in ADDRESS.findall(line) if not _NOBODY.match(each))


def _recipients(parsed: Message, returned: str) -> list[str]:
    """Whom the returned mail was written to, from its part or from the text."""
    inside = [part for part in parsed.walk() if part is not parsed and part.get("To") is not None]
    found = [address for part in inside for name in ("to", "cc") for address in _in_fields(part, name)]
    found += [address for line in _TO.findall(returned) for address in ADDRESS.findall(line)]
    return [address.lower() for address in found if not _NOBODY.match(address)]


def _in_fields(part: Message, name: str) -> list[str]:
    return [address for _, address in getaddresses(list(fields(part, name))) if ADDRESS.fullmatch(address)]
