"""An answer sent back with reasons to single questions: those alone are open, the rest stands as given.

A question is named as its problems are: "status", "goals.A.status". Open besides those with a reason are
questions asked only when one of them has some answer, confirmations (they speak for the whole), and what the
form asks today and the answer does not have.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from cycle.errors import Problem
from cycle.store import in_pieces
from cycle.tasks.answer_model import Rows, asked_rows
from cycle.tasks.answer_values import blank
from cycle.tasks.answers import read_draft, typed_answers
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import SubmissionKind, TaskState, Verdict
from cycle.tasks.submit import latest_submissions
from cycle.tasks.tables import Review, Submission, Task

CLOSED_TOLD = {
    "da": ("Spørgsmålet er ikke sendt retur og kan ikke ændres her.", "Svar kun på dem, der skal rettes."),
    "en": ("This question was not sent back and cannot be changed here.", "Answer the others only."),
}
Typed = Mapping[str, Any]
"""Answers as they stand in inputs, by field; those of a repeated group by row key and field."""


@dataclass(frozen=True)
class Reopened:
    """What is open (`places`) of an answer, and the canonical answers it had (`before`)."""

    places: frozenset[str]
    before: Mapping[str, Any]

    def is_open(self, name: str) -> bool:
        """Whether the question may be answered anew; a group, whether any question in it may."""
        inside = f"{name}."
        return any(
            name == place or name.startswith(f"{place}.") or place.startswith(inside) for place in self.places
        )

    def with_the_rest(self, form: Form, given: Typed, rows: Rows) -> dict[str, Any]:
        """What was typed, with the answers that stand in the place of every question that is closed."""
        stood = typed_answers(form.fields, self.before)
        return {name: value for name, value in self._mixed(form, given, stood, rows) if value is not None}

    def changed(self, form: Form, given: Typed, rows: Rows) -> list[str]:
        """The closed questions that were given another answer than they have."""
        read, _ = read_draft(form, given, rows=rows)
        new, stood = dict(_places(form.fields, read)), dict(_places(form.fields, self.before))
        return [name for name, value in new.items() if not self.is_open(name) and stood.get(name) != value]

    def _mixed(self, form: Form, given: Typed, stood: Typed, rows: Rows) -> Iterable[tuple[str, Any]]:
        for field in form.fields:
            if field.type is not FieldType.REPEAT:
                yield field.id, (given if self.is_open(field.id) else stood).get(field.id)
                continue
            new, old = _by_row(given.get(field.id)), _by_row(stood.get(field.id))
            yield (
                field.id,
                {
                    key: {
                        each.id: (new if self.is_open(f"{field.id}.{key}.{each.id}") else old)
                        .get(key, {})
                        .get(each.id)
                        for each in asked
                    }
                    for key, asked in asked_rows(field, rows)
                },
            )


def reopened_in(session: Session, tasks: Iterable[Task], forms: Mapping[int, Form]) -> dict[int, Reopened]:
    """Of the tasks that were sent back with reasons to single questions, what is open; by task.

    `forms` are by the tasks' form versions. Tasks that are open as a whole are left out.
    """
    returned = {
        task.id or 0: task for task in tasks if task.state is TaskState.RETURNED and task.form_version_id
    }
    newest = latest_submissions(session, returned) if returned else {}
    reviews = _last_returns(session, [each.id or 0 for each in newest.values()])
    found = {}
    for task_id, submission in newest.items():
        task, review = returned[task_id], reviews.get(submission.id or 0)
        form = forms.get(task.form_version_id or 0)
        if form is not None and (of_it := reopened(form, task, submission, review)):
            found[task_id] = of_it
    return found


def reopened(form: Form, task: Task, submission: Submission | None, review: Review | None) -> Reopened | None:
    """What is open of a task's newest answer by the review that sent it back; None when everything is.

    That is so without reasons to single questions, when there was nothing to report, and when the form has
    been written anew since.
    """
    if submission is None or review is None or submission.kind is SubmissionKind.NIL:
        return None
    if task.state is not TaskState.RETURNED or submission.form_version_id != task.form_version_id:
        return None
    asked = dict(_asked(form.fields, task.prefill))
    named = {name for name in review.field_reasons if name in asked}
    if not named:
        return None
    stood = typed_answers(form.fields, submission.answers)
    _, lacking = read_draft(form, stood, rows=task.prefill)
    confirmed = {name for name, field in asked.items() if field.type is FieldType.CONFIRM}
    places = named | confirmed | {problem.where for problem in lacking}
    return Reopened(frozenset(places | _dependent(asked, places)), submission.answers)


def refused_changes(names: Collection[str], language: str) -> list[Problem]:
    """The faults of answers to questions that were not sent back."""
    told = CLOSED_TOLD["en" if language == "en" else "da"]
    return [Problem(name, *told) for name in names]


def _asked(fields: Sequence[Field], rows: Rows) -> Iterable[tuple[str, Field]]:
    """(name, field) of every question, those in rows too."""
    for field in fields:
        if field.type is not FieldType.REPEAT:
            yield field.id, field
            continue
        for key, inner in asked_rows(field, rows):
            yield from ((f"{field.id}.{key}.{each.id}", each) for each in inner)


def _dependent(asked: Mapping[str, Field], places: Collection[str]) -> set[str]:
    """The questions that are asked only when one of these has some answer."""
    found: set[str] = set()
    while True:
        known = {*places, *found}
        new = {name for name, field in asked.items() if _condition(name, field) in known} - known
        if not new:
            return found
        found |= new


def _condition(name: str, field: Field) -> str:
    before = name.removesuffix(field.id)
    return before + field.only_when.partition("=")[0].strip() if field.only_when else ""


def _places(fields: Sequence[Field], answers: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    """(name, canonical value) of every answer, those in rows too."""
    for field in fields:
        value = answers.get(field.id)
        if field.type is FieldType.REPEAT:
            for row in value or ():
                inner = _places(field.fields, row)
                yield from ((f"{field.id}.{row['row']}.{name}", each) for name, each in inner)
        elif not blank(value):
            yield field.id, value


def _by_row(value: Any) -> Mapping[str, Mapping[str, Any]]:
    if isinstance(value, Mapping):
        return {str(key): row or {} for key, row in value.items()}
    return {str(row["row"]): row for row in value or ()}


def _last_returns(session: Session, submission_ids: Sequence[int]) -> dict[int, Review]:
    found: dict[int, Review] = {}
    for piece in in_pieces(submission_ids):
        query = select(Review).where(col(Review.submission_id).in_(piece), Review.verdict == Verdict.RETURNED)
        found |= {each.submission_id: each for each in session.exec(query.order_by(col(Review.id)))}
    return found
