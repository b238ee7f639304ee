"""What became of claimed mails, under the fence of their claim."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.errors import Conflict
from cycle.messages.lapsed import MAX_LOST_LEASES
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import table_of

TABLE = table_of(Message)
LADDER = tuple(timedelta(minutes=m) for m in (5, 15, 60, 240))
ENOUGH_TRIES = 16
GIVE_UP_AFTER = timedelta(days=5)
"""After the first try that was put off (RFC 5321, 4.5.4.1: "at least 4-5 days"), and after enough tries."""

UNSURE_RETRY = timedelta(minutes=15)
HELD_PAUSE = timedelta(hours=1)

_HELD = (
    TABLE.c.id == sa.bindparam("its_id"),
    TABLE.c.fence == sa.bindparam("its_fence"),
    TABLE.c.state == MessageState.CLAIMED,
)
_TRIES = sa.select(
    TABLE.c.kind, TABLE.c.attempts, TABLE.c.unsure, TABLE.c.tried_at, TABLE.c.suspected_at
).where(*_HELD)
KNOWN = sa.case((TABLE.c.unsure < MAX_LOST_LEASES, TABLE.c.unsure), else_=MAX_LOST_LEASES - 1)
_LOSE = sa.update(TABLE).where(*_HELD)
_SETTLE = _LOSE.values(unsure=KNOWN)  # without a loss that was counted before it could happen (`in_hand`)


ALL_ANSWERED = "Ikke sendt: alt er besvaret."
NOTHING_ASKED = "Ikke sendt: der bedes ikke længere om svar."
GIVEN_UP = f"Opgivet efter {GIVE_UP_AFTER.days} dage."


class Outcome(StrEnum):
    """What became of one try. `HANDED_BACK`: it was not tried (the server cannot be reached). `HELD`: it may
    not go now (it could only go unencrypted), and is looked at again for as long as that lasts. `SUSPECTED`:
    refused, but perhaps because of us, so that it is tried again as after a temporary failure."""

    SENT = "sent"
    TEMPORARY = "temporary"
    REJECTED = "rejected"
    UNKNOWN = "unknown"
    WITHHELD = "withheld"
    HANDED_BACK = "handed_back"
    HELD = "held"
    SUSPECTED = "suspected"


_FINAL = frozenset({Outcome.SENT, Outcome.REJECTED, Outcome.WITHHELD})
"""Outcomes after which nothing depends on how often a mail was tried."""


class Sent(NamedTuple):
    """A claimed mail that the mail server took: `subject` and `text` (links and reply address blanked) and
    the one task it was about, if it was one, are kept of it."""

    message_id: int
    fence: int
    reason: str
    subject: str
    text: str
    about_task_id: int | None = None


def settle_sent(connection: sa.Connection, sent: Collection[Sent], *, now: datetime) -> None:
    """Those that were sent, in one go. Raises Conflict when a claim was taken over meanwhile: whoever asked
    then commits nothing, and settles them one by one."""
    always = {"lease_until": None, "sent_at": now, "state": MessageState.SENT}
    rows = [
        {
            **always,
            "its_id": each.message_id,
            "its_fence": each.fence,
            "reason": each.reason,
            "subject": each.subject,
            "text": each.text,
            "about_task_id": each.about_task_id,
        }
        for each in sent
    ]
    if rows and connection.execute(_SETTLE, rows if len(rows) > 1 else rows[0]).rowcount < len(rows):
        raise Conflict("message", [each.message_id for each in sent])


def settle(
    session: Session,
    message_id: int,
    fence: int,
    outcome: Outcome,
    *,
    now: datetime,
    calendar: WorkingCalendar,
    subject: str = "",
    text: str = "",
    reason: str = "",
    about_task_id: int | None = None,
) -> MessageState:
    """Writes what became of a claimed mail; gives the state it now has.

    `subject`, `text` (links and reply address blanked) and the one task it was about, if it was one, are
    kept of a sent mail. Temporary failures
    are tried again after 5, 15, 60 and then every 240 minutes, for `GIVE_UP_AFTER` and `ENOUGH_TRIES`; an
    uncertain outcome once more under the same Message-ID, then it is listed. Raises Conflict when
    the claim was taken over meanwhile.
    """
    held = {"its_id": message_id, "its_fence": fence}
    connection = session.connection()  # plain statements, made once: a settle is what every mail costs
    kind, attempts, unsure, tried_at, suspected_at = None, 0, 0, None, None
    if outcome not in _FINAL:
        row = connection.execute(_TRIES, held).first()
        if row is None:
            raise Conflict("message", message_id)
        kind, attempts, unsure, tried_at, suspected_at = row
    since = tried_at or now
    values = _after(outcome, now=now, attempts=attempts, unsure=unsure, since=since, reason=reason)
    if outcome is Outcome.SUSPECTED:
        values["suspected_at"] = suspected_at or now
    if outcome is Outcome.SENT:
        values |= {"sent_at": now, "subject": subject, "text": text, "about_task_id": about_task_id}
    if kind is MessageKind.DAILY and "next_at" in values:
        values["next_at"] = calendar.next_send(values["next_at"])
    result = connection.execute(
        _LOSE if "unsure" in values else _SETTLE, {**held, "lease_until": None, **values}
    )
    if result.rowcount == 0:
        raise Conflict("message", message_id)
    state: MessageState = values["state"]
    return state


def _after(
    outcome: Outcome, *, now: datetime, attempts: int, unsure: int, since: datetime, reason: str
) -> dict[str, Any]:
    """`since` is the instant of the first try that was put off."""
    later = outcome in (Outcome.TEMPORARY, Outcome.SUSPECTED)
    if later and (attempts < ENOUGH_TRIES or now - since < GIVE_UP_AFTER):
        pause = LADDER[min(attempts, len(LADDER)) - 1]
        again = {"state": MessageState.WAITING, "next_at": now + pause, "tried_at": since}
        return {**again, "reason": reason}
    if later or outcome is Outcome.REJECTED:
        last = f"{reason} {GIVEN_UP}".strip() if later else reason
        return {"state": MessageState.REJECTED, "rejected_at": now, "reason": last}
    if outcome is Outcome.UNKNOWN and unsure == 0:
        again = {"state": MessageState.WAITING, "next_at": now + UNSURE_RETRY}
        return {**again, "unsure": 1, "reason": reason}
    if outcome is Outcome.HELD:
        again = {"state": MessageState.WAITING, "next_at": now + HELD_PAUSE}
        return {**again, "attempts": max(attempts - 1, 0), "reason": reason}
    if outcome is Outcome.HANDED_BACK:
        return {"state": MessageState.READY, "attempts": max(attempts - 1, 0), "reason": reason}
    return {"state": MessageState(outcome.value), "reason": reason}
