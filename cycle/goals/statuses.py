"""Goal statuses, taken from the answers of an occurrence when it closes."""

from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.agreed import day_of
from cycle.goals.by_unit import GoalsByUnit, asked_in
from cycle.goals.tables import Goal, GoalStatus
from cycle.goals.tallies import keep_tallies
from cycle.organisation.tables import Unit
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import newest_submissions
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Submission, Task

UNCOUNTED = (TaskState.RETURNED, TaskState.WAIVED, TaskState.CANCELLED)
"""Whose answers say nothing, as in the roll-up."""
VALUE_FIELD = "vaerdi"
"""The field of a goal's row in which its indicator's value is given."""


def keep_statuses(session: Session, occurrence_id: int) -> int:
    """Writes one status per goal and unit from the row of its newest answer; gives how many changed.

    A row of a repeated group names its goal by the code it was asked under, also when the unit has come to
    another area since; its traffic light is the status, its file the evidence. Safe to repeat: an answer that
    came after the close adds its statuses, or takes the place of the one before.
    """
    occurrence = get_occurrence(session, occurrence_id)
    goals = reported_goals(session, occurrence)
    known = {
        (row.goal_id, row.unit_id): row
        for row in session.exec(select(GoalStatus).where(GoalStatus.occurrence_id == occurrence_id))
    }
    new: list[dict[str, Any]] = []
    changed = 0
    for key, values in _given(session, occurrence_id, goals):
        status = known.get(key)
        if status is None:
            new.append({"goal_id": key[0], "unit_id": key[1], "occurrence_id": occurrence_id, **values})
        elif status.submission_id != values["submission_id"]:
            status.sqlmodel_update(values)
            session.add(status)
            changed += 1
    if new:
        session.execute(sa.insert(GoalStatus), new)
    session.flush()
    keep_tallies(session, occurrence)
    return len(new) + changed


def reported_goals(session: Session, occurrence: Occurrence) -> GoalsByUnit:
    """The goals that a report asks about: those of each unit's agreement in force when it is due."""
    return GoalsByUnit.load(session, occurrence.root_id, occurrence.concerns_year, on=day_of(occurrence))


def _given(
    session: Session, occurrence_id: int, goals: GoalsByUnit
) -> Iterator[tuple[tuple[int, str], dict[str, Any]]]:
    """((goal, unit), columns) of every light that was set."""
    by_key = {goal.key: goal for goal in goals.all}
    found = session.exec(
        select(Unit, Task, Submission)
        .join(Task, col(Task.unit_id) == col(Unit.id))
        .join(Submission, col(Submission.task_id) == col(Task.id))
        .where(col(Submission.id).in_(newest_submissions(occurrence_id)), Task.kind == TaskKind.ANSWER)
        .where(col(Task.state).not_in(UNCOUNTED))
    )
    for unit, task, submission in found:
        asked = asked_in(task.prefill)
        by_code: Mapping[str, Goal | None] = (
            {code: by_key.get(key) for code, key in asked.items()}
            if asked
            else {goal.code: goal for goal in goals.of(unit)}
        )
        for row in _goal_rows(submission):
            goal = by_code.get(str(row.get("row")))
            light = _part(row, "light")
            if goal is not None and light is not None:
                file = _part(row, "sha256")
                values = {
                    "status": light["light"],
                    "value": str(row.get(VALUE_FIELD) or ""),
                    "comment": light.get("comment", ""),
                    "evidence_file": file["sha256"] if file else None,
                    "evidence_name": str(file.get("name", "")) if file else "",
                    "submission_id": submission.id,
                }
                yield (goal.id or 0, unit.id), values


def _part(row: Mapping[str, object], sign: str) -> dict[str, Any] | None:
    """The row's first part that has this key: a traffic light, or a file."""
    return next((part for part in row.values() if isinstance(part, dict) and sign in part), None)


def _goal_rows(submission: Submission) -> list[dict[str, object]]:
    groups = (value for value in submission.answers.values() if isinstance(value, list))
    return [row for group in groups for row in group if isinstance(row, dict)]
