"""What the areas answered in the approval of frames, taken into their drafts: the yearly part alone."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle.goals.frame_parts import Rhythm, Writer
from cycle.goals.frame_tables import Frame, FrameSection
from cycle.goals.frames import frames_of, newest_by_area, sections_of, write_section
from cycle.organisation.tables import Unit
from cycle.tasks.answers import show_answer
from cycle.tasks.forms import Form
from cycle.tasks.rollup import newest_submissions
from cycle.tasks.standing import finished
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import FormVersion, Occurrence, Submission, Task


def yearly_texts(session: Session, root_id: str, year: int) -> dict[str, dict[str, str]]:
    """The texts of the yearly part as they stand, by area and item: what the form offers to keep."""
    newest = newest_by_area(frames_of(session, root_id, year))
    sections = sections_of(session, [frame.id or 0 for frame in newest.values()])
    return {
        area: {row.item: row.text for row in sections.get(frame.id or 0, ()) if _is_yearly(row)}
        for area, frame in newest.items()
    }


def take_answers(session: Session, occurrence: Occurrence, *, now: datetime) -> int:
    """Writes what has been answered and approved into the year's drafts; gives how many texts changed.

    A field belongs to the item with its id. Each answer is taken once: what is written on the page
    afterwards stays.
    """
    newest = newest_by_area(frames_of(session, occurrence.root_id, occurrence.concerns_year))
    drafts = {area: frame for area, frame in newest.items() if frame.decision_id is None}
    written = 0
    for frame, submission, form, unit_by in _answers(session, occurrence, drafts):
        if _is_taken(session, frame, submission):
            continue
        for row in sections_of(session, [frame.id or 0])[frame.id or 0]:
            text = _answered(form, submission.answers, row)
            if text:
                written += write_section(
                    session,
                    frame,
                    row.item,
                    text,
                    writer=Writer.APPROVAL,
                    by=unit_by,
                    now=now,
                    submission_id=submission.id,
                )
    return written


def _answers(
    session: Session, occurrence: Occurrence, drafts: dict[str, Frame]
) -> Iterator[tuple[Frame, Submission, Form, str]]:
    found = session.exec(
        select(Task, Unit, Submission, FormVersion)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .join(Submission, col(Submission.task_id) == col(Task.id))
        .join(FormVersion, col(FormVersion.id) == col(Submission.form_version_id))
        .where(col(Submission.id).in_(newest_submissions(occurrence.id or 0)), Task.kind == TaskKind.ANSWER)
        .order_by(col(Unit.path))
    )
    for task, unit, submission, version in found:
        if finished(task) and unit.area in drafts:
            yield drafts[unit.area], submission, Form.model_validate_json(version.spec), submission.by


def _is_taken(session: Session, frame: Frame, submission: Submission) -> bool:
    query = select(FrameSection.id).where(
        FrameSection.frame_id == frame.id, FrameSection.submission_id == submission.id
    )
    return session.exec(query.limit(1)).first() is not None


def _answered(form: Form, answers: dict[str, Any], row: FrameSection) -> str:
    field = next((field for field in form.fields if field.id == row.item), None)
    if field is None or not _is_yearly(row) or answers.get(field.id) in (None, ""):
        return ""
    return show_answer(field, answers[field.id])


def _is_yearly(row: FrameSection) -> bool:
    return row.rhythm is Rhythm.YEARLY
