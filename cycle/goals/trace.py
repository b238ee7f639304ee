"""From a goal up to its theme, and down to what every unit reported on it, period by period.

All counting is done by the database. `paths` are the units whose statuses may be seen.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.access.rules import within
from cycle.errors import NotFound
from cycle.goals.indicators import indicator_of
from cycle.goals.scheme import LEVELS, scheme_of
from cycle.goals.small_numbers import told
from cycle.goals.tables import Goal, GoalLevel, GoalStatus
from cycle.goals.tree import goals_of_year
from cycle.organisation.tables import Unit
from cycle.plan.model import Activity, FlowName
from cycle.store import table_of
from cycle.tasks.answer_values import LIGHTS
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task

REPORTS = (FlowName.QUARTERLY_REPORT.value, FlowName.ANNUAL_ACCOUNTS.value)
NOT_OWED = (TaskState.WAIVED, TaskState.CANCELLED)
NOTHING = ""
"""The count of those who were asked and said nothing."""
_status, _unit, _goal = table_of(GoalStatus).c, table_of(Unit).c, table_of(Goal).c


@dataclass(frozen=True)
class Period:
    """A closed report that asked about the year's goals."""

    id: int
    title: str


@dataclass(frozen=True)
class Counts:
    """How many units stand how; None: not told. `reached` of `measured` values reach the target."""

    lights: dict[str, int | None]
    reached: int | None = None
    measured: int | None = None


@dataclass(frozen=True)
class Below:
    """A goal of the tree, `depth` steps below the one that is traced, with its counts by period.

    `own`: instead of one goal, all the units' own goals that hang under it.
    """

    goal: Goal
    depth: int
    counts: dict[int, Counts]
    own: bool = False


@dataclass(frozen=True)
class Trace:
    """One goal with everything above and below it."""

    goal: Goal
    above: Sequence[Goal]
    below: Sequence[Below]
    periods: Sequence[Period]


@dataclass(frozen=True)
class Cell:
    """A unit's status on one goal; what is hidden has neither light nor value."""

    code: str
    title: str
    light: str
    value: str
    hidden: bool


@dataclass(frozen=True)
class Line:
    """A unit with its cells by period."""

    unit_id: str
    name: str
    district: str
    cells: dict[int, list[Cell]] = field(default_factory=lambda: defaultdict(list))


def trace(session: Session, goal_id: int, *, paths: Sequence[str]) -> Trace:
    """The goal between its theme and the units. Raises NotFound."""
    goal = session.get(Goal, goal_id)
    if goal is None:
        raise NotFound("goal", goal_id)
    others = goals_of_year(session, goal.root_id, goal.year, levels=set(GoalLevel) - {GoalLevel.UNIT})
    by_key = {each.key: each for each in others}
    above: list[Goal] = []
    while (parent := by_key.get((above[0] if above else goal).parent_key)) is not None:
        above.insert(0, parent)
    periods = periods_of(session, goal.root_id, goal.year)
    tree = _tree(goal, others)
    counting = _Counting(session, goal, periods, paths)
    return Trace(goal, above, counting.below(tree), periods)


def periods_of(session: Session, root_id: str, year: int) -> list[Period]:
    """The closed reports about the year's goals, oldest first; confidential ones are left out."""
    query = select(Occurrence).where(
        Occurrence.root_id == root_id,
        Occurrence.concerns_year == year,
        col(Occurrence.flow).in_(REPORTS),
        Occurrence.state == OccurrenceState.CLOSED,
    )
    found = session.exec(query.order_by(col(Occurrence.opens_at), col(Occurrence.id))).all()
    return [
        Period(each.id or 0, each.title)
        for each in found
        if not Activity.model_validate_json(each.activity).confidential
    ]


def _tree(goal: Goal, others: Sequence[Goal]) -> list[tuple[Goal, int]]:
    """The goal and all below it but the units' own, each with its depth."""
    children = defaultdict(list)
    for each in others:
        children[each.parent_key].append(each)
    found: list[tuple[Goal, int]] = []
    waiting = [(goal, 0)]
    while waiting:
        each, depth = waiting.pop()
        found.append((each, depth))
        waiting += [(child, depth + 1) for child in reversed(children[each.key])]
    return found


class _Counting:
    """The counts of many goals, each asked of the database once."""

    def __init__(self, session: Session, goal: Goal, periods: Sequence[Period], paths: Sequence[str]) -> None:
        self._session, self._goal, self._paths = session, goal, paths
        self._periods = [period.id for period in periods]
        self._rollout = scheme_of(session, goal.root_id, goal.year).rollout

    def below(self, tree: Sequence[tuple[Goal, int]]) -> list[Below]:
        statuses, asked, own = self._statuses(tree), self._asked(), self._own()
        found = []
        for goal, depth in tree:
            counts = {
                period: _counts(
                    goal,
                    statuses.get((goal.id, period), Counter()),
                    sum(n for place, n in asked.get(period, Counter()).items() if _is_asked(goal, *place)),
                )
                for period in self._periods
                if goal.level in LEVELS
            }
            found.append(Below(goal, depth, counts))
            if goal is self._goal and own:
                theirs = {period: Counts(dict(own[period])) for period in self._periods}
                found.append(Below(goal, depth + 1, theirs, own=True))
        return found

    def _statuses(self, tree: Sequence[tuple[Goal, int]]) -> dict[Any, Counter[tuple[str, str]]]:
        """How many units have which light and value, by goal and period."""
        columns = (_status.occurrence_id, _status.status, _status.value)
        query = sa.select(*columns, sa.func.count()).where(_status.goal_id == sa.bindparam("its_id"))
        query = query.where(*self._within()).group_by(*columns)  # one goal at a time, in the index's order
        found: dict[Any, Counter[tuple[str, str]]] = defaultdict(Counter)
        for goal, _ in tree:
            if goal.level in LEVELS:
                for period, light, value, count in self._session.execute(query, {"its_id": goal.id}):
                    found[goal.id, period][light, value] += count
        return found

    def _own(self) -> dict[int, Counter[str]]:
        """The lights of the units' own goals that hang under the traced one, by period."""
        query = (
            sa.select(_status.occurrence_id, _status.status, sa.func.count())
            .join_from(table_of(Goal), table_of(GoalStatus), _status.goal_id == _goal.id)
            .where(
                _goal.root_id == self._goal.root_id,
                _goal.year == self._goal.year,
                _goal.level == GoalLevel.UNIT,
                _goal.parent_key == self._goal.key,
                *self._within(),
            )
            .group_by(_status.occurrence_id, _status.status)
        )
        found: dict[int, Counter[str]] = defaultdict(_no_lights)
        for period, light, count in self._session.execute(query):
            found[period][light] += count
        return found

    def _asked(self) -> dict[int, Counter[tuple[str, str, int]]]:
        """How many units owe an answer in each period, by area, unit (of a unit goal) and rollout level."""
        task = table_of(Task).c
        named = {self._goal.unit_id, *self._rollout.units} - {""}
        single = sa.case((_unit.id.in_(named), _unit.id), else_="")
        query = (
            sa.select(task.occurrence_id, _unit.area, _unit.kind, single, sa.func.count())
            .join_from(table_of(Task), table_of(Unit), _unit.id == task.unit_id)
            .where(
                task.occurrence_id.in_(self._periods),
                task.kind == TaskKind.ANSWER,
                task.state.not_in(NOT_OWED),
                within(_unit.path, self._paths),
            )
            .group_by(task.occurrence_id, _unit.area, _unit.kind, single)
        )
        found: dict[int, Counter[tuple[str, str, int]]] = defaultdict(Counter)
        for period, area, kind, unit_id, count in self._session.execute(query):
            step = self._rollout.step(unit_id, kind, self._goal.year)
            found[period][area, unit_id, step] += count
        return found

    def _within(self) -> list[sa.ColumnElement[bool]]:
        """Statuses of units within the paths; no condition where those are all."""
        if self._paths == (f"/{self._goal.root_id}/",):
            return []
        return [_status.unit_id.in_(sa.select(_unit.id).where(within(_unit.path, self._paths)))]


def _is_asked(goal: Goal, area: str, unit_id: str, step: int) -> bool:
    """Whether such units are asked about the goal."""
    is_there = goal.area in ("", area) and goal.unit_id in ("", unit_id)
    return is_there and goal.level in LEVELS[:step]


def _counts(goal: Goal, statuses: Counter[tuple[str, str]], asked: int) -> Counts:
    counted = dict.fromkeys(LIGHTS, 0)
    reached = measured = 0
    indicator = indicator_of(goal.indicator)
    for (light, value), count in statuses.items():
        counted[light] += count
        measured += count if value else 0
        reached += count if value and indicator and indicator.reached(Decimal(value)) else 0
    counted[NOTHING] = max(0, asked - sum(counted.values()))
    if not goal.hide_small:
        return Counts(dict(counted), reached, measured)
    is_told = None not in told({True: reached, False: measured - reached}).values()
    return Counts(told(counted), reached if is_told else None, measured if is_told else None)


def _no_lights() -> Counter[str]:
    return Counter(dict.fromkeys(LIGHTS, 0))
