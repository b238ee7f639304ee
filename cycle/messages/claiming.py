"""Handing mails to a sender: claimed under a fence, with a lease. What becomes of them: `outcomes`."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from cycle.calendar import WorkingCalendar
from cycle.messages.lapsed import MAX_LOST_LEASES, sort_lapsed
from cycle.messages.pace import too_fast
from cycle.messages.tables import AWAITED, UNSENT, Message, MessageKind, MessageState
from cycle.store import is_sqlite

LEASE = timedelta(minutes=5)
MOMENT = timedelta(microseconds=1)
BEHIND = timedelta(seconds=1)
NO_LIMITS: Mapping[str, int] = {}
FEW = 10
ALL = 1_000_000
"""In hand at a time, of a sender that has not said how many: every mail of its claim."""

LONGEST_WAIT = timedelta(days=60)
"""More than 20 working days, which is as far ahead as a day with room for a mail is looked for."""

_LOCK = sa.text("SELECT pg_advisory_xact_lock(hashtext('claim mail of ' || :root_id))")


def claim(
    session: Session,
    *,
    root_id: str,
    now: datetime,
    calendar: WorkingCalendar,
    limit: int = 50,
    lease: timedelta = LEASE,
    limits: Mapping[str, int] = NO_LIMITS,
    in_hand: int = ALL,
) -> list[Message]:
    """Takes up to `limit` mails that are due, oldest first; each carries its new `fence`. What somebody sits
    waiting for goes before all others.

    The sender takes them in this order and has `in_hand` of them in hand at a time. A claim whose lease ran
    out is taken again under the same key (so the same Message-ID): what may have been in hand is counted as
    a loss, and the third loss of a mail that was begun (`in_hand.take_in_hand`) lists it as `unknown`. Daily
    mails leave only in the send window (working days 07–16 local) and one a day per address, and to a domain
    with one of `limits` only so many mails a minute: what is over is put off here, so that whatever is past
    its `next_at` afterwards really can go. Any number of senders may claim at the same time. Commit before
    sending.
    """
    _one_claim_at_a_time(session, root_id)
    latest = sort_lapsed(session, root_id, now=now)
    until = now + lease if latest is None else max(now + lease, latest + MOMENT)
    _keep_for_the_window(session, root_id, now, calendar)
    while due := _oldest(session, root_id, now, limit):
        ids = set(due) - _put_off_second_mails(session, list(due), now, calendar)
        over = too_fast(session, [(id_, due[id_]) for id_ in due if id_ in ids], limits, now=now)
        for again_at, later in over.items():
            _move(session, (col(Message.id).in_(later),), again_at)
            ids.difference_update(later)
        if ids:
            return _take(session, sorted(ids), root_id, now=now, until=until, in_hand=in_hand)
    return []


def _one_claim_at_a_time(session: Session, root_id: str) -> None:
    """On SQLite a writer is alone; on PostgreSQL two claims at once could each take one of two daily mails
    of an address, neither seeing the other. A claim lasts milliseconds."""
    if not is_sqlite(session):
        session.execute(_LOCK, {"root_id": root_id})


def _oldest(session: Session, root_id: str, now: datetime, limit: int) -> dict[int, str]:
    """Addresses by id of the mails that are due, that nobody is just adding to, and that may go together."""
    due = (
        sa.select(col(Message.id), col(Message.address), col(Message.state), col(Message.unsure))
        .where(*_due(root_id, now))
        .order_by(col(Message.next_at), col(Message.id))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    rows = session.execute(due.where(AWAITED)).all() or session.execute(due).all()
    return {row.id: row.address for row in _together(rows)}


def _together(due: Sequence[sa.Row[Any]]) -> Sequence[sa.Row[Any]]:
    """Which of the mails go into one claim: what kills a sender must not take many others with it. A mail
    whose sender died goes with few others of its kind, and alone once two have died."""
    if not due:
        return due
    first = due[0]
    same = [row for row in due if (row.state, row.unsure) == (first.state, first.unsure)]
    return same[: 1 if first.unsure else FEW] if first.state is MessageState.CLAIMED else same


def _take(
    session: Session, ids: Sequence[int], root_id: str, *, now: datetime, until: datetime, in_hand: int
) -> list[Message]:
    """Claims those of the mails that are still due. No other claim has the lease: it tells them apart."""
    begun = sa.and_(col(Message.state) == MessageState.CLAIMED, col(Message.in_hand) > 0)
    counted = sa.and_(begun, col(Message.unsure) < MAX_LOST_LEASES - 1)
    session.execute(
        sa.update(Message)
        .where(col(Message.id).in_(ids), *_due(root_id, now))
        .values(
            state=MessageState.CLAIMED,
            fence=col(Message.fence) + 1,
            attempts=col(Message.attempts) + 1,
            unsure=col(Message.unsure) + sa.case((counted, 1), else_=0),
            lease_until=until,
            in_hand=in_hand,
        )
        .execution_options(synchronize_session=False)
    )
    taken = select(Message).where(col(Message.id).in_(ids), Message.lease_until == until)
    in_order = taken.order_by(col(Message.next_at), col(Message.id))
    return list(session.exec(in_order.execution_options(populate_existing=True)))


def hold(
    session: Session, root_id: str, *, now: datetime, until: datetime, last: Collection[int] = ()
) -> int:
    """Puts off every mail that is due, because none can leave before `until` (an instant).

    For a mail server that cannot be reached or lets nobody in. Those of the ids `last`, which wait already,
    go after the others, in case it was they and not the server. Gives how many others wait.
    """
    sort_lapsed(session, root_id, now=now)
    result = session.execute(
        sa.update(Message)
        .where(*_due(root_id, now))
        .values(next_at=until)
        .execution_options(synchronize_session=False)
    )
    _move(session, (col(Message.id).in_(last), col(Message.next_at) == until), until + BEHIND)
    return int(result.rowcount)  # type: ignore[attr-defined]  # CursorResult of an UPDATE


def _due(root_id: str, now: datetime) -> tuple[Any, ...]:
    """Ready or waiting and past its time, or claimed by someone who has gone."""
    free = col(Message.state).in_([MessageState.READY, MessageState.WAITING])
    gone = sa.and_(col(Message.state) == MessageState.CLAIMED, col(Message.lease_until) <= now)
    return (UNSENT, col(Message.root_id) == root_id, col(Message.next_at) <= now, sa.or_(free, gone))


def _keep_for_the_window(session: Session, root_id: str, now: datetime, calendar: WorkingCalendar) -> None:
    """Outside the send window all daily mails that are due wait for the next one."""
    opens = calendar.next_send(now)
    if opens > now:
        _move(session, (*_due(root_id, now), col(Message.kind) == MessageKind.DAILY), opens)


def _put_off_second_mails(
    session: Session, ids: Sequence[int], now: datetime, calendar: WorkingCalendar
) -> set[int]:
    """Moves those of the mails that would be an address's second daily mail of today to the next working
    day; gives their ids. One that a sender holds or held goes before those that wait."""
    today = calendar.local_date(now)
    other = aliased(Message, name="other")
    same = sa.and_(col(other.address) == col(Message.address), col(other.kind) == MessageKind.DAILY)
    # Two questions and not one with "or": each has its index, whatever was sent in the years before.
    sent_today = sa.exists().where(
        same,
        col(other.state) == MessageState.SENT,
        col(other.sent_at).between(calendar.opening(today), calendar.end_of(today)),
    )
    before = sa.and_(col(other.id) < col(Message.id), col(other.next_at) <= now)
    held = col(other.state) == MessageState.CLAIMED
    under_way = sa.exists().where(
        sa.text(f"other.{UNSENT.text}"), same, col(other.id) != col(Message.id), sa.or_(before, held)
    )
    waits = col(Message.state) != MessageState.CLAIMED
    moved = session.execute(
        sa.update(Message)
        .where(col(Message.id).in_(ids), col(Message.kind) == MessageKind.DAILY)
        .where(sa.or_(sent_today, sa.and_(waits, under_way)))
        .values(next_at=calendar.send_window(calendar.add_working_days(today, 1))[0])
        .returning(col(Message.id))
        .execution_options(synchronize_session=False)
    )
    return set(moved.scalars())


def bring_back(session: Session, root_id: str, *, now: datetime) -> int:
    """Makes due what a clock that ran ahead has put off further than anything ever is. Gives how many."""
    result = session.execute(
        sa.update(Message)
        .where(UNSENT, col(Message.root_id) == root_id, col(Message.next_at) > now + LONGEST_WAIT)
        .values(next_at=now)
        .execution_options(synchronize_session=False)
    )
    return int(result.rowcount)  # type: ignore[attr-defined]  # CursorResult of an UPDATE


def _move(session: Session, which: tuple[sa.ColumnElement[bool], ...], next_at: datetime) -> None:
    session.execute(
        sa.update(Message).where(*which).values(next_at=next_at).execution_options(synchronize_session=False)
    )
