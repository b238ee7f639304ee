# ruff: noqa: E501  # HTML stands as the programs write it
"""Replies in Danish as the usual mail programs write them, with the words their authors typed.

Each program has its own structure: parts, charsets, encodings, headings above the answered mail, marks on
quoted lines. `python -m tests.support.danish_replies FOLDER` writes them all as .eml files, to look at or
to give to `aarshjul mail explain`.
"""

import base64
import html
import quopri
import sys
import textwrap
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

ENGINE = "aarshjul@by.example"
ASKED = [
    "Kære Mette",
    "",
    "Kvartalsrapport 1 2027 for Havneskolen skal besvares senest fredag den 30. april 2027.",
    "",
    "1. Status (grøn, gul eller rød):",
    "2. Forventet resultat (kr.):",
    "3. Bemærkninger:",
    "Slut på spørgsmålene",
    "",
    "Har du ingen bemærkninger? Så svar »Intet at bemærke«.",
    "",
    "Venlig hilsen",
    "Årshjulet",
]
SUBJECT = "Kvartalsrapport 1 2027 for Havneskolen: frist 30. april"

TEXTS = {
    "nil": "Intet at bemærke",
    "labels": "Status: gul, fraværet er steget\nForventet resultat: 14,5 mio. kr.\nBemærkninger: Vi følger op.",
    "numbered": "1. Grøn\n2. -2.093,8\n3. Vi venter på svar fra Børne- og Ungdomsforvaltningen.",
    "bullets": "Status: grøn\nBemærkninger:\n- ny SFO-leder fra 1. august\n- to vakante stillinger",
    "paragraphs": "Det går fremad, men langsomt.\n\nVi har haft influenza på mellemtrinnet.\n\nTallene følger.",
    "sentence like a heading": "Status: rød\nDen nye leder skrev i referatet: vi mangler to lærere.\nDet passer.",
    "from and to": "Skolen flytter.\nFra: Havnegade 1\nTil: Engvej 12\nDet sker i uge 33.",
    "greeting inside": "Hilsen fra børnene var årets oplevelse.\nKære forældre skrev de, og det virkede.",
    "long": "Status: gul\nBemærkninger: "
    + "Vi har i foråret arbejdet med overgangen fra børnehave til skole, og det har krævet flere møder end "
    "planlagt, fordi to af institutionerne har skiftet leder undervejs.",
    "dashes": "Status: grøn -- men med forbehold\nForventet resultat: 1,5 mio.\n\n---\nSidste linje.",
    "signs": "Bemærkninger: »Ærø & Å« > 50 % < 60 % – godt 👍",
    "phone": "Ring på 12 34 56 78, hvis tallene ser forkerte ud.\nStatus: gul",
    "afterthought": "Status: grøn",
    "one word": "Grøn",
}
AFTERTHOUGHTS = {"afterthought": "PS: Jeg er på ferie i uge 20."}
INLINE = ["Gul, fordi fraværet er steget.", "14,5 mio. kr.", "Vi følger op efter sommerferien."]

SIGNATURES = [
    [
        "Med venlig hilsen",
        "",
        "Mette Østergaard",
        "Skoleleder",
        "",
        "Havneskolen",
        "Havnegade 1, 8000 By",
        "Tlf. 12 34 56 78",
    ],
    ["Mvh. Mette"],
    ["Venlig hilsen", "Mette Ø. Jensen", "Mobil: +45 12 34 56 78", "www.havneskolen.example"],
    ["De bedste hilsner", "Mette"],
    [],
    [
        "Mette Østergaard",
        "Skoleleder",
        "Havneskolen",
        "Tlf. 12 34 56 78",
        "",
        "Denne e-mail er fortrolig og kun tiltænkt modtageren. Er du ikke rette modtager, bedes du slette den.",
    ],
]
OPENINGS = ["", "Hej\n\n", "Kære sekretariat,\n\n", "Hej Søren\n\n"]


@dataclass(frozen=True)
class Reply:
    """One mail and what its author meant to say. `wrapped`: the program breaks long lines."""

    name: str
    raw: bytes
    expected: str
    wrapped: bool = False


@dataclass(frozen=True)
class Typed:
    """What somebody typed into a mail program: greeting and text, and the signature the program adds."""

    opening: str
    text: str
    signature: list[str]
    after: str = ""

    @property
    def lines(self) -> list[str]:
        """All lines above the answered mail."""
        body = (self.opening + self.text).split("\n")
        tail = ["", *self.signature] if self.signature else []
        return [*body, *tail, *(["", self.after] if self.after else [])]

    @property
    def expected(self) -> str:
        """The author's own words."""
        return f"{self.text}\n\n{self.after}" if self.after else self.text


def _head(*, program: str, subject: str = "SV: ") -> str:
    return (
        "From: =?utf-8?q?Mette_=C3=98stergaard?= <mette@by.example>\r\n"
        "To: =?utf-8?q?=C3=85rshjulet?= <svar+abcdefghijklmnop@svar.by.example>\r\n"
        f"Subject: =?utf-8?b?{base64.b64encode((subject + SUBJECT).encode()).decode()}?=\r\n"
        f"Message-ID: <{len(program)}@{program.replace(' ', '-')}.example>\r\n"
        "In-Reply-To: <0123@by.example>\r\nReferences: <0123@by.example>\r\n"
        "Date: Tue, 06 Apr 2027 12:00:00 +0200\r\nMIME-Version: 1.0\r\n"
    )


def _part(
    kind: str, text: str, charset: str = "utf-8", encoding: str = "quoted-printable", more: str = ""
) -> str:
    charset = charset if _writable(text, charset) else "utf-8"
    content = text.replace("\n", "\r\n").encode(charset)
    if encoding == "base64":
        body = base64.encodebytes(content).decode()
    elif encoding == "quoted-printable":
        body = quopri.encodestring(content).decode("ascii")
    else:
        body = content.decode("latin-1")
    return f"Content-Type: text/{kind}; charset={charset}{more}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\n{body}\r\n"


def _writable(text: str, charset: str) -> bool:
    try:
        text.encode(charset)
    except UnicodeEncodeError:
        return False
    return True


def _several(kind: str, *parts: str, boundary: str = "_000_b1") -> str:
    inside = "".join(f"--{boundary}\r\n{part}\r\n" for part in parts)
    return f'Content-Type: multipart/{kind}; boundary="{boundary}"\r\n\r\n{inside}--{boundary}--\r\n'


def _whole(head: str, body: str) -> bytes:
    return (head + body).encode("latin-1")


def _escaped(line: str) -> str:
    return html.escape(line, quote=False)


def _paragraphs(lines: list[str]) -> str:
    """As Word writes them: a paragraph a line, an empty one with a no-break space in it."""
    return "".join(
        f'<p class="MsoNormal">{_escaped(line) or "<o:p>&nbsp;</o:p>"}<o:p></o:p></p>\n' for line in lines
    )


def _divs(lines: list[str], attributes: str = "") -> str:
    return "".join(f"<div{attributes}>{_escaped(line) or '<br>'}</div>\n" for line in lines)


def _heading(labels: tuple[str, str, str, str], sent: str = "6. april 2027 10:00") -> list[str]:
    values = (f"Årshjulet <{ENGINE}>", sent, "Mette Østergaard <mette@by.example>", SUBJECT)
    return [f"{label}: {value}" for label, value in zip(labels, values, strict=True)]


WORD = ' class="elementToProof"'
DANISH, ENGLISH = ("Fra", "Sendt", "Til", "Emne"), ("From", "Sent", "To", "Subject")
LOGO = (
    'Content-Type: image/png; name="image001.png"\r\nContent-Disposition: inline; filename="image001.png"\r\n'
    "Content-ID: <image001.png@01DB>\r\nContent-Transfer-Encoding: base64\r\n\r\niVBORw0KGgo=\r\n"
)


def outlook_desktop(typed: Typed, labels: tuple[str, str, str, str] = DANISH) -> bytes:
    """Outlook for Windows: Windows-1252, a logo in the signature, the heading above a line."""
    heading = _heading(labels)
    plain = "\n".join([*typed.lines, "", *heading, "", *ASKED])
    rich = (
        '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!-- p.MsoNormal {margin:0cm;} -->'
        f'</style></head><body lang="DA"><div class="WordSection1">{_paragraphs(typed.lines)}'
        '<p class="MsoNormal"><img src="cid:image001.png@01DB"></p>'
        '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm"><p class="MsoNormal">'
        + "<br>\n".join(
            f"<b>{line.partition(':')[0]}:</b>{_escaped(line.partition(':')[2])}" for line in heading
        )
        + f"<o:p></o:p></p></div>{_paragraphs(ASKED)}</div></body></html>"
    )
    alternative = _several(
        "alternative",
        _part("plain", plain, "windows-1252"),
        _part("html", rich, "windows-1252"),
        boundary="_001_",
    )
    return _whole(_head(program="outlook desktop"), _several("related", alternative, LOGO))


def outlook_english(typed: Typed) -> bytes:
    """The same with English menus."""
    return outlook_desktop(typed, ENGLISH)


def outlook_html_only(typed: Typed) -> bytes:
    """Outlook behind a gateway that drops the plain part."""
    rich = (
        f'<html><body><div class="WordSection1">{_paragraphs(typed.lines)}<div><div style="border:none;border-top:'
        'solid #E1E1E1 1.0pt"><p class="MsoNormal">'
        + "<br>".join(f"<b>{_escaped(line)}</b>" for line in _heading(DANISH))
        + f"</p></div></div>{_paragraphs(ASKED)}</div></body></html>"
    )
    return _whole(_head(program="outlook gateway"), _part("html", rich, "iso-8859-1"))


def outlook_web(typed: Typed) -> bytes:
    """Outlook on the web: base64, a rule of underscores above the heading."""
    heading = _heading(DANISH, "tirsdag den 6. april 2027 10:00")
    plain = "\n".join([*typed.lines, "", "_" * 32, *heading, "", *ASKED])
    rich = (
        f'<html><body dir="ltr">{_divs(typed.lines, WORD)}<div id="appendonsend"></div>'
        '<hr style="display:inline-block;width:98%" tabindex="-1"><div id="divRplyFwdMsg" dir="ltr"><font>'
        + "<br>".join(f"<b>{_escaped(line)}</b>" for line in heading)
        + f"</font><div>&nbsp;</div></div>{_divs(ASKED)}</body></html>"
    )
    parts = _part("plain", plain, encoding="base64"), _part("html", rich, encoding="base64")
    return _whole(_head(program="outlook web"), _several("alternative", *parts))


def outlook_mobile(typed: Typed) -> bytes:
    """Outlook for Android, which says so."""
    shown = [*typed.lines, "", "Hent Outlook til Android<https://aka.ms/AAb9ysg>"]
    plain = "\n".join([*shown, "_" * 32, *_heading(DANISH), "", *ASKED])
    return _whole(_head(program="outlook mobile"), _part("plain", plain, "iso-8859-1"))


def iphone(typed: Typed) -> bytes:
    """iOS Mail: the heading is quoted too, and stands below its own farewell."""
    heading = f"Den 6. apr. 2027 kl. 10.00 skrev Årshjulet <{ENGINE}>:"
    quoted = ["> " + line if line else ">" for line in [heading, "", "\ufeff" + ASKED[0], *ASKED[1:]]]
    plain = "\n".join([*typed.lines, "", "Sendt fra min iPhone", "", *quoted])
    rich = (
        f'<html><body dir="auto">{_divs(typed.lines)}<br id="lineBreakAtBeginningOfSignature"><div dir="ltr">Sendt fra '
        f'min iPhone</div><div dir="ltr"><br><blockquote type="cite">{_escaped(heading)}<br><br></blockquote></div>'
        f'<blockquote type="cite"><div dir="ltr">{_divs(ASKED)}</div></blockquote></body></html>'
    )
    return _whole(
        _head(program="iphone", subject="Sv: "),
        _several("alternative", _part("plain", plain), _part("html", rich)),
    )


def iphone_html_only(typed: Typed) -> bytes:
    """iOS Mail with a formatted signature sends HTML alone."""
    heading = f"Den 6. apr. 2027 kl. 10.00 skrev Årshjulet &lt;{ENGINE}&gt;:"
    rich = (
        f'<html><head></head><body dir="auto">{_divs(typed.lines)}<div dir="ltr"><br>Sendt fra min iPhone</div>'
        f'<div dir="ltr"><br><blockquote type="cite">{heading}<br><br></blockquote></div><blockquote type="cite">'
        f'<div dir="ltr">{_divs(ASKED)}</div></blockquote></body></html>'
    )
    return _whole(_head(program="iphone html", subject="Sv: "), _part("html", rich))


def gmail_web(typed: Typed) -> bytes:
    """Gmail: plain text broken at 78 columns, also in the heading."""
    lines = [piece for line in typed.lines for piece in textwrap.wrap(line, 76) or [""]]
    heading = ["Den tirs. 6. apr. 2027 kl. 10.00 skrev Årshjulet <", f"{ENGINE}>:", ""]
    quoted = [f"> {line}" if line else ">" for line in ASKED]
    rich = (
        f'<div dir="ltr">{_divs(typed.lines)}</div><br><div class="gmail_quote gmail_quote_container"><div dir="ltr" '
        f'class="gmail_attr">Den tirs. 6. apr. 2027 kl. 10.00 skrev Årshjulet &lt;<a href="mailto:{ENGINE}">{ENGINE}</a>'
        '&gt;:<br></div><blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex;border-left:1px solid">'
        f"{_divs(ASKED)}</blockquote></div>"
    )
    plain = "\n".join([*lines, "", *heading, *quoted])
    parts = _part("plain", plain), _part("html", rich)
    return _whole(_head(program="gmail", subject="Re: "), _several("alternative", *parts))


def gmail_html_only(typed: Typed) -> bytes:
    """Gmail's HTML alone, as some gateways leave it."""
    rich = (
        f'<div dir="auto">{_divs(typed.lines)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'Den tir. 6. apr. 2027 10.00 skrev Årshjulet &lt;<a href="mailto:{ENGINE}">{ENGINE}</a>&gt;:<br></div>'
        f'<blockquote class="gmail_quote" style="margin:0 0 0 .8ex;border-left:1px #ccc solid">{_divs(ASKED)}'
        "</blockquote></div>"
    )
    return _whole(_head(program="gmail android", subject="Re: "), _part("html", rich, encoding="base64"))


def samsung(typed: Typed) -> bytes:
    """Samsung's mail program on Android: HTML alone, its own heading."""
    heading = _heading(("Fra", "Dato", "Til", "Emne"), "06.04.2027 10.00 (GMT+01:00)")
    shown = [
        *typed.lines,
        "",
        "Sendt fra min Galaxy",
        "",
        "-------- Oprindelig meddelelse --------",
        *heading,
        "",
    ]
    rich = f"<html><body dir='auto'>{_divs(shown)}{_divs(ASKED)}</body></html>"
    return _whole(_head(program="samsung"), _part("html", rich, encoding="base64"))


def thunderbird(typed: Typed) -> bytes:
    """Thunderbird: lines that flow, the signature behind two dashes."""
    flowed = [_flowing(line) for line in [*(typed.opening + typed.text).split("\n")]]
    signed = ["", "-- ", *typed.signature] if typed.signature else []
    quoted = [f"> {line}" if line else ">" for line in ASKED]
    plain = "\n".join([*flowed, "", "Den 06.04.2027 kl. 10.00 skrev Årshjulet:", *quoted, *signed])
    return _whole(
        _head(program="thunderbird", subject="Re: "),
        _part("plain", plain, "utf-8", "8bit", "; format=flowed"),
    )


def _flowing(line: str) -> str:
    """One line broken where it is long; a line that looks quoted is stuffed (RFC 3676)."""
    pieces = [f"{piece} " for piece in textwrap.wrap(line, 70)]
    return "\n".join([*pieces[:-1], pieces[-1].rstrip()]) if pieces else ""


def below_the_mail(typed: Typed) -> bytes:
    """An author who writes below what is answered."""
    quoted = [f"> {line}" if line else ">" for line in ASKED]
    plain = "\n".join(["Den 06-04-2027 kl. 10:00 skrev Årshjulet:", *quoted, "", *typed.lines])
    return _whole(_head(program="below", subject="Re: "), _part("plain", plain, "iso-8859-1", "8bit"))


def between_the_lines(typed: Typed) -> bytes:
    """An author who answers each question below it; the text goes between the quoted lines."""
    lines: list[str] = ["Den tir. 6. apr. 2027 kl. 10.00 skrev Årshjulet <aarshjul@by.example>:", ""]
    answers = iter(typed.text.split("\n"))
    for line in ASKED:
        lines.append(f"> {line}" if line else ">")
        if line[:1].isdigit():
            lines += ["", next(answers, ""), ""]
    return _whole(_head(program="between"), _part("plain", "\n".join([*lines, "", *typed.signature])))


def warned_of(typed: Typed) -> bytes:
    """A reply from outside, with what the municipality's gateway puts above it."""
    warning = [
        "ADVARSEL: Denne mail kommer fra en ekstern afsender. Klik ikke på links, og åbn ikke vedhæftede filer,",
        "medmindre du kender afsenderen.",
        "",
    ]
    plain = "\n".join([*warning, *typed.lines, "", *_heading(DANISH), "", *ASKED])
    return _whole(_head(program="gateway"), _part("plain", plain, "windows-1252", "base64"))


PROGRAMS: dict[str, Callable[[Typed], bytes]] = {
    "outlook desktop": outlook_desktop,
    "outlook english": outlook_english,
    "outlook html only": outlook_html_only,
    "outlook web": outlook_web,
    "outlook mobile": outlook_mobile,
    "iphone": iphone,
    "iphone html only": iphone_html_only,
    "gmail web": gmail_web,
    "gmail html only": gmail_html_only,
    "samsung": samsung,
    "thunderbird": thunderbird,
    "below the mail": below_the_mail,
    "gateway": warned_of,
}
BREAKS_LINES = {"gmail web"}
NO_AFTERTHOUGHT = {"thunderbird"}


def replies() -> Iterator[Reply]:
    """Every text through every program, with signatures and greetings that go round."""
    turn = 0
    for program, write in PROGRAMS.items():
        for name, text in TEXTS.items():
            turn += 1
            after = "" if program in NO_AFTERTHOUGHT else AFTERTHOUGHTS.get(name, "")
            signature = SIGNATURES[turn % len(SIGNATURES)]
            if after and not (signature and signature[0] != "Mette Østergaard"):
                signature = SIGNATURES[1]
            typed = Typed(OPENINGS[turn % len(OPENINGS)], text, signature, after)
            yield Reply(f"{program}, {name}", write(typed), typed.expected, program in BREAKS_LINES)
    for number, signature in enumerate(SIGNATURES[:5]):
        typed = Typed("", "\n".join(INLINE), signature)
        yield Reply(f"between the lines {number}", between_the_lines(typed), "\n\n".join(INLINE))


def main(folder: Path) -> None:
    """Writes each as a file, with the expected text beside it."""
    folder.mkdir(parents=True, exist_ok=True)
    for reply in replies():
        name = reply.name.replace(", ", "-").replace(" ", "_")
        (folder / f"{name}.eml").write_bytes(reply.raw)
        (folder / f"{name}.txt").write_text(reply.expected + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
