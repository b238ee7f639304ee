"""What systems write into a mail that is sent on or answered: banners above its words, footers below them.

No list knows them all, and one that is not known would make every reply from a house a question. So here a
paragraph is one when each of its sentences has a word that such texts are about, and none is about a unit.
"""

import re
from collections.abc import Sequence

from notifications.reading.frame import without_frame
from notifications.reading.notices import MOST_LINES, warning_length
from notifications.reading.signatures import is_card, paragraphs

MOST_LOOKED = 80
"""Lines of one stretch that are looked at; a longer one is text."""

_WARNS = re.compile(
    r"\bekstern|\bexternal|udefra|uden ?for (?:kommunen|organisationen|virksomheden|huset)|outside|phishing|"
    r"mistænkelig|suspicious|svindel|\bspam\b|ikke ofte (?:e-?)?mail|don['’]?t often get",
    re.IGNORECASE,
)
_ABOUT_MAIL = re.compile(
    rf"{_WARNS.pattern}|\be?-?mails?\b|mailen\b|afsender|sender\b|\blinks?\b|vedhæft|attachment|klik|click|"
    r"få mere at vide|læs mere|learn (?:more|why)|vær opmærksom|forsigtig|caution|advarsel|warning|\bobs\b",
    re.IGNORECASE,
)
_LEGAL = re.compile(
    r"fortrolig|confidential|tiltænkt|bestemt for|intended|modtager|recipient|\bvirus|\bscan|malware|"
    r"antivirus|personoplysning|privatliv|persondata|databeskyttelse|privacy|\bgdpr\b|disclaimer|"
    r"tænk på miljøet|unauthori[sz]ed|copyright|slet (?:mailen|den)|slette (?:mailen|den)",
    re.IGNORECASE,
)
_OF_UNIT = re.compile(
    r"\b(?:mangler|jeg|vikar\w*|lærer\w*|elev\w*|børn\w*|pædagog\w*|forældre\w*|budget\w*|mio|kr|status)\b",
    re.IGNORECASE,
)
_HEADER = re.compile(
    r"\W{0,3}(?:b?cc|kopi|fra|til|emne|sendt|dato|from|to|subject|sent|date|vedhæft\w{0,8}(?: filer)?|"
    r"attachments?|prioritet|priority|vigtighed|importance|svar til|reply-to)\W{0,2}:",
    re.IGNORECASE,
)
_ADDRESS = re.compile(r"[^\s<>()@]{1,100}@[^\s<>()@]{1,100}")
_NAMES = re.compile(r"[^\W\d_]\S*")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+")


def without_banners(lines: Sequence[str], subject: str) -> list[str]:
    """What stands between a quoted mail's heading and its greeting, without the heading's further lines, a
    broken subject's rest, and banners."""
    if len(lines) > MOST_LOOKED:
        return list(lines)
    start = 0
    while start < len(lines) and _of_heading(lines[start], subject):
        start += 1
    rest = list(lines[start:])
    while length := warning_length(rest):
        rest = _from_first_filled(rest[length:])
    return _without(rest, _WARNS, _ABOUT_MAIL)


def without_footers(lines: Sequence[str]) -> list[str]:
    """What stands below a quoted mail's last line, without farewells, cards, devices and disclaimers."""
    if len(lines) > MOST_LOOKED:
        return list(lines)
    rest = _without(lines, _LEGAL, _LEGAL)
    filled = [line for line in rest if line.strip()]
    return [] if filled and is_card(filled) else without_frame(rest)[0]


def _of_heading(line: str, subject: str) -> bool:
    words = " ".join(line.split())
    if not words:
        return True
    if _HEADER.match(words) or subject.casefold().endswith(words.casefold()):
        return True
    names = _NAMES.findall(_ADDRESS.sub("", words))
    return _ADDRESS.search(words) is not None and all(name[0].isupper() for name in names)


def _from_first_filled(lines: Sequence[str]) -> list[str]:
    first = next((n for n, line in enumerate(lines) if line.strip()), len(lines))
    return list(lines[first:])


def _without(lines: Sequence[str], strong: re.Pattern[str], alike: re.Pattern[str]) -> list[str]:
    """The lines without paragraphs all of whose sentences are `alike`, and one of them `strong`."""
    dropped = [
        line for paragraph in paragraphs(lines) if _is_machine(paragraph, strong, alike) for line in paragraph
    ]
    return [line for line in lines if line not in dropped]


def _is_machine(paragraph: Sequence[str], strong: re.Pattern[str], alike: re.Pattern[str]) -> bool:
    if len(paragraph) > MOST_LINES:
        return False
    text = " ".join(paragraph)
    said = [each for each in _SENTENCE_END.split(text) if re.search(r"\w", each)]
    return not _OF_UNIT.search(text) and strong.search(text) is not None and all(map(alike.search, said))
