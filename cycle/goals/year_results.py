"""What has come of a year: which roll-ups were released, and what was decided."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.goals.tables import Decision
from cycle.tasks.tables import Release


@dataclass(frozen=True)
class Released:
    """The newest released version of an activity's roll-up."""

    version: int
    at: datetime


def released_of(session: Session, occurrence_ids: Collection[int]) -> dict[int, Released]:
    """The newest release of each of the occurrences; those that have none are not there."""
    rows = session.execute(
        sa.select(col(Release.occurrence_id), sa.func.max(col(Release.version)), sa.func.max(col(Release.at)))
        .where(col(Release.occurrence_id).in_(occurrence_ids))
        .group_by(col(Release.occurrence_id))
    )
    return {id_: Released(version, at) for id_, version, at in rows}


def decided_of(session: Session, occurrence_ids: Collection[int]) -> list[Decision]:
    """The decisions that stand, the oldest first."""
    query = select(Decision).where(
        col(Decision.occurrence_id).in_(occurrence_ids), col(Decision.withdrawn_at).is_(None)
    )
    return list(session.exec(query.order_by(col(Decision.decided_on), col(Decision.id))))
