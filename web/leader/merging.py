"""Two people at one answer: what each has changed is put together, field by field.

A page carries a short print of what stood in each of its fields. When the answer has been changed
elsewhere meanwhile, the prints tell who has changed what: a field left alone takes the other's text, and
where both have written, the one who sends keeps the own text with the other's beside it.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cycle.tasks.answer_model import Rows, asked_rows
from cycle.tasks.answer_values import blank, clean_text
from cycle.tasks.answers import typed_answers
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.unread import with_typed
from web.questions import shown_safely

Prints = Mapping[str, str]
"""A print of what stood in each field, by its name on the page."""


@dataclass(frozen=True)
class Merged:
    """What goes into the fields, as typed. `taken` names those that now hold the other's text.

    `both` has the other's text, as it reads, of those that both have changed.
    """

    typed: Mapping[str, Any]
    taken: Sequence[str]
    both: Mapping[str, str]


def prints(form: Form, typed: Mapping[str, Any], rows: Rows) -> Prints:
    """Of what stands in the fields."""
    return {name: _print(value) for name, _, value in _cells(form, typed, rows)}


def carried(sent: object) -> Prints:
    """The prints that came back with a form; none of a page that carried none."""
    try:
        found = json.loads(sent) if isinstance(sent, str) else {}
    except ValueError:
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}


def merged(
    form: Form,
    mine: Mapping[str, Any],
    kept: Mapping[str, Any],
    shown: Prints,
    *,
    unread: Mapping[str, Any],
    rows: Rows,
    language: str,
) -> Merged:
    """`mine` as typed and the canonical answers that are `kept` now, both begun from what was `shown`.

    `unread`: by place, what is kept as it was typed.
    """
    stood = with_typed(typed_answers(form.fields, kept), unread)
    theirs = {name: value for name, _, value in _cells(form, stood, rows)}
    read = dict(_read(form.fields, kept, language)) | {name: _plain(value) for name, value in unread.items()}
    merging = _Merging(theirs, shown)
    typed = {each.id: merging.of(each, mine.get(each.id), rows) for each in form.fields}
    nothing = ("(tomt)", "(empty)")[language == "en"]
    return Merged(typed, merging.taken, {name: read.get(name) or nothing for name in merging.both})


@dataclass
class _Merging:
    """One field after the other; what was taken, and what both have changed, is remembered."""

    theirs: Mapping[str, Any]
    shown: Prints
    taken: list[str] = field(default_factory=list)
    both: list[str] = field(default_factory=list)

    def of(self, asked: Field, mine: Any, rows: Rows) -> Any:
        if asked.type is not FieldType.REPEAT:
            return self._one(asked.id, mine)
        given = mine if isinstance(mine, Mapping) else {}
        return {
            key: {
                each.id: self._one(f"{asked.id}.{key}.{each.id}", (given.get(key) or {}).get(each.id))
                for each in inner
            }
            for key, inner in asked_rows(asked, rows)
        }

    def _one(self, name: str, mine: Any) -> Any:
        theirs, shown = self.theirs.get(name), self.shown.get(name)
        if _print(mine) == _print(theirs):
            return mine
        if _print(mine) == shown:
            self.taken.append(name)
            return theirs
        if _print(theirs) != shown:
            self.both.append(name)
        return mine


def _cells(form: Form, typed: Mapping[str, Any], rows: Rows) -> Iterator[tuple[str, Field, Any]]:
    """(name on the page, field, what stands there) of every field, those in rows too."""
    for asked in form.fields:
        value = typed.get(asked.id)
        if asked.type is not FieldType.REPEAT:
            yield asked.id, asked, value
            continue
        given = value if isinstance(value, Mapping) else {}
        for key, inner in asked_rows(asked, rows):
            for each in inner:
                yield f"{asked.id}.{key}.{each.id}", each, (given.get(key) or {}).get(each.id)


def _read(fields: Sequence[Field], answers: Mapping[str, Any], language: str) -> Iterator[tuple[str, str]]:
    """(name on the page, the answer as people read it) of canonical answers."""
    for asked in fields:
        value = answers.get(asked.id)
        if asked.type is not FieldType.REPEAT:
            yield asked.id, shown_safely(asked, value, language)
            continue
        for row in value if isinstance(value, list) else ():
            for name, text in _read(asked.fields, row, language):
                yield f"{asked.id}.{row['row']}.{name}", text


def _print(value: Any) -> str:
    return hashlib.sha256(_plain(value).encode()).hexdigest()[:8]


def _plain(value: Any) -> str:
    """What stands in a field as one text, alike whether it was stored or typed."""
    if blank(value):
        return ""
    if isinstance(value, Mapping):
        parts = [value["sha256"]] if "sha256" in value else [value.get("light"), value.get("comment")]
        return "\n".join(clean_text(part or "") for part in parts)
    return "on" if value is True else clean_text(value)
