"""What is done about a strategy's themes: the processes' steps that have one as their track (seed 003)."""

from collections.abc import Mapping
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.plan.model import Activity, PlanKind
from cycle.store import table_of
from cycle.tasks.rollup import OWN_WORK
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Cycle, Occurrence, Task

ANSWERED = (TaskState.SUBMITTED, TaskState.APPROVED)
NOT_OWED = (TaskState.WAIVED, TaskState.CANCELLED)


@dataclass(frozen=True)
class Work:
    """One step: so many of those who owe an answer have given it."""

    occurrence: Occurrence
    answered: int
    owed: int


def work_by_theme(session: Session, root_id: str) -> Mapping[str, list[Work]]:
    """The steps by the key of their theme; those of no track ("") follow the whole strategy up."""
    query = (
        select(Occurrence)
        .join(Cycle, col(Cycle.id) == col(Occurrence.cycle_id))
        .where(Occurrence.root_id == root_id, Cycle.kind == PlanKind.PROCESS)
        .order_by(col(Occurrence.opens_at), col(Occurrence.id))
    )
    steps = session.exec(query).all()
    counted = _counted(session, [each.id or 0 for each in steps])
    found: dict[str, list[Work]] = {}
    for each in steps:
        track = Activity.model_validate_json(each.activity).track or ""
        found.setdefault(track, []).append(Work(each, *counted.get(each.id or 0, (0, 0))))
    return found


def _counted(session: Session, occurrences: list[int]) -> dict[int, tuple[int, int]]:
    """(answered, owed) by occurrence, in one question."""
    task = table_of(Task).c
    answered = sa.func.sum(sa.case((task.state.in_(ANSWERED), 1), else_=0))
    query = (
        sa.select(task.occurrence_id, answered, sa.func.count())
        .where(task.occurrence_id.in_(occurrences), task.kind.in_(OWN_WORK), task.state.not_in(NOT_OWED))
        .group_by(task.occurrence_id)
    )
    return {id_: (int(given), int(owed)) for id_, given, owed in session.execute(query)}
