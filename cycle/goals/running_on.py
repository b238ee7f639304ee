"""Agreements of earlier years that run into a year whose goals change: those it concerns."""

from collections.abc import Mapping, Sequence, Set
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col

from cycle.goals.agreements import present_contents
from cycle.goals.changed_goals import Made, Reached
from cycle.goals.given_goals import GIVEN, draft_tasks
from cycle.goals.goal_rows import says_else
from cycle.goals.over_years import Lines, carried, lines_among, lines_of
from cycle.goals.scheme import Scheme, scheme_of
from cycle.goals.tables import Agreement, AgreementState, Goal
from cycle.organisation.tables import Unit


def running_on(
    session: Session,
    goals: Sequence[Goal],
    changed: Set[str],
    new: Set[str],
    *,
    root_id: str,
    year: int,
    on: date,
) -> Reached:
    """Made in earlier years and not over on the date: those that hold a `changed` goal (by key) in other
    words, and those in which a `new` one belongs and does not stand.

    `goals` are the year's as they will be, in order of code.
    """
    runs = (
        col(Agreement.root_id) == root_id,
        col(Agreement.year) < year,
        col(Agreement.period_to) >= max(on, date(year, 1, 1)),
        col(Agreement.state) != AgreementState.SUPERSEDED,
    )
    query = sa.select(Agreement, Unit).join(Unit, col(Unit.id) == col(Agreement.unit_id)).where(*runs)
    rows = [(each, unit) for each, unit in session.execute(query.order_by(col(Unit.path), col(Agreement.id)))]
    if not rows:
        return Reached((), ())
    given = _given(session, [agreement for agreement, _ in rows])
    scheme, lines = scheme_of(session, root_id, year), _lines(session, goals, root_id, year)
    holding, without = [], []
    for agreement, unit in rows:
        its = _of_unit(goals, unit, scheme, year)
        held = carried(given.get(agreement.id or 0, ()), its, year, lines)
        if any(
            goal.key in changed and says_else(goal, held[goal.key].words) for goal in its if goal.key in held
        ):
            holding.append(_made(agreement, unit))
        if any(goal.key in new - held.keys() for goal in its):
            without.append(_made(agreement, unit))
    return Reached(holding, without)


def _of_unit(goals: Sequence[Goal], unit: Unit, scheme: Scheme, year: int) -> list[Goal]:
    levels = scheme.levels_of(unit, year)
    return [goal for goal in goals if goal.level in levels and goal.area in ("", unit.area)]


def _lines(session: Session, goals: Sequence[Goal], root_id: str, year: int) -> Lines:
    """The store's, and those of goals that are not there yet."""
    known = [(key, each) for key, before in lines_of(session, root_id, year).items() for each in before]
    return lines_among([*known, *((goal.key, goal.follows) for goal in goals if goal.follows)])


def _given(session: Session, agreements: Sequence[Agreement]) -> dict[int, Sequence[Mapping[str, Any]]]:
    """The goals given to each: a draft's as its leader sees them, others' as their newest version says."""
    drafting = [each for each in agreements if each.state is AgreementState.DRAFTING]
    written = [each for each in agreements if each.state is not AgreementState.DRAFTING]
    found = {id_: content.get(GIVEN, ()) for id_, content in present_contents(session, written).items()}
    drafts = {(each.occurrence_id, each.unit_id): each.id or 0 for each in drafting}
    for occurrence_id in {occurrence_id for occurrence_id, _ in drafts}:
        units = [unit_id for its, unit_id in drafts if its == occurrence_id]
        for task in draft_tasks(session, occurrence_id, units):
            found[drafts[occurrence_id, task.unit_id]] = task.prefill.get(GIVEN, ())
    return found


def _made(agreement: Agreement, unit: Unit) -> Made:
    in_force = agreement.in_force_version > 0
    return Made(agreement.id or 0, agreement.occurrence_id, unit.id, unit.name, unit.kind, in_force)
