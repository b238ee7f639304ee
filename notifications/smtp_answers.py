"""What a mail server's answer means: for one mail, for an address, or for everything that waits."""

import re
from dataclasses import dataclass
from enum import StrEnum

from aiosmtplib import SMTPResponse, SMTPResponseException

GONE = frozenset({"5.1.1", "5.1.2", "5.1.6", "5.1.10", "5.2.1"})
"""The address is no more (RFC 3463, 3.2 and 3.3; RFC 7505 for 5.1.10), whether the server says so or a report
that comes later; any other 5.x.x may be about the mail or us."""

OURS = frozenset({"5.1.7", "5.1.8", "5.7.8", "5.7.9", "5.7.27"})
"""The fault is our own sender's or login's, whatever command it answers: Postfix says at RCPT TO what is
wrong with MAIL FROM (`smtpd_delay_reject`)."""

UNENCRYPTED = frozenset({"5.7.10", "5.7.30"})
"""It could go further only without encryption (RFC 7817's registry; RFC 8689, 5)."""

UNENCRYPTED_ONWARD = "Venter: en mailserver på vejen tager kun imod uden kryptering."
"""Why a mail waits that has come back for such a code."""

LOGIN_CODES = (530, 534, 535, 538)


class Fate(StrEnum):
    """What became of one message handed to the server. `UNPROTECTED`: it could only go unencrypted.
    `SUSPECTED`: refused, and it cannot be told yet whether because of us."""

    SENT = "sent"
    LATER = "later"
    SUSPECTED = "suspected"
    REJECTED = "rejected"
    ADDRESS_DEAD = "address_dead"
    ADDRESS_DOUBTFUL = "address_doubtful"
    UNPROTECTED = "unprotected"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Outcome:
    """A message's fate with the server's own words (or ours, in Danish).

    `perhaps_us`: a server that takes no mail from us says the same of every recipient. `fate` holds once
    another mail has got through after it. `stage` is where it was refused.
    """

    fate: Fate
    reason: str = ""
    perhaps_us: bool = False
    stage: str = "modtager"


class QueueStopped(Exception):
    """Nothing can be sent now: no connection, no login, or the server takes no mail from us.

    `reason` is the server's answer or the system's error, `code` the answer's number when there is one.
    No recipient is to blame. `by_mail`: it happened over one mail's recipient or content, so that mail
    waits by itself as well; else a line that breaks at one mail would stop there for ever. `by_line`: this
    connection could not be made, or was gone before a mail began; others may work.
    """

    def __init__(self, stage: str, reason: str, *, by_mail: bool = False, by_line: bool = False) -> None:
        super().__init__(f"{stage}: {reason}")
        self.stage, self.reason, self.by_mail, self.by_line = stage, reason, by_mail, by_line
        self.code = reason[:3] if reason[:3].isdigit() else ""


def of_recipient(response: SMTPResponse) -> Outcome:
    """What a refusal of RCPT TO means (RFC 3463, 4954). Raises QueueStopped when the server closes.

    `GONE` codes say the address is no more; any other 5xx about addresses, mailboxes or routes, or without
    a code, makes it doubtful. Security, policy, size and content (5.7, 5.3, 5.6) say nothing of the address.
    Whatever is not about addresses (5.1) or mailboxes (5.2) may be about us: "Client host rejected" and
    "Relay access denied" are said of every recipient alike, with 5.7.1 or without a code.
    """
    words, code = said(response), enhanced(response)
    if code in UNENCRYPTED:
        return Outcome(Fate.UNPROTECTED, words)
    if _not_now(response, "modtager"):
        return Outcome(Fate.LATER, words)
    if code in GONE:
        return Outcome(Fate.ADDRESS_DEAD, words)
    if code in OURS or response.code in LOGIN_CODES:
        return Outcome(Fate.LATER, words, perhaps_us=True)
    perhaps_us = not _about_the_mailbox(code) or "relay" in words.lower()
    if code.startswith(("5.3.", "5.6.", "5.7.")) and "relay" not in words.lower():
        return Outcome(Fate.REJECTED, words, perhaps_us=True)
    return Outcome(Fate.ADDRESS_DOUBTFUL, words, perhaps_us=perhaps_us)


def of_content(response: SMTPResponse) -> Outcome:
    """What a refusal at or after DATA means: the mail is refused or waits; the address only by code 5.1.x.

    Raises QueueStopped as `of_recipient` does. A sender that may not send, or a scanner that is down, is said
    here of every mail alike.
    """
    words, code = said(response), enhanced(response)
    if _not_now(response, "indhold"):
        return Outcome(Fate.LATER, words)
    if code in UNENCRYPTED:
        return Outcome(Fate.UNPROTECTED, words)
    if code.startswith("5.1."):
        return of_recipient(response)
    return Outcome(Fate.REJECTED, words, not _about_the_mailbox(code), "indhold")


def _not_now(response: SMTPResponse, stage: str) -> bool:
    """Whether it is to be tried later. Raises QueueStopped when the server closes, or says what is no answer
    to what was asked (RFC 5321, 4.2.1: the first digit decides)."""
    if response.code == 421 or response.code // 100 not in (4, 5):
        raise QueueStopped(stage, said(response), by_mail=True)
    return response.code // 100 == 4


def _about_the_mailbox(code: str) -> bool:
    return code.startswith(("5.1.", "5.2."))


def said(response: SMTPResponse) -> str:
    """The server's answer on one line, bounded."""
    return " ".join(f"{response.code} {response.message}".split())[:500]


def words_of(error: BaseException) -> str:
    """What broke the line or was answered, on one line, bounded."""
    if isinstance(error, SMTPResponseException):
        return " ".join(f"{error.code} {error.message}".split())[:500]
    return " ".join(f"{type(error).__name__}: {error}".split())[:500]


def enhanced(response: SMTPResponse) -> str:
    """The answer's own code ("5.1.1", RFC 3463), empty when it has none."""
    found = re.match(r"[245]\.\d{1,3}\.\d{1,3}", response.message)
    return found[0] if found else ""
