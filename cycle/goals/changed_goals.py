"""A given goal changes after agreements were made of it: exactly those that hold it are marked.

Their flow then gives them a new version to be signed (`flows.agreement_renewal`).
"""

from collections.abc import Sequence, Set
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.scheme import scheme_of
from cycle.goals.tables import Agreement, AgreementState, GoalLevel
from cycle.organisation.tables import Unit
from cycle.store import in_pieces
from cycle.tasks.moves import wake_stages

Place = tuple[GoalLevel, str]
"""Where a goal stands: its level, and its area ("" for everyone)."""


def mark_agreements(session: Session, changed: Set[Place], *, root_id: str, year: int, now: datetime) -> int:
    """Marks the agreements that hold a goal from one of these places; gives how many.

    Those whose period is over stay as they are. Asks for a look at the occurrences they belong to.
    """
    hit = holding(session, changed, root_id=root_id, year=year, on=now.date())
    for piece in in_pieces(hit):
        update = sa.update(Agreement).where(col(Agreement.id).in_(piece)).values(goals_changed_at=now)
        session.execute(update)
    for occurrence_id in set(hit.values()):
        wake_stages(session, occurrence_id, at=now)
    return len(hit)


def holding(session: Session, places: Set[Place], *, root_id: str, year: int, on: date) -> dict[int, int]:
    """The year's agreements that hold goals from these places and whose period is not over on the date:
    their occurrences by their ids."""
    if not places:
        return {}
    scheme = scheme_of(session, root_id, year)
    rows = session.execute(
        sa.select(col(Agreement.id), col(Agreement.occurrence_id), Unit)
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(
            col(Agreement.root_id) == root_id,
            col(Agreement.year) == year,
            col(Agreement.state) != AgreementState.SUPERSEDED,
            col(Agreement.period_to) >= on,
        )
    ).all()
    return {
        id_: occurrence_id
        for id_, occurrence_id, unit in rows
        if places & {(level, area) for level in scheme.levels_of(unit, year) for area in ("", unit.area)}
    }


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
