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
from cycle.columns import among
from cycle.messages.outbox import TABLE, insert_blank
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


_ADDRESSES = among(C.address, "addresses")
_DAILY = C.kind == MessageKind.DAILY
_UNSENT = (
    sa.select(C.id, C.root_id, C.address, C.next_at, C.state, C.unsure)
    .where(UNSENT, _ADDRESSES, _DAILY)
    .order_by(C.id.desc())
    .with_for_update()
)
_SENT = sa.select(C.address).where(
    _ADDRESSES, _DAILY, C.sent_at.between(sa.bindparam("since"), sa.bindparam("now"))
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
    slots, busy = _unsent(session, root_id, people, earliest, calendar)
    rest = {address: person for address, person in people.items() if address not in slots}
    first = calendar.local_date(earliest)
    is_today = first == calendar.local_date(now)
    if is_today and rest:
        busy |= _sent(session, rest, calendar.opening(first), now)
    second = calendar.add_working_days(first, 1)
    days = {address: second if is_today and address in busy else first for address in rest}
    for _ in range(MOST_DAYS_AHEAD):
        if not days:
            return slots
        slots |= _open(session, root_id, rest, days, earliest, calendar, now)
        full = [address for address in days if address not in slots]
        days = {address: calendar.add_working_days(days[address], 1) for address in full}
    raise RuntimeError(f"no free day for {len(days)} daily mails within {MOST_DAYS_AHEAD} working days")


def _unsent(
    session: Session, root_id: str, addresses: Iterable[str], earliest: datetime, calendar: WorkingCalendar
) -> tuple[dict[str, Slot], set[str]]:
    """The mails that take items, by mailbox; and the mailboxes that have another on its way."""
    slots: dict[str, Slot] = {}
    busy: set[str] = set()
    rows = session.connection().execute(_UNSENT, {"addresses": list(addresses)})
    for id_, root, address, next_at, state, unsure in rows:
        if root == root_id and state in OPEN_STATES and not unsure:
            leaves = calendar.local_date(max(next_at, earliest))
            slots[address] = Slot(id_, leaves, opened=False)
        else:
            busy.add(address)
    return slots, busy


def _sent(session: Session, addresses: Iterable[str], since: datetime, now: datetime) -> set[str]:
    """The mailboxes that have had today's mail."""
    asked = {"addresses": list(addresses), "since": since, "now": now}
    return set(session.connection().scalars(_SENT, asked))


def _open(
    session: Session,
    root_id: str,
    people: Mapping[str, int],
    days: Mapping[str, date],
    earliest: datetime,
    calendar: WorkingCalendar,
    now: datetime,
) -> dict[str, Slot]:
    """New mails of these days; a mailbox whose key is taken is left out."""
    keys = {daily_key(people[address], day): address for address, day in days.items()}
    leaves = {day: max(earliest, calendar.send_window(day)[0]) for day in set(days.values())}
    written = insert_blank(
        session,
        [
            {
                "root_id": root_id,
                "key": key,
                "kind": MessageKind.DAILY,
                "person_id": people[address],
                "address": address,
                "created_at": now,
                "next_at": leaves[days[address]],
            }
            for key, address in sorted(keys.items())
        ],
    )
    return {keys[key]: Slot(id_, days[keys[key]], opened=True) for key, id_ in written.items()}
