"""A form as a page asks it: every question with what was typed, last period's answer and any fault.

The HTML name of a question is its place in the form ("status", "goals.A.status"), the same as `where`
in the problems of `cycle.tasks.answers`.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import InvalidOperation
from typing import Any

from cycle.errors import Problem
from cycle.goals.indicators import indicator_of
from cycle.tasks.answer_model import asked_rows, row_key
from cycle.tasks.answer_values import blank
from cycle.tasks.answers import label, show_answer
from cycle.tasks.forms import Field, FieldType, Form
from documents.goal_words import indicator_words


@dataclass(frozen=True)
class Question:
    """One question. `typed` has the shape the page sends: text, or a mapping for lights and files.

    `theirs` is what somebody else has written here meanwhile.
    """

    field: Field
    name: str
    anchor: str
    typed: Any
    last: str
    problem: Problem | None
    reason: str
    theirs: str = ""
    figures: tuple[Mapping[str, Any], ...] = ()
    only_when: tuple[str, str] | None = None
    rows: tuple["Row", ...] = ()
    row_label: str = ""
    language: str = "da"

    @property
    def is_touched(self) -> bool:
        """Whether something has been written here, or said of it: it is not to be folded away."""
        return bool(self.problem or self.reason or self.theirs) or not blank(self.typed)

    @property
    def may_repeat(self) -> bool:
        """Whether the form offers last period's answer here, and there is one."""
        return bool(self.last) and repeatable(self.field)

    @property
    def full_label(self) -> str:
        """The question's words, with the row they are asked of."""
        words = label(self.field, self.language)
        return f"{self.row_label} · {words}" if self.row_label else words


@dataclass(frozen=True)
class Row:
    """One row of a repeated group."""

    key: str
    label: str
    description: str
    questions: tuple[Question, ...]


@dataclass(frozen=True)
class Beside:
    """What stands beside the questions, by their names."""

    prefill: Mapping[str, Any]
    problems: Mapping[str, Problem]
    reasons: Mapping[str, str]
    language: str
    theirs: Mapping[str, str] = field(default_factory=dict)

    @property
    def last(self) -> Mapping[str, Any]:
        """Last period's canonical answers."""
        found = self.prefill.get("last")
        return found if isinstance(found, Mapping) else {}

    @property
    def figures(self) -> Sequence[Mapping[str, Any]]:
        """The unit's own key figures: label, amount and the amount as shown."""
        return figures_of(self.prefill)


def questions(form: Form, typed: Mapping[str, Any], beside: Beside) -> tuple[Question, ...]:
    """The form's questions in order."""
    return _group(form.fields, typed, beside.last, beside, name="", anchor="f")


def figures_of(prefill: Mapping[str, Any]) -> Sequence[Mapping[str, Any]]:
    """The unit's own key figures that a task came with."""
    found = prefill.get("figures")
    return found if isinstance(found, list) else []


def repeatable(field: Field) -> bool:
    """Whether the form offers last period's answer; a file or a confirmation is given anew."""
    return field.same_as_last and field.type not in (FieldType.FILE, FieldType.CONFIRM, FieldType.REPEAT)


def flat(asked: Sequence[Question]) -> list[Question]:
    """Every question including those in rows, in the order of the page."""
    found: list[Question] = []
    for question in asked:
        found.append(question)
        for row in question.rows:
            found += flat(row.questions)
    return found


def words_of(asked: Sequence[Question]) -> dict[str, str]:
    """What the form calls each of its fields, by the names they are sent under."""
    named: dict[str, str] = {}
    for question in flat(asked):
        if question.field.type is FieldType.TRAFFIC_LIGHT:
            comment = "Comment" if question.language == "en" else "Kommentar"
            named[f"{question.name}.light"] = question.full_label
            named[f"{question.name}.comment"] = f"{question.full_label} · {comment}"
        elif question.field.type is not FieldType.REPEAT:
            named[question.name] = question.full_label
    return named


def words_to_send(asked: Sequence[Question]) -> str:
    """The same for a hidden field: a page that must not look the form up still names what was typed."""
    return json.dumps(words_of(asked), ensure_ascii=False)


def guidance_of(thing: Field | Form, language: str) -> str:
    """The guidance in the reader's language."""
    return (thing.guidance_en if language == "en" else "") or thing.guidance


def shown_safely(field: Field, value: Any, language: str) -> str:
    """`show_answer`, and nothing for a value of an older form that had another type here."""
    try:
        return show_answer(field, value, language)
    except (ValueError, TypeError, KeyError, AttributeError, InvalidOperation):
        return ""


def rows_of(field: Field, prefill: Mapping[str, Any], language: str) -> list[tuple[str, str, str]]:
    """(key, label, description) of a repeated group's rows."""
    if field.rows:
        return [(row.value, label(row, language), "") for row in field.rows]
    entries = prefill.get(field.rows_from, ())
    return [(row_key(entry), *row_words(entry, language)) for entry in entries]


def row_words(entry: Any, language: str) -> tuple[str, str]:
    """What a row is called, and what is told of it."""
    if not isinstance(entry, Mapping):
        return str(entry), ""
    words = str(entry.get("label") or entry.get("title") or row_key(entry))
    told = [str(entry.get("description", "")), _measured(entry, language)]
    return words, " ".join(part for part in told if part)


def _measured(entry: Mapping[str, Any], language: str) -> str:
    """What a goal is measured by, where it is: "Sygefravær: højst 6 %."."""
    indicator = indicator_of(entry.get("indicator") or {})
    return f"{indicator_words(indicator, language)}." if indicator else ""


def _group(
    fields: Sequence[Field],
    typed: Mapping[str, Any],
    last: Mapping[str, Any],
    beside: Beside,
    *,
    name: str,
    anchor: str,
    row_label: str = "",
) -> tuple[Question, ...]:
    by_id = {field.id: field for field in fields}
    return tuple(
        _question(
            field,
            typed.get(field.id),
            last.get(field.id),
            beside,
            name=f"{name}{field.id}",
            anchor=f"{anchor}-{index}",
            only_when=_condition(field, by_id, beside.language),
            row_label=row_label,
        )
        for index, field in enumerate(fields, start=1)
    )


def _question(
    field: Field,
    typed: Any,
    last: Any,
    beside: Beside,
    *,
    name: str,
    anchor: str,
    only_when: tuple[str, str] | None,
    row_label: str,
) -> Question:
    repeated = field.type is FieldType.REPEAT
    return Question(
        field=field,
        name=name,
        anchor=anchor,
        typed=_with_defaults(field, typed),
        last="" if repeated else shown_safely(field, last, beside.language),
        problem=beside.problems.get(name),
        reason=beside.reasons.get(name, ""),
        theirs=beside.theirs.get(name, ""),
        figures=tuple(entry for entry in beside.figures if _stands_at(entry, field, name)),
        only_when=only_when,
        rows=_rows(field, typed, last, beside, name=name, anchor=anchor) if repeated else (),
        row_label=row_label,
        language=beside.language,
    )


def _stands_at(figure: Mapping[str, Any], field: Field, name: str) -> bool:
    """Whether the plan puts the figure beside the question, or it is called as the question is."""
    return figure.get("field") == name or figure.get("label") in (field.id, field.label)


def _rows(field: Field, typed: Any, last: Any, beside: Beside, *, name: str, anchor: str) -> tuple[Row, ...]:
    by_key = typed if isinstance(typed, Mapping) else {}
    before = {str(row.get("row")): row for row in last or () if isinstance(row, Mapping)}
    made = []
    listed = rows_of(field, beside.prefill, beside.language)
    fields = dict(asked_rows(field, beside.prefill))
    for index, (key, words, description) in enumerate(listed, start=1):
        asked = _group(
            fields[key],
            by_key.get(key) or {},
            before.get(key, {}),
            beside,
            name=f"{name}.{key}.",
            anchor=f"{anchor}-{index}",
            row_label=words,
        )
        made.append(Row(key, words, description, asked))
    return tuple(made)


def _condition(field: Field, by_id: Mapping[str, Field], language: str) -> tuple[str, str] | None:
    """(the other question's label, the answer it must have), for a question asked only then."""
    other_id, _, wanted = field.only_when.partition("=")
    other = by_id.get(other_id.strip())
    if other is None:
        return None
    labels = {choice.value: label(choice, language) for choice in other.choices}
    return label(other, language), labels.get(wanted.strip(), wanted.strip())


def _with_defaults(field: Field, typed: Any) -> Any:
    if field.type is FieldType.TRAFFIC_LIGHT:
        return typed if isinstance(typed, Mapping) else {"light": "", "comment": ""}
    if field.type is FieldType.FILE:
        return typed if isinstance(typed, Mapping) and typed.get("sha256") else None
    return "" if typed is None else typed
