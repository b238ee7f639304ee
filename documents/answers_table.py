"""All answers of an activity as one table: a row for each post, a column for each question."""

import re
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from dataclasses import field as made_of
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
class AskedRow:
    """What a row of a group asks one post about.

    Rows with the same `identity` are about the same thing at every post, whatever letter they have there.
    `title`: what it is at this post alone (a unit's own goal); empty where `label` says it for all.
    """

    identity: str
    label: str
    title: str = ""


@dataclass(frozen=True)
class Answered:
    """One post's row: the leading cells (as many as the leading columns) and the canonical answers.

    `asked`: of the groups' rows, by the group's id and the row's key, what they are about.
    """

    leading: Sequence[Cell]
    answers: Mapping[str, Any]
    asked: Mapping[str, Mapping[str, AskedRow]] = made_of(default_factory=dict)

    def about(self, group: str, key: str) -> AskedRow:
        """What the row of this key is about; just its key where nothing more is known."""
        return self.asked.get(group, {}).get(key) or AskedRow(key, key)

    def given(self, group: str) -> list[tuple[AskedRow, Mapping[str, Any]]]:
        """What was answered in a group, and about what."""
        return [(self.about(group, str(each["row"])), each) for each in self.answers.get(group) or ()]


@dataclass(frozen=True)
class _Question:
    """A column of answers: the field, what its row is about when it stands in one, the light's comment.

    Without a field: what the row is about at each post.
    """

    field: Field | None
    title: str
    group: str = ""
    identity: str = ""
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
    cells = [[*row.leading, *(_cell(q, row, language) for q in questions)] for row in rows]
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
    """A column for each question of each thing that anyone answered about, in the form's order or counting
    on: units that lack some do not decide where those stand."""
    fixed = [row.value for row in group.rows]
    labels, titled = _labels(group, rows)
    in_order = sorted(
        labels,
        key=lambda one: (fixed.index(one) if one in fixed else len(fixed), _natural(labels[one]), one),
    )
    found: list[_Question] = []
    for one in in_order:
        if one in titled:
            found.append(_Question(None, labels[one], group.id, one))
        for field in group.fields:
            if not field.hide_small:
                found += _of_field(field, f"{labels[one]}: {label(field, language)}", group.id, one)
    return found


def _labels(group: Field, rows: Sequence[Answered]) -> tuple[dict[str, str], set[str]]:
    """What most posts call each thing, by its identity, and those that each post has its own title for."""
    told: dict[str, Counter[str]] = defaultdict(Counter)
    titled: set[str] = set()
    for row in rows:
        for about, _ in row.given(group.id):
            told[about.identity][about.label] += 1
            titled |= {about.identity} if about.title else set()
    return {one: labels.most_common(1)[0][0] for one, labels in told.items()}, titled


def _natural(key: str) -> list[tuple[bool, int, str]]:
    """M2 before M10, as people count."""
    return [(part.isdecimal(), int(part) if part.isdecimal() else 0, part) for part in _DIGITS.split(key)]


def _of_field(field: Field, title: str, group: str = "", identity: str = "") -> list[_Question]:
    questions = [_Question(field, f"{title} ({field.unit})" if field.unit else title, group, identity)]
    if field.type is FieldType.TRAFFIC_LIGHT:
        questions.append(_Question(field, f"{title}, kommentar", group, identity, comment=True))
    return questions


def _kind(question: _Question) -> Kind:
    return KINDS.get(question.field.type, Kind.TEXT) if question.field else Kind.TEXT


def _cell(question: _Question, row: Answered, language: str) -> Cell:
    found = _place(question, row)
    if found is None or question.field is None:
        return found[0].title or None if found else None
    value, field = found[1].get(question.field.id), question.field
    if value is None or value == "":
        return None
    if field.type in NUMBERS:
        return Decimal(value)
    if field.type is FieldType.DATE:
        return date.fromisoformat(value)
    if field.type is FieldType.TRAFFIC_LIGHT:
        return str(value.get("comment", "")) if question.comment else str(value["light"])
    return show_answer(field, value, language)


def _place(question: _Question, row: Answered) -> tuple[AskedRow, Mapping[str, Any]] | None:
    """Where this post has its answer to the question, and what that is about; None when it was not asked."""
    if not question.group:
        return AskedRow("", ""), row.answers
    given = row.given(question.group)
    return next((each for each in given if each[0].identity == question.identity), None)
