"""What a person typed into a draft that cannot be read as an answer yet: it is kept as it was typed.

"ca. fem" in a number, a light whose comment is still to be written, a text longer than the form takes. It
stands in `Draft.typed` by its place ("status", "goals.A.status"), is shown again with the draft, and is never
an answer: who sends the form sends what is in its fields, and they are read then.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from cycle.tasks.answer_model import Rows, asked_rows
from cycle.tasks.answer_values import blank, clean_text
from cycle.tasks.forms import Field, FieldType, Form

LONGEST = 50_000
"""Signs in one field that a draft takes, whatever the form allows: some twenty pages."""

Typed = Mapping[str, Any]
"""What stands in each field, by its id; a repeated group is a mapping of row key to such a mapping."""


def places(form: Form, rows: Rows) -> Iterator[tuple[str, Field]]:
    """(place, field) of every question of the form, those in rows too."""
    for field in form.fields:
        if field.type is not FieldType.REPEAT:
            yield field.id, field
            continue
        for key, asked in asked_rows(field, rows):
            yield from ((f"{field.id}.{key}.{each.id}", each) for each in asked)


def typed_at(typed: Typed, where: str) -> Any:
    """What was typed at a place; None where nothing was."""
    found: Any = typed
    for part in where.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def with_typed(typed: Typed, given: Typed) -> dict[str, Any]:
    """`typed` with what is `given`, by place, in the stead of what stood there."""
    found = dict(typed)
    for where, value in given.items():
        found = _put(found, where.split("."), value)
    return found


def unread(form: Form, typed: Typed, answers: Typed, rows: Rows) -> dict[str, Any]:
    """By place, what was typed and is not in the `answers` read from it (as they stand in the fields).

    That is what cannot be read, and what is not asked while another question is answered as it is. A file or
    a tick that is refused leaves nothing to keep.
    """
    written = {
        where: typed_at(typed, where)
        for where, field in places(form, rows)
        if field.type not in (FieldType.FILE, FieldType.CONFIRM) and blank(typed_at(answers, where))
    }
    return {where: _cleaned(value) for where, value in written.items() if not blank(value)}


def too_long(form: Form, typed: Typed, rows: Rows) -> dict[str, int]:
    """How many signs were typed, by place, where that is more than any draft takes."""
    found = {where: _length(typed_at(typed, where)) for where, _ in places(form, rows)}
    return {where: length for where, length in found.items() if length > LONGEST}


def is_begun(value: Any) -> bool:
    """Whether it is a light that lacks its colour or its comment only: begun, and nothing wrong in it."""
    if not isinstance(value, Mapping) or "light" not in value:
        return False
    return blank(value["light"]) or blank(value.get("comment"))


def _length(value: Any) -> int:
    if isinstance(value, Mapping):
        return max((_length(part) for part in value.values()), default=0)
    return len(value) if isinstance(value, str) else 0


def _cleaned(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _cleaned(part) for name, part in value.items()}
    return clean_text(value)


def _put(typed: Typed, place: list[str], value: Any) -> dict[str, Any]:
    name, *inner = place
    if not inner:
        return {**typed, name: value}
    below = typed.get(name)
    return {**typed, name: _put(below if isinstance(below, Mapping) else {}, inner, value)}
