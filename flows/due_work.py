"""What is due now: the store says, nobody remembers.

A turn reads indexed hints only, so it costs what is due and not what is open. For each municipality the
order is collect, close, open, advance, remind, deliver: work of one kind waits while work of an earlier
kind is due or under way, because an answer in the mailbox silences a reminder and a reminder is merged
into the mail that goes out. Paused work and work that failed a moment ago holds nothing up.
"""

from collections.abc import Iterator
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session, col

from config.settings import Settings
from cycle.messages.tables import UNSENT, MailboxMark, Message, MessageState
from cycle.runs.queue import Work
from cycle.runs.tables import UNFINISHED, FlowPause, Run, RunState
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle, Occurrence, Task

ORDER = ("collect", "close", "open", "advance", "remind", "deliver")
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long a failed (flow, subject) rests after the first, second, third … failure in a row."""

CLOSE_FROM, SWEEP_FROM = time(4), time(5)
"""Local. Nothing happens between 00 and 04, so that neither DST night skips or repeats anything."""

MAILBOX_EVERY = timedelta(minutes=2)
MAILBOX_PATIENCE = timedelta(hours=24)
HOLDS_UP = timedelta(minutes=10)
"""How long unfinished work makes later work wait; work that hangs must not stop the year."""


def due_work(session: Session, *, now: datetime, settings: Settings, nightly: bool = True) -> list[Work]:
    """The work to want at `now` (UTC), in the order it is to be done. Asking twice gives the same.

    `nightly` includes the sweep of the night; a simulation, which keeps no runs, goes without.
    """
    candidates = list(_candidates(session, now, settings))
    if not nightly:
        candidates = [work for work in candidates if not work.subject.startswith("sweep:")]
    if not candidates:
        return []
    paused = {(row.root_id, row.flow) for row in session.scalars(sa.select(FlowPause))}
    under_way = session.execute(
        sa.select(col(Run.root_id), col(Run.flow), col(Run.subject), col(Run.wanted_at)).where(UNFINISHED)
    ).all()
    unfinished = {(flow, subject) for _, flow, subject, _ in under_way}
    fresh = [
        work
        for work in candidates
        if (work.root_id, work.flow) not in paused
        and (work.flow, work.subject) not in unfinished
        and not _resting(session, work, now)
    ]
    first = {work.root_id: len(ORDER) for work in fresh}
    for work in fresh:
        first[work.root_id] = min(first[work.root_id], rank(work.flow, work.subject))
    for root_id, flow, subject, wanted_at in under_way:
        if root_id in first and wanted_at > now - HOLDS_UP and (root_id, flow) not in paused:
            first[root_id] = min(first[root_id], rank(flow, subject))
    ready = [work for work in fresh if rank(work.flow, work.subject) == first[work.root_id]]
    return sorted(ready, key=lambda work: -work.priority)


def rank(flow: str, subject: str) -> int:
    """Where in `ORDER` this work stands."""
    verb = subject.partition(":")[0]
    return ORDER.index(flow if flow in ORDER else verb)


def next_instant(session: Session, *, after: datetime, settings: Settings) -> datetime | None:
    """The first instant later than `after` at which the store says something is due (UTC), if any.

    The nightly sweep and the reading of the mailbox are not counted: they happen every day.
    """
    waiting = col(Message.state).in_((MessageState.READY, MessageState.WAITING))
    planned = col(Occurrence.state) == OccurrenceState.PLANNED
    is_open = col(Occurrence.state) == OccurrenceState.OPEN
    hints = (
        (col(Occurrence.opens_at), planned),
        (col(Occurrence.advance_at), is_open),
        (col(Task.next_reminder_at), sa.true()),
        (col(Message.next_at), waiting),
    )
    found = [
        session.execute(sa.select(column).where(which, column > after).order_by(column).limit(1)).scalar()
        for column, which in hints
    ]
    closings = session.execute(
        sa.select(col(Occurrence.closes_at))
        .where(is_open, col(Occurrence.closes_at) > after - timedelta(days=1))
        .order_by(col(Occurrence.closes_at))
        .limit(50)
    )
    found += [close_due_at(closes_at, settings.zone) for (closes_at,) in closings]
    return min((instant for instant in found if instant is not None and instant > after), default=None)


def close_due_at(closes_at: datetime, zone: ZoneInfo) -> datetime:
    """The first 04:00 local at or after `closes_at`, in UTC."""
    local = closes_at.astimezone(zone)
    day = local.date() + timedelta(days=local.time() > CLOSE_FROM)
    return datetime.combine(day, CLOSE_FROM, zone).astimezone(closes_at.tzinfo)


def sweeping_since(now: datetime, zone: ZoneInfo) -> datetime | None:
    """From when today's sweep was due (05:00 local, in UTC); None when it is not yet."""
    today = datetime.combine(now.astimezone(zone).date(), SWEEP_FROM, zone).astimezone(now.tzinfo)
    return today if now >= today else None


def _candidates(session: Session, now: datetime, settings: Settings) -> Iterator[Work]:
    marks = dict(session.execute(sa.select(col(MailboxMark.root_id), col(MailboxMark.read_until))).all())
    if settings.reads_mail:
        yield from _collect(session, now, marks)
    yield from _occurrences(session, now, settings, marks)
    yield from _reminders(session, now, settings.zone)
    yield from _deliveries(session, now)


def _collect(session: Session, now: datetime, marks: dict[str, datetime]) -> Iterator[Work]:
    """The mailbox of every municipality that has a cycle, when it was not read or tried in vain lately."""
    pausing = set(session.scalars(sa.select(col(MailboxMark.root_id)).where(col(MailboxMark.next_at) > now)))
    for root_id in session.scalars(sa.select(col(Cycle.root_id)).distinct()):
        if root_id in pausing:
            continue
        if root_id not in marks or marks[root_id] <= now - MAILBOX_EVERY:
            yield _work("collect", root_id, root_id)


def _occurrences(
    session: Session, now: datetime, settings: Settings, marks: dict[str, datetime]
) -> Iterator[Work]:
    facts = (col(Occurrence.flow), col(Occurrence.id), col(Occurrence.root_id), col(Occurrence.closes_at))
    due = (
        ("close", OccurrenceState.OPEN, col(Occurrence.closes_at)),
        # its whole window passed while nothing ran: cancelled, not opened and closed at once
        ("close", OccurrenceState.PLANNED, col(Occurrence.closes_at)),
        ("open", OccurrenceState.PLANNED, col(Occurrence.opens_at)),
        ("advance", OccurrenceState.OPEN, col(Occurrence.advance_at)),
        # an answer or a decision after the close: a new version of what was released or adopted
        ("advance", OccurrenceState.CLOSED, col(Occurrence.advance_at)),
    )
    not_over = sa.or_(col(Occurrence.state) != OccurrenceState.PLANNED, col(Occurrence.closes_at) > now)
    for verb, state, hint in due:
        query = sa.select(*facts).where(col(Occurrence.state) == state, hint <= now)
        rows = session.execute(query.where(not_over) if verb == "open" else query)
        for flow, occurrence_id, root_id, closes_at in rows:
            if verb == "close" and not _may_close(root_id, closes_at, now, settings, marks):
                continue
            yield _work(flow, f"{verb}:{occurrence_id}", root_id)


def _may_close(
    root_id: str, closes_at: datetime, now: datetime, settings: Settings, marks: dict[str, datetime]
) -> bool:
    """From 04:00 on, and not before the mailbox was read past the deadline (or cannot be, for a day)."""
    if now < close_due_at(closes_at, settings.zone):
        return False
    read = root_id in marks and marks[root_id] >= closes_at
    return read or not settings.reads_mail or now >= closes_at + MAILBOX_PATIENCE


def _reminders(session: Session, now: datetime, zone: ZoneInfo) -> Iterator[Work]:
    due = sa.select(1).where(col(Task.next_reminder_at) <= now).limit(1)
    if session.execute(due).first() is not None:
        roots = session.scalars(
            sa.select(col(Occurrence.root_id))
            .join(Task, col(Task.occurrence_id) == col(Occurrence.id))
            .where(col(Task.next_reminder_at) <= now)
            .distinct()
        )
        for root_id in roots:
            yield _work("remind", root_id, root_id)
    yield from _sweeps(session, now, zone)


def _sweeps(session: Session, now: datetime, zone: ZoneInfo) -> Iterator[Work]:
    """Once a day from 05:00 local: every open task looked at anew, whatever the hints say."""
    today = sweeping_since(now, zone)
    if today is None:
        return
    roots = session.scalars(
        sa.select(col(Occurrence.root_id)).where(col(Occurrence.state) == OccurrenceState.OPEN).distinct()
    ).all()
    swept = set(
        session.scalars(
            sa.select(col(Run.subject)).where(
                col(Run.flow) == "remind",
                col(Run.subject).in_([f"sweep:{root_id}" for root_id in roots]),
                col(Run.wanted_at) >= today,
                col(Run.state) != RunState.FAILED,
            )
        )
    )
    for root_id in roots:
        if f"sweep:{root_id}" not in swept:
            yield _work("remind", f"sweep:{root_id}", root_id)


def _deliveries(session: Session, now: datetime) -> Iterator[Work]:
    ready = col(Message.state).in_((MessageState.READY, MessageState.WAITING))
    abandoned = sa.and_(col(Message.state) == MessageState.CLAIMED, col(Message.lease_until) <= now)
    for root_id in session.scalars(
        sa.select(col(Message.root_id))
        .where(UNSENT, col(Message.next_at) <= now, sa.or_(ready, abandoned))
        .distinct()
    ):
        yield _work("deliver", root_id, root_id)


def _work(flow: str, subject: str, root_id: str) -> Work:
    return Work(flow, subject, root_id, priority=10 * (len(ORDER) - rank(flow, subject)))


def _resting(session: Session, work: Work, now: datetime) -> bool:
    """Whether the same work failed so lately that it is not tried again yet."""
    rows = session.execute(
        sa.select(col(Run.state), col(Run.ended_at))
        .where(col(Run.flow) == work.flow, col(Run.subject) == work.subject)
        .order_by(col(Run.wanted_at).desc(), col(Run.id).desc())
        .limit(len(BACK_OFF))
    ).all()
    failures = 0
    for state, _ in rows:
        if state is not RunState.FAILED:
            break
        failures += 1
    if not failures or rows[0].ended_at is None:
        return False
    rest: timedelta = BACK_OFF[failures - 1]
    return bool(now < rows[0].ended_at + rest)
