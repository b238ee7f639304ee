"""The words of a reply that its author wrote."""

import re
import unicodedata

from notifications.reading.frame import without_frame
from notifications.reading.quotes import cut_by_library, quoted_from
from notifications.reading.signatures import SIGNATURE_MARK

_INVISIBLE = re.compile("[\u200b-\u200f\u2060\ufeff\u00ad]")


def own_words(text: str) -> str:
    """What the author wrote above, below or between the lines of the mail that is answered.

    Without quoted lines, warnings, greeting, farewell, signature and disclaimers. An answer between quoted
    lines stands where it stood, without the question.
    """
    lines = normal(text).split("\n")
    written: list[str] = []
    start = 0
    while (found := quoted_from(lines, start)) is not None:
        begins, continues = found
        written += _own(lines[start:begins], first=start == 0)
        rest = lines[continues:]
        if not any(line.startswith(">") for line in rest):
            lines = []  # all that follows is the mail that was answered
            break
        start = continues
    written += _own(lines[start:], first=start == 0)
    return re.sub(r"\n{3,}", "\n\n", "\n".join(written)).strip()


def normal(text: str) -> str:
    """The text with plain line ends and spaces, composed letters, and never two empty lines together."""
    plain = _INVISIBLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    plain = unicodedata.normalize("NFC", plain).replace("\u00a0", " ").replace("\u2028", "\n")
    return re.sub(r"\n[ \t]*\n(?:[ \t]*\n)+", "\n\n", plain)


def _own(lines: list[str], *, first: bool) -> list[str]:
    """The author's lines of one stretch, each piece between quoted lines without its own frame."""
    pieces: list[list[str]] = [[]]
    for line in lines:
        if line.lstrip().startswith(">"):
            if pieces[-1]:
                pieces.append([])
        else:
            pieces[-1].append(line if line == SIGNATURE_MARK else line.rstrip())
    if first and len(pieces) == 1:
        pieces = [cut_by_library("\n".join(pieces[0])).split("\n")]
    return [line for piece in pieces for line in [*without_frame(piece), ""]]
