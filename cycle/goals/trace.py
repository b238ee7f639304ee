"""From a goal up to its theme, and down to what every unit reported on it, period by period.

`paths` are the units whose statuses may be seen.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple

from sqlmodel import Session, col, select

from cycle.errors import NotFound
from cycle.goals.indicators import indicator_of
from cycle.goals.scheme import LEVELS
from cycle.goals.small_numbers import told
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tallies import Counted, Tally, tallies
from cycle.goals.tree import goals_of_year
from cycle.plan.model import Activity, FlowName
from cycle.tasks.answer_values import LIGHTS
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Occurrence
from cycle.tasks.titles import occurrence_title

REPORTS = (FlowName.QUARTERLY_REPORT.value, FlowName.ANNUAL_ACCOUNTS.value)
NOTHING = ""
"""The count of those who were asked and said nothing."""
NO_LIGHTS: dict[str, int] = dict.fromkeys(LIGHTS, 0)


@dataclass(frozen=True)
class Period:
    """A closed report that asked about the year's goals."""

    id: int
    title: str
    title_en: str = ""

    def called(self, language: str) -> str:
        """The report's title in the language."""
        return (self.title_en if language == "en" else "") or self.title


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


class Cell(NamedTuple):
    """A unit's status on one goal; what is hidden has neither light nor value."""

    goal_id: int
    code: str
    title: str
    light: str
    value: str
    hidden: bool


class Said(NamedTuple):
    """What a unit wrote of its status on the traced goal, and the file that shows it; either may be empty."""

    status_id: int
    comment: str
    file: str


@dataclass(frozen=True)
class Line:
    """A unit with its cells by period, and what it said of the traced goal in each."""

    unit_id: str
    name: str
    district: str
    cells: dict[int, list[Cell]] = field(default_factory=lambda: defaultdict(list))
    said: dict[int, Said] = field(default_factory=dict)


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
    below = _below(session, goal, _tree(goal, others), [period.id for period in periods], paths)
    return Trace(goal, above, below, periods)


def counts_of(
    session: Session, goal: Goal, *, paths: Sequence[str]
) -> tuple[Sequence[Period], dict[int, Counts]]:
    """One goal alone: its year's closed reports, and how its units stood in each."""
    periods = periods_of(session, goal.root_id, goal.year)
    below = _below(session, goal, [(goal, 0)], [period.id for period in periods], paths)
    return periods, below[0].counts


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
        Period(each.id or 0, each.title, occurrence_title(each, "en"))
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


def _below(
    session: Session,
    traced: Goal,
    tree: Sequence[tuple[Goal, int]],
    periods: Sequence[int],
    paths: Sequence[str],
) -> list[Below]:
    counted = tallies(session, [goal for goal, _ in tree], periods, paths)
    found = []
    for goal, depth in tree:
        if goal.level in LEVELS:
            counts = {period: _counts(goal, _at(counted, period, goal)) for period in periods}
        else:
            counts = {}
        found.append(Below(goal, depth, counts))
        own = {period: _at(counted, period, goal, own=True) for period in periods}
        if goal is traced and any(tally.lights for tally in own.values()):
            theirs = {period: Counts({**NO_LIGHTS, **tally.lights}) for period, tally in own.items()}
            found.append(Below(goal, depth + 1, theirs, own=True))
    return found


def _at(counted: Counted, period: int, goal: Goal, *, own: bool = False) -> Tally:
    return counted.get((period, (goal.id or 0, own)), Tally())


def _counts(goal: Goal, tally: Tally) -> Counts:
    counted: dict[str, int] = NO_LIGHTS | tally.lights
    counted[NOTHING] = max(0, tally.asked - sum(counted.values()))
    indicator = indicator_of(goal.indicator)
    measured = sum(tally.values.values())
    reached = sum(
        count for value, count in tally.values.items() if indicator and indicator.reached(Decimal(value))
    )
    if not goal.hide_small:
        return Counts(dict(counted), reached, measured)
    is_told = None not in told({True: reached, False: measured - reached}).values()
    return Counts(told(counted), reached if is_told else None, measured if is_told else None)
