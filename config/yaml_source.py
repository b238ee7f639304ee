"""YAML as plain data in which every value knows its line, with Danish sentences for every slip.

Scalars stay text as written ("007" and 101001 as well as words): the models say what they mean.
A key without a value counts as not given. Anchors, tags and merge keys are refused.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

from config.text_files import read_text
from cycle.errors import PlanInvalid, Problem

Place = tuple[str | int, ...]
"""The way to a value from the top of its document: ("activities", 0, "window", "due")."""

DEEPEST = 20
PLAIN = frozenset({"str", "int", "float", "bool", "null", "timestamp", "map", "seq"})
"""YAML's own types. A key or value with another tag is refused."""

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
    ("another document", "Filen indeholder flere dokumenter (---).", "Del den i flere filer."),
    ("alias", "Ankre og aliaser (& og *) kan ikke bruges.", "Skriv teksten ud begge steder."),
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


def read_yaml(path: Path, name: str) -> Document:
    """Parse the file. Raises PlanInvalid with every fault found in it."""
    return parse_yaml(read_text(path, name), name)


def parse_yaml(text: str, name: str) -> Document:
    """Parse `text`. Raises PlanInvalid with every fault found in it."""
    tabs = [
        Problem(f"{name}:{number}", "Linjen er rykket ind med tabulator.", "Brug mellemrum.")
        for number, line in enumerate(text.splitlines(), 1)
        if re.match(r" *\t\s*[^\s#]", line)
    ]
    if tabs:
        raise PlanInvalid(tabs)
    try:
        node = YAML(typ="safe", pure=True).compose(text)
    except (YAMLError, RecursionError, ValueError) as error:
        raise PlanInvalid([_slip(error, text, name)]) from error
    reader = _Reader(name)
    data = reader.value(node, ()) if node is not None else None
    if data is None:
        reader.problems.append(Problem(f"{name}:1", "Filen er tom.", "Se eksemplerne i config/examples."))
    if reader.problems:
        raise PlanInvalid(reader.problems)
    return Document(name, text, data, reader.lines)


class _Reader:
    """Walks the composed nodes once, noting lines and faults."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[Place, int] = {}
        self.problems: list[Problem] = []
        self.seen: set[int] = set()

    def fault(self, node: Node, what: str, cure: str) -> None:
        self.problems.append(Problem(f"{self.name}:{node.start_mark.line + 1}", what, cure))

    def value(self, node: Node, place: Place) -> Any:
        self.lines.setdefault(place, node.start_mark.line + 1)
        if id(node) in self.seen:
            self.fault(node, "Ankre og aliaser (& og *) kan ikke bruges.", "Skriv teksten ud begge steder.")
            return None
        self.seen.add(id(node))
        if str(node.tag).removeprefix("tag:yaml.org,2002:") not in PLAIN:
            self.fault(node, f"Mærket {node.tag} kan ikke bruges.", "Fjern det.")
        if len(place) > DEEPEST:
            self.fault(node, "Filen har for mange niveauer.", "Se eksemplerne i config/examples.")
            return None
        if isinstance(node, MappingNode):
            return self.mapping(node, place)
        if isinstance(node, SequenceNode):
            return [self.value(item, (*place, index)) for index, item in enumerate(node.value)]
        return None if node.tag == "tag:yaml.org,2002:null" else str(node.value).rstrip("\n")

    def mapping(self, node: MappingNode, place: Place) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, ScalarNode) or key.tag == "tag:yaml.org,2002:merge":
                self.fault(key, "Nøglen skal være et ord.", "Skriv »nøgle: værdi«.")
                continue
            inside = (*place, key.value)
            if inside in self.lines:
                what = f"Nøglen »{key.value}« står her for anden gang (først i linje {self.lines[inside]})."
                self.fault(key, what, "Behold kun den ene.")
                continue
            self.lines[inside] = key.start_mark.line + 1
            content = self.value(value, inside)
            if content is not None:
                found[key.value] = content
        return found


def _slip(error: Exception, text: str, name: str) -> Problem:
    if isinstance(error, ReaderError):
        line = text.count("\n", 0, error.position) + 1
        return Problem(
            f"{name}:{line}", "Linjen indeholder et usynligt styretegn.", "Slet det, og skriv linjen igen."
        )
    if not isinstance(error, MarkedYAMLError):
        return Problem(f"{name}:1", "Filen har for mange niveauer.", "Se eksemplerne i config/examples.")
    unclosed = "stream" in str(error.problem) or "expected ','" in str(error.problem)
    mark = error.context_mark if unclosed else error.problem_mark
    line = (mark or error.problem_mark).line + 1
    for sign, what, cure in SLIPS:
        if sign in str(error.problem):
            return Problem(f"{name}:{line}", what, cure)
    return Problem(f"{name}:{line}", f"Linjen kan ikke læses som YAML ({error.problem}).", QUOTE)
