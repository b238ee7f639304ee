"""Where a goal comes from and goes: the strategy version it stands in, the same goal in other years."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from cycle.goals.tables import Decision, Goal, Strategy
from cycle.goals.trace import Counts, Period, Trace, counts_of

FAR = 10
"""So many years back and ahead the same goal is looked for."""


@dataclass(frozen=True)
class Lineage:
    """One goal's way through strategies and years.

    `strategy` is the version that the goal, or the nearest one above it, stands in, with its decision.
    `before` is the goal of the year before, with how it ended: the counts of that year's last report, None
    where there was none. `years` are the same goal's rows in other years, `came_from` those of
    the goal that it takes over from, `became` those of goals that take over from it; the oldest first.
    """

    strategy: Strategy | None
    decision: Decision | None
    before: Goal | None
    ended: Counts | None
    last: Period | None
    years: Sequence[Goal]
    came_from: Sequence[Goal]
    became: Sequence[Goal]


def lineage(session: Session, found: Trace, *, paths: Sequence[str]) -> Lineage:
    """The traced goal's lineage; counts are of units within `paths`."""
    goal = found.goal
    strategy = _strategy(session, [goal, *reversed(found.above)])
    decision = session.get(Decision, strategy.decision_id) if strategy and strategy.decision_id else None
    kin = _kin(session, goal)
    years = [each for each in kin if each.key == goal.key]
    came_from = [each for each in kin if each.key == goal.follows != goal.key]
    became = [each for each in kin if each.follows == goal.key != each.key]
    before = next((each for each in (*years, *came_from) if each.year == goal.year - 1), None)
    periods, counts = counts_of(session, before, paths=paths) if before else ([], {})
    last = next((period for period in reversed(periods) if period.id in counts), None)
    ended = counts[last.id] if last else None
    return Lineage(strategy, decision, before, ended, last, years, came_from, became)


def _strategy(session: Session, goals: Sequence[Goal]) -> Strategy | None:
    row = next((goal.strategy_row for goal in goals if goal.strategy_row is not None), None)
    if row is None:
        return None
    big = (defer(col(Strategy.content)), defer(col(Strategy.hearing)))  # type: ignore[arg-type]  # columns
    return session.exec(select(Strategy).where(Strategy.id == row).options(*big)).one()


def _kin(session: Session, goal: Goal) -> Sequence[Goal]:
    """The rows around it: of its key, of the one it follows, of those that follow it."""
    keys = [each for each in (goal.key, goal.follows) if each]
    years = range(goal.year - FAR, goal.year + FAR + 1)
    same = select(Goal).where(col(Goal.year).in_(years), col(Goal.key).in_(keys))
    after = select(Goal).where(col(Goal.follows) != "", Goal.follows == goal.key)
    found = {
        each.id: each
        for query in (same, after)
        for each in session.exec(query.where(Goal.root_id == goal.root_id, Goal.id != goal.id))
        if each.last_year is None or each.last_year >= each.year
    }
    return sorted(found.values(), key=lambda each: (each.year, each.id or 0))
