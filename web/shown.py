"""An answer as people read it: receipts, reviewers and the secretariat see the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cycle.tasks.answers import label
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import Field, FieldType, Form
from web.questions import rows_of, shown_safely

LIGHT_CLASS = {"grøn": "groen", "gul": "gul", "rød": "roed"}


@dataclass(frozen=True)
class Shown:
    """One answered question. `light` is the class of the coloured dot, `file` what can be fetched."""

    name: str
    label: str
    text: str = ""
    light: str = ""
    file: Mapping[str, Any] | None = None
    rows: tuple["ShownRow", ...] = ()


@dataclass(frozen=True)
class ShownRow:
    """One row of a repeated group."""

    label: str
    items: tuple[Shown, ...]


def shown_answers(
    form: Form, answers: Mapping[str, Any], prefill: Mapping[str, Any], language: str
) -> tuple[Shown, ...]:
    """Every question that was asked with its answer; an empty text where there is none."""
    return _group(with_choices(form, prefill).fields, answers, prefill, language, "")


def without_empty(shown: Sequence[Shown]) -> tuple[tuple[Shown, ...], list[str]]:
    """What was answered, and the labels of the rest with their rows: a receipt names those in one line."""
    kept: list[Shown] = []
    empty: list[str] = []
    for item in shown:
        rows = []
        for row in item.rows:
            answered, lacking = without_empty(row.items)
            empty += [f"{row.label} · {label}" for label in lacking]
            rows += [ShownRow(row.label, answered)] if answered else []
        if rows or item.text or item.file:
            kept.append(replace(item, rows=tuple(rows)))
        elif not item.rows:
            empty.append(item.label)
    return tuple(kept), empty


def _group(
    fields: Sequence[Field],
    answers: Mapping[str, Any],
    prefill: Mapping[str, Any],
    language: str,
    prefix: str,
) -> tuple[Shown, ...]:
    return tuple(
        _one(field, answers.get(field.id), prefill, language, prefix)
        for field in fields
        if field.id in answers or not (field.only_when or field.only_rows or _has_no_rows(field, prefill))
    )


def _has_no_rows(field: Field, prefill: Mapping[str, Any]) -> bool:
    return field.type is FieldType.REPEAT and not (field.rows or prefill.get(field.rows_from))


def _one(field: Field, value: Any, prefill: Mapping[str, Any], language: str, prefix: str) -> Shown:
    name, words = f"{prefix}{field.id}", label(field, language)
    if field.type is FieldType.REPEAT:
        return Shown(name, words, rows=_rows(field, value, prefill, language, name))
    light = LIGHT_CLASS.get(value.get("light", ""), "") if isinstance(value, Mapping) else ""
    file = value if field.type is FieldType.FILE and isinstance(value, Mapping) else None
    return Shown(name, words, shown_safely(field, value, language), light, file)


def _rows(
    field: Field, value: Any, prefill: Mapping[str, Any], language: str, name: str
) -> tuple[ShownRow, ...]:
    given = {str(row["row"]): row for row in value or () if isinstance(row, Mapping) and "row" in row}
    known = {key: words for key, words, _ in rows_of(field, prefill, language)}
    return tuple(
        ShownRow(known.get(key, key), _group(field.fields, row, prefill, language, f"{name}.{key}."))
        for key, row in given.items()
    )
