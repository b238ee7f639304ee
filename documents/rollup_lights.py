"""The traffic lights and figures in a roll-up's answers, gathered goal by goal and question by question.

A goal that is common to all or to an area is one goal. What units have set themselves is gathered as one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cycle.tasks.answers import label
from cycle.tasks.forms import Field, FieldType
from cycle.tasks.rollup import Line
from documents.rollup_facts import Facts

NUMBERS = (FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT)
OWN = ("Enhedernes egne mål", "The units' own goals")
Key = tuple[str, str]


@dataclass
class Lights:
    """One goal: each unit's lights, by task. `code` is the goal's slot, empty for a question of its own."""

    code: str
    title: str
    given: dict[int, list[str]] = field(default_factory=dict)


@dataclass
class Figures:
    """One question with numbers: each unit's value, by task."""

    asked: Field
    title: str
    given: dict[int, Decimal] = field(default_factory=dict)


@dataclass(frozen=True)
class Light:
    """One light of one unit."""

    key: Key
    code: str
    title: str
    light: str
    comment: str


def lights_in(lines: tuple[Line, ...], facts: Facts, language: str) -> dict[Key, Lights]:
    """Every goal that was asked about, in order of code; lights of those who answered."""
    found: dict[Key, Lights] = {}
    for line in lines:
        for light in lights_of(line, facts, language):
            goal = found.setdefault(light.key, Lights(light.code, light.title))
            goal.given.setdefault(line.task_id, []).append(light.light)
    return dict(sorted(found.items()))


def figures_in(lines: tuple[Line, ...], facts: Facts, language: str) -> list[Figures]:
    """Every question with numbers, in the order of the form."""
    found: dict[str, Figures] = {}
    for line in lines:
        form = facts.forms.get(line.form_version_id or 0)
        for one in form.fields if form else ():
            value = line.answers.get(one.id)
            if one.type in NUMBERS and value not in (None, ""):
                question = found.setdefault(one.id, Figures(one, label(one, language)))
                question.given[line.task_id] = Decimal(str(value))
    return list(found.values())


def lights_of(line: Line, facts: Facts, language: str) -> Iterator[Light]:
    """The lights in one unit's answer, in the order of its form."""
    form = facts.forms.get(line.form_version_id or 0)
    for one in form.fields if form else ():
        value = line.answers.get(one.id)
        if one.type is FieldType.TRAFFIC_LIGHT and value:
            yield _light((" ", one.id), "", label(one, language), value)
        elif one.type is FieldType.REPEAT:
            yield from _in_rows(one, value or (), facts.rows.get(line.task_id, {}), language)


def _in_rows(group: Field, rows: Any, known: Mapping[str, Any], language: str) -> Iterator[Light]:
    names = _names(group, known, language)
    asked = [one for one in group.fields if one.type is FieldType.TRAFFIC_LIGHT]
    for row in rows:
        code = str(row["row"])
        title, own = names.get(code, (code, False))
        for one in asked:
            if value := row.get(one.id):
                key = ("~", OWN[0]) if own else (code, title)
                yield _light(key, "" if own else code, OWN[language == "en"] if own else title, value)


def _names(group: Field, known: Mapping[str, Any], language: str) -> dict[str, tuple[str, bool]]:
    """(title, whether it is the unit's own goal) by the row's key."""
    own_rows = {choice.value: (label(choice, language), False) for choice in group.rows}
    entries = (entry for entry in known.get(group.rows_from, ()) if isinstance(entry, Mapping))
    return own_rows | {
        str(entry["row"]): (_title(entry), entry.get("level") == "unit")
        for entry in entries
        if "row" in entry
    }


def _title(entry: Mapping[str, Any]) -> str:
    return str(entry.get("title") or entry.get("label") or entry["row"])


def _light(key: Key, code: str, title: str, value: Mapping[str, Any]) -> Light:
    return Light(key, code, title, str(value["light"]), str(value.get("comment", "")))
