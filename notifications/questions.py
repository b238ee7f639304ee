"""A form's questions as a mail asks them: numbered, in one line each, so that a reply can name them.

Numbers run through the whole form, rows of repeated groups included; only files have none (they are
attached). A number says the same in the mail that asks and in the reply that answers, because both are made
from the form's version and the task's rows, which stay as they are.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cycle.tasks.answer_model import asked_rows
from cycle.tasks.answers import label
from cycle.tasks.choices import with_choices
from cycle.tasks.forms import Choice, Field, FieldType, Form

FREE_TEXT = (FieldType.TEXT, FieldType.LONG_TEXT)
MOST_SHOWN = 12
"""A form with more questions is better answered on its page; a mail does not list them."""

MOST_LINES = 4_000
"""Lines of a reply in which answers are looked for: nobody writes more, and looking takes time."""

ENDS = ("Slut på spørgsmålene", "Slut på spørgsmålet", "End of the questions", "End of the question")
"""The line under the last question: what stands below it in a quoted mail is not an answer."""

_HINTS: Mapping[FieldType, tuple[str, str]] = {
    FieldType.TRAFFIC_LIGHT: ("grøn, gul eller rød", "green, yellow or red"),
    FieldType.AMOUNT: ("kr.", "DKK"),
    FieldType.PERCENT: ("%", "%"),
    FieldType.DATE: ("dato", "date"),
    FieldType.CONFIRM: ("ja", "yes"),
}
OPTIONAL = ("kan udelades", "may be left out")
"""What a hint says of a question that need not be answered, in Danish and English."""


@dataclass(frozen=True)
class Question:
    """One question. `place` is where its answer goes: (field,) or (group, row, field).

    `row` are the words of its row, empty outside repeated groups.
    """

    number: int
    place: tuple[str, ...]
    field: Field
    row: str = ""

    @property
    def where(self) -> str:
        """The place as problems name it: "status", "goals.A.status"."""
        return ".".join(self.place)

    def words(self, language: str = "da") -> str:
        """The question, with its row before it."""
        own = label(self.field, language)
        return f"{self.row} – {own}" if self.row else own

    def hint(self, language: str = "da") -> str:
        """What kind of answer is meant, in a few words; empty for a text that must be given."""
        english = language == "en"
        given = [label(choice, language) for choice in self.field.choices] if self.field.choices else []
        kind = " / ".join(given) or _HINTS.get(self.field.type, ("", ""))[english] or self.field.unit
        free = not self.field.required or bool(self.field.only_when)
        return ", ".join(filter(None, (kind, OPTIONAL[english] if free else "")))

    def line(self, mark: str = "", language: str = "da") -> str:
        """The line in the mail: "A1. Status (grøn, gul eller rød):". `mark` is the task's letter."""
        hint = self.hint(language)
        return f"{mark}{self.number}. {self.words(language)}{f' ({hint})' if hint else ''}:"


def questions_of(form: Form, rows: Mapping[str, Any], language: str = "da") -> tuple[Question, ...]:
    """The form's questions in order; `rows` is the task's prefill."""
    asked = enumerate(_asked(with_choices(form, rows), rows, language), 1)
    return tuple(Question(number, place, field, row) for number, (place, field, row) in asked)


def file_places(form: Form, rows: Mapping[str, Any]) -> list[tuple[str, ...]]:
    """Where the form asks for files."""
    found: list[tuple[str, ...]] = [(field.id,) for field in form.fields if field.type is FieldType.FILE]
    for group in form.fields:
        for key, fields in asked_rows(group, rows) if group.type is FieldType.REPEAT else ():
            found += [(group.id, key, field.id) for field in fields if field.type is FieldType.FILE]
    return found


def is_one_text(form: Form) -> bool:
    """Whether the form asks for one text and nothing else: then all of a reply is the answer."""
    return len(form.fields) == 1 and form.fields[0].type in FREE_TEXT


def _asked(
    form: Form, rows: Mapping[str, Any], language: str
) -> Iterator[tuple[tuple[str, ...], Field, str]]:
    for field in form.fields:
        if field.type is FieldType.REPEAT:
            names = _row_names(field, rows, language)
            for key, fields in asked_rows(field, rows):
                yield from (
                    ((field.id, key, each.id), each, names.get(key, key))
                    for each in fields
                    if each.type is not FieldType.FILE
                )
        elif field.type is not FieldType.FILE:
            yield (field.id,), field, ""


def _row_names(group: Field, rows: Mapping[str, Any], language: str) -> dict[str, str]:
    entries = group.rows or rows.get(group.rows_from, ())
    return dict(_row_name(entry, language) for entry in entries)


def _row_name(entry: Any, language: str) -> tuple[str, str]:
    if isinstance(entry, Choice):
        return entry.value, label(entry, language)
    if isinstance(entry, Mapping):
        return str(entry["row"]), str(entry.get("label") or entry["row"])
    return str(entry), str(entry)
