"""The units under a goal, one page of them: each one's latest status in every period, and what it said."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.access.rules import within
from cycle.errors import NotFound
from cycle.files import store as files
from cycle.files.tables import File
from cycle.goals.indicators import Indicator, indicator_of
from cycle.goals.tables import Goal, GoalStatus
from cycle.goals.tallies import NOT_OWED
from cycle.goals.trace import Cell, Line, Said, Trace, periods_of
from cycle.organisation.tables import Unit
from cycle.store import table_of
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Task

PAGE = 50


@dataclass(frozen=True)
class UnitPage:
    """Some of the units, in the order of the tree, and whether others follow."""

    lines: Sequence[Line]
    page: int
    goes_on: bool


def units_below(
    session: Session, found: Trace, *, paths: Sequence[str], page: int, language: str = "da"
) -> UnitPage:
    """Every unit that was asked in any of the periods, `PAGE` at a time; pages count from 1."""
    query = sa.select(col(Unit.id), col(Unit.name), col(Unit.district)).where(_asked(found, paths))
    rows = session.execute(query.order_by(col(Unit.path)).limit(PAGE + 1).offset((page - 1) * PAGE)).all()
    lines = {id_: Line(id_, name, district) for id_, name, district in rows[:PAGE]}
    _fill(session, found, lines, language)
    if not found.goal.hide_small:
        _add_said(session, found, lines)
    return UnitPage(list(lines.values()), page, len(rows) > PAGE)


def _asked(found: Trace, paths: Sequence[str]) -> sa.ColumnElement[bool]:
    goal, task = found.goal, table_of(Task).c
    owing = sa.exists().where(
        task.unit_id == col(Unit.id),
        task.occurrence_id.in_([period.id for period in found.periods]),
        task.kind == TaskKind.ANSWER,
        task.state.not_in(NOT_OWED),
    )
    where: list[sa.ColumnElement[bool]] = [owing]
    if f"/{goal.root_id}/" not in paths:  # no database can guess how many units a condition on paths leaves
        where.append(within(col(Unit.path), paths))
    if goal.area:
        where.append(col(Unit.area) == goal.area)
    if goal.unit_id:
        where.append(col(Unit.id) == goal.unit_id)
    return sa.and_(*where)


def _fill(session: Session, found: Trace, lines: dict[str, Line], language: str) -> None:
    status = table_of(GoalStatus).c
    goals = _goals(session, found, list(lines))
    query = sa.select(
        status.unit_id, status.occurrence_id, status.goal_id, status.status, status.value
    ).where(
        status.unit_id.in_(list(lines)),
        status.occurrence_id.in_([period.id for period in found.periods]),
    )
    given = [(goals[row.goal_id], row) for row in session.execute(query).all() if row.goal_id in goals]
    for goal, (unit_id, period, _, light, value) in sorted(given, key=lambda each: each[0].code):
        lines[unit_id].cells[period].append(goal.cell(light, value, language))


def _add_said(session: Session, found: Trace, lines: dict[str, Line]) -> None:
    """Comments and files on the traced goal alone: those on the goals below stand on their own pages."""
    status = table_of(GoalStatus).c
    query = sa.select(
        status.unit_id, status.occurrence_id, status.id, status.comment, status.evidence_name
    ).where(
        status.goal_id == found.goal.id,
        status.unit_id.in_(list(lines)),
        status.occurrence_id.in_([period.id for period in found.periods]),
        sa.or_(status.comment != "", status.evidence_file.is_not(None)),
    )
    for unit_id, period, id_, comment, name in session.execute(query):
        lines[unit_id].said[period] = Said(id_, comment, name)


def evidence(session: Session, goal: Goal, status_id: int, *, paths: Sequence[str]) -> tuple[File, str]:
    """The file behind a unit's status and its name, as the goal's page links it. Raises NotFound."""
    status = session.get(GoalStatus, status_id)
    if status is None or status.goal_id != goal.id or not status.evidence_file or goal.hide_small:
        raise NotFound("goal_status", status_id)
    shown = {period.id for period in periods_of(session, goal.root_id, goal.year)}
    path = session.get_one(Unit, status.unit_id).path
    if status.occurrence_id not in shown or not path.startswith(tuple(paths)):
        raise NotFound("goal_status", status_id)
    return files.read(session, status.evidence_file), status.evidence_name


class _Followed(NamedTuple):
    """What a cell tells of its goal."""

    id: int
    code: str
    title: str
    hidden: bool
    indicator: Indicator | None

    def cell(self, light: str, value: str, language: str) -> Cell:
        """A unit's status on it."""
        if self.hidden:
            return Cell(self.id, self.code, self.title, "", "", hidden=True)
        shown = self.indicator.shown(Decimal(value), language) if self.indicator and value else value
        return Cell(self.id, self.code, self.title, light, shown, hidden=False)


def _goals(session: Session, found: Trace, unit_ids: list[str]) -> dict[int, _Followed]:
    """The goals of the trace that have statuses, and the own ones of these units that hang under them."""
    above = {below.goal.id or 0: below.goal for below in found.below}
    goal = table_of(Goal).c
    own = sa.select(goal.id, goal.code, goal.title, goal.hide_small, goal.indicator).where(
        goal.unit_id.in_(unit_ids),
        goal.parent_key.in_([each.key for each in above.values()]),
    )
    shared = [(id_, each.code, each.title, each.hide_small, each.indicator) for id_, each in above.items()]
    return {
        id_: _Followed(id_, code, title, hidden, indicator_of(indicator))
        for id_, code, title, hidden, indicator in [*shared, *session.execute(own)]
    }
