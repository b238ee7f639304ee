"""The day's report: written once, told once, tried again only when it certainly did not arrive."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.health.tables import ReportState, SelfCheck

AGAIN = timedelta(minutes=30)
MOST_ATTEMPTS = 12


def begin(
    session: Session, on: date, found: Sequence[Mapping[str, Any]], *, tell: bool, now: datetime
) -> None:
    """Writes the day's check; with `tell` claims telling it. Raises IntegrityError when it is there."""
    session.add(
        SelfCheck(
            on=on,
            checked_at=now,
            found=[dict(each) for each in found],
            state=ReportState.TELLING if tell else ReportState.QUIET,
            attempts=int(tell),
        )
    )
    session.flush()


def claim_again(session: Session, on: date, *, now: datetime) -> bool:
    """Claims telling a report that could not be told, when it is time; whether this call got it."""
    waiting = (
        col(SelfCheck.on) == on,
        col(SelfCheck.state) == ReportState.UNTOLD,
        col(SelfCheck.next_at) <= now,
        col(SelfCheck.attempts) < MOST_ATTEMPTS,
    )
    claimed = sa.update(SelfCheck).where(*waiting)
    values = {"state": ReportState.TELLING, "attempts": col(SelfCheck.attempts) + 1}
    return bool(session.connection().execute(claimed.values(**values)).rowcount)


def settle(session: Session, on: date, *, told: bool, error: str, now: datetime) -> None:
    """What became of telling it."""
    row = session.get_one(SelfCheck, on)
    row.state = ReportState.TOLD if told else ReportState.UNTOLD
    row.error, row.next_at = error[:500], None if told else now + AGAIN
    session.add(row)


def report_of(session: Session, on: date) -> SelfCheck | None:
    """The day's check, if it has been made."""
    return session.get(SelfCheck, on)


def newest(session: Session, *, limit: int = 14) -> Sequence[SelfCheck]:
    """The last checks, the newest first."""
    return session.exec(select(SelfCheck).order_by(col(SelfCheck.on).desc()).limit(limit)).all()
