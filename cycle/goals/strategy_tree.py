"""From a strategy version to the goal tree of a year: what that would change, and doing it."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import count

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict
from cycle.goals.strategies import StrategyText, strategy_versions, text_of
from cycle.goals.tables import Goal, GoalLevel, Strategy
from cycle.goals.taking_in import end_taking_in
from cycle.goals.tree import GoalChange, GoalText, goal_changes, goals_of_year, keep_goals
from cycle.store import in_pieces, table_of

TOP = (GoalLevel.THEME, GoalLevel.POLITICAL)


@dataclass(frozen=True)
class TextChange:
    """A goal that differs between two versions. One of the two is None when it is new, or gone."""

    key: str
    before: GoalText | None
    after: GoalText | None
    changed: tuple[str, ...] = ()


@dataclass(frozen=True)
class TreeChanges:
    """What a strategy version would change in a year's tree.

    `ended` are goals that it no longer has, `left` those below them that still stand there.
    """

    year: int
    changes: Sequence[GoalChange]
    ended: Sequence[Goal]
    left: Sequence[Goal]

    def __bool__(self) -> bool:
        return bool(self.changes or self.ended)

    @property
    def digest(self) -> str:
        """What was shown, in short: the same as long as nothing has changed since."""
        said = [[each.text.columns(), each.changed, each.before] for each in self.changes]
        ended = [goal.key for goal in self.ended]
        return hashlib.sha256(json.dumps([self.year, said, ended]).encode()).hexdigest()


def text_changes(before: Sequence[GoalText], after: Sequence[GoalText]) -> list[TextChange]:
    """What differs from one version to the next, by key, in the order of the newer one; gone ones last.

    A goal that has another number alone is the same: one before it has come or gone.
    """
    old = {goal.identity: goal for goal in before}
    new = {goal.identity: goal for goal in after}
    found = []
    for key, goal in new.items():
        was = old.get(key)
        if was is None:
            found.append(TextChange(key, None, goal))
            continue
        ours, theirs = goal.columns(), was.columns()
        if changed := tuple(name for name in ours if ours[name] != theirs[name] and name != "code"):
            found.append(TextChange(key, was, goal, changed))
    return found + [TextChange(key, goal, None) for key, goal in old.items() if key not in new]


def keep_keys(before: StrategyText, after: StrategyText) -> StrategyText:
    """The newer text with the keys that its goals had: one that is given by its number alone may have moved.

    A goal without a key of its own is the same goal where its words are the same; else the one that stood
    in its place, unless that has moved; else a new one.
    """
    known = {(goal.parent_key, goal.title): goal.identity for goal in before.goals}
    moved = {known[place] for goal in after.goals if (place := (goal.parent_key, goal.title)) in known}
    taken = {goal.identity for goal in (*before.goals, *after.goals)}
    goals = []
    for goal in after.goals:
        key = goal.identity
        if key == f"{goal.parent_key}.{goal.code.rpartition('.')[2]}":
            same = known.get((goal.parent_key, goal.title))
            key = same or (free_key(goal.parent_key, taken) if key in moved else key)
            taken.add(key)
        goals.append(replace(goal, key=key))
    return replace(after, goals=tuple(goals))


def free_key(above: str, taken: Collection[str]) -> str:
    """A key that no goal under this one has or had: "overgange.4"."""
    return next(key for n in count(1) if (key := f"{above}.{n}") not in taken)


def tree_changes(session: Session, strategy: Strategy, year: int) -> TreeChanges:
    """What `set_tree` would change, on reading alone."""
    root_id, texts = strategy.root_id, text_of(strategy).goals
    changes = goal_changes(session, texts, root_id=root_id, year=year, strategy_row=strategy.id)
    named = {text.identity for text in texts if text.spans(year)}
    ours = {
        goal.identity
        for each in strategy_versions(session, root_id, strategy.strategy_id)
        for goal in text_of(each).goals
    }
    tree = goals_of_year(session, root_id, year, levels=set(GoalLevel) - {GoalLevel.UNIT})
    ended = [goal for goal in tree if goal.level in TOP and goal.key in ours - named]
    gone = {goal.key for goal in ended}
    left = [goal for goal in tree if goal.parent_key in gone and goal.key not in gone]
    return TreeChanges(year, changes, ended, left)


def set_tree(
    session: Session, strategy: Strategy, year: int, *, seen: str, by: str, now: datetime
) -> TreeChanges:
    """Takes the version's goals into the year's tree; gives what that changed. Safe to repeat.

    Whoever has the task of doing so is done with it.
    New and changed goals are kept, those that it no longer has end with the year before. `seen` is the
    digest of what was shown and approved. Raises Conflict when the tree or the version has changed since.
    """
    found = tree_changes(session, strategy, year)
    if found and found.digest != seen:
        raise Conflict("goals", year)
    texts = text_of(strategy).goals
    keep_goals(session, texts, root_id=strategy.root_id, year=year, by=by, now=now, strategy_row=strategy.id)
    for goal in found.ended:
        goal.last_year = year - 1
        session.add(goal)
    session.flush()
    _link(session, strategy, [text.identity for text in texts], Goal.year == year)
    end_taking_in(session, strategy)
    if found:
        history.record(
            session,
            root_id=strategy.root_id,
            at=now,
            actor=by,
            verb="set_tree",
            thing=f"strategy:{strategy.id}",
            data={"year": year, "changed": len(found.changes), "ended": len(found.ended)},
        )
    return found


def link_goals(session: Session, root_id: str) -> None:
    """Every goal that stands in a strategy says in which version: the newest that is for its year."""
    for strategy in reversed(strategy_versions(session, root_id)):
        if strategy.draft:
            continue
        keys = [goal.identity for goal in text_of(strategy).goals]
        without: list[sa.ColumnElement[bool]] = [col(Goal.strategy_row).is_(None), col(Goal.level).in_(TOP)]
        if strategy.first_year is not None:
            without.append(col(Goal.year) >= strategy.first_year)
        _link(session, strategy, keys, *without)


def ended_keys(session: Session, root_id: str, year: int) -> set[str]:
    """The goals that a strategy had and, in the version for this year, no longer has."""
    had: dict[str, set[str]] = {}
    has: dict[str, set[str]] = {}
    for each in strategy_versions(session, root_id):
        if not each.draft and (each.first_year or year) <= year:
            has[each.strategy_id] = {goal.identity for goal in text_of(each).goals}
            had.setdefault(each.strategy_id, set()).update(has[each.strategy_id])
    return {key for name, keys in had.items() for key in keys - has[name]}


def not_taken_in(session: Session, root_id: str, year: int) -> list[Strategy]:
    """The newest versions for this year whose goals are not in its tree as they were adopted."""
    newest: dict[str, Strategy] = {}
    for each in strategy_versions(session, root_id):
        if not each.draft and each.first_year is not None and each.first_year <= year:
            newest[each.strategy_id] = each
    return [each for each in newest.values() if each.first_year == year and tree_changes(session, each, year)]


def goals_of_strategy(session: Session, strategy: Strategy) -> dict[str, list[Goal]]:
    """The rows of this version's goals in every year's tree, by key, the earliest first."""
    found: dict[str, list[Goal]] = {}
    query = select(Goal).where(Goal.strategy_row == strategy.id).order_by(col(Goal.year))
    for goal in session.exec(query):
        found.setdefault(goal.key, []).append(goal)
    return found


def _link(session: Session, strategy: Strategy, keys: Sequence[str], *where: object) -> None:
    table = table_of(Goal)
    session.flush()
    for piece in in_pieces(keys):
        session.execute(
            sa.update(table)
            .where(table.c.root_id == strategy.root_id, table.c.key.in_(piece), *where)  # type: ignore[arg-type]
            .values(strategy_row=strategy.id)
        )
    session.expire_all()
