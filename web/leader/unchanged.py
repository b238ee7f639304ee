""" "Uændret": last period's answer is put into the field it belongs to. Nothing is kept or sent by it."""

from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from cycle.tasks.answers import typed_answers
from cycle.tasks.forms import Field, Form
from web.questions import repeatable

BUTTON = "uaendret"
"""The button's name; its value is the question's place."""


def with_last(form: Form, typed: Mapping[str, Any], last: Mapping[str, Any], where: str) -> dict[str, Any]:
    """What was typed, with last period's answer at the place; as it was, when there is none there."""
    before = typed_answers(form.fields, last)
    value: Any = before
    for part in where.split("."):
        value = value.get(part) if isinstance(value, Mapping) else None
    changed: dict[str, Any] = deepcopy(dict(typed))
    field = _field(form.fields, where.split("."))
    if value is None or field is None or not repeatable(field):
        return changed
    inner = changed
    *way, name = where.split(".")
    for part in way:
        inner = inner.setdefault(part, {})
    inner[name] = value
    return changed


def _field(fields: tuple[Field, ...], where: list[str]) -> Field | None:
    """The field at the place: a row's key stands between a group and its field."""
    found = next((field for field in fields if field.id == where[0]), None)
    if found is None or len(where) == 1:
        return found
    return _field(found.fields, where[2:]) if len(where) > 2 else None
