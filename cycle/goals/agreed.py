"""Which goals the units have agreed on, on a day: a report asks about those."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cycle.goals.given_goals import GIVEN
from cycle.goals.goal_rows import says_else
from cycle.goals.over_years import agreed_words, carried, lines_of
from cycle.goals.scheme import scheme_of
from cycle.goals.tables import Agreement, AgreementVersion, Goal
from cycle.goals.tree import GIVEN as GIVEN_LEVELS
from cycle.goals.tree import goals_of_year
from cycle.organisation.tables import Unit
from cycle.store import in_pieces
from cycle.tasks.tables import Occurrence

Row = Mapping[str, Any]


@dataclass(frozen=True)
class InForce:
    """A unit's agreement in force on a day, with the years it runs in."""

    id: int
    version: int
    year: int
    last_year: int


@dataclass(frozen=True)
class Since:
    """How a later year's tree differs from what an agreement holds.

    `new` belong in the unit's agreements and do not stand in this one, `reworded` say something else there,
    `ended` (titles) are no longer in the tree.
    """

    year: int
    new: Sequence[Goal]
    reworded: Sequence[Goal]
    ended: Sequence[str]


def day_of(occurrence: Occurrence) -> date:
    """The local date whose agreements a report is about: when it is due, a past year's on its last day."""
    return min(occurrence.due_on, date(occurrence.concerns_year, 12, 31))


def in_force_on(
    session: Session, root_id: str, on: date, *, other_than: int | None = None
) -> dict[str, InForce]:
    """By unit the agreement that holds on the local date; where there are two, the later.

    `other_than` leaves out those made for this year.
    """
    later = aliased(Agreement)
    overtaken = sa.exists().where(
        col(later.unit_id) == col(Agreement.unit_id),
        *_holds(later, on),
        sa.tuple_(col(later.period_from), col(later.id))
        > sa.tuple_(col(Agreement.period_from), col(Agreement.id)),
    )
    its = (col(Agreement.id), col(Agreement.in_force_version), col(Agreement.year), col(Agreement.period_to))
    query = sa.select(col(Agreement.unit_id), *its)
    query = query.where(col(Agreement.root_id) == root_id, *_holds(Agreement, on), ~overtaken)
    if other_than is not None:
        query = query.where(col(Agreement.year) != other_than)
    rows = session.execute(query)
    return {unit_id: InForce(id_, version, year, ends.year) for unit_id, id_, version, year, ends in rows}


def _holds(agreement: type[Agreement], on: date) -> Iterator[sa.ColumnElement[bool]]:
    yield col(agreement.in_force_version) > 0
    yield col(agreement.period_from) <= on
    yield col(agreement.period_to) >= on


def held_in(session: Session, occurrence: Occurrence, goals: Iterable[Goal]) -> dict[str, dict[str, Row]]:
    """`held_otherwise` of the units that a report about these goals asks."""
    year = occurrence.concerns_year
    shared = [goal for goal in goals if goal.level in GIVEN_LEVELS]
    other_than = None if any(goal.also_in_force is not None for goal in shared) else year
    in_force = in_force_on(session, occurrence.root_id, day_of(occurrence), other_than=other_than)
    return held_otherwise(session, in_force, shared, year)


def held_otherwise(
    session: Session, in_force: Mapping[str, InForce], goals: Iterable[Goal], year: int
) -> dict[str, dict[str, Row]]:
    """By unit and key the year's given goals that its agreement holds, in its words, where those may be
    others: it was made for an earlier year, or a goal was set when agreements had been made."""
    late = any(goal.also_in_force is not None for goal in goals)
    those = {each.id: (unit, each) for unit, each in in_force.items() if late or each.year != year}
    if not those:
        return {}
    given = sorted(
        (goal for goal in goals if goal.level in GIVEN_LEVELS), key=lambda goal: (goal.code, goal.id or 0)
    )
    lines = lines_of(session, given[0].root_id, year) if given else {}
    found = {}
    for piece in in_pieces(those):
        versions = (
            sa.select(
                col(AgreementVersion.agreement_id), col(AgreementVersion.no), col(AgreementVersion.content)
            )
            .add_columns(col(Unit.area))
            .join(Agreement, col(Agreement.id) == col(AgreementVersion.agreement_id))
            .join(Unit, col(Unit.id) == col(Agreement.unit_id))
            .where(col(AgreementVersion.agreement_id).in_(piece))
        )
        for id_, no, content, area in session.execute(versions):
            unit, agreement = those[id_]
            if no == agreement.version:
                here = [goal for goal in given if goal.area in ("", area)]
                found[unit] = agreed_words(content.get(GIVEN, ()), here, year, lines)
    return found


def since_agreed(session: Session, agreement: Agreement, content: Mapping[str, Any], year: int) -> Since:
    """What a later year's tree says of the goals that the agreement holds, and of others in their places."""
    unit, given = session.get_one(Unit, agreement.unit_id), content.get(GIVEN, ())
    levels = scheme_of(session, agreement.root_id, year).levels_of(unit, year)
    tree = goals_of_year(session, agreement.root_id, year, levels=set(GIVEN_LEVELS) & set(levels))
    here = [goal for goal in tree if goal.area in ("", unit.area)]
    held = carried(given, here, year, lines_of(session, agreement.root_id, year))
    on = {each.row for each in held.values()}
    return Since(
        year,
        new=[goal for goal in here if goal.key not in held],
        reworded=[goal for goal in here if goal.key in held and says_else(goal, held[goal.key].words)],
        ended=[str(row["title"]) for no, row in enumerate(given) if no not in on],
    )
