"""Next year's goal tree from this year's: what goes on, what has ended, what stands there already."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, select

from cycle.goals.scheme import keep_scheme, scheme_differs, scheme_of
from cycle.goals.strategy_tree import ended_keys, link_goals, not_taken_in
from cycle.goals.tables import Goal, GoalLevel, Strategy
from cycle.goals.tree import GoalText, differences, goals_of_year, keep_goals


@dataclass(frozen=True)
class GoalRoll:
    """The difference to be approved. `written` are the units' own goals: those come with their agreements.

    `there` stand in the next year already; `reworded` of them say something else than this year's, as (this,
    next); `fresh` stand in the next year alone. `ended` are left out because their last year has come, or the
    strategy no longer has them; `left` go on, but the goal above them does not. `waiting` are strategies
    whose goals have not been taken in.
    """

    year: int
    copied: Sequence[GoalText]
    there: Sequence[Goal]
    reworded: Sequence[tuple[Goal, Goal]]
    fresh: Sequence[Goal]
    ended: Sequence[Goal]
    left: Sequence[GoalText]
    written: int
    scheme: bool
    waiting: Sequence[Strategy]

    def __bool__(self) -> bool:
        return bool(self.copied or self.scheme)

    def without(self, keys: Collection[str]) -> "GoalRoll":
        """The same without some of the goals that would go on."""
        copied = [text for text in self.copied if text.identity not in keys]
        known = {*(goal.key for goal in self.there), *(text.identity for text in copied)}
        return replace(self, copied=copied, left=_without_parent(copied, known))


def text_of_goal(goal: Goal) -> GoalText:
    """The goal's words without its year."""
    return GoalText.from_columns({each.name: getattr(goal, each.name) for each in fields(GoalText)})


def goals_rolled(session: Session, root_id: str, *, year: int) -> GoalRoll:
    """What `roll_goals` would write into `year`, from the year before."""
    levels = set(GoalLevel) - {GoalLevel.UNIT}
    before = goals_of_year(session, root_id, year - 1, levels=levels)
    there = {goal.key: goal for goal in goals_of_year(session, root_id, year, levels=levels)}
    gone = ended_keys(session, root_id, year)
    ended = [goal for goal in before if goal.key in gone or not text_of_goal(goal).spans(year)]
    texts = [text_of_goal(goal) for goal in before if goal not in ended]
    copied = [text for text in texts if text.identity not in there]
    known = {*there, *(text.identity for text in copied)}
    kept = [(goal, there[goal.key]) for goal in before if goal.key in there and goal not in ended]
    this = {goal.key for goal in before}
    return GoalRoll(
        year=year,
        copied=copied,
        there=[goal for _, goal in kept],
        reworded=[(goal, new) for goal, new in kept if differences(new, text_of_goal(goal))],
        fresh=[goal for goal in there.values() if goal.key not in this],
        ended=ended,
        left=_without_parent(copied, known),
        written=_written(session, root_id, year - 1),
        scheme=_new_scheme(session, root_id, year),
        waiting=not_taken_in(session, root_id, year),
    )


def roll_goals(
    session: Session, root_id: str, *, year: int, by: str, now: datetime, without: Collection[str] = ()
) -> GoalRoll:
    """Writes the goals that go on into `year` under the same keys; what stands there is not touched.

    `without` are keys of goals that do not. Safe to repeat.
    """
    found = goals_rolled(session, root_id, year=year).without(without)
    keep_goals(session, found.copied, root_id=root_id, year=year, by=by, now=now)
    if found.scheme:
        scheme = scheme_of(session, root_id, year - 1)
        keep_scheme(session, scheme, root_id=root_id, year=year, by=by, now=now)
    link_goals(session, root_id)
    return found


def _without_parent(texts: Sequence[GoalText], known: Collection[str]) -> list[GoalText]:
    return [text for text in texts if text.parent_key and text.parent_key not in known]


def _written(session: Session, root_id: str, year: int) -> int:
    own = (Goal.root_id == root_id, Goal.year == year, Goal.level == GoalLevel.UNIT)
    return session.exec(select(sa.func.count()).select_from(Goal).where(*own)).one()


def _new_scheme(session: Session, root_id: str, year: int) -> bool:
    """Whether this year has a concept of agreements and the next one has none yet."""
    from_this = scheme_of(session, root_id, year - 1)
    has_none = not scheme_differs(session, type(from_this)(), root_id=root_id, year=year)
    return has_none and scheme_differs(session, from_this, root_id=root_id, year=year)
