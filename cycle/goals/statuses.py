"""Goal statuses, taken from the answers of an occurrence when it closes."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.tables import GoalStatus
from cycle.goals.tree import for_unit, goals_of_year
from cycle.organisation.tables import Unit
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import newest_submissions
from cycle.tasks.tables import Submission, Task


def keep_statuses(session: Session, occurrence_id: int) -> int:
    """Writes one status per goal and unit from the row of its answer. Safe to repeat; gives how many.

    A row of the repeated group "goals" names its goal by code; its traffic light is the status.
    """
    occurrence = get_occurrence(session, occurrence_id)
    goals = goals_of_year(session, occurrence.root_id, occurrence.concerns_year)
    known = set(
        session.exec(
            select(GoalStatus.goal_id, GoalStatus.unit_id).where(GoalStatus.occurrence_id == occurrence_id)
        )
    )
    rows = []
    found = session.exec(
        select(Unit, Submission)
        .join(Task, col(Task.unit_id) == col(Unit.id))
        .join(Submission, col(Submission.task_id) == col(Task.id))
        .where(col(Submission.id).in_(newest_submissions(occurrence_id)))
    )
    for unit, submission in found:
        by_code = {goal.code: goal for goal in for_unit(goals, unit)}
        for row in _goal_rows(submission):
            goal = by_code.get(str(row.get("row")))
            light = next(
                (value for value in row.values() if isinstance(value, dict) and "light" in value), None
            )
            if goal is None or light is None or (goal.id, unit.id) in known:
                continue
            rows.append(
                {
                    "goal_id": goal.id,
                    "unit_id": unit.id,
                    "occurrence_id": occurrence_id,
                    "status": light["light"],
                    "comment": light.get("comment", ""),
                    "submission_id": submission.id,
                }
            )
    if rows:
        session.execute(sa.insert(GoalStatus), rows)
    return len(rows)


def _goal_rows(submission: Submission) -> list[dict[str, object]]:
    groups = (value for value in submission.answers.values() if isinstance(value, list))
    return [row for group in groups for row in group if isinstance(row, dict)]
