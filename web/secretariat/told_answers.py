"""The answers of an activity as they may leave the house, in a file or to a program."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from cycle.goals.by_unit import asked_goals
from cycle.goals.small_numbers import Places, hidden_places, without_hidden
from cycle.store import in_pieces
from cycle.tasks.forms import Field, Form
from cycle.tasks.listing import Entry
from cycle.tasks.tables import FormVersion, Submission
from web.secretariat.reach import Reach


@dataclass(frozen=True)
class Private:
    """The goals of which no unit's own status leaves the house, and the fields whose rows are goals."""

    hidden: Places
    groups: frozenset[str]
    asked: Mapping[int, Mapping[str, str]]

    @classmethod
    def of(
        cls, session: Session, found: Reach, forms: Iterable[Form], *, given: Sequence[Entry] | None = None
    ) -> "Private":
        """What of the activity (or of the answers `given`) is private; `forms` are all that they used."""
        occurrence = found.occurrence
        groups = frozenset(field.id for form in forms for field in form.fields if field.rows_from == "goals")
        hidden = hidden_places(session, occurrence.root_id, occurrence.concerns_year)
        only = None if given is None else [entry.task_id for entry in given]
        return cls(hidden, groups, asked_goals(session, occurrence.id or 0, only) if hidden else {})

    def less(self, answers: Mapping[str, Any], entry: Entry) -> dict[str, Any]:
        """The answers without what is hidden."""
        place = {"area": entry.area, "unit_id": entry.unit_id}
        asked = self.asked.get(entry.task_id)
        return without_hidden(answers, self.hidden, groups=self.groups, asked=asked, **place)


def without_small(answers: Mapping[str, Any], fields: Sequence[Field]) -> dict[str, Any]:
    """The answers to these fields, without those of which a single unit's answer is told nowhere."""
    told = {field.id: field for field in fields if not field.hide_small}
    return {
        name: [{"row": row["row"], **without_small(row, told[name].fields)} for row in value]
        if told[name].fields
        else value
        for name, value in answers.items()
        if name in told
    }


def submissions_of(session: Session, listed: Iterable[Entry]) -> dict[int, Submission]:
    """The entries' newest answers by id."""
    found: dict[int, Submission] = {}
    for piece in in_pieces(entry.submission_id for entry in listed if entry.submission_id):
        rows = session.exec(select(Submission).where(col(Submission.id).in_(piece)))
        found |= {row.id or 0: row for row in rows}
    return found


def forms_of(session: Session, found: Reach, submissions: Mapping[int, Submission]) -> dict[int, FormVersion]:
    """The forms that the answers used and the activity's own by id, the newest first."""
    used = {submission.form_version_id for submission in submissions.values()}
    used.add(found.occurrence.form_version_id)
    rows = session.exec(
        select(FormVersion)
        .where(col(FormVersion.id).in_([id_ for id_ in used if id_]))
        .order_by(col(FormVersion.version).desc(), col(FormVersion.id).desc())
    )
    return {row.id or 0: row for row in rows}


def read_form(row: FormVersion) -> Form:
    """The form of a kept version."""
    return Form.model_validate_json(row.spec)
