"""What stands around the words of a mail: warnings, greeting, farewell, signature, disclaimer."""

import re
from collections.abc import Sequence

_FAREWELL = re.compile(
    r"(med )?((de )?(venlig|bedste|kærlig|mange|god|gode|hjertelig|vennlig)\w* )?(hilsener|hilsner|hilsen)|"
    r"(de )?(bedste|kærligste|varmeste) (hilsener|hilsner|hilsen)|mvh|m\.v\.h\.?|v\.?h\b\.?|dbh|"
    r"kh|vh|med vänliga hälsningar|vänligen|(kind|best|warm|many)?\s*regards|"
    r"sincerely( yours)?|cheers|best wishes|mit freundlichen grüßen|viele grüße",
    re.IGNORECASE,
)
_GOOD_WISH = re.compile(
    r"(rigtig |fortsat )?(god|dejlig) (dag|aften|weekend|ferie|sommer|påske|jul)\b.{0,30}|"
    r"(ha'?|hav|hav en|ha' en) (en )?(rigtig |fortsat )?(god|dejlig) .{1,30}|på forhånd (mange )?tak\W*|"
    r"(de bedste |mange |kærlig )?hils(en|ner|ener) fra .{1,60}",
    re.IGNORECASE,
)
"""A farewell only where nothing but a name or a card stands below it; else a sentence like any other."""
_DEVICE = re.compile(
    r"^\W{0,2}(sendt (fra|med|via)|hent|sent (from|via|with)|get|skickat från|gesendet von|send fra)\b.{0,30}"
    r"(iphone|ipad|android|blackberry|mobil|outlook|samsung|galaxy|mail|gmail|yahoo|telefon|phone|huawei|oneplus)",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"^(kære|hej|hejsa|hejhej|goddag|god (morgen|formiddag|eftermiddag|dag)|dear|hi|hello)\b[^\n:]{0,60}$",
    re.IGNORECASE,
)
_NAMES = re.compile(r"[\s,.!/:-]*|[\s,.!/-]+(?:(?:/ ?)?[A-ZÆØÅ][\w.'-]*,?\s*){1,5}")
_BANNER = re.compile(
    r"^\W{0,3}(\[?ekstern(al)?( e-?mail| mail| afsender)?\]?\W|advarsel:|caution:|warning:|obs:|forsigtig:|"
    r"du modtager ikke ofte mails? fra|you don't often get e?-?mail from|"
    r"denne (e-?)?mail (er sendt fra en ekstern|kommer (fra|udefra)|stammer fra)|"
    r"this (e-?mail|message) (originated|comes|came|was sent) from (outside|an ext))",
    re.IGNORECASE,
)
_OUTSIDE = re.compile(
    r"ekstern|udefra|outside|external|ofte mails? fra|often get|klik ikke|do not click|vedhæftede",
    re.IGNORECASE,
)
_DISCLAIMER = re.compile(
    r"^\W{0,3}(fortrolighed:|disclaimer:?\W*$|"
    r"denne (e-?mail|mail|meddelelse|besked)\b.{0,120}(fortrolig|tiltænkt|beregnet|bestemt|modtager)|"
    r"(bemærk|vær opmærksom på).{0,80}(denne|e-?mail).{0,80}(fortrolig|ikke er krypteret)|"
    r"this (e-?mail|message)\b.{0,120}(confidential|intended|privileged)|tænk på miljøet|"
    r"(please )?consider the environment|.{0,40}behandler (personoplysninger|dine personoplysninger)|"
    r"(læs|se) (om )?.{0,40}(privatlivspolitik|behandling af personoplysninger))",
    re.IGNORECASE,
)
_CONTACT = re.compile(
    r"(^|\b)(tlf|telefon|tel|mob|mobil|direkte|phone|dir|t|m|e|mail|e-?mail|web|www|ean|cvr)\b\.?\s?[:.]?\s*"
    r"(\+?\d|www\.|http|\S+@)|^\W*(\+45\s?)?(\d{2}\s?){4}\W*$|^\W{0,3}(www\.|https?://)\S+$|^\W{0,3}\S+@\S+$|"
    r"^(\W{0,3}|.{2,40},\s{0,3})(dk-)?\d{4}\s+(?-i:[A-ZÆØÅ])[\w-]+(\s(?-i:[A-ZÆØÅ]{1,2}))?\W{0,3}$",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^\W{0,2}[A-ZÆØÅ][\wæøåéüö.'-]*(\s+(af|von|de|[A-ZÆØÅ])[\w.'-]*){1,4},?\W{0,2}$")
_RULE = re.compile(r"^_{15,}$")
_AFTERTHOUGHT = re.compile(r"^p\.?\s?s\.?\b\s?:?", re.IGNORECASE)
LONGEST_SIGNATURE_LINE = 70
MOST_SIGNATURE_LINES = 12
MOST_CARD_WORDS = 6


def without_frame(lines: Sequence[str]) -> list[str]:
    """The lines between greeting and farewell. A line of a sentence is never cut."""
    body = _without_banners(list(lines))
    if body and _OPENING.match(body[0].strip(" ,.!")):
        body = body[1:]
    for index, line in enumerate(body):
        if _ends_here(line.strip()) or (_GOOD_WISH.fullmatch(line.strip()) and _is_card(body[index + 1 :])):
            return [*_trimmed(_without_signature(body[:index])), *_afterthought(body[index + 1 :])]
    return _without_signature(body)


def _ends_here(line: str) -> bool:
    """Whether nothing of the author's text comes from here on."""
    if (
        line in ("--", "- -", "—", "—-")
        or _RULE.match(line)
        or _DEVICE.match(line)
        or _DISCLAIMER.match(line)
    ):
        return True
    farewell = _FAREWELL.match(line)
    return farewell is not None and _NAMES.fullmatch(line[farewell.end() :]) is not None


def _without_banners(lines: list[str]) -> list[str]:
    """Without what mail systems put above a mail from outside: a paragraph or two."""
    body = _trimmed(lines)
    while body and _BANNER.match(body[0]):
        end = next((n for n, line in enumerate(body) if not line.strip()), len(body))
        if not _OUTSIDE.search(" ".join(body[:end])):
            break
        body = _trimmed(body[end:] if end < len(body) else body[1:])
    return body


def _without_signature(lines: list[str]) -> list[str]:
    """Without a block of name, title and telephone at the end that no farewell stands before."""
    body = _trimmed(lines)
    starts = (n for n in range(1, len(body)) if not body[n - 1].strip() and _PERSON.match(body[n]))
    for start in starts:
        block = body[start:]
        if len(_filled(block)) > 1 and _is_card(block) and any(map(_CONTACT.search, block)):
            return _trimmed(body[:start])
    return body


def _is_card(lines: Sequence[str]) -> bool:
    """Whether there are only such lines as a signature has: names, titles, places and numbers, no sentence
    and no answer to a question."""
    filled = _filled(lines)
    return len(filled) <= MOST_SIGNATURE_LINES and all(map(_is_of_card, filled))


def _is_of_card(line: str) -> bool:
    if len(line) > LONGEST_SIGNATURE_LINE:
        return False
    if _CONTACT.search(line):
        return True
    return ":" not in line and not line.endswith((".", "?", "!")) and len(line.split()) <= MOST_CARD_WORDS


def _filled(lines: Sequence[str]) -> list[str]:
    return [line.strip() for line in lines if line.strip()]


def _afterthought(lines: list[str]) -> list[str]:
    """A postscript below the signature is the author's."""
    start = next((n for n, line in enumerate(lines) if _AFTERTHOUGHT.match(line.strip())), None)
    if start is None:
        return []
    rest = lines[start:]
    end = next(
        (n for n, line in enumerate(rest) if n and (not line.strip() or _ends_here(line.strip()))), len(rest)
    )
    return ["", *_trimmed(rest[:end])]


def _trimmed(lines: Sequence[str]) -> list[str]:
    """Without empty lines at both ends."""
    filled = [n for n, line in enumerate(lines) if line.strip()]
    return list(lines[filled[0] : filled[-1] + 1]) if filled else []
