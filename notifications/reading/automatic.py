"""What shows that a machine wrote a mail (RFC 3834, and what was used before and beside it)."""

import re
from email.message import Message

from notifications.reading.headers import address_in, field, fields

MARKS = (
    "x-autoreply",
    "x-autorespond",
    "x-autoresponder",
    "x-autoreply-from",
    "x-mail-autoreply",
    "x-fc-machinegenerated",
    "list-id",
    "x-apple-unsubscribe",
)
"""Fields that only machines write, whatever they hold. Gateways add List-Unsubscribe to people's too."""

BULK = frozenset({"bulk", "junk", "list", "auto_reply"})

_ABSENCE = re.compile(
    r"^(automatis(k|kt) svar|automatisk besvarelse|autosvar|auto(matic|matisk)?[ -]?(reply|response|svar)|"
    r"out[ -]of[ -](the )?office|(jeg er )?(ikke til ?stede|ikke på kontoret|på ferie)\b|"
    r"fravær(sbesked|sassistent|smeddelelse|smelding|ende *(:|$))|ferie(besked|svar)\b|"
    r"automatische antwort|abwesen(d|heit)|frånvaro(meddelande|besked)?\b|ej på kontoret|"
    r"(i am|i'm|currently) (away|out of)|away (until|from)|on (annual )?leave\b|réponse automatique)",
    re.IGNORECASE,
)
_READ = re.compile(
    r"^(ikke læst|læst|leveret|kvittering for læsning|(not )?read( receipt)?|delivered|gelesen|läst)\s*:",
    re.IGNORECASE,
)
_MACHINES = re.compile(
    r"^(mailer-daemon|postmaster|mail-daemon|no-?reply|do-?not-?reply|ikke-?svar|autosvar|auto-?reply)@",
    re.IGNORECASE,
)
_EXCHANGE_OOF = re.compile(r"\b(all|oof|autoreply)\b", re.IGNORECASE)

RECEIPT = "Mailen er en automatisk kvittering for levering eller læsning."
ABSENT = "Mailen er et automatisk svar, fx om fravær."
LISTED = "Mailen er sendt af en maskine eller en mailingliste."


def automatic_reason(parsed: Message) -> str:
    """Why the mail counts as a machine's, in Danish; empty when a person seems to have written it."""
    if _is_receipt(parsed):
        return RECEIPT
    if _is_reply_of_a_machine(parsed):
        return ABSENT
    if _is_sent_by_a_machine(parsed):
        return LISTED
    return ""


def _is_receipt(parsed: Message) -> bool:
    """A notification that a mail was displayed or deleted (RFC 8098), or delivered."""
    report = str(parsed.get_param("report-type", "")).lower()
    return report == "disposition-notification" or (
        _READ.match(field(parsed, "subject")) is not None
        and any(part.get_content_type() == "message/disposition-notification" for part in parsed.walk())
    )


def _is_reply_of_a_machine(parsed: Message) -> bool:
    submitted = field(parsed, "auto-submitted").split(";")[0].strip().lower()
    suppress = field(parsed, "x-auto-response-suppress")
    return (
        submitted not in ("no", "")
        or _EXCHANGE_OOF.search(suppress) is not None
        or "autoresponder" in field(parsed, "x-post-messageclass").lower()
        or any(value.lower().startswith("autoresponder") for value in fields(parsed, "delivered-to"))
        or _ABSENCE.match(field(parsed, "subject")) is not None
    )


def _is_sent_by_a_machine(parsed: Message) -> bool:
    return (
        field(parsed, "return-path") == "<>"
        or field(parsed, "precedence").lower() in BULK
        or any(parsed.get(mark) is not None for mark in MARKS)
        or parsed.get_content_type() == "multipart/report"
        or _MACHINES.match(address_in(parsed, "from") or "postmaster@") is not None
    )
