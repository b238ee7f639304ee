"""A goal of the tree is written by a person: reworded, set beside the others, ended, deleted.

Whoever does it names what they saw: `seen` is `goal_digest` of the goal as it was shown. Raises Conflict when
somebody else has been there since, NotNow where the goal is not the tree's own to change.
"""

import hashlib
import json
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from cycle import history
from cycle.errors import Conflict, NotFound, NotNow
from cycle.goals.changed_goals import Reached, mark_agreements
from cycle.goals.goal_uses import uses_of
from cycle.goals.hiding import pass_on_hiding
from cycle.goals.rolling import text_of_goal
from cycle.goals.tables import Goal, GoalLevel
from cycle.goals.tree import GIVEN, SAID, GoalText, adopted, differences, reach
from cycle.history import History
from cycle.organisation.applying import hold


def goal_digest(goal: Goal) -> str:
    """What the goal says, in short: the same as long as nobody has changed it."""
    said = json.dumps(text_of_goal(goal).columns(), sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()


def owner_of(session: Session, goal: Goal) -> str:
    """Who alone changes the goal: "unit" (in its agreement), "strategy" (in a revision); "" this room."""
    if goal.level is GoalLevel.UNIT:
        return "unit"
    return "strategy" if adopted(session, [goal]) else ""


def reached_by(
    session: Session, text: GoalText, goal: Goal | None, *, root_id: str, year: int, on: date
) -> Reached:
    """The agreements that would say something else if the goal (None: a new one) became this, and those in
    which it belongs and does not stand."""
    if text.level not in GIVEN:
        return Reached((), ())
    said = goal is not None and SAID.intersection(differences(goal, text))
    return reach(session, [text] if said else [], [text], root_id=root_id, year=year, on=on)


def reword_goal(
    session: Session, goal_id: int, text: GoalText, *, seen: str, also: bool, by: str, now: datetime
) -> int:
    """Gives the goal these words; gives how many agreements are marked, to be signed again.

    `also`: those in which it belongs and does not stand take it as well. Twice changes nothing.
    """
    goal = _held(session, goal_id)
    _its_own(session, goal, "edit")
    changed = differences(goal, text)
    if not changed and not also:
        return 0
    if changed and goal_digest(goal) != seen:
        raise Conflict("goal", goal_id)
    reached = reached_by(session, text, goal, root_id=goal.root_id, year=goal.year, on=now.date())
    goal.sqlmodel_update(text.columns())
    those = {*reached.holding, *(reached.without if also else ())}
    goal.also_in_force = True if also and reached.without else goal.also_in_force
    session.add(goal)
    pass_on_hiding(session, goal.root_id, goal.year, [goal])
    marked = mark_agreements(session, those, now=now)
    if changed or those:
        _record(session, goal, "edit_goal", by=by, now=now, changed=list(changed), agreements=marked)
    session.flush()
    return marked


def set_goal(
    session: Session, text: GoalText, *, root_id: str, year: int, also: bool, by: str, now: datetime
) -> tuple[Goal, int]:
    """Puts a new goal into the year's tree; gives it, and how many agreements are marked.

    Marked are those that run on from an earlier year and hold what it takes over from in other words. `also`:
    agreements made, or being made, without it take it too, and are to be signed again.

    Raises Conflict when the year has a goal with its key.
    """
    hold(session, [root_id])
    if text.identity in keys_of(session, root_id, year):
        raise Conflict("goal", text.identity)
    reached = reached_by(session, text, None, root_id=root_id, year=year, on=now.date())
    goal = Goal(root_id=root_id, year=year, **text.columns())
    goal.also_in_force = also if reached.without else None
    session.add(goal)
    pass_on_hiding(session, root_id, year, [goal])
    marked = mark_agreements(session, {*reached.holding, *(reached.without if also else ())}, now=now)
    _record(session, goal, "set_goal", by=by, now=now, agreements=marked)
    return goal, marked


def end_goal(session: Session, goal_id: int, after: int, *, seen: str, by: str, now: datetime) -> bool:
    """The goal holds until the end of the year `after`, and is in no tree of later ones. Its rows stay.

    Whether it did not end there before. Raises NotNow when it ends before its own year, or a later year
    uses it. Twice changes nothing.
    """
    goal = _held(session, goal_id)
    _its_own(session, goal, "end")
    if goal.last_year == after:
        return False
    if goal_digest(goal) != seen:
        raise Conflict("goal", goal_id)
    rows = rows_from(session, goal)
    if after < goal.year or any(uses_of(session, each) for each in rows if each.year > after):
        raise NotNow("goal", goal_id, "in use", "end")
    for each in rows:
        each.last_year = after
        session.add(each)
    _record(session, goal, "end_goal", by=by, now=now, after=after)
    session.flush()
    return True


def delete_goal(session: Session, goal_id: int, *, seen: str, by: str, now: datetime) -> None:
    """Takes a goal that nothing uses out of its year. Raises NotNow when something does (`uses_of`)."""
    goal = _held(session, goal_id)
    _its_own(session, goal, "delete")
    if goal_digest(goal) != seen:
        raise Conflict("goal", goal_id)
    if uses_of(session, goal):
        raise NotNow("goal", goal_id, "in use", "delete")
    _record(session, goal, "delete_goal", by=by, now=now, title=goal.title)
    session.delete(goal)
    session.flush()


def last_change(session: Session, goal: Goal) -> History | None:
    """Who changed the goal last, on a page or with the whole year's goals."""
    things = [f"goal:{goal.id}", f"goals:{goal.year}"]
    query = select(History).where(History.root_id == goal.root_id, col(History.thing).in_(things))
    return session.exec(query.order_by(col(History.id).desc()).limit(1)).first()


def rows_from(session: Session, goal: Goal) -> list[Goal]:
    """The goal in its own year and in later ones."""
    same = (Goal.root_id == goal.root_id, Goal.key == goal.key, col(Goal.year) >= goal.year)
    return list(session.exec(select(Goal).where(*same).order_by(col(Goal.year))))


def keys_of(session: Session, root_id: str, year: int | None = None) -> set[str]:
    """The keys that goals of the year have, also ended ones; without a year, of every one."""
    query = select(Goal.key).where(Goal.root_id == root_id, col(Goal.level) != GoalLevel.UNIT)
    return set(session.exec(query if year is None else query.where(Goal.year == year)))


def _held(session: Session, goal_id: int) -> Goal:
    """The goal as it is now; nobody else writes the tree until the transaction ends. Raises NotFound."""
    root_id = session.exec(select(Goal.root_id).where(Goal.id == goal_id)).first()
    if root_id is None:
        raise NotFound("goal", goal_id)
    hold(session, [root_id])
    goal = session.exec(select(Goal).where(Goal.id == goal_id).with_for_update()).first()
    if goal is None:
        raise NotFound("goal", goal_id)
    session.refresh(goal)
    return goal


def _its_own(session: Session, goal: Goal, verb: str) -> None:
    if owner := owner_of(session, goal):
        raise NotNow("goal", goal.id, owner, verb)


def _record(session: Session, goal: Goal, verb: str, *, by: str, now: datetime, **data: Any) -> None:
    history.record(
        session,
        root_id=goal.root_id,
        at=now,
        actor=by,
        verb=verb,
        thing=f"goal:{goal.id}",
        data={"key": goal.key, "year": goal.year, **data},
    )
