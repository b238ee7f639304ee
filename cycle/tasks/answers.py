"""Answers: from what a person typed to canonical JSON and back to what a person reads.

A form gives a pydantic model (`cycle.tasks.answer_model`) that reads and checks all fields at once. Web
pages and mail replies use the same functions. Canonical values (see `cycle.tasks.forms.FieldType`) are for
the store, not for reading in again: show them first (`show_answer`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from pydantic import ValidationError

from cycle.danish import format_date, format_decimal
from cycle.errors import AnswerInvalid, Problem
from cycle.tasks.answer_model import DRAFT, Rows, answer_model, canonical, every_part
from cycle.tasks.answer_sentences import sentences
from cycle.tasks.answer_values import LIGHTS, Wrong, show_number
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import Choice, Field, FieldType, Form

LIGHTS_EN = dict(zip(LIGHTS, ("green", "yellow", "red"), strict=True))
NUMBERS = (FieldType.NUMBER, FieldType.PERCENT, FieldType.AMOUNT)
KINDS = {"extra_forbidden": "unknown", "model_type": "not_rows", "model_attributes_type": "not_rows"}
Place = tuple[str, ...]


def read_answers(
    form: Form, raw: Mapping[str, Any], *, rows: Rows, partial: bool = False, language: str = "da"
) -> dict[str, Any]:
    """The canonical answers in `raw`, a nested mapping of what was typed.

    A repeated group is a mapping of row key to its fields, or a list of fields with "row". `rows` are
    the known rows by name (a task's `prefill`). With `partial` (a draft) only what is valid is kept and
    nothing is demanded. Raises AnswerInvalid with every fault; `where` is "field" or "group.row.field".
    """
    kept, problems = read_draft(form, raw, rows=rows, language=language)
    if problems and not partial:
        raise AnswerInvalid(problems)
    return kept


def read_draft(
    form: Form, raw: Mapping[str, Any], *, rows: Rows, language: str = "da"
) -> tuple[dict[str, Any], list[Problem]]:
    """(what is valid, every fault): for a page that saves a draft and shows what is still to be done."""
    model = answer_model(with_choices(form, rows), rows)
    problems: dict[Place, Problem] = {}
    given: Any = _by_row(form.fields, raw)
    while True:  # each turn again without what was refused, and from the second on demanding nothing
        try:
            answers = model.model_validate(
                every_part(form.fields, given), context=DRAFT if problems else None
            )
            return canonical(form.fields, answers), list(problems.values())
        except ValidationError as error:
            for detail in error.errors():
                place = tuple(str(part) for part in detail["loc"])
                problems.setdefault(place, _problem(place, dict(detail), language))
                given = _without(given, place)


def _by_row(fields: Sequence[Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` with the lists of its repeated groups turned into mappings of row key to row."""
    groups = {field.id for field in fields if field.type is FieldType.REPEAT}
    return {name: _rows(value) if name in groups else value for name, value in raw.items()}


def _rows(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): row for key, row in value.items()}
    if isinstance(value, list | tuple) and all(isinstance(row, Mapping) and "row" in row for row in value):
        return {str(row["row"]): {k: v for k, v in row.items() if k != "row"} for row in value}
    return value


def _without(given: Any, place: Place) -> Any:
    if not isinstance(given, Mapping) or place[0] not in given:
        return given
    if len(place) > 1 and isinstance(given[place[0]], Mapping):
        return {**given, place[0]: _without(given[place[0]], place[1:])}
    return {name: value for name, value in given.items() if name != place[0]}


def _problem(place: Place, detail: dict[str, Any], language: str) -> Problem:
    error = (detail.get("ctx") or {}).get("error")
    kind = error.kind if isinstance(error, Wrong) else KINDS[detail["type"]]
    what, cure = sentences(kind, error.facts if isinstance(error, Wrong) else {}, language)
    return Problem(".".join(place), what, cure)


def typed_answers(fields: Sequence[Field], answers: Mapping[str, Any]) -> dict[str, Any]:
    """Canonical answers as they stand in the inputs, numbers in Danish form."""
    return {field.id: _typed(field, answers[field.id]) for field in fields if field.id in answers}


def _typed(field: Field, value: Any) -> Any:
    if field.type in NUMBERS:
        try:
            return format_decimal(Decimal(str(value)))
        except InvalidOperation:
            return str(value)
    if field.type is FieldType.REPEAT and isinstance(value, list):
        return {str(row["row"]): typed_answers(field.fields, row) for row in value if "row" in row}
    return value


def show_answer(field: Field, value: Any, language: str = "da") -> str:
    """A canonical value as people read it; empty when nothing was answered."""
    if value is None or value == "":
        return ""
    if field.type in NUMBERS:
        return show_number(field, Decimal(value), language)
    if field.type is FieldType.DATE:
        return format_date(date.fromisoformat(value), language)
    if field.type is FieldType.REPEAT:
        return "\n".join(_show_row(field, row, language) for row in value)
    return _show_plain(field, value, language)


def _show_plain(field: Field, value: Any, language: str) -> str:
    if field.type is FieldType.CHOICE:
        return next(
            (label(choice, language) for choice in field.choices if choice.value == value), str(value)
        )
    if field.type is FieldType.TRAFFIC_LIGHT:
        light = LIGHTS_EN[value["light"]] if language == "en" else value["light"]
        return f"{light}: {value['comment']}" if value.get("comment") else light
    if field.type is FieldType.FILE:
        return str(value["name"])
    if field.type is FieldType.CONFIRM:
        return "Yes" if language == "en" else "Ja"
    return str(value)


def _show_row(field: Field, row: Mapping[str, Any], language: str) -> str:
    names = {choice.value: label(choice, language) for choice in field.rows}
    parts = [
        f"{label(part, language)}: {show_answer(part, row[part.id], language)}"
        for part in field.fields
        if row.get(part.id) not in (None, "")
    ]
    return f"{names.get(row['row'], row['row'])} – {'; '.join(parts)}"


def label(thing: Field | Choice, language: str = "da") -> str:
    """The label in the language asked for, Danish when there is no other."""
    return (thing.label_en if language == "en" else "") or thing.label
