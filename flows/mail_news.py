"""Something new lies in the mailbox: the clock is woken, and wants `collect` at once."""

import logging

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel import col

from cycle import store
from cycle.messages.tables import MailboxMark
from cycle.runs.requests import wake
from flows.runtime import Runtime

log = logging.getLogger("aarshjul.mailbox")


def mail_came(runtime: Runtime) -> None:
    """Notes that the mailbox has something new for any of its municipalities.

    When the store cannot be reached nothing is lost: the mailbox is read every two minutes in any case.
    """
    now = runtime.clock.now()
    try:
        with store.transaction(runtime.engine) as session:
            session.execute(sa.update(MailboxMark).values({col(MailboxMark.told_at): now}))
            wake(session, now=now)
    except SQLAlchemyError as error:
        log.warning("new mail could not be told of: %s", type(error).__name__)
