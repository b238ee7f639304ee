"""What a mail may be built of. Looked at before it is parsed, because the parser itself has no bounds."""

import re

LARGEST_HEAD = 256_000
"""Bytes of the header."""

MOST_HEADERS = 2_000
LONGEST_HEADER = 100_000
"""Lines of the header that begin a field, and bytes of one field with its continuations."""

LARGEST_TEXT = 2_000_000
MOST_LINES = 50_000
"""Characters and lines of text; what is longer has been written by no person."""

MOST_PARTS = 1_000
MOST_CONTAINERS = 50
"""Boundary lines, and parts that hold others: the depth is never more than that."""

_HEAD_END = re.compile(rb"\r?\n\r?\n")
_FIELD = re.compile(rb"^[^\s:]+:", re.MULTILINE)
_FIELD_WHOLE = re.compile(rb"^[^\s].*(?:\r?\n[ \t].*)*", re.MULTILINE)
_BOUNDARY = re.compile(rb"^--", re.MULTILINE)
_CONTAINER = re.compile(rb"boundary\s*\*?\d*\*?\s*=|content-type:\s*message/", re.IGNORECASE)


TOO_LONG = "Mailens tekst er for lang."


class Unbounded(ValueError):
    """The mail breaks a bound. The text says which, in Danish."""


def head_of(raw: bytes) -> bytes:
    """The header, as far as it may be read."""
    return _HEAD_END.split(raw[:LARGEST_HEAD], maxsplit=1)[0]


def check_bounds(raw: bytes) -> None:
    """Raises Unbounded when the mail is not to be parsed."""
    head = head_of(raw)
    if len(head) == LARGEST_HEAD:
        raise Unbounded("Mailens hoved er for stort.")
    if len(_FIELD.findall(head)) > MOST_HEADERS:
        raise Unbounded("Mailens hoved har for mange felter.")
    if max(map(len, _FIELD_WHOLE.findall(head)), default=0) > LONGEST_HEADER:
        raise Unbounded("Et felt i mailens hoved er for langt.")
    if len(_BOUNDARY.findall(raw)) > MOST_PARTS or len(_CONTAINER.findall(raw)) > MOST_CONTAINERS:
        raise Unbounded("Mailen har for mange dele.")
