"""Choices that a task brings with it: the goals given to a unit, by letter and title."""

from collections.abc import Mapping, Sequence
from typing import Any

from cycle.tasks.forms import Choice, Field, Form


def with_choices(form: Form, rows: Mapping[str, Sequence[Any]]) -> Form:
    """The form in which every `choices_from` has become the task's own rows; `rows` is its `prefill`."""
    fields = tuple(_field(field, rows) for field in form.fields)
    return form if fields == form.fields else form.model_copy(update={"fields": fields})


def _field(field: Field, rows: Mapping[str, Sequence[Any]]) -> Field:
    if field.fields:
        inner = tuple(_field(each, rows) for each in field.fields)
        return field if inner == field.fields else field.model_copy(update={"fields": inner})
    if not field.choices_from:
        return field
    entries = [each for each in rows.get(field.choices_from, ()) if isinstance(each, Mapping)]
    choices = tuple(
        Choice(value=str(each["row"]), label=str(each.get("label") or each["row"])) for each in entries
    )
    return field.model_copy(update={"choices": choices})
