"""What only the secretariat's pages ask of the store."""

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cycle.runs.tables import Run, RunState


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
