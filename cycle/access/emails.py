"""E-mail addresses: what is accepted, and when two are the same.

Non-ASCII local parts (RFC 6531) and internationalised domains (IDNA) are accepted. Quoted local parts,
comments and address lists are not: nothing here may ever end up as a second header or a second recipient.
"""

import re
import unicodedata
from functools import lru_cache

import idna

LONGEST = 254
LONGEST_LOCAL = 64
_LOCAL = re.compile(r"[\w!#$%&'*+/=?^`{|}~-]+(\.[\w!#$%&'*+/=?^`{|}~-]+)*")


def clean_email(text: str) -> str:
    """The address in one Unicode form, without blanks around it and without a leading `mailto:`."""
    return unicodedata.normalize("NFC", text).strip(" \t\u00a0").removeprefix("mailto:")


def email_key(text: str) -> str:
    """What two spellings of one address have in common."""
    return clean_email(text).lower()


def email_fault(text: str) -> str | None:
    """What is wrong with a cleaned address: line break, several, no at, characters, domain, length."""
    if re.search(r"[\r\n\v\f\x85\u2028\u2029]", text):
        return "line break"
    if re.search("[;,]", text) or text.count("@") > 1:
        return "several"
    if any(unicodedata.category(letter)[0] in "CZ" for letter in text):
        return "characters"
    local, at, domain = text.partition("@")
    if not at:
        return "no at"
    if not _LOCAL.fullmatch(local):
        return "characters"
    if len(text.encode()) > LONGEST or len(local.encode()) > LONGEST_LOCAL:
        return "length"
    return None if _is_domain(domain) else "domain"


@lru_cache(maxsize=1024)
def _is_domain(domain: str) -> bool:
    try:
        labels = idna.encode(domain, uts46=True).decode().split(".")
    except (idna.IDNAError, UnicodeError):
        return False
    return len(labels) > 1 and bool(labels[-1]) and not labels[-1].isdigit()
