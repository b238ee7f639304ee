# ruff: noqa: E501  # HTML stands as the programs write it
"""Replies to a mail of ours as the usual mail programs write them, with answers typed into what they quote.

Each program takes the mail as it was sent (text and HTML), the words its author types above, and the lines
typed under any line of the mail that begins with a given text. Outlook makes its plain part of the HTML.
"""

import html
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage

from notifications.reading.html import html_text

FROM = "Styringssekretariatet <aarshjul@by.example>"
CARD = [
    "",
    "Med venlig hilsen",
    "",
    "Mette Hansen",
    "Skoleleder",
    "",
    "Engskolen",
    "Vestergade 1, 1456 København K",
    "Tlf. 33 66 12 34",
    "",
]


@dataclass(frozen=True)
class Ours:
    """A mail of ours as it was sent."""

    subject: str
    text: str
    html: str
    reply_to: str = "svar+abcdefghij@svar.by.example"
    to: str = "mette@skole.example"


@dataclass(frozen=True)
class Typed:
    """What was typed: above the mail, and under its lines by how they begin."""

    above: str = ""
    under: Mapping[str, str] | None = None

    def below(self, line: str) -> list[str]:
        """The lines typed under this one."""
        for begins, text in (self.under or {}).items():
            if line.strip().startswith(begins):
                return text.split("\n")
        return []

    @property
    def lines(self) -> list[str]:
        """What stands above what is quoted, with the signature."""
        return [*self.above.split("\n"), *CARD]


def _mail(ours: Ours, prefix: str, plain: str, rich: str = "") -> bytes:
    mail = EmailMessage()
    mail["From"] = f"Mette Hansen <{ours.to}>"
    mail["To"] = ours.reply_to
    mail["Subject"] = f"{prefix} {ours.subject}"
    mail["Message-ID"] = "<svar@skole.example>"
    if plain:
        mail.set_content(plain)
    if plain and rich:
        mail.add_alternative(rich, subtype="html")
    elif rich:
        mail.set_content(rich, subtype="html")
    return mail.as_bytes()


def _heading(ours: Ours) -> list[str]:
    return [
        f"Fra: {FROM}",
        "Sendt: 6. april 2027 08:00",
        f"Til: Mette Hansen <{ours.to}>",
        f"Emne: {ours.subject}",
    ]


def _text(ours: Ours, typed: Typed) -> list[str]:
    """The lines of the plain mail with the typed ones between them."""
    return [each for line in ours.text.splitlines() for each in (line, *typed.below(line))]


def _broken_out(ours: Ours, typed: Typed) -> list[str]:
    """The lines of the plain mail marked, the typed ones between them not."""
    lines = []
    for line in ours.text.splitlines():
        lines.append(f"> {line}" if line else ">")
        lines += ["", *below, ""] if (below := typed.below(line)) else []
    return lines


_LINE = re.compile(r'<div style="margin:0 0 8px 0;">([^<]*)</div>')


def _rich(ours: Ours, typed: Typed, out: str = "", back: str = "") -> str:
    """The HTML mail's body with what was typed in blue; `out` and `back` stand around it."""

    def with_typed(found: re.Match[str]) -> str:
        lines = typed.below(html.unescape(found[1]))
        divs = "".join(f'<div style="color:#0070C0">{html.escape(line) or "<br>"}</div>' for line in lines)
        return found[0] + (out + divs + back if divs else "")

    body = re.sub(r"(?s)^.*<body[^>]*>|</body>.*$", "", ours.html)
    return _LINE.sub(with_typed, body)


def _divs(lines: list[str]) -> str:
    return "".join(f"<div>{html.escape(line) or '<br>'}</div>\n" for line in lines)


def outlook_desktop(ours: Ours, typed: Typed) -> bytes:
    """Outlook for Windows, whose plain part is made of its HTML."""
    heading = "<br>".join(html.escape(line) for line in _heading(ours))
    words = "".join(
        f'<p class="MsoNormal">{html.escape(line) or "&nbsp;"}<o:p></o:p></p>' for line in typed.lines
    )
    rich = (
        f'<html><body lang="DA"><div class="WordSection1">{words}<div style="border:none;border-top:solid #E1E1E1 1.0pt">'
        f'<p class="MsoNormal">{heading}</p></div>{_rich(ours, typed)}</div></body></html>'
    )
    return _mail(ours, "SV:", html_text(rich), rich)


def outlook_html_only(ours: Ours, typed: Typed) -> bytes:
    """Outlook behind a gateway that drops the plain part."""
    heading = "<br>".join(f"<b>{html.escape(line)}</b>" for line in _heading(ours))
    return _mail(
        ours,
        "SV:",
        "",
        f"<html><body>{_divs(typed.lines)}<hr><div>{heading}</div>{_rich(ours, typed)}</body></html>",
    )


def outlook_web(ours: Ours, typed: Typed) -> bytes:
    """Outlook on the web: a rule of underscores above the heading."""
    heading = "<br>".join(html.escape(line) for line in _heading(ours))
    rich = f'<html><body dir="ltr">{_divs(typed.lines)}<div id="appendonsend"></div><hr><div id="divRplyFwdMsg">{heading}</div>{_rich(ours, typed)}</body></html>'
    plain = "\n".join([*typed.lines, "_" * 32, *_heading(ours), "", html_text(_rich(ours, typed))])
    return _mail(ours, "SV:", plain, rich)


def outlook_mobile(ours: Ours, typed: Typed) -> bytes:
    """Outlook for Android and iPhone: plain text, and a line that says so."""
    shown = [*typed.lines, "Hent Outlook til Android<https://aka.ms/AAb9ysg>", "_" * 32, *_heading(ours), ""]
    return _mail(ours, "SV:", "\n".join([*shown, *_text(ours, typed)]))


def iphone(ours: Ours, typed: Typed) -> bytes:
    """iOS Mail: all that is quoted is marked, and what is typed between is marked too."""
    heading = f"Den 6. apr. 2027 kl. 08.00 skrev {FROM}:"
    quoted = [f"> {line}" if line else ">" for line in [heading, "", *_text(ours, typed)]]
    return _mail(ours, "Sv:", "\n".join([*typed.lines, "Sendt fra min iPhone", "", *quoted]))


def iphone_broken_out(ours: Ours, typed: Typed) -> bytes:
    """iOS Mail where the author has broken out of the quotation."""
    heading = f"> Den 6. apr. 2027 kl. 08.00 skrev {FROM}:"
    quoted = _broken_out(ours, typed)
    return _mail(ours, "Sv:", "\n".join([*typed.lines, "Sendt fra min iPhone", "", heading, *quoted]))


def iphone_html_only(ours: Ours, typed: Typed) -> bytes:
    """iOS Mail with a formatted signature sends HTML alone."""
    heading = (
        f'<blockquote type="cite">{html.escape(f"Den 6. apr. 2027 kl. 08.00 skrev {FROM}:")}</blockquote>'
    )
    rich = f'<html><body dir="auto">{_divs(typed.lines)}{heading}<blockquote type="cite">{_rich(ours, typed)}</blockquote></body></html>'
    return _mail(ours, "Sv:", "", rich)


def gmail_web(ours: Ours, typed: Typed) -> bytes:
    """Gmail: plain text broken at 78 columns, also in what is quoted."""
    heading = ["Den tirs. 6. apr. 2027 kl. 08.00 skrev Styringssekretariatet <", "aarshjul@by.example>:", ""]
    lines = []
    for line in ours.text.splitlines():
        lines += [f"> {piece}" for piece in textwrap.wrap(line, 74)] or [">"]
        lines += ["", *below, ""] if (below := typed.below(line)) else []
    rich = (
        f'<div dir="ltr">{_divs(typed.lines)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{html.escape(" ".join(heading))}<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;'
        f'border-left:1px solid">{_rich(ours, typed)}</blockquote></div>'
    )
    return _mail(ours, "Re:", "\n".join([*typed.lines, *heading, *lines]), rich)


def gmail_html_only(ours: Ours, typed: Typed) -> bytes:
    """Gmail on Android as some gateways leave it; what is typed stays in the quotation."""
    rich = (
        f'<div dir="auto">{_divs(typed.lines)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f"Den tir. 6. apr. 2027 08.00 skrev {html.escape(FROM)}:<br></div>"
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{_rich(ours, typed)}'
        "</blockquote></div>"
    )
    return _mail(ours, "Re:", "", rich)


def samsung(ours: Ours, typed: Typed) -> bytes:
    """Samsung's mail program on Android: HTML alone, its own heading."""
    shown = [*typed.lines, "Sendt fra min Galaxy", "", "-------- Oprindelig meddelelse --------"]
    heading = [line.replace("Sendt:", "Dato:") for line in _heading(ours)]
    return _mail(
        ours, "SV:", "", f"<html><body>{_divs([*shown, *heading, ''])}{_rich(ours, typed)}</body></html>"
    )


def thunderbird(ours: Ours, typed: Typed) -> bytes:
    """Thunderbird: each line quoted, what is typed between is not."""
    lines = _broken_out(ours, typed)
    return _mail(
        ours,
        "Re:",
        "\n".join([*typed.lines, "Den 06.04.2027 kl. 08.00 skrev Styringssekretariatet:", *lines]),
    )


PROGRAMS: dict[str, Callable[[Ours, Typed], bytes]] = {
    "outlook desktop": outlook_desktop,
    "outlook html only": outlook_html_only,
    "outlook web": outlook_web,
    "outlook mobile": outlook_mobile,
    "iphone": iphone,
    "iphone broken out": iphone_broken_out,
    "iphone html only": iphone_html_only,
    "gmail web": gmail_web,
    "gmail html only": gmail_html_only,
    "samsung": samsung,
    "thunderbird": thunderbird,
}
