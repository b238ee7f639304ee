"""All answers of an activity as one table: a row for each post, a column for each question."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType, Form
from documents.tables import Cell, Column, Kind, Table

KINDS = {
    FieldType.NUMBER: Kind.NUMBER,
    FieldType.AMOUNT: Kind.NUMBER,
    FieldType.PERCENT: Kind.NUMBER,
    FieldType.DATE: Kind.DATE,
}
_DIGITS = re.compile(r"([0-9]+)")
NUMBERS = (FieldType.NUMBER, FieldType.AMOUNT, FieldType.PERCENT)


@dataclass(frozen=True)
class Answered:
    """One post's row: the leading cells (as many as the leading columns) and the canonical answers."""

    leading: Sequence[Cell]
    answers: Mapping[str, Any]


@dataclass(frozen=True)
class _Question:
    """A column of answers: the field, the row of its group when it stands in one, the light's comment."""

    field: Field
    title: str
    group: str = ""
    row: str = ""
    comment: bool = False


def answers_table(
    name: str,
    leading: Sequence[Column],
    forms: Sequence[Form],
    rows: Sequence[Answered],
    *,
    zone: ZoneInfo,
    language: str = "da",
) -> Table:
    """The table. `forms` are every version that an answer used, newest first: a question that has left
    the form keeps its column, and the newest wording names it. One with hidden small numbers has none."""
    questions = _questions(forms, rows, language)
    columns = [*leading, *(Column(q.title, _kind(q), 24) for q in questions)]
    cells = [[*row.leading, *(_cell(q, row.answers, language) for q in questions)] for row in rows]
    return Table(name, columns, cells, zone)


def _questions(forms: Sequence[Form], rows: Sequence[Answered], language: str) -> list[_Question]:
    fields: dict[str, Field] = {}
    for form in forms:
        for field in form.fields:
            fields.setdefault(field.id, field)
    fields = {id_: field for id_, field in fields.items() if not field.hide_small}
    found: list[_Question] = []
    for field in fields.values():
        if field.type is FieldType.REPEAT:
            found += _of_group(field, rows, language)
        else:
            found += _of_field(field, label(field, language))
    return found


def _of_group(group: Field, rows: Sequence[Answered], language: str) -> list[_Question]:
    """A column for each question of each row that anyone answered, in the form's order or counting on: units
    that lack some do not decide where those stand."""
    given = [entry for row in rows for entry in row.answers.get(group.id) or ()]
    fixed = [row.value for row in group.rows]
    keys = sorted(
        {str(entry["row"]) for entry in given},
        key=lambda key: (fixed.index(key) if key in fixed else len(fixed), _natural(key)),
    )
    return [
        question
        for key in keys
        for field in group.fields
        if not field.hide_small
        for question in _of_field(field, f"{key}: {label(field, language)}", group.id, key)
    ]


def _natural(key: str) -> list[tuple[bool, int, str]]:
    """M2 before M10, as people count."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _DIGITS.split(key)]


def _of_field(field: Field, title: str, group: str = "", row: str = "") -> list[_Question]:
    questions = [_Question(field, f"{title} ({field.unit})" if field.unit else title, group, row)]
    if field.type is FieldType.TRAFFIC_LIGHT:
        questions.append(_Question(field, f"{title}, kommentar", group, row, comment=True))
    return questions


def _kind(question: _Question) -> Kind:
    return KINDS.get(question.field.type, Kind.TEXT)


def _cell(question: _Question, answers: Mapping[str, Any], language: str) -> Cell:
    value = _value(question, answers)
    if value is None or value == "":
        return None
    field = question.field
    if field.type in NUMBERS:
        return Decimal(value)
    if field.type is FieldType.DATE:
        return date.fromisoformat(value)
    if field.type is FieldType.TRAFFIC_LIGHT:
        return str(value.get("comment", "")) if question.comment else str(value["light"])
    return show_answer(field, value, language)


def _value(question: _Question, answers: Mapping[str, Any]) -> Any:
    if not question.group:
        return answers.get(question.field.id)
    entries = answers.get(question.group) or ()
    entry: Mapping[str, Any] = next((e for e in entries if str(e["row"]) == question.row), {})
    return entry.get(question.field.id)
