"""What stands around the words of a mail: warnings, greeting, farewell, signature, disclaimer."""

import re
from collections.abc import Sequence

_FAREWELL = re.compile(
    r"(med )?((de )?(venlig|bedste|kærlig|mange|god|gode|hjertelig|vennlig)\w* )?(hilsen|hilsner|hilsener)|"
    r"(de )?(bedste|kærligste|varmeste) hilsner|mvh|m\.v\.h\.?|v\.?h\b\.?|dbh|kh|vh|med vänliga hälsningar|"
    r"vänligen|(kind|best|warm|many)?\s*regards|sincerely( yours)?|cheers|best wishes|"
    r"mit freundlichen grüßen|viele grüße",
    re.IGNORECASE,
)
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
    r"\b\d{4}\s+[A-ZÆØÅ]\w+",
    re.IGNORECASE,
)
_PERSON = re.compile(r"^\W{0,2}[A-ZÆØÅ][\wæøåéüö.'-]*(\s+(af|von|de|[A-ZÆØÅ])[\w.'-]*){1,4},?\W{0,2}$")
_RULE = re.compile(r"^_{15,}$")
_AFTERTHOUGHT = re.compile(r"^p\.?\s?s\.?\b\s?:?", re.IGNORECASE)
LONGEST_SIGNATURE_LINE = 70
MOST_SIGNATURE_LINES = 12


def without_frame(lines: Sequence[str]) -> list[str]:
    """The lines between greeting and farewell. A line of a sentence is never cut."""
    body = _without_banners(list(lines))
    if body and _OPENING.match(body[0].strip(" ,.!")):
        body = body[1:]
    for index, line in enumerate(body):
        if _ends_here(line.strip()):
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
    start = next((n for n in range(len(body), 0, -1) if not body[n - 1].strip()), None)
    if start is None:
        return body
    block = body[start:]
    is_signature = (
        2 <= len(block) <= MOST_SIGNATURE_LINES
        and _PERSON.match(block[0]) is not None
        and any(map(_CONTACT.search, block))
        and all(len(line) <= LONGEST_SIGNATURE_LINE for line in block)
    )
    return _trimmed(body[:start]) if is_signature else body


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
