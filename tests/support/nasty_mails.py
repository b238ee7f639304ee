"""Mails of a megabyte in shapes that make parsers slow, large or fall over."""

import random
from collections.abc import Callable
from functools import partial

MEGABYTE = 1_000_000
MOST_LINES = 49_000
"""Lines of a mail that is only just read."""

HEAD = b"From: x@by.example\r\nTo: svar+abc@svar.by.example\r\nMessage-ID: <n@by.example>\r\n"


def _filled(piece: str, size: int = MEGABYTE) -> str:
    return piece * (size // len(piece.encode()))


def plain(text: str) -> bytes:
    """The text as the body of a mail."""
    return HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + text.encode()


def rich(text: str) -> bytes:
    """The same as HTML."""
    return HEAD + b"Content-Type: text/html; charset=utf-8\r\n\r\n" + text.encode()


def flowed(text: str) -> bytes:
    """The same with lines that flow."""
    return HEAD + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n" + text.encode()


def report(text: str) -> bytes:
    """A delivery report with this text."""
    return HEAD.replace(b"x@", b"MAILER-DAEMON@") + b"Subject: failure notice\r\n\r\n" + text.encode()


def quoted_printable(text: bytes) -> bytes:
    """A body in quoted-printable."""
    return HEAD + b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + text


SHAPES: dict[str, Callable[[], bytes]] = {
    "one line": lambda: plain(_filled("a")),
    "a line of dashes": lambda: plain("Status: grøn\n" + _filled("-")),
    "words": lambda: plain(_filled("ord ")),
    "empty lines": lambda: plain("Svar" + _filled("\n")),
    "blank lines": lambda: plain(_filled(" \n")),
    "short lines": lambda: plain(_filled("a\n")),
    "quoted lines": lambda: plain(_filled("> a\n")),
    "deep quotes": lambda: plain(_filled(">")),
    "From blocks": lambda: plain(_filled("Fra: a\nSendt: b\n")),
    "From lines": lambda: plain(_filled("Fra: a\n")),
    "attributions": lambda: plain(_filled("Den 6. apr. 2027 skrev a:\n")),
    "quoted mails": lambda: plain(
        _filled(f"> Den 1. april 2027 kl. 12.00 skrev Bo <bo@x.example>:\n> {'ord og mere ' * 40}\n")
    ),
    "half attributions": lambda: plain(_filled("Den 6. apr. 2027 ")),
    "half attribution lines": lambda: plain(_filled("Den 6. apr. 2027\n")),
    "farewells": lambda: plain(_filled("Venlig hilsen\n")),
    "underscores": lambda: plain(_filled("_")),
    "dashes": lambda: plain(_filled("- ")),
    "disclaimers": lambda: plain(_filled("Disclaimer: mail ")),
    "Danish letters": lambda: plain(_filled("æøå")),
    "combining accents": lambda: plain(_filled("e\u0301\u0323")),
    "flowed lines": lambda: flowed(_filled("ord \n")),
    "equals signs": lambda: quoted_printable(_filled("=").encode()),
    "soft breaks": lambda: quoted_printable(_filled("a=\r\n").encode()),
    "html line breaks": lambda: rich(_filled("<br>")),
    "html lists": lambda: rich("<ol>" + _filled("<li>a")),
    "html open tags": lambda: rich(_filled("<div>")),
    "html quotes": lambda: rich(_filled("<blockquote>")),
    "html paragraphs": lambda: rich(_filled("<p>a</p>")),
    "html less-than": lambda: rich(_filled("<")),
    "html entities": lambda: rich(_filled("&amp;")),
    "html attributes": lambda: rich("<a " + _filled("b=1 ") + ">"),
    "html style": lambda: rich(f"<div style='{_filled('display ')}'>a</div>"),
    "html comments": lambda: rich(_filled("<!--")),
    "html spaces": lambda: rich(_filled("&nbsp;<p>")),
    "html pre": lambda: rich("<pre>" + _filled("a\n")),
    "farewells between quotes": lambda: plain(("> x\n" + "Mvh Ane\nvej 1\n" * 40) * 600),
    "streets between quotes": lambda: plain(("> x\nHej " + "vej 1\n" * 40) * 1_190),
    "headings and a quote": lambda: plain("Den 6. apr. 2027 kl. 10:00 skrev a@b.example:\n" * 20_000 + "> a"),
    "brackets and addresses": lambda: plain(_filled("(a@b" * 75 + "\n")),
    "less-than lines": lambda: plain(_filled("<" * 60 + "\n")),
    "lines of recipients": lambda: plain(_filled("Anna <anna.hansen@skole.example>; " * 8 + "\n")),
    "report of addresses": lambda: report(_filled("a@by.example failed\n")),
    "report without spaces": lambda: report(_filled("a.") + "@"),
    "report of recipients": lambda: report(_filled("Final-Recipient: rfc822; a@by.example\n\n")),
    "report of codes": lambda: report(_filled("550 5.1.1 user unknown\n")),
    "calendar": lambda: (
        HEAD + b"Content-Type: text/calendar; method=REPLY\r\n\r\n" + b"BEGIN:VEVENT\r\n" * 70_000
    ),
}

_FRAGMENTS = (
    *("(", "<", "@", ".", "*", "_", "-", "- ", "--\n", "--a", "/ ", "\t ", "\u00a0 ", "aA", "1", "1. ", ": "),
    *("æ", "www.", "@b.dk ", "(a@b", "Anna <anna.hansen@skole.example>; ", "<a@b.dk> skrev ", "wrote:"),
    *("Den ", "skrev ", "den 1. ", "den 1.1.2027 kl. 10.00 skrev A: ", "Fra: ", "Kære ", "Hej Bo, "),
    *("hilsen ", "Mvh ", "Mvh\n\n", "Mette Østergaard\nTlf. 12345678\n\n", "Sendt fra min iPhone "),
    *("[ekstern] ", "Obs: klik ikke på. ", "denne mail er fortrolig. ", "Disclaimer\n\n"),
    *("[", "automatisk genereret beskrivelse]\n", "Skriv sikkert ", "mandag 8-", "fri om fredagen "),
)
"""Pieces of what the patterns of the reader look for."""

_LINES = (
    *(
        "> x\n",
        "vej 1\n",
        "Mvh Ane\nvej 1\n",
        "Mellemlang Vej 1\n",
        "Mvh\n",
        "Hej Bo\n",
        "Ane Hansen\nTlf. 12345678\n",
    ),
    *(
        "____________________\n",
        "-- \n",
        "Sendt fra min iPhone\n",
        "God weekend\n",
        "Denne mail er fortrolig.\n",
    ),
    *(
        "Den 1. maj 2027 kl. 10:00 skrev A <a@b.example>:\n",
        "Fra: a@b.example\nSendt: 1. maj 2027\nTil: b\n",
        "\n",
    ),
    *("[EKSTERN]\n", "EAN: 5798009371034\n", "/A\n", "Disclaimer\n", "[Logo]\n", "Åbningstid: 8-15\n"),
)
"""What stands around the words of a mail, a line or two each."""


def _stretches(first: str, line: str, count: int) -> bytes:
    unit = first + line * count
    return plain(_filled(unit, MOST_LINES * len(unit.encode()) // unit.count("\n")))


STRETCHES: dict[str, Callable[[], bytes]] = {
    f"{first!r} and {count} x {line!r}": partial(_stretches, first, line, count)
    for first in _LINES
    for line in _LINES
    for count in (12, 40, 78)
}
"""As many lines as are read, in stretches of two levels: a line, then so many of another."""


def combined(seed: int) -> bytes:
    """A mail of up to a megabyte of some pieces, each once or many times; the same one for the same seed."""
    chosen = random.Random(seed)
    pieces = (*_FRAGMENTS, *_LINES)
    unit = "".join(
        chosen.choice(pieces) * chosen.choice((1, 1, 1, 5, 40)) for _ in range(chosen.randint(1, 4))
    )
    unit += chosen.choice(("", "\n"))
    size = min(MEGABYTE, MOST_LINES * len(unit.encode()) // max(1, unit.count("\n")))
    return plain(_filled(unit, max(size, len(unit.encode()))))


LINE = 300
"""Signs of a line of fragments: as long as any that patterns look at."""


def _lines_of(fragment: str) -> bytes:
    return plain(_filled((fragment * LINE)[:LINE].rstrip("\n") + ":\n"))


REPEATED: dict[str, Callable[[], bytes]] = {
    f"{fragment!r} as {how}": partial(build, fragment)
    for fragment in _FRAGMENTS
    for how, build in (("one line", lambda piece: plain(_filled(piece))), ("lines", _lines_of))
}
"""A megabyte of each fragment, on one line and on many."""
