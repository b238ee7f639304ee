"""The one mail a day that the engine starts on its own: which message a person's next item goes into.

One person is one mailbox: two persons of the file with the same address share the day's mail. Its key
names the person who came first, `daily:{person}:{date}`. An earlier day's mail that has not left yet
(no server, no working day) takes the new items too, so that after a stop nobody gets two.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.messages.outbox import TABLE, insert_new
from cycle.messages.tables import UNSENT, MessageKind, MessageState

OPEN_STATES = (MessageState.READY, MessageState.WAITING)
C = TABLE.c
MOST_DAYS_AHEAD = 20


@dataclass(frozen=True, slots=True)
class Slot:
    """A daily mail that takes items. `on`: the local day it leaves; `opened`: it was made for them."""

    message_id: int
    on: date
    opened: bool


_ADDRESSES = C.address.in_(sa.bindparam("addresses", expanding=True))
_DAILY = C.kind == MessageKind.DAILY
_TAKES_ITEMS = (C.state.in_(OPEN_STATES), C.unsure == 0)
_PENDING = (
    sa.select(C.id, C.address, C.next_at)
    .where(UNSENT, _ADDRESSES, C.root_id == sa.bindparam("root_id"), _DAILY, *_TAKES_ITEMS)
    .order_by(C.id.desc())
    .with_for_update()
)
_SENT = sa.select(C.address).where(_ADDRESSES, _DAILY, C.sent_at >= sa.bindparam("since"))
_UNDER_WAY = sa.select(C.address).where(UNSENT, _ADDRESSES, _DAILY)
_WITH_KEYS = (
    sa.select(C.id, C.key, C.address)
    .where(C.key.in_(sa.bindparam("keys", expanding=True)), *_TAKES_ITEMS)
    .with_for_update()
)


def daily_key(person_id: int, on: date) -> str:
    """The key of a person's mail of a local date."""
    return f"daily:{person_id}:{on.isoformat()}"


def daily_slots(
    session: Session,
    *,
    root_id: str,
    people: Mapping[str, int],
    calendar: WorkingCalendar,
    now: datetime,
) -> dict[str, Slot]:
    """For each mailbox (a key of `people`, with the person it belongs to) the mail its items go into.

    That is a pending daily mail of the mailbox, else a new one of the first working day on which it has
    had none. The rows are locked until the transaction ends, so that no sender claims one of them before
    the items are committed. Raises RuntimeError when no day is free within `MOST_DAYS_AHEAD`.
    """
    earliest = calendar.next_send(now)
    slots = _pending(session, root_id, people, earliest, calendar)
    rest = {address: person for address, person in people.items() if address not in slots}
    busy = _busy(session, rest, calendar.opening(calendar.local_date(now)))
    first = calendar.local_date(earliest)
    second = calendar.add_working_days(first, 1)
    is_today = first == calendar.local_date(now)
    days = {address: second if is_today and address in busy else first for address in rest}
    for _ in range(MOST_DAYS_AHEAD):
        if not days:
            return slots
        slots |= _open(session, root_id, rest, days, earliest, calendar, now)
        full = [address for address in days if address not in slots]
        days = {address: calendar.add_working_days(days[address], 1) for address in full}
    raise RuntimeError(f"no free day for {len(days)} daily mails within {MOST_DAYS_AHEAD} working days")


def _pending(
    session: Session, root_id: str, addresses: Iterable[str], earliest: datetime, calendar: WorkingCalendar
) -> dict[str, Slot]:
    asked = {"addresses": list(addresses), "root_id": root_id}
    rows = session.connection().execute(_PENDING, asked)
    return {
        address: Slot(id_, calendar.local_date(max(next_at, earliest)), opened=False)
        for id_, address, next_at in rows
    }


def _busy(session: Session, addresses: Iterable[str], since: datetime) -> set[str]:
    """The mailboxes that have had today's mail, or whose mail is on its way."""
    asked = {"addresses": list(addresses)}
    read = session.connection()
    return {*read.scalars(_SENT, {**asked, "since": since}), *read.scalars(_UNDER_WAY, asked)}


def _open(
    session: Session,
    root_id: str,
    people: Mapping[str, int],
    days: Mapping[str, date],
    earliest: datetime,
    calendar: WorkingCalendar,
    now: datetime,
) -> dict[str, Slot]:
    keys = {daily_key(people[address], day): address for address, day in days.items()}
    insert_new(
        session,
        [
            {
                "root_id": root_id,
                "key": key,
                "kind": MessageKind.DAILY,
                "person_id": people[address],
                "address": address,
                "created_at": now,
                "next_at": max(earliest, calendar.send_window(days[address])[0]),
            }
            for key, address in sorted(keys.items())
        ],
    )
    rows = session.connection().execute(_WITH_KEYS, {"keys": list(keys)})
    return {
        address: Slot(id_, days[address], opened=True) for id_, key, address in rows if keys[key] == address
    }
