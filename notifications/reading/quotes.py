"""Where a reply ends and the mail it answers begins, as the usual mail programs write it."""

import re
from collections.abc import Iterator, Sequence

from mailparser_reply.parser import EmailMessage as QuotedMail

from cycle.danish import MONTHS, MONTHS_EN

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
_SAID = re.compile(r"\b(?:har skrevet|skrev|wrote|schrieb)\b", re.IGNORECASE)
_BEGINS = re.compile(
    r"\W{0,2}(?:den|d\.|on|am|på|(?:man|tir|ons|tor|fre|lør|søn)[a-zæøå]{0,9}\.?,?|\d{1,2}[./])",
    re.IGNORECASE,
)
_QUOTE_HEAD = re.compile(r"\*?(?:fra|from|von|från)\s?:", re.IGNORECASE)
_QUOTE_DAY = re.compile(r"(?:den|on|am)\b", re.IGNORECASE)
_BEFORE_ADDRESS = 80
_AUTHORS_OWN = re.compile(r"\b(?:skrev|har skrevet) (?:vi|jeg|de|man|lederen|til|at|jer|os)\b", re.IGNORECASE)
_DATED = re.compile(r"\W{0,2}(?:den|d\.|on|am)\b[^\d]{0,40}\d", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>()@]{1,100}@[^\s<>()@]{1,100}")
_IN_BRACKETS = re.compile(r"[<(][^\s<>()@]{1,100}@[^\s<>()@]{1,100}[>)]")
_TIME = re.compile(r"kl\.? ?\d|\b\d{1,2}[:.]\d{2}\b", re.IGNORECASE)
_YEAR = re.compile(r"\b\d{4}\b|\b\d{1,2}[./-]\d{1,2}[./-]\d{2}\b")
_RULE = re.compile(r"^\s{0,3}(_{10,}|-{20,})\s*$")
_OF_DATES = re.compile(
    r"(?:den|d|på|on|am|at|um|kl|klokken|uhr|pm|utc|gmt|cest?|i|går|dag|har|skrev|skrevet|wrote|schrieb|hat|"
    r"(?:man|tirs?|ons|tors?|fre|lør|søn|mon|tue|wed|thu|fri|sat|sun)[a-zæøå]{0,6}|"
    rf"{'|'.join(name[:3] for name in (*MONTHS, *MONTHS_EN))}|{'|'.join((*MONTHS, *MONTHS_EN))})",
    re.IGNORECASE,
)
_SMALL = frozenset(("af", "von", "van", "de", "fra", "i", "for", "og", "på", "ved", "via"))
MOST_LOOKED = 10_000
"""Lines in which the answered mail's heading is looked for; nobody writes so many above it."""

MOST_HEADER_LINES = 6
MOST_WROTE_LINES = 3
LONGEST_WROTE = 400


def split_quoted(whole: str) -> tuple[str, str]:
    """(what stands above the quoted mail, the quoted mail and what stands in it)."""
    lines = whole.splitlines()
    begins = (index for index, line in enumerate(lines) if _begins_quoted(line[:LONGEST_WROTE].strip()))
    first = next(begins, len(lines))
    return "\n".join(lines[:first]).strip(), "\n".join(lines[first:])


def _begins_quoted(line: str) -> bool:
    """Whether a quoted mail may begin at this line; what follows is looked through for our questions."""
    if line.startswith((">", "--")):
        return line[0] == ">" or (line.endswith("--") and re.search(r"\w", line) is not None)
    return _QUOTE_HEAD.match(line) is not None or (
        _QUOTE_DAY.match(line) is not None and _SAID.search(line) is not None
    )


def quoted_from(lines: Sequence[str], start: int = 0) -> tuple[int, int] | None:
    """(the line the answered mail begins at, the line after its heading); None when none begins."""
    return next(headings(lines, start), None)


def headings(lines: Sequence[str], start: int = 0) -> Iterator[tuple[int, int]]:
    """(line, the line after it) wherever the heading of another mail can begin, also within one."""
    for index in range(start, min(len(lines), MOST_LOOKED)):
        if len(lines[index]) < LONGEST_WROTE and _SEPARATOR.match(lines[index]):
            yield index, index + 1
        elif length := _header_block(lines, index) or _attribution(lines, index):
            yield index, index + length


def _header_block(lines: Sequence[str], index: int) -> int:
    """How many lines "Fra: … Sendt: … Til: … Emne: …" has here, a rule above it included; 0 for none.

    Words of the author's may be lined up like that ("Fra: august, Til: Engskolen"): a mail's has an address,
    a time or a year.
    """
    first = index
    if _RULE.match(lines[index][:LONGEST_WROTE]):
        first = next((n for n in range(index + 1, min(index + 3, len(lines))) if lines[n].strip()), index)
    if not _FROM.match(lines[first]):
        return 0
    near = lines[first + 1 : first + 1 + MOST_HEADER_LINES]
    sent = [line for line in near if _SENT.match(line)]
    if not (sent and any(map(_TO.match, near))):
        return 0
    if not (any("@" in line for line in (lines[first], *near)) or any(map(_tells_when, sent))):
        return 0
    last = max(n for n, line in enumerate(near) if _SENT.match(line) or _TO.match(line))
    return first + 2 + last - index


def _attribution(lines: Sequence[str], index: int) -> int:
    """How many lines "Den … skrev …:" has here; programs break it in up to three. 0 for none.

    A sentence may look like it ("Den 3. maj skrev vi til forældrene kl. 12:"), so it must tell an address,
    or a name with a year and a time and nothing else, or quoted lines must come next.
    """
    if not any(line.rstrip("*_ \t").endswith(":") for line in lines[index : index + MOST_WROTE_LINES]):
        return 0
    near = [line.strip() for line in lines[index : index + MOST_WROTE_LINES]]
    for length in range(1, len(near) + 1):
        if not near[length - 1] or near[length - 1].startswith(">"):
            return 0
        if sum(map(len, near[:length])) >= LONGEST_WROTE:
            return 0
        words = " ".join(near[:length])
        if _says_who_wrote(words) and _quote_at(lines, index + length):
            return length
        if _is_attribution(words):
            begins_later = any(_begins_alone(near[0], " ".join(near[n:length])) for n in range(1, length))
            genuine = (_names_a_mail(words) and _names_who(words)) or _quote_follows(lines, index + length)
            return length if genuine and not begins_later else 0
    return int(_is_address_alone(near[0]) and _quote_at(lines, index + 1))


def _is_attribution(words: str) -> bool:
    """ "… skrev …:" after a day, or after an address near its beginning."""
    said = _SAID.search(words) if words.rstrip("*_ ").endswith(":") else None
    if said is None or _AUTHORS_OWN.search(words):
        return False
    if _BEGINS.match(words) and re.search(r"\d", _ADDRESS.sub("", words)):
        return True
    address = _IN_BRACKETS.search(words)
    return address is not None and address.start() <= _BEFORE_ADDRESS and address.end() <= said.start()


def _says_who_wrote(words: str) -> bool:
    """ "Den i går skrev Bo <bo@by.example>:", where quoted lines come next."""
    said = _SAID.search(words) if words.rstrip("*_ ").endswith(":") else None
    address = _IN_BRACKETS.search(words)
    named = said is not None and address is not None and address.start() > said.end()
    return named and _BEGINS.match(words) is not None and not _AUTHORS_OWN.search(words)


def _begins_alone(first: str, later: str) -> bool:
    """Whether what stands before the later lines is no part of the heading."""
    return _DATED.match(later) is not None or (_BEGINS.match(first) is None and _is_attribution(later))


def _is_address_alone(line: str) -> bool:
    """ "Mette <mette@by.example>:" and what else ends with an address and a colon."""
    return len(line) < LONGEST_WROTE and line.endswith(":") and _ADDRESS.search(line) is not None


def _names_a_mail(words: str) -> bool:
    if _ADDRESS.search(words):
        return True
    return _tells_when(words, both=True)


def _names_who(words: str) -> bool:
    """Whether the heading has an address, or beside its day nothing but a name."""
    if _ADDRESS.search(words):
        return True
    rest = [word for word in re.findall(r"[^\W\d_][\w'’-]*", words) if not _OF_DATES.fullmatch(word)]
    return any(word[0].isupper() for word in rest) and all(
        word[0].isupper() or word in _SMALL for word in rest
    )


def _tells_when(words: str, *, both: bool = False) -> bool:
    told = _TIME.search(words) is not None, _YEAR.search(words) is not None
    return all(told) if both else any(told)


def _quote_at(lines: Sequence[str], index: int) -> bool:
    return any(line.startswith(">") for line in lines[index : index + 2])


def _quote_follows(lines: Sequence[str], index: int) -> bool:
    return next((line.startswith(">") for line in lines[index : index + 3] if line.strip()), True)


def cut_by_library(text: str) -> str:
    """The text as far as `mail-parser-reply` takes it for the newest mail.

    It knows more programs and languages, and takes some sentences for headings: its cut counts only where
    what it cuts off says who wrote, and has an address or a time.
    """
    if len(text) > MOST_FOR_LIBRARY:
        return text
    newest: str = (
        QuotedMail(text=text, languages=["da", "de", "sv"], keep_hyphen_lists=True).read().replies[0].content
    )
    stripped = "\n".join(line.strip() for line in text.split("\n")).strip()
    if not newest or not stripped.startswith(newest) or len(newest) == len(stripped):
        return text
    heading = stripped[len(newest) :].strip()[:LONGEST_WROTE].split("\n\n")[0]
    if _AUTHORS_OWN.search(heading):
        return text
    has_sender = any(map(_FROM.match, heading.split("\n")))
    if not (has_sender or (_SAID.search(heading) and _names_who(heading.partition(":\n")[0]))):
        return text
    kept = text.strip().count("\n") - stripped[len(newest) :].count("\n")
    return "\n".join(text.strip().split("\n")[: kept + 1]) if _names_a_mail(heading) else text
