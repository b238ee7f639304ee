"""Whoever has an account is told by mail that what they sign in with was changed (ASVS 5.0, 6.3.7)."""

from datetime import datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from cycle.access.tables import Account, Grant
from cycle.messages.outbox import queue
from cycle.messages.tables import MessageKind
from cycle.organisation.tables import Unit
from cycle.runs.requests import wake


class Changed(StrEnum):
    """What was changed."""

    PASSWORD = "password"  # noqa: S105  # the name of a change
    APP_ON = "app_on"
    APP_OFF = "app_off"
    RECOVERY_USED = "recovery_used"


def tell_account(session: Session, account: Account, changed: Changed, *, now: datetime) -> bool:
    """Queues the notice to the account's own address; it leaves at once. False when nobody could be told.

    The mail goes out for the municipality of the account's first role; an account without any can do nothing.
    """
    roots = select(Unit.root_id).join(Grant, col(Grant.unit_id) == col(Unit.id))
    own = roots.where(Grant.account_id == account.id).order_by(col(Grant.id))
    root_id = session.exec(own.limit(1)).first()
    if root_id is None:
        return False
    queue(
        session,
        key=f"account:{account.id}:{changed.value}:{now.isoformat()}",
        kind=MessageKind.ACCOUNT_CHANGED,
        root_id=root_id,
        person_id=None,
        address=account.email,
        task_id=None,
        context={"account": account.id, "changed": changed.value},
        now=now,
    )
    wake(session, now=now)
    return True
