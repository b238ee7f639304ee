"""What a mail is, when no person wrote it as an answer."""

import re
from dataclasses import dataclass
from email.message import Message

from cycle.messages.verdicts import InboundVerdict
from notifications.reading.absence import AWAY, is_absence
from notifications.reading.automatic import automatic_reason
from notifications.reading.calendars import ANSWERS, INVITES, calendar_in, calendar_reply
from notifications.reading.closed import locked_reason
from notifications.reading.headers import address_in, field
from notifications.reading.mail import CalendarReply, FailedAddress
from notifications.reading.ours import Ours
from notifications.reading.reactions import note_reason
from notifications.reading.reports import STATUS_PARTS, failed_addresses, tells_of_arrival

V = InboundVerdict
_DAEMONS = re.compile(r"^(mailer-daemon|post-?master|mail-daemon|.*mail\.delivery)", re.IGNORECASE)
_FAILURE = re.compile(
    r"undeliver|delivery (status|failure|notification)|deliver(y|ed)?\b.*(fail|error|delay)|"
    r"fail(ed|ure) (delivery|notice)|"
    r"(returned|rejected) (mail|message)|return(ing|ed) (to sender|mail)|could not be delivered|"
    r"mail (system )?(error|failure|delivery)|error sending|ikke levere[st]|ikke afleveres|uleveret|"
    r"non remis|unzustellbar|zustellung",
    re.IGNORECASE,
)
_WARNED = re.compile(r"^(abuse report|complaint about message|email feedback report)", re.IGNORECASE)
_OWN_ID = re.compile(r"<[0-9a-f]{40}@")
"""What `cycle.messages.outbox.message_id` writes before the domain."""

BOUNCED = "Mailen melder, at en mail ikke kom frem."
ARRIVED = "Mailen melder, at en mail er kommet frem."
COMPLAINED = "Mailen melder, at en modtager har markeret en mail som uønsket."
ANSWERED = "Mailen er et svar på en mødeindkaldelse."
INVITED = "Mailen er en mødeindkaldelse fra en kalender."
OURS = "Mailen er sendt af et årshjul, måske vores eget."
EMPTY = "Mailen er tom."


@dataclass(frozen=True)
class Found:
    """The verdict (None: a person's mail), why, and what comes with it."""

    verdict: InboundVerdict | None = None
    reason: str = ""
    failed: tuple[FailedAddress, ...] = ()
    calendar: CalendarReply | None = None


def verdict_on(parsed: Message, own_text: str, ours: Ours, *, has_files: bool) -> Found:
    """What the mail is. Reports first: they may look like anything else, and hold mails of ours."""
    if _is_complaint(parsed):
        return Found(V.COMPLAINT, COMPLAINED)
    if tells_of_arrival(parsed):
        return Found(V.AUTOMATIC, ARRIVED)
    if _is_bounce(parsed):
        return Found(V.BOUNCE, BOUNCED, failed=failed_addresses(parsed))
    if _is_own(parsed, ours):
        return Found(V.OWN, OURS)
    if calendar := _of_calendar(parsed, own_text):
        return calendar
    if machine := automatic_reason(parsed) or note_reason(parsed, own_text):
        return Found(V.AUTOMATIC, machine)
    if not has_files and is_absence(own_text):
        return Found(V.AUTOMATIC, AWAY)
    if locked := locked_reason(parsed, own_text):
        return Found(V.ENCRYPTED, locked)
    return Found() if own_text or has_files else Found(V.EMPTY, EMPTY)


def _of_calendar(parsed: Message, own_text: str) -> Found | None:
    """An answer to an invitation, or an invitation. A calendar that a person sends along is a file."""
    method, text = calendar_in(parsed)
    if method in ANSWERS:
        reply = calendar_reply(text)
        return Found(V.CALENDAR, ANSWERED if reply else INVITED, calendar=reply)
    if method in INVITES or (text and not own_text):
        return Found(V.CALENDAR, INVITED)
    return None


def _is_complaint(parsed: Message) -> bool:
    """A feedback report (RFC 5965), or what large mail hosts send instead."""
    kinds = {part.get_content_type() for part in parsed.walk()}
    return (
        str(parsed.get_param("report-type", "")).lower() == "feedback-report"
        or "message/feedback-report" in kinds
        or parsed.get("X-Apple-Unsubscribe") is not None
        or ("message/rfc822" in kinds and _WARNED.match(field(parsed, "subject")) is not None)
    )


def _is_bounce(parsed: Message) -> bool:
    """A delivery report (RFC 3464), or what mail systems write that know none.

    An empty return path alone says no more than that nobody is to be answered (RFC 5321, 4.5.5): receipts
    and out-of-office replies have it too.
    """
    report = str(parsed.get_param("report-type", "")).lower()
    if report == "delivery-status" or any(p.get_content_type() in STATUS_PARTS for p in parsed.walk()):
        return True
    if report and report != "delivery-status":
        return False
    if _by_daemon(parsed):
        return True
    return field(parsed, "return-path") == "<>" and _FAILURE.search(field(parsed, "subject")) is not None


def _by_daemon(parsed: Message) -> bool:
    sender = field(parsed, "from")
    return bool(sender) and _DAEMONS.match(address_in(parsed, "from") or sender.strip('"< ')) is not None


def _is_own(parsed: Message, ours: Ours) -> bool:
    """From our own address, with a Message-ID of ours, or written as every Aarshjul writes."""
    if ours.address and address_in(parsed, "from") == ours.address:
        return True
    id_ = field(parsed, "message-id")
    at_home = bool(ours.message_domain) and id_.endswith(f"@{ours.message_domain}>")
    as_we_write = field(parsed, "auto-submitted") == "auto-generated"
    return _OWN_ID.match(id_) is not None and (at_home or as_we_write)
