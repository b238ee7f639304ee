"""The roll-up as it stands in numbers, place by place, and the units of one place: for pages.

What `rollup.roll_up` says of every unit with its answer, for documents and releases, is counted here in the
database.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cycle.access.rules import within
from cycle.organisation.tables import Unit
from cycle.tasks.fates import Asked, Fate, count_fates, fate_of
from cycle.tasks.rollup import WRITTEN_ABOVE, Outcome, Section, outcome_of
from cycle.tasks.submit import latest_submissions
from cycle.tasks.tables import Task

Counts = Mapping[str, Mapping[Outcome, int]]
"""By the path of the unit right above them, how many units have which outcome."""


@dataclass(frozen=True)
class Named:
    """One unit's line without its answer; `home` is the path of the unit right above it."""

    task_id: int
    unit: str
    home: str
    outcome: Outcome


def counts_by_home(session: Session, asked: Asked) -> Counts:
    """How many units below the paths have which outcome, by the unit right above them."""
    found: dict[str, Counter[Outcome]] = {}
    paths = _homes(session)
    for parent, fate, number in count_fates(session, asked, _PARENT):
        found.setdefault(paths[parent], Counter())[outcome_of_fate(fate)] += number
    return found


def lines_of(session: Session, asked: Asked, homes: Sequence[str]) -> list[Named]:
    """The units right below `homes` (paths), in the order of the tree."""
    above = aliased(Unit)
    home: Any = sa.func.coalesce(col(above.path), col(Unit.path))
    rows = session.execute(
        sa.select(col(Task.id), col(Unit.name), home, fate_of(session, asked))
        .select_from(Task)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .outerjoin(above, col(above.id) == col(Unit.parent_id))
        .where(*asked.conditions, home.in_(homes))
        .order_by(col(Unit.path), col(Task.id))
    )
    return [Named(task_id, unit, at, outcome_of_fate(Fate.read(fate))) for task_id, unit, at, fate in rows]


def sections_of(session: Session, asked: Asked) -> list[Section]:
    """What the units above have written, or have still to write, in the order of the tree."""
    query = (
        select(Task, Unit)
        .join(Unit, col(Unit.id) == col(Task.unit_id))
        .where(Task.occurrence_id == asked.occurrence.id, col(Task.kind).in_(WRITTEN_ABOVE))
        .where(within(col(Unit.path), asked.paths))
        .order_by(col(Unit.path), col(Task.id))
    )
    rows = session.exec(query).all()
    newest = latest_submissions(session, [task.id or 0 for task, _ in rows])
    return [
        Section(
            unit_id=unit.id,
            unit=unit.name,
            path=unit.path,
            stage=task.subject,
            title=task.title,
            answers=newest[task.id or 0].answers if task.id in newest else None,
            form_version_id=newest[task.id or 0].form_version_id if task.id in newest else None,
        )
        for task, unit in rows
    ]


_PARENT = sa.func.coalesce(col(Unit.parent_id), col(Unit.id)).label("parent")


def _homes(session: Session) -> dict[str, str]:
    """The paths of the units that have others below them, and of those above which there is none."""
    below = aliased(Unit)
    has_some = sa.exists().where(col(below.parent_id) == col(Unit.id))
    tops = sa.or_(has_some, col(Unit.parent_id).is_(None))
    rows = session.execute(sa.select(col(Unit.id), col(Unit.path)).where(tops))
    return {unit_id: path for unit_id, path in rows}


def outcome_of_fate(fate: Fate) -> Outcome:
    """How a unit whose task has this fate appears in the roll-up."""
    return outcome_of(fate.state, fate.answer, fate.timeliness, finished=fate.finished)
