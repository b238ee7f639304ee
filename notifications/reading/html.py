"""The text of an HTML mail: lines where a reader sees lines, quoted mails marked by ">"."""

import re

from lxml import etree, html

from notifications.reading.bounds import MOST_LINES, TOO_LONG, Unbounded
from notifications.reading.struck import Struck

_BLOCKS = """address article blockquote center dd div dl dt fieldset figure footer form h1 h2 h3 h4 h5 h6
header hr li main nav ol p pre section table tbody td tfoot th thead tr ul"""
BLOCKS = frozenset(_BLOCKS.split())
UNSEEN = frozenset({"head", "script", "style", "title", "template", "noscript", "object"})
_BLANKS = re.compile(r"[ \t\n\r\f]+")
_INDENT = re.compile(r"border(-left)?\s*:\s*none|border(-left)?\s*:\s*0", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none|mso-hide\s*:\s*all|visibility\s*:\s*hidden", re.IGNORECASE)


def html_text(source: str) -> str:
    """The text of an HTML mail. Numbers and dashes of lists are written out; pictures and words that
    the author struck out leave nothing.

    Raises Unbounded for more lines than any person writes.
    """
    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(source.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError):
        return ""
    page = _Page(Struck.of(root))
    for event, element in etree.iterwalk(root, events=("start", "end")):
        if isinstance(element.tag, str):
            page.opened(element) if event == "start" else page.closed(element)
    return page.text()


class _Page:
    """The lines written so far, each with the depth of its quotation."""

    def __init__(self, struck: Struck) -> None:
        self._struck = struck
        self._lines: list[tuple[int, str]] = []
        self._line: list[str] = []
        self._depth = self._unseen = self._preformatted = 0
        self._numbers: list[int | None] = []

    def opened(self, element: etree._Element) -> None:
        """An element begins: what it looks like before its first word."""
        tag = str(element.tag)
        if tag == "br":
            self._break()
        elif tag in BLOCKS:
            self._end_line()
        self._unseen += self._leaves_out(element, tag)
        self._depth += _quotes(element, tag)
        self._preformatted += tag == "pre"
        if tag in ("ol", "ul"):
            self._numbers.append(_first_number(element) if tag == "ol" else None)
        elif tag == "li":
            self._line.append(self._marker())
        self._write(element.text)

    def closed(self, element: etree._Element) -> None:
        """An element ends; what follows it belongs to the one around it."""
        tag = str(element.tag)
        if tag in BLOCKS:
            self._end_line()
        if tag in ("ol", "ul"):
            self._numbers.pop()
        self._preformatted -= tag == "pre"
        self._depth -= _quotes(element, tag)
        self._unseen -= self._leaves_out(element, tag)
        self._write(element.tail)

    def text(self) -> str:
        """All lines, never more than one of them empty at a time."""
        self._end_line()
        written = "\n".join(_quoted(depth, line) for depth, line in self._lines)
        return re.sub(r"\n{3,}", "\n\n", written).strip()

    def _leaves_out(self, element: etree._Element, tag: str) -> bool:
        hidden = tag in UNSEEN or _HIDDEN.search(element.get("style", "")) is not None
        return hidden or self._struck.has(element)

    def _write(self, text: str | None) -> None:
        if not text or self._unseen:
            return
        if not self._preformatted:
            self._line.append(_BLANKS.sub(" ", text))
            return
        first, *rest = text.split("\n")
        self._line.append(first)
        for line in rest:
            self._break()
            self._line.append(line)

    def _marker(self) -> str:
        number = self._numbers[-1] if self._numbers else None
        if number is None:
            return "- "
        self._numbers[-1] = number + 1
        return f"{number}. "

    def _break(self) -> None:
        if len(self._lines) > MOST_LINES:
            raise Unbounded(TOO_LONG)
        self._lines.append((self._depth, self._taken()))

    def _end_line(self) -> None:
        written = "".join(self._line)
        if written.strip(" \t\n\r\f"):  # a no-break space alone is an empty line that was meant
            self._break()
        self._line.clear()

    def _taken(self) -> str:
        line = re.sub(" {2,}", " ", "".join(self._line).replace("\u00a0", " ")).strip()
        self._line.clear()
        return line


def _quotes(element: etree._Element, tag: str) -> bool:
    """Whether it is a quoted mail; a blockquote without a border is what Gmail makes an indent of."""
    return tag == "blockquote" and not (
        element.get("type") is None and _INDENT.search(element.get("style", "")) is not None
    )


def _first_number(listed: etree._Element) -> int:
    start = listed.get("start", "1")
    return int(start) if start.isascii() and start.isdigit() and len(start) < 6 else 1


def _quoted(depth: int, line: str) -> str:
    return f"{'>' * min(depth, 9)} {line}".rstrip() if depth else line
