"""The words of a reply that its author wrote."""

import re
import unicodedata

from mailparser_reply.parser import EmailMessage as QuotedMail

_FAREWELL = re.compile(
    r"(med )?((de )?(venlig|bedste|kærlig|mange|god|gode)\w* )?(hilsen|hilsner|hilsener)|mvh|v\.?h|dbh|kh|"
    r"(kind|best|warm)?\s*regards|sincerely|cheers",
    re.IGNORECASE,
)
_DEVICE = re.compile(
    r"(sendt fra|hent|sent from|get) .{0,30}(iphone|ipad|android|mobil|outlook|samsung|mail)", re.I
)
_OPENING = re.compile(r"^(kære|hej|goddag|dear|hi|hello)\b[^\n:]{0,60}$", re.IGNORECASE)
_NAMES = re.compile(r"[\s,.!/-]*|[\s,.!/-]+(?:[A-ZÆØÅ][\w.-]*\s*){1,5}")


def own_words(text: str) -> str:
    """The newest part of a mail's text: without quoted mails, greeting lines, farewell and signature."""
    plain = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\u00a0", " ")
    plain = re.sub(r"\n{3,}", "\n\n", plain)  # the quote finder is quadratic in newlines
    newest = QuotedMail(text=plain, languages=["da"], keep_hyphen_lists=True).read().replies[0].content
    lines = [line for line in newest.splitlines() if not line.lstrip().startswith(">")]
    return _without_frame("\n".join(lines).strip().splitlines())


def _without_frame(lines: list[str]) -> str:
    """Cuts "Hej …" before and "Venlig hilsen …" after. A line of a sentence is never cut."""
    if lines and _OPENING.match(lines[0].strip(" ,.!")):
        lines = lines[1:]
    for index, line in enumerate(lines):
        if line.rstrip() in ("--", "-- ") or _DEVICE.match(line.strip()) or _ends_here(line):
            return "\n".join(lines[:index]).strip()
    return "\n".join(lines).strip()


def _ends_here(line: str) -> bool:
    farewell = _FAREWELL.match(line.strip())
    if farewell is None:
        return False
    return _NAMES.fullmatch(line.strip()[farewell.end() :]) is not None
