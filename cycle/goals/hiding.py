"""What a goal hides, the units' own goals under it hide as well, whenever it was said.

Every page, roll-up, chart, export and document asks the goal's own row: this is the one place that decides.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.goal_rows import own_key
from cycle.goals.own_places import hang_anew
from cycle.goals.tables import Agreement, AgreementVersion, Goal, GoalLevel, GoalTally
from cycle.store import in_pieces, table_of
from cycle.tasks.measures import HIDE_FIELD
from cycle.tasks.tables import Occurrence

_goal, _tally = table_of(Goal).c, table_of(GoalTally).c


def pass_on_hiding(session: Session, root_id: str, year: int, goals: Iterable[Goal]) -> int:
    """After these goals of the year were written; gives how many own goals under them now hide, or show.

    Under one that shows its numbers a unit's own goal is hidden where the unit has said so in its agreement.
    """
    session.flush()
    hang_anew(session, root_id, year)
    shared = [goal for goal in goals if goal.level is not GoalLevel.UNIT]
    hiding = {goal.key for goal in shared if goal.hide_small}
    hidden = _own(session, root_id, year, hiding, hidden=False)
    shown = _own(session, root_id, year, {goal.key for goal in shared} - hiding, hidden=True)
    chosen = set(_chosen(session, shown))
    shown = [goal for goal in shown if goal.key not in chosen]
    for goal in (*hidden, *shown):
        goal.hide_small = not goal.hide_small
        session.add(goal)
    _uncount(session, root_id, year, {goal.parent_key for goal in (*hidden, *shown)})
    return len(hidden) + len(shown)


def _own(session: Session, root_id: str, year: int, above: Collection[str], *, hidden: bool) -> list[Goal]:
    """The units' own goals under these that are hidden, or are not."""
    found: list[Goal] = []
    for piece in in_pieces(above):
        its = (Goal.root_id == root_id, Goal.year == year, Goal.level == GoalLevel.UNIT)
        query = select(Goal).where(*its, col(Goal.parent_key).in_(piece), col(Goal.hide_small).is_(hidden))
        found += session.exec(query)
    return found


def _chosen(session: Session, goals: Collection[Goal]) -> Iterator[str]:
    """The keys of those that the unit itself hides, in the agreement that all have signed."""
    for piece in in_pieces({goal.unit_id for goal in goals}):
        query = (
            sa.select(col(Agreement.unit_id), col(Agreement.year), col(AgreementVersion.content))
            .join(AgreementVersion, col(AgreementVersion.agreement_id) == col(Agreement.id))
            .where(
                col(Agreement.unit_id).in_(piece),
                col(AgreementVersion.no) == col(Agreement.in_force_version),
            )
        )
        for unit_id, year, content in session.execute(query):
            yield from (
                own_key(unit_id, year, str(row["row"])) for row in _rows(content) if row.get(HIDE_FIELD)
            )


def _rows(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    groups = (value for value in (content.get("own") or {}).values() if isinstance(value, list))
    return (row for group in groups for row in group if isinstance(row, Mapping) and "row" in row)


def _uncount(session: Session, root_id: str, year: int, above: Collection[str]) -> None:
    """What was counted of reports on the year is counted anew when it is next asked for."""
    if not above:
        return
    of_year = sa.select(col(Occurrence.id)).where(
        col(Occurrence.root_id) == root_id, col(Occurrence.concerns_year) == year
    )
    session.execute(sa.delete(GoalTally).where(_tally.occurrence_id.in_(of_year)))
