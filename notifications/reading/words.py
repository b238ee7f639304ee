"""The words of a reply that its author wrote."""

import re
import unicodedata
from collections.abc import Iterable

from notifications.reading.card_notices import without_pictures
from notifications.reading.frame import without_frame
from notifications.reading.quotes import cut_by_library, quoted_from
from notifications.reading.signatures import SIGNATURE_MARK

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def own_words(text: str) -> str:
    """What the author wrote; see `written`."""
    return written(text)[0]


def written(text: str) -> tuple[str, str]:
    """(the author's words; those at their end that stand below a farewell with a name).

    The words are what the author wrote above, below or between the lines of the mail that is answered.

    Without quoted lines, warnings, greeting, farewell, signature and disclaimers, which are looked for in the
    first and the last piece that no quoted line parts. An answer between quoted lines stands where it stood,
    without the question.
    """
    pieces = _pieces(normal(text).split("\n"))
    framed = {n for n, piece in enumerate(pieces) if any(line.strip() for line in piece)}
    below: list[str] = []
    for n in sorted({min(framed), max(framed)}) if framed else ():
        pieces[n], below = without_frame(pieces[n])
    return _text(line for piece in pieces for line in (*piece, "")), _text(below)


def _text(lines: Iterable[str]) -> str:
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _pieces(lines: list[str]) -> list[list[str]]:
    """The author's lines, each piece between quoted ones by itself."""
    found: list[list[str]] = []
    last_quoted = max((n for n, line in enumerate(lines) if line.startswith(">")), default=-1)
    start = 0
    while (heading := quoted_from(lines, start)) is not None:
        begins, continues = heading
        found += _own(lines[start:begins], first=start == 0)
        if continues > last_quoted:
            return found  # all that follows is the mail that was answered
        start = continues
    return found + _own(lines[start:], first=start == 0)


def normal(text: str) -> str:
    """The text with plain line ends and spaces, composed letters, and never two empty lines together."""
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = unicodedata.normalize("NFC", plain).replace("\u00a0", " ").replace("\u2028", "\n")
    plain = without_pictures(plain)
    return re.sub(r"\n[ \t]*\n(?:[ \t]*\n)+", "\n\n", plain)


def _own(lines: list[str], *, first: bool) -> list[list[str]]:
    """The author's pieces of one stretch."""
    pieces: list[list[str]] = [[]]
    for line in lines:
        if line.lstrip().startswith(">"):
            if pieces[-1]:
                pieces.append([])
        else:
            pieces[-1].append(line if line == SIGNATURE_MARK else line.rstrip())
    if first and len(pieces) == 1:
        pieces = [cut_by_library("\n".join(pieces[0])).split("\n")]
    return pieces
