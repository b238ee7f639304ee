"""Whether a machine wrote a mail, and which."""

import re
from dataclasses import dataclass
from email.message import Message

from cycle.messages.verdicts import InboundVerdict
from notifications.reading.headers import address_in, field
from notifications.reading.mail import CalendarReply, FailedAddress
from notifications.reading.ours import Ours

V = InboundVerdict
_MACHINE = re.compile(
    r"^(automatisk svar|autosvar|auto(matic)?[ -]?reply|out of (the )?office|ikke (til stede|på kontoret)|"
    r"fraværsbesked|fraværende|abwesenheit)",
    re.IGNORECASE,
)
_SENDERS = re.compile(r"^(mailer-daemon|postmaster|mail-daemon|no-?reply|ikke-?svar)@", re.IGNORECASE)


@dataclass(frozen=True)
class Found:
    """The verdict (None: a person's mail), why, and what comes with it."""

    verdict: InboundVerdict | None = None
    reason: str = ""
    failed: tuple[FailedAddress, ...] = ()
    calendar: CalendarReply | None = None


def verdict_on(parsed: Message, own_text: str, ours: Ours, *, has_files: bool) -> Found:
    """What the mail is. A delivery report first: it may look like anything else."""
    if _is_bounce(parsed):
        return Found(V.BOUNCE, "Mailen melder, at en anden ikke kom frem.")
    if _is_automatic(parsed):
        return Found(V.AUTOMATIC, "Mailen er et automatisk svar.")
    if not own_text and not has_files:
        return Found(V.EMPTY, "Mailen er tom.")
    return Found()


def _is_bounce(parsed: Message) -> bool:
    """A delivery report (RFC 3464), or a mail with no one to answer to (RFC 5321, 4.5.5)."""
    report = str(parsed.get_param("report-type", "")).lower()
    if parsed.get_content_type() == "multipart/report" and report != "feedback-report":
        return True
    nobody = field(parsed, "return-path") == "<>"
    return nobody and field(parsed, "auto-submitted").lower() != "auto-replied"


def _is_automatic(parsed: Message) -> bool:
    """Written by a machine (RFC 3834 and what was used before it)."""
    submitted = field(parsed, "auto-submitted").split(";")[0].strip().lower()
    precedence = field(parsed, "precedence").lower()
    return (
        submitted not in ("no", "")
        or precedence in ("bulk", "junk", "list", "auto_reply")
        or any(parsed.get(mark) is not None for mark in ("X-Autoreply", "X-Autorespond", "List-Id"))
        or parsed.get_content_type() == "multipart/report"
        or _MACHINE.match(field(parsed, "subject")) is not None
        or _SENDERS.match(address_in(parsed, "from") or "postmaster@") is not None
    )
