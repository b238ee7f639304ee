"""The goals given from above as a leader's task holds them: always in the newest words."""

from collections.abc import Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.store import in_pieces
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Task

GIVEN = "given_goals"
"""Where a leader's task and a version's content hold the given goals."""
GIVEN_BEFORE = "given_before"
"""Where the task holds them as they were when the unit last wrote its own, while they are other now."""

Row = Mapping[str, Any]


def as_now(given: Sequence[Row], rows: Mapping[str, Row], later: Set[str]) -> list[Row]:
    """The given goals as `rows` (by key) say them now; one that is no longer given stays as it was.

    Those of the `later` keys join them: they were set for agreements made before as well.
    """
    held = {row["key"] for row in given}
    found = [rows.get(row["key"], row) for row in given]
    new = [row for key, row in rows.items() if key in later - held]
    return sorted([*found, *new], key=lambda row: str(row["row"])) if new else found


def take_into_drafts(
    session: Session, rows: Mapping[str, Mapping[str, Row]], later: Set[str], *, occurrence_id: int
) -> None:
    """Gives the leaders' tasks of these units (rows by unit and key) the new words, and the `later` goals.

    Whatever step their agreements have come to: one that comes back to its draft is proposed in these words.
    """
    for piece in in_pieces(rows):
        drafts = sa.select(Task).where(
            col(Task.occurrence_id) == occurrence_id,
            col(Task.unit_id).in_(piece),
            col(Task.kind) == TaskKind.DRAFT,
        )
        for task in session.scalars(drafts).all():
            _take_in(task, rows[task.unit_id], later)


def proposed(task: Task) -> list[Row]:
    """The goals given to whoever has answered the task; from here on they are what it was shown."""
    if GIVEN_BEFORE in task.prefill:
        task.prefill = _without_before(task)
    return list(task.prefill.get(GIVEN, ()))


def _take_in(task: Task, rows: Mapping[str, Row], later: Set[str]) -> None:
    given = task.prefill.get(GIVEN, [])
    before, now = task.prefill.get(GIVEN_BEFORE, given), as_now(given, rows, later)
    changed = {GIVEN: now, **({GIVEN_BEFORE: before} if before != now else {})}
    task.prefill = {**_without_before(task), **changed}


def _without_before(task: Task) -> dict[str, Any]:
    return {name: value for name, value in task.prefill.items() if name != GIVEN_BEFORE}
