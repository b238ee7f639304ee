"""What the mail system has learned about an address, kept with it and in the history."""

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle import history
from cycle.organisation.tables import Address, AddressHealth


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
