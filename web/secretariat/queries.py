"""What only the secretariat's pages ask of the store."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cycle.runs.tables import Run, RunState
from cycle.tasks.mail_log import Occasion
from cycle.tasks.tables import Occurrence


def failed_for_good(session: Session, root_ids: Iterable[str], *, limit: int = 100) -> list[Run]:
    """The failed runs whose work nobody has done or taken up since, newest first."""
    later = aliased(Run)
    mended = sa.exists().where(
        col(later.flow) == col(Run.flow),
        col(later.subject) == col(Run.subject),
        col(later.id) > col(Run.id),
    )
    query = select(Run).where(col(Run.root_id).in_(list(root_ids)), Run.state == RunState.FAILED, ~mended)
    return list(session.exec(query.order_by(col(Run.id).desc()).limit(limit)))


def activities(session: Session, root_ids: Iterable[str], *, limit: int = 200) -> list[Occasion]:
    """The activities that have been run, those opened last first: what runs can be filtered by."""
    query = (
        sa.select(col(Occurrence.id), col(Occurrence.title), col(Occurrence.concerns_year))
        .where(col(Occurrence.root_id).in_(list(root_ids)), col(Occurrence.opened_at).is_not(None))
        .order_by(col(Occurrence.opened_at).desc(), col(Occurrence.id).desc())
        .limit(limit)
    )
    return [Occasion(*row) for row in session.execute(query)]
