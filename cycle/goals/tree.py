"""The goal tree of a year: theme > political goal > common > area > unit goal (seed 004 A, B and J)."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.goals.changed_goals import Reached, holding, mark_agreements, not_holding
from cycle.goals.goal_rows import AGREED
from cycle.goals.hiding import pass_on_hiding
from cycle.goals.indicators import Indicator, indicator_of
from cycle.goals.running_on import running_on
from cycle.goals.scheme import LEVELS
from cycle.goals.tables import Goal, GoalLevel, GoalOrigin, GoalType, Strategy
from cycle.store import in_pieces

ORIGINS: Mapping[GoalLevel, GoalOrigin] = {
    GoalLevel.THEME: GoalOrigin.POLITICAL,
    GoalLevel.POLITICAL: GoalOrigin.POLITICAL,
    GoalLevel.COMMON: GoalOrigin.POLITICAL,
    GoalLevel.AREA: GoalOrigin.AREA,
    GoalLevel.UNIT: GoalOrigin.OWN,
}
"""Who a goal comes from when it does not say."""

SAID = frozenset({"code", "title", "description", *AGREED})
GIVEN = (GoalLevel.COMMON, GoalLevel.AREA)
"""The levels that units are given, and do not write themselves."""


@dataclass(frozen=True)
class GoalText:
    """A goal as written in a file or an agreement; the fields are the columns of `Goal`.

    `area` is set for area goals, `unit_id` for unit goals. Without a `key` level, place and code are one.
    """

    level: GoalLevel
    code: str
    title: str
    area: str = ""
    unit_id: str = ""
    description: str = ""
    source: str = ""
    key: str = ""
    parent_key: str = ""
    origin: GoalOrigin | None = None
    goal_type: GoalType | None = None
    background_intention: str = ""
    background_knowledge: str = ""
    obligations: tuple[str, ...] = ()
    signs: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    indicator: Indicator | None = None
    follow_up_method: str = ""
    follow_up_by: str = ""
    first_year: int | None = None
    last_year: int | None = None
    follows: str = ""
    hide_small: bool = False
    inferred: bool = False

    @property
    def identity(self) -> str:
        """What makes it the same goal from one file, and one year, to the next."""
        return self.key or "/".join(part for part in (self.area, self.unit_id, self.code) if part)

    def spans(self, year: int) -> bool:
        """Whether the goal holds in that year."""
        return (self.first_year or year) <= year <= (self.last_year or year)

    @classmethod
    def from_columns(cls, columns: Mapping[str, Any]) -> "GoalText":
        """The goal of columns as `columns` gives them, after a way through JSON."""
        given = {each.name: columns[each.name] for each in fields(cls) if each.name in columns}
        lists = {name: tuple(value) for name, value in given.items() if isinstance(value, list)}
        kinds = {"level": GoalLevel(given["level"]), "origin": GoalOrigin(given["origin"])}
        kind = given.get("goal_type")
        return cls(
            **given
            | lists
            | kinds
            | {"goal_type": GoalType(kind) if kind else None, "indicator": indicator_of(given["indicator"])}
        )

    @property
    def years(self) -> range:
        """The years it was set for, where both bounds are."""
        return range(self.first_year or 0, (self.last_year or -1) + 1)

    def columns(self) -> dict[str, Any]:
        """What of the goal is kept, as plain data."""
        found = {each.name: getattr(self, each.name) for each in fields(self)}
        lists = {name: list(value) for name, value in found.items() if isinstance(value, tuple)}
        return (
            found
            | lists
            | {
                "key": self.identity,
                "origin": self.origin or ORIGINS[self.level],
                "indicator": self.indicator.model_dump(mode="json") if self.indicator else {},
            }
        )


@dataclass(frozen=True)
class GoalChange:
    """A goal that is new, or other than before: `before` is its title then, `changed` names what differs."""

    year: int
    text: GoalText
    before: str | None
    changed: tuple[str, ...] = ()


def goal_changes(
    session: Session,
    goals: Iterable[GoalText],
    *,
    root_id: str,
    year: int,
    strategy_row: int | None = None,
) -> list[GoalChange]:
    """What `keep_goals` would change.

    Goals that do not hold in the year are left out, and those that a revision of the strategy has set,
    unless it is a strategy version that speaks.
    """
    texts = [text for text in goals if text.spans(year)]
    known = _known(session, texts, root_id, year)
    if strategy_row is None and (held := adopted(session, known.values())):
        texts = [text for text in texts if text.identity not in held]
    changes = []
    for text in texts:
        goal = known.get(text.identity)
        if goal is None:
            changes.append(GoalChange(year, text, None))
        elif differs := differences(goal, text):
            changes.append(GoalChange(year, text, goal.title, differs))
    return changes


def keep_goals(
    session: Session,
    goals: Iterable[GoalText],
    *,
    root_id: str,
    year: int,
    by: str,
    now: datetime,
    strategy_row: int | None = None,
    also_in_force: bool = False,
) -> int:
    """Adds or rewords the year's goals, by their keys. Safe to repeat; gives the number of changes.

    Nothing is taken away: agreements and statuses may speak of it (see `goals_not_named`). `strategy_row`
    is the strategy version that says so; what one has set in a revision, nothing else changes. Agreements
    that hold a reworded goal are marked, and are to be signed anew; with `also_in_force` so are those in
    which a new goal belongs, else it is for agreements made later.
    """
    changes = goal_changes(session, goals, root_id=root_id, year=year, strategy_row=strategy_row)
    reached = reach_of(session, changes, root_id=root_id, year=year, on=now.date())
    known, kept = _known(session, [change.text for change in changes], root_id, year), []
    for text in (change.text for change in changes):
        goal = known.get(text.identity)
        if goal is None:
            goal = Goal(root_id=root_id, year=year, strategy_row=strategy_row, **text.columns())
            goal.also_in_force = also_in_force if reached.without else None
        else:
            goal.sqlmodel_update(text.columns())
        session.add(goal)
        kept.append(goal)
    pass_on_hiding(session, root_id, year, kept)
    those = {*reached.holding, *(reached.without if also_in_force else ())}
    marked = mark_agreements(session, those, now=now)
    if changes:
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor=by,
            verb="keep_goals",
            thing=f"goals:{year}",
            data={"changed": len(changes), "agreements": marked},
        )
    session.flush()
    return len(changes)


def reach_of(
    session: Session, changes: Iterable[GoalChange], *, root_id: str, year: int, on: date
) -> Reached:
    """The agreements that the changes are about, on the local date."""
    given = [change for change in changes if change.text.level in GIVEN]
    said = [change.text for change in given if SAID.intersection(change.changed)]
    new = [change.text for change in given if change.before is None]
    return reach(session, said, new, root_id=root_id, year=year, on=on)


def reach(
    session: Session,
    said: Sequence[GoalText],
    new: Sequence[GoalText],
    *,
    root_id: str,
    year: int,
    on: date,
) -> Reached:
    """The agreements that would say something else if the year's goals were `said` so, and those in which
    `new` ones belong and do not stand; those made in earlier years that run into this one among them."""
    texts = [*said, *new]
    if not texts:
        return Reached((), ())
    reworded, fresh = ({text.identity for text in those} for those in (said, new))
    places = {(text.level, text.area) for text in new}
    goals = given_as_said(session, texts, root_id=root_id, year=year)
    earlier = running_on(session, goals, reworded | fresh, fresh, root_id=root_id, year=year, on=on)
    return Reached(
        [*holding(session, reworded, root_id=root_id, year=year, on=on), *earlier.holding],
        [*not_holding(session, places, fresh, root_id=root_id, year=year, on=on), *earlier.without],
    )


def given_as_said(session: Session, texts: Iterable[GoalText], *, root_id: str, year: int) -> list[Goal]:
    """The year's goals of agreements as they would be with these texts, in order of code; nothing is kept."""
    tree = {goal.key: goal for goal in goals_of_year(session, root_id, year, levels=GIVEN)}
    for text in (text for text in texts if text.level in GIVEN):
        joins = tree[text.identity].also_in_force if text.identity in tree else None
        tree[text.identity] = Goal(root_id=root_id, year=year, also_in_force=joins, **text.columns())
    return sorted(tree.values(), key=lambda goal: goal.code)


def goals_not_named(
    session: Session, goals: Iterable[GoalText], *, root_id: str, year: int
) -> Sequence[Goal]:
    """The year's goals above the units' own that are not among these texts."""
    named = {text.identity for text in goals if text.spans(year)}
    return [
        goal
        for goal in goals_of_year(session, root_id, year, levels=set(GoalLevel) - {GoalLevel.UNIT})
        if goal.key not in named
    ]


def goals_of_year(
    session: Session, root_id: str, year: int, *, levels: Collection[GoalLevel] = LEVELS
) -> Sequence[Goal]:
    """The goals of the year at these levels (those of agreements, if nothing is said), by code.

    One that has ended before the year is not among them, though its row stays.
    """
    goes_on = sa.or_(col(Goal.last_year).is_(None), col(Goal.last_year) >= year)
    query = select(Goal).where(Goal.root_id == root_id, Goal.year == year, col(Goal.level).in_(list(levels)))
    query = query.where(goes_on)
    return session.exec(query.order_by(col(Goal.code), col(Goal.id))).all()


def _known(session: Session, texts: Sequence[GoalText], root_id: str, year: int) -> dict[str, Goal]:
    """The stored goals of these texts, by key."""
    found: dict[str, Goal] = {}
    for piece in in_pieces(text.identity for text in texts):
        query = select(Goal).where(Goal.root_id == root_id, Goal.year == year, col(Goal.key).in_(piece))
        found |= {goal.key: goal for goal in session.exec(query)}
    return found


def differences(goal: Goal, text: GoalText) -> tuple[str, ...]:
    """The columns in which the text says something else."""
    return tuple(name for name, value in text.columns().items() if getattr(goal, name) != value)


def adopted(session: Session, goals: Iterable[Goal]) -> set[str]:
    """The keys of those that a revision of the strategy has set."""
    rows = {goal.strategy_row for goal in goals} - {None}
    if not rows:
        return set()
    query = select(Strategy.id).where(col(Strategy.id).in_(rows), col(Strategy.occurrence_id).is_not(None))
    ids = set(session.exec(query))
    return {goal.key for goal in goals if goal.strategy_row in ids}
