"""What a mail holds: its text as its author would read it, and the files attached to it."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message

from notifications.reading.bounds import LARGEST_TEXT, MOST_LINES, TOO_LONG, Unbounded
from notifications.reading.headers import clean, decoded
from notifications.reading.html import html_text
from notifications.reading.mail import Attached
from notifications.reading.struck import has_struck

MOST_FILES = 20
LARGEST_FILES = 20_000_000
"""How many files are kept of one mail, and their bytes together."""

DECORATION = 100_000
"""Bytes of a picture that stands in the text and is taken for a logo; a larger one is a photograph."""

SIGNATURES = frozenset(
    {"application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_NO_TEXT = frozenset({"punycode", "idna", "undefined", "unicode_escape", "raw_unicode_escape", "utf-7"})
_CID = re.compile(r"""cid:([^"'\s>)]{1,300})""", re.IGNORECASE)


@dataclass(frozen=True)
class Contents:
    """The text, and the files as far as they are kept."""

    text: str
    files: tuple[Attached, ...]
    files_left_out: int


def contents_of(parsed: Message) -> Contents:
    """Reads text and files. Raises Unbounded when the text is longer than any person writes."""
    text = clean(_text_of(parsed)).strip()
    if len(text) > LARGEST_TEXT or text.count("\n") > MOST_LINES:
        raise Unbounded(TOO_LONG)
    shown = {cid for part in leaves(parsed) if _is(part, "text/html") for cid in _CID.findall(text_in(part))}
    files: list[Attached] = []
    left_out = size = 0
    for part in leaves(parsed):
        if not _is_file(part):
            continue
        content = octets_in(part)
        if _is_decoration(part, content, shown):
            continue
        if len(files) == MOST_FILES or size + len(content) > LARGEST_FILES:
            left_out += 1
            continue
        size += len(content)
        files.append(Attached(_name(part), part.get_content_type(), content))
    return Contents(text, tuple(files), left_out)


def leaves(parsed: Message) -> Iterator[Message]:
    """Every part that holds no others, in their order. A mail in a mail is one part."""
    waiting = [parsed]
    while waiting:
        part = waiting.pop()
        if part.get_content_maintype() == "multipart" and part.is_multipart():
            waiting.extend(reversed(_children(part)))
        else:
            yield part


def text_in(part: Message) -> str:
    """The text of a part in the charset it names, else UTF-8, else Windows-1252."""
    content = octets_in(part)
    for charset in (_codec(part.get_content_charset() or ""), "utf-8"):
        try:
            return content.decode(charset)
        except (LookupError, UnicodeError):
            continue
    return content.decode("windows-1252", "replace")


def octets_in(part: Message) -> bytes:
    """The bytes of a part; of a mail in a mail, that mail."""
    if part.is_multipart():
        return b"\n\n".join(child.as_bytes() for child in _children(part))
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def _codec(charset: str) -> str:
    """Latin-1 stands for Windows-1252, as in every mail program; what is no charset of text is left out."""
    try:
        name = codecs.lookup(charset or "utf-8").name
    except (LookupError, ValueError):
        return "utf-8"
    return {"iso8859-1": "windows-1252", "ascii": "utf-8"}.get(name, "utf-8" if name in _NO_TEXT else name)


def _children(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [child for child in payload if isinstance(child, Message)] if isinstance(payload, list) else []


def _is(part: Message, kind: str) -> bool:
    return part.get_content_type() == kind and not _is_file(part)


def _is_file(part: Message) -> bool:
    """Whether a person would call it an attachment."""
    kind = part.get_content_type()
    if kind in SIGNATURES or kind in ("text/calendar", "message/delivery-status"):
        return False
    named = part.get_filename() or part.get_content_disposition() == "attachment"
    return bool(named) or part.get_content_maintype() not in ("text", "multipart")


def _is_decoration(part: Message, content: bytes, shown: set[str]) -> bool:
    cid = str(part.get("Content-ID", "")).strip(" <>")
    return part.get_content_maintype() == "image" and cid in shown and len(content) <= DECORATION


def _name(part: Message) -> str:
    return decoded(clean(str(part.get_filename() or "")))[:200].replace("\n", " ")


def _text_of(part: Message) -> str:
    """The text of a part and those in it; of alternatives the plain one, unless it is empty or holds words
    that the other has struck out."""
    if part.get_content_maintype() != "multipart" or not part.is_multipart():
        if _is(part, "text/plain"):
            return _unfolded(part)
        return html_text(text_in(part)) if _is(part, "text/html") else ""
    kind, children = part.get_content_subtype(), _children(part)
    if kind == "related":
        children = children[:1]
    if kind == "alternative":
        children = sorted(children, key=_is_as_typed)
    texts = (_text_of(child) for child in children)
    if kind == "alternative":
        return next((text for text in texts if text.strip()), "")
    return "\n".join(text for text in texts if text.strip())


def _is_as_typed(part: Message) -> bool:
    """Whether nothing is struck out in it."""
    return not any(_is(leaf, "text/html") and has_struck(text_in(leaf)) for leaf in leaves(part))


def _unfolded(part: Message) -> str:
    """Plain text with the lines that `format=flowed` has broken put together again (RFC 3676)."""
    text = text_in(part).replace("\r\n", "\n")
    if str(part.get_param("format", "")).lower() != "flowed" or text.count("\n") > MOST_LINES:
        return text
    glue = "" if str(part.get_param("delsp", "")).lower() == "yes" else " "
    lines: list[tuple[str, str]] = []
    open_quote: str | None = None
    for line in text.split("\n"):
        words = line.lstrip(">")
        quote, words = ">" * (len(line) - len(words)), words.removeprefix(" ")
        flows = words.endswith(" ") and words != "-- "
        content = words[:-1] + glue if flows else words
        if open_quote == quote and words != "-- ":
            lines[-1] = (quote, lines[-1][1] + content)
        else:
            lines.append((quote, content))
        open_quote = quote if flows else None
    return "\n".join(f"{quote} {words}" if quote else words for quote, words in lines)
