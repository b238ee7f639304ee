"""A given goal changes after agreements were made of it: exactly those that hold it are marked.

Their flow then gives them a new version to be signed (`flows.agreement_renewal`).
"""

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.scheme import LEVELS, scheme_of
from cycle.goals.tables import Agreement, AgreementState, Goal
from cycle.organisation.tables import Unit
from cycle.store import in_pieces
from cycle.tasks.moves import wake_stages


def mark_agreements(session: Session, changed: Sequence[Goal], *, now: datetime) -> int:
    """Marks the agreements that hold one of these goals, all of one municipality and year; gives how many.

    Those whose period is over stay as they are. Asks for a look at the occurrences they belong to.
    """
    held = [goal for goal in changed if goal.level in LEVELS]
    if not held:
        return 0
    root_id, year = held[0].root_id, held[0].year
    scheme = scheme_of(session, root_id, year)
    places = {(goal.level, goal.area) for goal in held}
    rows = session.execute(
        sa.select(col(Agreement.id), col(Agreement.occurrence_id), Unit)
        .join(Unit, col(Unit.id) == col(Agreement.unit_id))
        .where(
            col(Agreement.root_id) == root_id,
            col(Agreement.year) == year,
            col(Agreement.state) != AgreementState.SUPERSEDED,
            col(Agreement.period_to) >= now.date(),
        )
    ).all()
    hit = {
        id_: occurrence_id
        for id_, occurrence_id, unit in rows
        if places & {(level, area) for level in scheme.levels_of(unit, year) for area in ("", unit.area)}
    }
    for piece in in_pieces(hit):
        update = sa.update(Agreement).where(col(Agreement.id).in_(piece)).values(goals_changed_at=now)
        session.execute(update)
    for occurrence_id in set(hit.values()):
        wake_stages(session, occurrence_id, at=now)
    return len(hit)


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
