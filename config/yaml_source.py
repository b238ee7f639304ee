"""YAML as plain data in which every value knows its line, with Danish sentences for every slip.

Scalars stay text as written ("007" and 101001 as well as words): the models say what they mean.
A key without a value counts as not given. Anchors, tags and merge keys are refused.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)
from yaml.reader import ReaderError

from config.text_files import read_text
from cycle.errors import PlanInvalid, Problem

Place = tuple[str | int, ...]
"""The way to a value from the top of its document: ("activities", 0, "window", "due")."""

DEEPEST = 20
PLAIN = frozenset({"str", "int", "float", "bool", "null", "timestamp", "map", "seq", "!"})
"""YAML's own types. A key or value with another tag is refused."""

NULL = frozenset({"", "~", "null", "Null", "NULL"})
PARSERS = (getattr(yaml, "CSafeLoader", yaml.SafeLoader), yaml.SafeLoader)
"""libyaml, thirty times as fast; and the one whose words for a slip we know."""

QUOTE = 'Sæt teksten i anførselstegn: "…".'
SLIPS = (
    (
        "mapping values are not allowed",
        "Der er et kolon for meget, eller linjen er rykket forkert ind.",
        QUOTE,
    ),
    ("could not find expected ':'", "Der mangler et kolon efter nøglen.", "Skriv »nøgle: værdi«."),
    ("but found '?'", "Linjen er rykket forkert ind.", "Ryk den lige så langt ind som linjerne omkring den."),
    (
        "expected <block end>",
        "Linjen er rykket forkert ind.",
        "Ryk den lige så langt ind som linjerne over den.",
    ),
    ("expected ','", "En parentes [ eller { er ikke lukket.", "Luk den med ] eller }."),
    ("unexpected end of stream", "Et anførselstegn er ikke lukket.", "Sluttegnet mangler."),
    ("cannot start any token", "Teksten begynder med et tegn, der betyder noget særligt i YAML.", QUOTE),
    ("unknown escape", 'Omvendt skråstreg betyder noget særligt i "…".', "Brug '…' i stedet."),
)


@dataclass(frozen=True)
class Document:
    """A parsed file: its data, and the line (from 1) of every value."""

    name: str
    text: str
    data: Any
    lines: Mapping[Place, int] = field(default_factory=dict)

    def line(self, place: Place) -> int:
        """The line of the value, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)

    def problem(self, place: Place, what: str, cure: str = "") -> Problem:
        """A problem at the line of the value."""
        return Problem(f"{self.name}:{self.line(place)}", what, cure)


def read_yaml(path: Path, name: str, problems: list[Problem] | None = None) -> Document:
    """Parse the file as `parse_yaml` does."""
    return parse_yaml(read_text(path, name), name, problems)


def parse_yaml(text: str, name: str, problems: list[Problem] | None = None) -> Document:
    """Parse `text`. Raises PlanInvalid with every fault found in it.

    Keys that stand twice are added to `problems` where that is given, and the first of them counts: what
    else is wrong with the file can then be told as well.
    """
    tabs = [
        Problem(f"{name}:{number}", "Linjen er rykket ind med tabulator.", "Brug mellemrum.")
        for number, line in enumerate(text.splitlines(), 1)
        if re.match(r" *\t\s*[^\s#]", line)
    ]
    if tabs:
        raise PlanInvalid(tabs)
    reader, data = _read(text, name)
    if data is None:
        reader.problems.append(Problem(f"{name}:1", "Filen er tom.", "Se eksemplerne i config/examples."))
    if reader.problems and (problems is None or data is None or not reader.is_whole):
        raise PlanInvalid(reader.problems)
    if problems is not None:
        problems += reader.problems
    return Document(name, text, data, reader.lines)


def _read(text: str, name: str) -> tuple["_Reader", Any]:
    for parser in PARSERS:
        try:
            reader = _Reader(name, yaml.parse(text, Loader=parser))
            return reader, reader.document()
        except (yaml.YAMLError, ValueError) as error:
            slip = error
    raise PlanInvalid([_slip(slip, text, name)]) from slip


class _Reader:
    """Walks the parsed text once, noting lines and faults; `is_whole` when only doubles were left out."""

    def __init__(self, name: str, events: Iterator[Any]) -> None:
        self.name = name
        self.events = events
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.is_whole = True

    def fault(self, event: Any, what: str, cure: str, *, double: bool = False) -> None:
        self.is_whole = self.is_whole and double
        self.problems.append(Problem(f"{self.name}:{event.start_mark.line + 1}", what, cure))

    def document(self) -> Any:
        """The data of the one document; None when there is none."""
        data = None
        starts = (event for event in self.events if isinstance(event, DocumentStartEvent))
        for number, start in enumerate(starts, 1):
            node = next(self.events)
            if number == 1:
                data = self.value(node, ())
            else:
                self.skip(node)
                self.fault(start, "Filen indeholder flere dokumenter (---).", "Del den i flere filer.")
        return data

    def value(self, event: Any, place: Place) -> Any:
        self.lines.setdefault(place, event.start_mark.line + 1)
        if event.anchor is not None:
            self.fault(event, "Ankre og aliaser (& og *) kan ikke bruges.", "Skriv teksten ud begge steder.")
        if isinstance(event, AliasEvent):
            return None
        if event.tag is not None and event.tag.removeprefix("tag:yaml.org,2002:") not in PLAIN:
            self.fault(event, f"Mærket {event.tag} kan ikke bruges.", "Fjern det.")
        if len(place) > DEEPEST:
            self.fault(event, "Filen har for mange niveauer.", "Se eksemplerne i config/examples.")
            raise PlanInvalid(self.problems)
        return self.content(event, place)

    def content(self, event: Any, place: Place) -> Any:
        if isinstance(event, MappingStartEvent):
            return self.mapping(place)
        if isinstance(event, SequenceStartEvent):
            items = enumerate(_until(SequenceEndEvent, self.events))
            return [self.value(item, (*place, index)) for index, item in items]
        is_plain = event.tag is None and event.implicit[0]
        return None if is_plain and event.value in NULL else str(event.value).rstrip("\n")

    def mapping(self, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key in _until(MappingEndEvent, self.events):
            word = self.key(key)
            value = next(self.events)
            inside = (*place, word or "")
            if word is None:
                self.skip(value)
            elif inside in self.lines:
                what = f"Nøglen »{word}« står her for anden gang (først i linje {self.lines[inside]})."
                self.fault(key, what, "Behold kun den ene.", double=True)
                self.skip(value)
            else:
                self.lines[inside] = key.start_mark.line + 1
                content = self.value(value, inside)
                if content is not None:
                    found[word] = content
        return found

    def key(self, event: Any) -> str | None:
        """The key as text; None, with a fault, when it is not a word."""
        if isinstance(event, ScalarEvent) and not (event.value == "<<" and event.implicit[0]):
            return str(event.value)
        self.skip(event)
        self.fault(event, "Nøglen skal være et ord.", "Skriv »nøgle: værdi«.")
        return None

    def skip(self, event: Any) -> None:
        """Passes over a node and all that is in it."""
        depth = int(isinstance(event, CollectionStartEvent))
        while depth:
            event = next(self.events)
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)


def _until(end: type[Any], events: Iterator[Any]) -> Iterator[Any]:
    """The nodes up to the end of the list or the table that has just begun."""
    for event in events:
        if isinstance(event, end):
            return
        yield event


def _slip(error: Exception, text: str, name: str) -> Problem:
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Problem(
            f"{name}:{line}", "Linjen indeholder et usynligt styretegn.", "Slet det, og skriv linjen igen."
        )
    if not isinstance(error, yaml.MarkedYAMLError):
        return Problem(f"{name}:1", "Filen har for mange niveauer.", "Se eksemplerne i config/examples.")
    unclosed = "stream" in str(error.problem) or "expected ','" in str(error.problem)
    mark = error.context_mark if unclosed else error.problem_mark
    line = mark.line + 1 if mark else 1
    for sign, what, cure in SLIPS:
        if sign in str(error.problem):
            return Problem(f"{name}:{line}", what, cure)
    return Problem(f"{name}:{line}", f"Linjen kan ikke læses som YAML ({error.problem}).", QUOTE)
