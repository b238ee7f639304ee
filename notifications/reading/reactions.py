"""Thumbs up and read receipts that mail programs write as if a person had: nobody answers with them."""

import re
from email.message import Message

from notifications.reading.headers import field

LONGEST = 400
"""Signs of such a note with its link."""

REACTED = "Mailen er en reaktion på en mail (fx en tommelfinger op) og intet svar."
SEEN = "Mailen er en kvittering for, at en mail er læst."

_REACTION = "text/vnd.google.email-reaction+json"
_MAIL = r"(?:din|dit|your|en|a) (?:e-?mail|mail|besked|meddelelse|message)"
_REACTED = re.compile(
    rf"\W*(?:[^\W\d_][\w.'’ -]{{0,80}} )?(?:"
    rf"(?:reacted|(?:har )?reagere(?:de|t)) (?:via gmail|(?:to|på) {_MAIL})|"
    rf"har reageret med \W{{1,10}} på {_MAIL}|liked {_MAIL}|synes godt om {_MAIL})"
    r"(?:\s*<?https?://\S{1,200})?\W*",
    re.IGNORECASE,
)
_SEEN = re.compile(
    r"(?:ikke læst|læst|leveret|slettet|read|delivered|not read): (?P<what>.{1,200})", re.IGNORECASE
)
_WAS_READ = re.compile(
    r"(?:din|your) (?:meddelelse|mail|besked|message) (?:til|to): .{1,160} (?:emne|subject): .{1,160} "
    r"(?:blev|er blevet|was) (?:læst|read)\b.{0,60}",
    re.IGNORECASE,
)


def note_reason(parsed: Message, own_text: str) -> str:
    """Why the mail is a reaction or a read receipt, in Danish; empty when it is neither."""
    if any(part.get_content_type() == _REACTION for part in parsed.walk()):
        return REACTED
    words = " ".join(own_text.split()) if len(own_text) <= LONGEST else ""
    if _REACTED.fullmatch(words):
        return REACTED
    seen = _SEEN.fullmatch(words)
    of_subject = seen is not None and seen["what"].casefold() in field(parsed, "subject").casefold()
    return SEEN if of_subject or _WAS_READ.fullmatch(words) else ""
