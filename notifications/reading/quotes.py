"""Where a reply ends and the mail it answers begins, as the usual mail programs write it."""

import re
from collections.abc import Sequence

from mailparser_reply.parser import EmailMessage as QuotedMail

MOST_FOR_LIBRARY = 20_000
"""Characters that `mail-parser-reply` is asked about: it is quadratic in lines, and answers are shorter."""

_SEPARATOR = re.compile(
    r"^[^\w-]{0,8}-{2,100}\s{0,8}((oprindelig|videresendt|original) (meddelelse|mail|besked|message)|"
    r"forwarded message|ursprungligt meddelande|opprinnelig melding|ursprüngliche nachricht|svar fra .{1,60})"
    r"\s{0,8}-{2,100}\W{0,8}$|^begin forwarded message:$|^start på videresendt besked:$",
    re.IGNORECASE,
)
_FROM = re.compile(r"^\W{0,4}(fra|from|från|von|avsender)\s?:\W{0,3}\s?\S", re.IGNORECASE)
_SENT = re.compile(r"^\W{0,4}(sendt|sent|dato|date|skickat|gesendet|datum)\s?:\W{0,3}\s?\S", re.IGNORECASE)
_TO = re.compile(r"^\W{0,4}(til|to|till|an|emne|subject|ämne|betreff)\s?:", re.IGNORECASE)
_WROTE = re.compile(
    r"^\W{0,2}(?:den|d\.|on|am|på|(?:man|tir|ons|tor|fre|lør|søn)\w*\.?,?|\d{1,2}[./]|.{0,80}[<(]\S+@\S+[>)])"
    r".{0,200}\b(?:skrev|wrote|schrieb|har skrevet)\b.{0,200}:\W{0,2}$",
    re.IGNORECASE,
)
_DATED = re.compile(r"^\W{0,2}(?:den|d\.|on|am)\b.{0,40}\d", re.IGNORECASE)
_ADDRESSED = re.compile(r"^[^>].{0,300}[<(\s]\S{1,100}@\S{1,100}[>)].{0,60}:\s*$")
_SHOWS_A_MAIL = re.compile(r"\d|\S@\S")
_RULE = re.compile(r"^\s{0,3}(_{10,}|-{20,})\s*$")
MOST_HEADER_LINES = 6
MOST_WROTE_LINES = 3
LONGEST_WROTE = 400


def quoted_from(lines: Sequence[str], start: int = 0) -> tuple[int, int] | None:
    """(the line the answered mail begins at, the line after its heading); None when none begins."""
    for index in range(start, len(lines)):
        if _SEPARATOR.match(lines[index]):
            return index, index + 1
        if length := _header_block(lines, index):
            return index, index + length
        if length := _attribution(lines, index):
            return index, index + length
    return None


def _header_block(lines: Sequence[str], index: int) -> int:
    """How many lines "Fra: … Sendt: … Til: … Emne: …" has here, a rule above it included; 0 for none."""
    first = index
    if _RULE.match(lines[index]):
        first = next((n for n in range(index + 1, min(index + 3, len(lines))) if lines[n].strip()), index)
    if not _FROM.match(lines[first]):
        return 0
    near = [line for line in lines[first + 1 : first + 1 + MOST_HEADER_LINES]]
    if not (any(map(_SENT.match, near)) and any(map(_TO.match, near))):
        return 0
    last = max(n for n, line in enumerate(near) if _SENT.match(line) or _TO.match(line))
    return first + 2 + last - index


def _attribution(lines: Sequence[str], index: int) -> int:
    """How many lines "Den … skrev …:" has here; programs break it in up to three. 0 for none.

    A sentence may look like it ("Den nye leder skrev i referatet:"), so it must tell a time or an address,
    and quoted lines or nothing of the author's must come next.
    """
    near = [line.strip() for line in lines[index : index + MOST_WROTE_LINES]]
    for length in range(1, len(near) + 1):
        if not near[length - 1] or near[length - 1].startswith(">"):
            return 0
        words = " ".join(near[:length])
        if len(words) < LONGEST_WROTE and _WROTE.match(words) and _SHOWS_A_MAIL.search(words):
            begins_later = any(_DATED.match(" ".join(near[n:length])) for n in range(1, length))
            genuine = _names_a_mail(words) or _quote_follows(lines, index + length)
            return length if genuine and not begins_later else 0
    return int(_ADDRESSED.match(near[0]) is not None and _quote_at(lines, index + 1))


def _names_a_mail(words: str) -> bool:
    return re.search(r"\S@\S|kl\.? ?\d|\d{1,2}[:.]\d{2}", words) is not None


def _quote_at(lines: Sequence[str], index: int) -> bool:
    return any(line.startswith(">") for line in lines[index : index + 2])


def _quote_follows(lines: Sequence[str], index: int) -> bool:
    return next((line.startswith(">") for line in lines[index : index + 3] if line.strip()), True)


def cut_by_library(text: str) -> str:
    """The text as far as `mail-parser-reply` takes it for the newest mail.

    It knows more programs and languages, and takes some sentences for headings: its cut counts only where
    what it cuts off begins with an address or a time.
    """
    if len(text) > MOST_FOR_LIBRARY:
        return text
    newest: str = (
        QuotedMail(text=text, languages=["da", "de", "sv"], keep_hyphen_lists=True).read().replies[0].content
    )
    stripped = "\n".join(line.strip() for line in text.split("\n")).strip()
    if not newest or not stripped.startswith(newest) or len(newest) == len(stripped):
        return text
    heading = stripped[len(newest) :].strip()[:300].split("\n\n")[0]
    kept = text.strip().count("\n") - stripped[len(newest) :].count("\n")
    return (
        "\n".join(text.strip().split("\n")[: kept + 1]) if _names_a_mail(heading.split("\n\n")[0]) else text
    )
