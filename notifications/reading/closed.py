"""Mails whose words are locked: encrypted ones, and notices that a message lies in a portal."""

import re
from email.message import Message

from notifications.reading.headers import field
from notifications.reading.parts import leaves

LOCKED = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime", "application/pgp-encrypted"})
LOCKED |= {"application/x-microsoft-rpmsg-message"}

_PGP = re.compile(r"^-----BEGIN PGP MESSAGE-----", re.MULTILINE)
_PORTAL = re.compile(
    r"har sendt dig en (sikker|beskyttet|krypteret) (mail|e-mail|meddelelse|besked)|"
    r"du har modtaget en (sikker|beskyttet|krypteret) (mail|e-mail|meddelelse|besked)|"
    r"has sent you (a|an) (protected|encrypted|secure) (message|mail|e-mail)",
    re.IGNORECASE,
)
NEAR_TOP = 1500
"""Characters in which a portal says what it is."""

ENCRYPTED = "Mailen er krypteret og kan ikke læses her."
PORTAL = "Mailen henviser til en sikker meddelelse, som ikke kan læses her."


def locked_reason(parsed: Message, own_text: str) -> str:
    """Why the words cannot be read, in Danish; empty when they can."""
    if parsed.get_content_type() == "multipart/encrypted" or _PGP.search(own_text):
        return ENCRYPTED
    kinds = {part.get_content_type() for part in leaves(parsed)}
    if kinds & LOCKED:
        return ENCRYPTED
    if _PORTAL.search(own_text[:NEAR_TOP]) and field(parsed, "in-reply-to") == "":
        return PORTAL
    return ""
