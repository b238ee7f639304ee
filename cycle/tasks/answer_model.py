"""The pydantic model of a form's answers, made from the form and the rows its task knows."""

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationInfo, create_model
from pydantic import Field as ModelField

from cycle.tasks.answer_values import READERS, Wrong, blank
from cycle.tasks.forms import Field, FieldType, Form

Rows = Mapping[str, Sequence[Any]]
"""The rows a task knows, by name: its `prefill`. An entry is a text, or a mapping with "row"."""

AskedRows = tuple[tuple[str, tuple[Field, ...]], ...]
"""The rows of a repeated group, each with the fields that are asked in it."""

DRAFT = "draft"
"""Validation context in which nothing is demanded."""


class Answers(BaseModel):
    """Base of the made models. Names are positions, aliases are the ids of fields and rows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def answer_model(form: Form, rows: Rows) -> type[BaseModel]:
    """The model of the form's answers. It takes what was typed and holds canonical values."""
    return _model(form.fields, tuple((f.id, asked_rows(f, rows)) for f in form.fields if f.fields))


def asked_rows(group: Field, rows: Rows) -> AskedRows:
    """The rows of a repeated group, each with what is asked in it."""
    entries = group.rows or rows.get(group.rows_from, ())
    return tuple(zip(row_keys(group, rows), (row_fields(group, each) for each in entries), strict=True))


def row_fields(group: Field, entry: Any) -> tuple[Field, ...]:
    """What a repeated group asks in one row: some of it only where the row came with what it is about."""
    known = {name for name, value in entry.items() if value} if isinstance(entry, Mapping) else set()
    return tuple(field for field in group.fields if not field.only_rows or field.only_rows in known)


def row_keys(field: Field, rows: Rows) -> tuple[str, ...]:
    """The keys of a repeated group's rows: the form's own, else those of `rows[field.rows_from]`."""
    if field.rows:
        return tuple(row.value for row in field.rows)
    return tuple(row_key(entry) for entry in rows.get(field.rows_from, ()))


def row_key(entry: Any) -> str:
    """The key of one known row."""
    return str(entry["row"] if isinstance(entry, Mapping) else entry)


def canonical(fields: Sequence[Field], answers: BaseModel) -> dict[str, Any]:
    """The values of a validated model as JSON, without what was not answered."""
    found = _by_alias(answers)
    found |= {
        field.id: _canonical_rows(field, found[field.id])
        for field in fields
        if field.type is FieldType.REPEAT and found[field.id] is not None
    }
    return {name: value for name, value in found.items() if value not in (None, [])}


def _canonical_rows(group: Field, rows: BaseModel) -> list[dict[str, Any]]:
    given = _by_alias(rows).items()
    read = [(key, canonical(group.fields, row)) for key, row in given if row is not None]
    return [{"row": key, **values} for key, values in read if values]


def _by_alias(answers: BaseModel) -> dict[str, Any]:
    parts = type(answers).model_fields.items()
    return {str(definition.alias): getattr(answers, name) for name, definition in parts}


@lru_cache(maxsize=512)
def _model(fields: tuple[Field, ...], rows: tuple[tuple[str, AskedRows], ...] = ()) -> type[BaseModel]:
    asked = {name: dict(entries) for name, entries in rows}
    positions = {field.id: _name(index) for index, field in enumerate(fields)}
    return _made(
        {
            f.id: (
                _kind(f, asked.get(f.id, {})),
                partial(_read, f, positions, tuple(asked.get(f.id, ()))),
            )
            for f in fields
        }
    )


MISSING = {
    FieldType.CONFIRM: "not_ticked",
    FieldType.CHOICE: "no_choice",
    FieldType.TRAFFIC_LIGHT: "no_light",
    FieldType.FILE: "no_file",
}
"""What is said of a field that nothing was given in, where one does not write."""


def _kind(field: Field, rows: Mapping[str, tuple[Field, ...]]) -> Any:
    if field.type is not FieldType.REPEAT:
        return Any
    made = {key: (_model(asked) | None, partial(_read_row, field, asked)) for key, asked in rows.items()}
    return _made(made) | None


def _made(parts: Mapping[str, tuple[Any, Any]]) -> type[BaseModel]:
    """A model whose parts (by alias) have a type and a reader.

    Every part is given, if only as None: pydantic names a part by its alias only when it was given.
    """
    definitions: dict[str, Any] = {
        _name(index): (Annotated[kind, BeforeValidator(reader)], ModelField(alias=alias))
        for index, (alias, (kind, reader)) in enumerate(parts.items())
    }
    return create_model("Answers", __base__=Answers, **definitions)


def _name(index: int) -> str:
    return f"part_{index}"


def _read(
    field: Field, positions: Mapping[str, str], keys: Sequence[str], raw: object, info: ValidationInfo
) -> Any:
    if not _asked(field, positions, info):
        return None
    demanded = field.required and info.context != DRAFT
    if field.type is FieldType.REPEAT:
        return _read_group(demanded, keys, raw)
    value = None if blank(raw) else READERS[field.type](field, raw)
    if value is None and demanded:
        raise Wrong(MISSING.get(field.type, "missing"))
    return value


def _asked(field: Field, positions: Mapping[str, str], info: ValidationInfo) -> bool:
    """Whether `only_when` holds. A draft keeps the answer while the other field is still empty."""
    if not field.only_when:
        return True
    other, _, wanted = field.only_when.partition("=")
    found = info.data.get(positions.get(other.strip(), ""))
    if found is None and info.context == DRAFT:
        return True
    plain = found["light"] if isinstance(found, Mapping) else "ja" if found is True else found
    return plain == wanted.strip()


def _read_group(demanded: bool, keys: Sequence[str], raw: object) -> object:
    if blank(raw):
        return dict.fromkeys(keys) if demanded else None
    if not isinstance(raw, Mapping):
        raise Wrong("not_rows")
    return {**dict.fromkeys(keys), **raw}


def _read_row(group: Field, asked: Sequence[Field], raw: object, info: ValidationInfo) -> object:
    if blank(raw):
        return every_part(asked, {}) if group.required and info.context != DRAFT else None
    if not isinstance(raw, Mapping):
        raise Wrong("not_rows")
    return every_part(asked, raw)


def every_part(fields: Sequence[Field], raw: Mapping[str, Any]) -> dict[str, Any]:
    """`raw` with None for the fields it does not speak of."""
    return {**dict.fromkeys(field.id for field in fields), **raw}
