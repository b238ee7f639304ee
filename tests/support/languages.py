"""Which words of a page are Danish and which of them the municipality wrote: for pages read in English.

A text is Danish when it has a Danish letter or word. What the store holds as the municipality's own (names,
titles, answers) may be; what the engine writes, or the application, may not. Text marked `lang="da"` is told
to the reader as Danish.
"""

import json
import re
from collections.abc import Iterable, Iterator, Set
from html.parser import HTMLParser
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine

from cycle.tables import METADATA

DANISH = re.compile(
    r"[æøåÆØÅ]|\b(og|ikke|der|som|med|til|af|på|er|har|skal|kan|den|det|de|eller|fra|ved|hvis|mangler|sendt)\b"
)
ENGINES = {
    "reminder_decision": {"reason"},
    "message": {"reason", "subject", "text"},
    "run": {"error", "progress"},
    "occurrence": {"note"},
    "history": {"why"},
}
"""Columns that the engine fills, so that they are no excuse."""
VOID = {"meta", "link", "input", "br", "img", "hr", "col"}
UNREAD = {"script", "style", "svg", "pre", "textarea", "code"}
CUT_SHORT = {"option"}
"""Where the municipality's own sentences are cut, so that they are not found in what it wrote."""
SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-label")


class Texts(HTMLParser):
    """The texts of a page that are not marked as Danish."""

    def __init__(self, page: str, unread: Set[str] = UNREAD | CUT_SHORT) -> None:
        super().__init__()
        self._unread = unread
        self.found: list[str] = []
        self._open: list[tuple[str, bool]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        silent = given.get("lang") == "da" or tag in self._unread or (bool(self._open) and self._open[-1][1])
        if not silent:
            self.found += [value for name in SPOKEN if (value := given.get(name))]
        if tag not in VOID:
            self._open.append((tag, silent))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not (self._open and self._open[-1][1]):
            self.found.append(" ".join(data.split()))


def own_words(engine: Engine) -> list[str]:
    """Every Danish text the store holds that the engine did not write, the longest first."""
    found: set[str] = set()
    with engine.connect() as connection:
        for table in METADATA.sorted_tables:
            kept = [column for column in table.c if column.name not in ENGINES.get(table.name, ())]
            for row in connection.execute(sa.select(*kept)):
                for value in row:
                    found.update(_texts(value))
    return sorted((" ".join(text.split()) for text in found), key=len, reverse=True)


def translated(engine: Engine) -> dict[str, str]:
    """The titles the store has in both languages, of plans, activities and stages: Danish -> English."""
    found: dict[str, str] = {}
    with engine.connect() as connection:
        plans = connection.scalars(sa.select(METADATA.tables["cycle_revision"].c.plan))
        for plan in plans:
            found |= dict(_titles(json.loads(plan)))
    return found


def _titles(part: Any) -> Iterator[tuple[str, str]]:
    if isinstance(part, dict):
        if part.get("title_en") and part["title_en"] != part["title"]:
            yield part["title"], part["title_en"]
        for each in part.values():
            yield from _titles(each)
    elif isinstance(part, list):
        for each in part:
            yield from _titles(each)


def titled_otherwise(page: str, titles: Iterable[str]) -> list[str]:
    """The texts of a page that use one of these titles, which the page should call by its other one."""
    said = re.compile(rf"\b({'|'.join(map(re.escape, sorted(titles, key=len, reverse=True)))})\b")
    return [text for text in Texts(page, UNREAD).found if said.search(text)]


def danish_in(page: str, own: list[str]) -> list[str]:
    """The Danish texts of an English page that nobody of the municipality wrote."""
    return [text for text in Texts(page).found if DANISH.search(text) and DANISH.search(_without(text, own))]


def _without(text: str, own: list[str]) -> str:
    for each in own:
        if each in text:
            text = text.replace(each, " ")
            if not DANISH.search(text):
                break
    return text


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        if value[:1] in "[{" and value[-1:] in "]}":
            try:
                value = json.loads(value)
            except ValueError:
                pass
            else:
                yield from _texts(value)
                return
        if len(value) < 5_000:
            yield from (
                part for part in (value, *value.splitlines()) if len(part) > 2 and DANISH.search(part)
            )
    elif isinstance(value, dict):
        for part in value.values():
            yield from _texts(part)
    elif isinstance(value, list):
        for part in value:
            yield from _texts(part)
