"""What the mail system has learned about an address, kept with it and in the history."""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.organisation.tables import Address, AddressHealth
from notifications.reading.mail import FailedAddress
from notifications.smtp_answers import GONE

REMEMBERED = timedelta(days=14)
MANY_DAYS = 3
"""So many days within so long on which mail came back make an address doubtful."""


def health_after(failed: FailedAddress, *, to: str, days: int) -> AddressHealth | None:
    """What a genuine report makes of the address `to`; None: nothing yet (docs/decisions/0023).

    `days`: on how many days of the last fortnight mail to it has come back, this report counted. A final
    refusal that says the address itself is gone makes it dead; any other final refusal makes it doubtful,
    and so does the third day of refusals for now.
    """
    if failed.hard:
        gone = failed.status in GONE and failed.address == to.lower()
        return AddressHealth.DEAD if gone else AddressHealth.DOUBTFUL
    return AddressHealth.DOUBTFUL if days >= MANY_DAYS else None


def mark(
    session: Session, email: str, health: AddressHealth, *, root_id: str, reason: str, now: datetime
) -> int:
    """Marks the address wherever it is in use; gives how many rows changed. Dead is never made doubtful."""
    worse = (
        [AddressHealth.OK] if health is AddressHealth.DOUBTFUL else [AddressHealth.OK, AddressHealth.DOUBTFUL]
    )
    rows = session.exec(
        select(Address).where(
            sa.or_(col(Address.email) == email, sa.func.lower(Address.email) == email.lower()),
            col(Address.valid_to).is_(None),
            col(Address.health).in_(worse),
        )
    ).all()
    for row in rows:
        row.health, row.health_reason = health, reason
        session.add(row)
        history.record(
            session,
            root_id=root_id,
            at=now,
            actor="engine",
            verb=f"address_{health.value}",
            thing=f"address:{row.id}",
        )
    return len(rows)
