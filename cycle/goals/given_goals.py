"""The goals given from above as a leader's task holds them: always in the newest words."""

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.over_years import FROM, kept_later
from cycle.store import in_pieces
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Task

GIVEN = "given_goals"
"""Where a leader's task and a version's content hold the given goals."""
GIVEN_BEFORE = "given_before"
"""Where the task holds them as they were when the unit last wrote its own, while they are other now."""

Row = Mapping[str, Any]


def as_now(given: Sequence[Row], rows: Mapping[str, Row], later: Set[str]) -> list[Row]:
    """The given goals as `rows` (by key) of their first year say them now; what is no longer given stays.

    Those of the `later` keys join them: they were set for agreements made before as well.
    """
    held = {row["key"] for row in given}
    found = [row if FROM in row else kept_later(row, rows.get(row["key"], row)) for row in given]
    new = [row for key, row in rows.items() if key in later - held]
    return sorted([*found, *new], key=lambda row: str(row["row"])) if new else found


def draft_tasks(session: Session, occurrence_id: int, unit_ids: Iterable[str]) -> Iterator[Task]:
    """The tasks in which the leaders of these units write their agreements."""
    for piece in in_pieces(unit_ids):
        drafts = sa.select(Task).where(
            col(Task.occurrence_id) == occurrence_id,
            col(Task.unit_id).in_(piece),
            col(Task.kind) == TaskKind.DRAFT,
        )
        yield from session.scalars(drafts).all()


def take_in(task: Task, now: Sequence[Row]) -> None:
    """Gives the leader's task the goals as they are now; what it was shown before stays beside them.

    Whatever step the agreement has come to: one that comes back to its draft is proposed in these words.
    """
    given = task.prefill.get(GIVEN, [])
    before = task.prefill.get(GIVEN_BEFORE, given)
    changed = {GIVEN: list(now), **({GIVEN_BEFORE: before} if before != now else {})}
    task.prefill = {**_without_before(task), **changed}


def proposed(task: Task) -> list[Row]:
    """The goals given to whoever has answered the task; from here on they are what it was shown."""
    if GIVEN_BEFORE in task.prefill:
        task.prefill = _without_before(task)
    return list(task.prefill.get(GIVEN, ()))


def _without_before(task: Task) -> dict[str, Any]:
    return {name: value for name, value in task.prefill.items() if name != GIVEN_BEFORE}
