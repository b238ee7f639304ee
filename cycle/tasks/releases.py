"""Released versions of a roll-up: numbered, kept as they went out, never changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from cycle import history
from cycle.store import table_of
from cycle.tasks.moves import get_occurrence
from cycle.tasks.rollup import OWN_WORK, Rollup, as_json, roll_up
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Release, Submission, Task

_NEWEST_RELEASABLE = (
    sa.select(sa.func.max(col(Submission.id)))
    .join(Task, col(Task.id) == col(Submission.task_id))
    .where(
        col(Task.occurrence_id) == sa.bindparam("occurrence_id"),
        col(Task.kind).in_((*OWN_WORK, TaskKind.RELEASE)),
    )
)
_RELEASED = (
    sa.select(table_of(Release).c.id)
    .where(table_of(Release).c.occurrence_id == sa.bindparam("occurrence_id"))
    .limit(1)
)
_RELEASED_UP_TO = (
    sa.select(col(Release.content)["newest_submission"].as_integer().label("newest_submission"))
    .where(col(Release.occurrence_id) == sa.bindparam("occurrence_id"))
    .order_by(col(Release.version).desc())
    .limit(1)
)


class Making(Protocol):
    """How a roll-up is made of what is there: whole, or with what may be told alone."""

    def __call__(self, session: Session, occurrence_id: int, *, now: datetime) -> Rollup:
        """The roll-up as it stands at `now`."""


def release(
    session: Session,
    occurrence_id: int,
    *,
    by: str,
    now: datetime,
    why: str = "",
    make: Making = roll_up,
) -> Release:
    """Freezes the roll-up as the next numbered version; what was released before stays as it was."""
    occurrence = get_occurrence(session, occurrence_id)
    newest = session.exec(
        select(sa.func.max(Release.version)).where(Release.occurrence_id == occurrence_id)
    ).one()
    # Before the roll-up: an answer that comes in between is then the next version's.
    up_to = _newest_submission(session, occurrence_id)
    row = Release(
        occurrence_id=occurrence_id,
        version=(newest or 0) + 1,
        content={**as_json(make(session, occurrence_id, now=now)), "newest_submission": up_to},
        by=by,
        at=now,
        why=why,
    )
    session.add(row)
    history.record(
        session,
        root_id=occurrence.root_id,
        at=now,
        actor=by,
        verb="release",
        thing=f"occurrence:{occurrence_id}",
        why=why,
        data={"version": row.version},
    )
    session.flush()
    return row


def release_again(
    session: Session, occurrence_id: int, *, by: str, now: datetime, why: str, make: Making = roll_up
) -> Release | None:
    """Releases the next version when something was answered since the newest one.

    None when nothing was, or nothing has been released yet. What a unit answers and what the direction
    releases make a new version; approvals and texts in between do not by themselves.
    """
    found = session.execute(_RELEASED_UP_TO, {"occurrence_id": occurrence_id}).first()
    if found is None or found.newest_submission == _newest_submission(session, occurrence_id):
        return None
    return release(session, occurrence_id, by=by, now=now, why=why, make=make)


def releases(session: Session, occurrence_id: int) -> Sequence[Release]:
    """Every released version, oldest first."""
    return session.exec(
        select(Release).where(Release.occurrence_id == occurrence_id).order_by(col(Release.version))
    ).all()


def versions(session: Session, occurrence_id: int) -> Sequence[Release]:
    """As `releases` for a list of them: a version's content is read when it is asked for."""
    query = select(Release).where(Release.occurrence_id == occurrence_id).order_by(col(Release.version))
    return session.exec(query.options(defer(col(Release.content)))).all()  # type: ignore[arg-type]  # a column


def is_released(session: Session, occurrence_id: int) -> bool:
    """Whether there is a version 1."""
    session.flush()
    return session.connection().execute(_RELEASED, {"occurrence_id": occurrence_id}).first() is not None


def _newest_submission(session: Session, occurrence_id: int) -> int | None:
    """The id of the last answer that a version would be made for."""
    newest: int | None = session.execute(_NEWEST_RELEASABLE, {"occurrence_id": occurrence_id}).scalar()
    return newest
