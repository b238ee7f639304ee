"""A given goal changes after agreements were made of it: exactly those that hold it are marked.

Their flow then gives them a new version to be signed (`flows.agreement_renewal`).
"""

from collections.abc import Collection, Sequence, Set
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.columns import json_text
from cycle.goals.over_years import FROM
from cycle.goals.scheme import Scheme, scheme_of
from cycle.goals.tables import Agreement, AgreementState, AgreementVersion, GoalLevel
from cycle.organisation.tables import Unit
from cycle.store import in_pieces, table_of
from cycle.tasks.moves import wake_stages
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Task

Place = tuple[GoalLevel, str]
"""Where a goal stands: its level, and its area ("" for everyone)."""
_version, _task = table_of(AgreementVersion).c, table_of(Task).c


class Made(NamedTuple):
    """An agreement made, or being made, of a year's goals, and whose it is."""

    id: int
    occurrence_id: int
    unit_id: str
    unit: str
    kind: str
    in_force: bool


@dataclass(frozen=True)
class Reached:
    """The agreements that hold a reworded goal, and those in which a new one belongs but does not stand."""

    holding: Sequence[Made]
    without: Sequence[Made]


def holding(session: Session, keys: Set[str], *, root_id: str, year: int, on: date | None) -> list[Made]:
    """The year's agreements whose text, or whose draft, holds one of these goals, in the order of the tree:
    those whose period is not over on the date, or with None all that there ever were."""
    if not keys:
        return []
    of_year, holds = col(Agreement.year) == year, _holds(rows_of(keys))
    return _made(session, holds, of_year, root_id=root_id, on=on)


def saying_from(session: Session, key: str, *, root_id: str, year: int) -> list[Made]:
    """The agreements of earlier years that say what the goal says from this year on; all there ever were."""
    earlier, says = col(Agreement.year) < year, _holds([json_text({FROM: year, "key": key})[1:-1]])
    return _made(session, says, earlier, root_id=root_id, on=None)


def not_holding(
    session: Session, places: Set[Place], keys: Set[str], *, root_id: str, year: int, on: date
) -> list[Made]:
    """The year's agreements in which goals at these places belong and that hold none with these keys."""
    if not places:
        return []
    scheme = scheme_of(session, root_id, year)
    of_year, lacks = col(Agreement.year) == year, sa.not_(_holds(rows_of(keys)))
    found = _made(session, lacks, of_year, root_id=root_id, on=on)
    units = _units(session, [made.unit_id for made in found])
    return [made for made in found if places & _places_of(units[made.unit_id], scheme, year)]


def mark_agreements(session: Session, those: Collection[Made], *, now: datetime) -> int:
    """Marks them as having changed goals; gives how many. Asks for a look at what they belong to."""
    for piece in in_pieces(made.id for made in those):
        update = sa.update(Agreement).where(col(Agreement.id).in_(piece)).values(goals_changed_at=now)
        session.execute(update)
    for occurrence_id in {made.occurrence_id for made in those}:
        wake_stages(session, occurrence_id, at=now)
    return len(those)


def marked(session: Session, occurrence_id: int) -> Sequence[Agreement]:
    """The occurrence's agreements whose given goals have changed, in order of unit."""
    query = select(Agreement).where(
        Agreement.occurrence_id == occurrence_id, col(Agreement.goals_changed_at).is_not(None)
    )
    return session.exec(query.order_by(col(Agreement.unit_id))).all()


def unmark(session: Session, agreements: Sequence[Agreement]) -> None:
    """Takes the marks away that were seen; one set since then stays."""
    for agreement in agreements:
        seen = (
            col(Agreement.id) == agreement.id,
            col(Agreement.goals_changed_at) == agreement.goals_changed_at,
        )
        session.execute(sa.update(Agreement).where(*seen).values(goals_changed_at=None))


def rows_of(keys: Set[str]) -> list[str]:
    """How rows of these goals begin in JSON as it is kept."""
    return [json_text({"key": key})[1:-1] for key in sorted(keys)]


def says(column: sa.ColumnElement[object], rows: Sequence[str]) -> sa.ColumnElement[bool]:
    """Whether JSON as it is kept has one of these rows.

    What a person wrote cannot look like one: its quotation marks are escaped. LIKE would ignore case.
    """
    kept = sa.cast(column, sa.Text)
    return sa.or_(sa.false(), *(sa.func.replace(kept, row, "") != kept for row in rows))


def _holds(rows: Sequence[str]) -> sa.ColumnElement[bool]:
    """A draft holds what its leader sees, all others what their newest version says."""
    draft = sa.exists().where(
        _task.occurrence_id == col(Agreement.occurrence_id),
        _task.unit_id == col(Agreement.unit_id),
        _task.kind == TaskKind.DRAFT,
        says(_task.prefill, rows),
    )
    version = sa.exists().where(
        _version.agreement_id == col(Agreement.id),
        _version.no == col(Agreement.version),
        says(_version.content, rows),
    )
    return sa.case((col(Agreement.state) == AgreementState.DRAFTING, draft), else_=version)


def _made(session: Session, *conditions: sa.ColumnElement[bool], root_id: str, on: date | None) -> list[Made]:
    runs = (
        []
        if on is None
        else [col(Agreement.state) != AgreementState.SUPERSEDED, col(Agreement.period_to) >= on]
    )
    in_force = sa.case((col(Agreement.in_force_version) > 0, sa.true()), else_=sa.false())
    columns = (col(Agreement.id), col(Agreement.occurrence_id), col(Unit.id), col(Unit.name), col(Unit.kind))
    rows = session.execute(
        sa.select(*columns, in_force)
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(col(Agreement.root_id) == root_id, *runs, *conditions)
        .order_by(col(Unit.path), col(Agreement.id))
    )
    return [Made(*row) for row in rows]


def _units(session: Session, ids: Collection[str]) -> dict[str, Unit]:
    found = (session.exec(select(Unit).where(col(Unit.id).in_(piece))) for piece in in_pieces(ids))
    return {unit.id: unit for units in found for unit in units}


def _places_of(unit: Unit, scheme: Scheme, year: int) -> set[Place]:
    """Where the goals stand that belong in the unit's agreement of the year."""
    return {(level, area) for level in scheme.levels_of(unit, year) for area in ("", unit.area)}
