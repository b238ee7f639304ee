"""What is due now: the store says, nobody remembers.

A turn reads indexed hints only, so it costs what is due and not what is open. For each municipality the
order is collect, close, erase, open, advance, remind, deliver: work of one kind waits while work of an
earlier kind is due or under way, because an answer in the mailbox silences a reminder and a reminder is
merged into the mail that goes out. Paused work and work that failed a moment ago holds nothing up.
"""

from collections.abc import Collection, Iterator
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlmodel import Session

from config.settings import Settings
from cycle.runs.queue import Work
from cycle.runs.tables import RunState
from cycle.tasks.coming import close_due_at
from cycle.tasks.states import OccurrenceState
from flows import hints

ORDER = ("collect", "close", "erase", "open", "advance", "remind", "deliver", "organisation")
BACK_OFF = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60))
"""How long a failed (flow, subject) rests after the first, second, third … failure in a row."""

SWEEP_FROM = time(5)
"""Local. Nothing happens between 00 and 04, when closings are due, so that neither
DST night skips or repeats anything."""

FETCH_FROM = time(4, 15)
"""Local: before the sweep, so that a new leader gets the day's mail."""

SATURDAY = 5

MAILBOX_EVERY = timedelta(minutes=2)
MAILBOX_PATIENCE = timedelta(hours=24)
MAILS_EACH = 500
"""How much mail a second and each further sender must find waiting to be worth its start."""

NOT_OVER = (OccurrenceState.PLANNED, OccurrenceState.OPEN)
ADVANCED = (OccurrenceState.OPEN, OccurrenceState.CLOSED)
HOLDS_UP = timedelta(minutes=10)
"""How long unfinished work makes later work wait; work that hangs must not stop the year."""


def due_work(session: Session, *, now: datetime, settings: Settings) -> list[Work]:
    """The work to want at `now` (UTC), in the order it is to be done. Asking twice gives the same."""
    read = session.connection()
    candidates = [
        *_candidates(read, now, settings),
        *_sweeps(read, now, settings.zone),
        *_fetches(read, now, settings),
    ]
    if not candidates:
        return []
    paused = {(root_id, flow) for root_id, flow in read.execute(hints.PAUSES)}
    under_way = read.execute(hints.UNDER_WAY).all()
    unfinished = {(flow, subject) for _, flow, subject, _ in under_way}
    fresh = [
        work
        for work in candidates
        if (work.root_id, work.flow) not in paused
        and (work.flow, work.subject) not in unfinished
        and not _resting(read, work, now)
    ]
    swept = {work.root_id for work in fresh if work.subject.startswith("sweep:")}
    fresh = [work for work in fresh if (work.flow, work.subject) not in {("remind", root) for root in swept}]
    first = {work.root_id: len(ORDER) for work in fresh}
    for work in fresh:
        first[work.root_id] = min(first[work.root_id], rank(work.flow, work.subject))
    for root_id, flow, subject, wanted_at in under_way:
        if root_id in first and wanted_at > now - HOLDS_UP and (root_id, flow) not in paused:
            first[root_id] = min(first[root_id], rank(flow, subject))
    return _foremost(fresh, first)


def unqueued_work(
    session: Session, *, now: datetime, settings: Settings, unswept: Collection[str] = ()
) -> list[Work]:
    """The same where no runs are kept (a simulation): nothing is paused or resting.

    `unswept` are the municipalities whose morning sweep is due, which no run tells there.
    """
    sweeps = [_work("remind", f"sweep:{root_id}", root_id) for root_id in unswept]
    found = _candidates(session.connection(), now, settings)
    works = [work for work in found if work.flow != "remind" or work.root_id not in unswept] + sweeps
    first: dict[str, int] = {}
    for work in works:
        first[work.root_id] = min(first.get(work.root_id, len(ORDER)), rank(work.flow, work.subject))
    return _foremost(works, first)


def _foremost(works: list[Work], first: dict[str, int]) -> list[Work]:
    """What stands first in its municipality's order."""
    ready = [work for work in works if rank(work.flow, work.subject) == first[work.root_id]]
    return sorted(ready, key=lambda work: -work.priority)


def rank(flow: str, subject: str) -> int:
    """Where in `ORDER` this work stands."""
    verb = subject.partition(":")[0]
    return ORDER.index(flow if flow in ORDER else verb)


def next_instant(session: Session, *, after: datetime, settings: Settings) -> datetime | None:
    """The first instant later than `after` at which the store says something is due (UTC), if any.

    The nightly sweep and the reading of the mailbox are not counted: they happen every day.
    """
    read = session.connection()
    found = list(read.execute(hints.NEXT_INSTANTS, {"after": after}).one())
    closings = read.execute(hints.NEXT_CLOSINGS, {"after": after - timedelta(days=1)})
    found += [close_due_at(closes_at, settings.zone) for (closes_at,) in closings]
    return min((instant for instant in found if instant is not None and instant > after), default=None)


def sweeping_since(now: datetime, zone: ZoneInfo) -> datetime | None:
    """From when today's sweep was due (05:00 local, in UTC); None when it is not yet, or not at all.

    On Saturdays and Sundays nothing would be mailed that it found.
    """
    today = datetime.combine(now.astimezone(zone).date(), SWEEP_FROM, zone)
    return today.astimezone(now.tzinfo) if now >= today and today.weekday() < SATURDAY else None


def first_sweep(day: date, zone: ZoneInfo) -> datetime:
    """The first sweep from this local date on (UTC)."""
    weekday = day + timedelta(days=7 - day.weekday() if day.weekday() >= SATURDAY else 0)
    return datetime.combine(weekday, SWEEP_FROM, zone).astimezone(UTC)


def _candidates(read: sa.Connection, now: datetime, settings: Settings) -> Iterator[Work]:
    marks = dict(read.execute(hints.MARKS).all()) if settings.reads_mail else {}
    if settings.reads_mail:
        yield from _collect(read, now, marks)
    due = read.execute(hints.ANY_DUE, {"now": now}).one()
    if due.occurrences:
        yield from _occurrences(read, now, settings, marks)
    if due.tasks:
        for (root_id,) in read.execute(hints.TASKS_DUE, {"now": now}):
            yield _work("remind", root_id, root_id)
    if due.messages:
        for root_id, mails in read.execute(hints.MESSAGES_DUE, {"now": now}):
            yield from _deliveries(root_id, mails, settings.smtp_workers)


def _deliveries(root_id: str, mails: int, most: int) -> Iterator[Work]:
    """One sender for what waits, and further ones beside it while it is much."""
    yield _work("deliver", root_id, root_id)
    for number in range(2, min(most, mails // MAILS_EACH) + 1):
        yield _work("deliver", f"sender-{number}:{root_id}", root_id)


def _collect(read: sa.Connection, now: datetime, marks: dict[str, datetime]) -> Iterator[Work]:
    """The mailbox of every municipality that has a cycle, when it was not tried in vain lately, and was not
    read lately or is said to have something new."""
    with_news = {root_id for (root_id,) in read.execute(hints.MAILBOXES_WITH_NEWS)}
    pausing = {root_id for (root_id,) in read.execute(hints.MAILBOXES_PAUSING, {"now": now})}
    for (root_id,) in read.execute(hints.MUNICIPALITIES):
        if root_id in pausing:
            continue
        was_read = root_id in marks and now - MAILBOX_EVERY < marks[root_id] <= now
        if not was_read or root_id in with_news:
            yield _work("collect", root_id, root_id)


def _occurrences(
    read: sa.Connection, now: datetime, settings: Settings, marks: dict[str, datetime]
) -> Iterator[Work]:
    """Those to close, open or advance, and those whose preparations are to be erased.

    One whose whole window passed while nothing ran is closed (cancelled) and not opened. A closed one is
    advanced too: an answer or a decision after the close makes a new version of what was released.
    """
    for row in read.execute(hints.OCCURRENCES_DUE, {"now": now}):
        planned, is_over = row.state is OccurrenceState.PLANNED, row.closes_at <= now
        verbs = {
            "close": is_over
            and row.state in NOT_OVER
            and _may_close(row.root_id, row.closes_at, now, settings, marks),
            "erase": row.to_be_erased,
            "open": planned and not is_over,
            "advance": row.state in ADVANCED and row.advance_at is not None and row.advance_at <= now,
        }
        for verb in (verb for verb, is_due in verbs.items() if is_due):
            yield _work(row.flow, f"{verb}:{row.id}", row.root_id)


def _may_close(
    root_id: str, closes_at: datetime, now: datetime, settings: Settings, marks: dict[str, datetime]
) -> bool:
    """From 04:00 on, and not before the mailbox was read past the deadline (or cannot be, for a day)."""
    if now < close_due_at(closes_at, settings.zone):
        return False
    was_read = root_id in marks and marks[root_id] >= closes_at
    return was_read or not settings.reads_mail or now >= closes_at + MAILBOX_PATIENCE


def _sweeps(read: sa.Connection, now: datetime, zone: ZoneInfo) -> Iterator[Work]:
    """Once each weekday from 05:00 local: every open task looked at anew, whatever the hints say.

    The sweep also decides what is due, so that the day's first reminders are one run and not two.
    """
    today = sweeping_since(now, zone)
    if today is None:
        return
    for (root_id,) in read.execute(hints.UNSWEPT, {"since": today, "now": now}):
        yield _work("remind", f"sweep:{root_id}", root_id)


def _fetches(read: sa.Connection, now: datetime, settings: Settings) -> Iterator[Work]:
    """Once each day from 04:15 local: the organisation is fetched from OS2mo, where it comes from there."""
    since = datetime.combine(now.astimezone(settings.zone).date(), FETCH_FROM, settings.zone)
    if settings.reads_os2mo and now >= since:
        given = {"root_id": settings.os2mo_municipality, "since": since.astimezone(now.tzinfo), "now": now}
        for (root_id,) in read.execute(hints.UNFETCHED, given):
            yield _work("organisation", root_id, root_id)


def _work(flow: str, subject: str, root_id: str) -> Work:
    return Work(flow, subject, root_id, priority=10 * (len(ORDER) - rank(flow, subject)))


def _resting(read: sa.Connection, work: Work, now: datetime) -> bool:
    """Whether the same work failed so lately that it is not tried again yet."""
    same = {"flow": work.flow, "subject": work.subject, "most": len(BACK_OFF)}
    rows = read.execute(hints.LAST_RUNS, same).all()
    failures = 0
    for state, _ in rows:
        if state is not RunState.FAILED:
            break
        failures += 1
    if not failures or rows[0].ended_at is None:
        return False
    rest: timedelta = BACK_OFF[failures - 1]
    return bool(abs(now - rows[0].ended_at) < rest)  # a clock that ran ahead may have ended it next year
