"""How many units stand how on a goal in a closed report, counted once for every place that has units below.

A report's answers are counted when it closes and whenever one comes later (`keep_tallies`), so that a page
over 5,000 units reads a few rows. A place that has no count of its own, a single unit, say, is counted
when it is asked for.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from cycle.access.rules import within
from cycle.goals.agreed import held_in
from cycle.goals.scheme import LEVELS, scheme_of
from cycle.goals.tables import Goal, GoalLevel, GoalStatus, GoalTally
from cycle.goals.tree import GIVEN, goals_of_year
from cycle.organisation.tables import Unit
from cycle.store import in_pieces, insert_many, table_of
from cycle.tasks.moves import get_occurrence
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task

NOT_OWED = (TaskState.WAIVED, TaskState.CANCELLED)
FEW = 100
_over = table_of(Unit).alias("over")
_ABOVE = sa.func.coalesce(_over.c.path, "")
_status, _unit, _goal, _tally = (table_of(each).c for each in (GoalStatus, Unit, Goal, GoalTally))

Key = tuple[int, bool]
"""A goal, or (True) all the units' own goals that hang under it."""


@dataclass
class Tally:
    """`asked` units, those of them that set a light, and the values they gave, as written."""

    asked: int = 0
    lights: Counter[str] = field(default_factory=Counter)
    values: Counter[str] = field(default_factory=Counter)

    def add(self, other: "Tally") -> None:
        """Counts the units of the other in."""
        self.asked += other.asked
        self.lights.update(other.lights)
        self.values.update(other.values)


Counted = dict[tuple[int, Key], Tally]
"""By report (its occurrence's id) and goal."""


def keep_tallies(session: Session, occurrence: Occurrence) -> None:
    """Counts a report anew, for every unit above those that were asked, in the place of what was kept."""
    goals = goals_of_year(session, occurrence.root_id, occurrence.concerns_year, levels=set(GoalLevel))
    shared = [goal for goal in goals if goal.level is not GoalLevel.UNIT]
    found: dict[tuple[str, Key], Tally] = defaultdict(Tally)
    for path, key, tally in _counts(session, [occurrence.id or 0], shared, None):
        for place in _above(path):
            found[place, key[1]].add(tally)
    session.execute(sa.delete(GoalTally).where(_tally.occurrence_id == occurrence.id))
    rows = [
        {
            "occurrence_id": occurrence.id,
            "place": place,
            "goal_id": goal_id,
            "own": own,
            "asked": tally.asked,
            "lights": dict(tally.lights),
            "given": dict(tally.values),
        }
        for (place, (goal_id, own)), tally in found.items()
    ]
    insert_many(session, table_of(GoalTally), rows)


def tallies(
    session: Session, goals: Sequence[Goal], occurrence_ids: Sequence[int], paths: Iterable[str]
) -> Counted:
    """What was counted at these paths, of each goal and of the own ones under it. Units count once."""
    found: Counted = defaultdict(Tally)
    places = _outermost(paths)
    missing = set(places)
    if not any(goal.unit_id for goal in goals):
        missing -= set(session.execute(_known(occurrence_ids, places)).scalars())
        query = sa.select(*_tally).where(
            _tally.occurrence_id.in_(occurrence_ids),
            _tally.place.in_(places),
            _tally.goal_id.in_([goal.id for goal in goals]),
        )
        for row in session.execute(query):
            tally = Tally(row.asked, Counter(row.lights), Counter(row.given))
            found[row.occurrence_id, (row.goal_id, row.own)].add(tally)
    if missing:
        for _, key, tally in _counts(session, occurrence_ids, goals, sorted(missing)):
            found[key].add(tally)
    return found


def _counts(
    session: Session, occurrence_ids: Sequence[int], goals: Sequence[Goal], paths: Sequence[str] | None
) -> Iterator[tuple[str, tuple[int, Key], Tally]]:
    """(path of the unit above, (report, goal), tally); of the units at these paths, or of all."""
    ids = {goal.key: goal.id or 0 for goal in goals if goal.level is not GoalLevel.UNIT}
    condition = sa.true() if paths is None else _of_paths(session, paths)
    for above, period, goal_id, light, value, count in _given(session, occurrence_ids, goals, condition):
        yield above, (period, (goal_id, False)), _of(light, value, count)
    for above, period, key, light, count in _own(session, occurrence_ids, goals, condition):
        if key in ids:
            yield above, (period, (ids[key], True)), _of(light, "", count)
    yield from _asked(session, occurrence_ids, goals, condition)


def _of_paths(session: Session, paths: Sequence[str]) -> sa.ColumnElement[bool]:
    """The units at these paths; a few are named, so that only their rows are read."""
    few = session.execute(sa.select(_unit.id).where(within(_unit.path, paths)).limit(FEW + 1)).scalars().all()
    return within(_unit.path, paths) if len(few) > FEW else _unit.id.in_(few)


def _of(light: str, value: str, count: int) -> Tally:
    return Tally(lights=Counter({light: count}), values=Counter({value: count} if value else {}))


def _given(
    session: Session, occurrence_ids: Sequence[int], goals: Sequence[Goal], condition: sa.ColumnElement[bool]
) -> Iterator[Any]:
    """The statuses on the goals themselves."""
    columns = (_ABOVE, _status.occurrence_id, _status.goal_id, _status.status, _status.value)
    wanted = [goal.id for goal in goals if goal.level in LEVELS]
    for ids in in_pieces(wanted):
        query = _with_units(sa.select(*columns, sa.func.count()), _status.unit_id).where(
            _status.goal_id.in_(ids), _status.occurrence_id.in_(occurrence_ids), condition
        )
        yield from session.execute(query.group_by(*columns))


def _own(
    session: Session, occurrence_ids: Sequence[int], goals: Sequence[Goal], condition: sa.ColumnElement[bool]
) -> Iterator[Any]:
    """The statuses on the units' own goals, of whatever year their agreement is, by what they hang under.

    A goal of one unit has small numbers only: one that hides them is not counted.
    """
    if not goals:
        return
    columns = (_ABOVE, _status.occurrence_id, _goal.parent_key, _status.status)
    query = _with_units(sa.select(*columns, sa.func.count()), _status.unit_id)
    query = query.join(table_of(Goal), _goal.id == _status.goal_id).where(
        _goal.root_id == goals[0].root_id,
        _goal.level == GoalLevel.UNIT,
        _goal.hide_small.is_(False),
        _goal.parent_key.in_([goal.key for goal in goals]),
        _status.occurrence_id.in_(occurrence_ids),
        condition,
    )
    yield from session.execute(query.group_by(*columns))


def _asked(
    session: Session, occurrence_ids: Sequence[int], goals: Sequence[Goal], condition: sa.ColumnElement[bool]
) -> Iterator[tuple[str, tuple[int, Key], Tally]]:
    """How many units owed a status on each goal: the unit's area and how far it has come decide."""
    if not goals:
        return
    task, year = table_of(Task).c, goals[0].year
    rollout = scheme_of(session, goals[0].root_id, year).rollout
    held = _held(session, occurrence_ids, goals)
    named = {*rollout.units, *(goal.unit_id for goal in goals), *(unit_id for _, unit_id in held)} - {""}
    single = sa.case((_unit.id.in_(named), _unit.id), else_="")
    columns = (_ABOVE, task.occurrence_id, _unit.area, _unit.kind, single)
    query = _with_units(sa.select(*columns, sa.func.count()), task.unit_id).where(
        task.occurrence_id.in_(occurrence_ids),
        task.kind == TaskKind.ANSWER,
        task.state.not_in(NOT_OWED),
        condition,
    )
    for above, period, area, kind, unit_id, count in session.execute(query.group_by(*columns)):
        for goal in goals:
            belongs = _is_asked(goal, area, unit_id, rollout.step(unit_id, kind, year))
            if belongs and goal.key in held.get((period, unit_id), (goal.key,)):
                yield above, (period, (goal.id or 0, False)), Tally(asked=count)


def _held(
    session: Session, occurrence_ids: Sequence[int], goals: Sequence[Goal]
) -> dict[tuple[int, str], set[str]]:
    """By report and unit the goals that it has agreed on, where those may be others than the year's."""
    own = {goal.key for goal in goals if goal.level not in GIVEN}
    return {
        (occurrence_id, unit_id): own | set(rows)
        for occurrence_id in occurrence_ids
        for unit_id, rows in held_in(session, get_occurrence(session, occurrence_id), goals).items()
    }


def _with_units(query: sa.Select[Any], unit_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    """The query with the unit and the one above it."""
    joined = query.join(table_of(Unit), _unit.id == unit_id)
    return joined.outerjoin(_over, _over.c.id == _unit.parent_id)


def _is_asked(goal: Goal, area: str, unit_id: str, step: int) -> bool:
    """Whether such units are asked about the goal."""
    is_there = goal.area in ("", area) and goal.unit_id in ("", unit_id)
    return is_there and goal.level in LEVELS[:step]


def _known(occurrence_ids: Sequence[int], places: Sequence[str]) -> sa.Select[tuple[str]]:
    """Those of the places that have been counted."""
    return (
        sa.select(_tally.place)
        .distinct()
        .where(_tally.occurrence_id.in_(occurrence_ids), _tally.place.in_(places))
    )


def _above(path: str) -> Iterator[str]:
    """The path and those it lies under."""
    parts = [part for part in path.split("/") if part]
    for length in range(1, len(parts) + 1):
        yield f"/{'/'.join(parts[:length])}/"


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths that lie under none of the others."""
    found = set(paths)
    return [path for path in found if not any(path != other and path.startswith(other) for other in found)]
