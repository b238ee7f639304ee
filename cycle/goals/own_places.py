"""Where the units' own goals hang in a later year, when the goal above them has a new key there."""

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.over_years import lines_of
from cycle.goals.tables import Goal, GoalLevel


def hang_anew(session: Session, root_id: str, year: int) -> None:
    """Own goals under a goal that the year has no more go under the one that takes over from it: the first
    by its letter, where there are several. Safe to repeat."""
    lines = lines_of(session, root_id, year)
    if not lines:
        return
    its = (col(Goal.root_id) == root_id, col(Goal.year) == year)
    shared = select(Goal.key).where(*its, Goal.level != GoalLevel.UNIT).order_by(col(Goal.code), col(Goal.id))
    here = session.exec(shared).all()
    taken_over: dict[str, str] = {}
    for key in here:
        for before in lines.get(key, frozenset()).difference(here):
            taken_over.setdefault(before, key)
    for before, key in taken_over.items():
        own = (col(Goal.level) == GoalLevel.UNIT, col(Goal.parent_key) == before)
        session.execute(sa.update(Goal).where(*its, *own).values(parent_key=key))
