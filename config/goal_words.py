"""A goal table with the rows' Danish words (seed 000: Mål, Baggrund, Handlingsplan …) as our keys.

`Opfølgingsansvarlig` is how the source spells it; both spellings are read.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from config.yaml_source import Document, Place
from cycle.errors import PlanInvalid

ROWS: Mapping[str, str] = {
    "årstal": "years",
    "mål": "title",
    "måltype": "type",
    "baggrund": "background",
    "politisk intention": "intention",
    "viden på området": "knowledge",
    "handlingsplan": "obligations",
    "opfølgningsmetode": "follow_up_method",
    "opfølgingsmetode": "follow_up_method",
    "opfølgningsansvarlig": "follow_up_by",
    "opfølgingsansvarlig": "follow_up_by",
}
"""The row of a goal table, in small letters, and its key."""
TYPES: Mapping[str, str] = {"inputmål": "input", "outputmål": "output", "effektmål": "outcome"}
"""What a goal's type is called there."""


def in_our_words(document: Document) -> Document:
    """The document with the rows' words as keys; every value keeps its line.

    Raises PlanInvalid when one thing is said in two words.
    """
    lines: dict[Place, int] = {}
    problems = []
    for place, line in document.lines.items():
        ours = tuple(_key(part) for part in place)
        if ours in lines:
            what = f"Nøglen »{place[-1]}« står her for anden gang (først i linje {lines[ours]})."
            problems.append(document.problem(place, what, "Behold kun den ene."))
        lines.setdefault(ours, line)
    if problems:
        raise PlanInvalid(problems)
    return replace(document, data=_value(document.data), lines=lines)


def _value(value: Any, key: str = "") -> Any:
    if isinstance(value, dict):
        return _renamed(value)
    if isinstance(value, list):
        return [_value(each, key) for each in value]
    return TYPES.get(str(value).casefold(), value) if key == "type" else value


def _renamed(value: Mapping[str, Any]) -> dict[str, Any]:
    return {_key(written): _value(part, _key(written)) for written, part in value.items()}


def _key(part: Any) -> Any:
    return ROWS.get(part.casefold(), part) if isinstance(part, str) else part
