"""What shows that the engine hangs although its processes live: counts and ids, nothing personal.

A fault is something that the next turns should have mended by themselves, and have not.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from cycle.health import steps
from cycle.health.tables import SelfCheck
from cycle.history import History
from cycle.messages.tables import UNSENT, MailboxMark, Message, MessageKind, MessageState
from cycle.runs.reading import pulses
from cycle.runs.tables import UNFINISHED, FlowPause, Run, RunState
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.tables import Cycle

SILENT = timedelta(minutes=2)
"""Longer than two of the clock's intervals of 30 seconds, with room for a slow turn."""

OVERRUN = timedelta(minutes=5)
UNCLAIMED = timedelta(minutes=30)
FAILED = timedelta(hours=2)
UNMENDED = timedelta(days=7)
LATE = timedelta(hours=6)
WINDOWS = 2
"""For mails that leave on working days only: so many whole working days to leave on, with room for the one
mail a day to an address."""

UNREAD = timedelta(hours=1)
UNCHAINED = timedelta(hours=1)
CHECKED_BEFORE = timedelta(hours=12)
"""A check at least so long ago is the one before; today's own does not hide what it has told."""

SHOWN = 5
IN_WINDOW = (MessageKind.DAILY, MessageKind.REMARKS)


class Fault(StrEnum):
    """What may be wrong, the most urgent first. The last two cannot be seen in the store."""

    CLOCK_SILENT = "clock_silent"
    CLOCK_FAILING = "clock_failing"
    STEPS_DUE = "steps_due"
    RUNS_UNCLAIMED = "runs_unclaimed"
    RUNS_OVERRUN = "runs_overrun"
    RUNS_FAILED = "runs_failed"
    MAIL_LATE = "mail_late"
    MAIL_REJECTED = "mail_rejected"
    MAIL_UNKNOWN = "mail_unknown"
    MAILBOX_UNREAD = "mailbox_unread"
    HISTORY_UNCHAINED = "history_unchained"
    STORE_UNREACHABLE = "store_unreachable"
    PING_FAILING = "ping_failing"


@dataclass(frozen=True)
class Found:
    """One fault: how often, and a few of the ids."""

    fault: Fault
    count: int
    ids: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """For the store, programs and the webhook."""
        return {"fault": self.fault.value, "count": self.count, "ids": list(self.ids)}


def look(
    session: Session, *, now: datetime, real: datetime, reads_mail: bool, roots: Sequence[str] | None = None
) -> list[Found]:
    """Every fault there is, the most urgent first. Reads only.

    `now` is the engine's time and `real` the machine's (a demo sets the former); `reads_mail`: whether there
    is a mailbox. `roots` limits what belongs to a municipality; the clock is everyone's.
    """
    checks = _Checks(session, now, real, roots)
    found = [*checks.clock(), *checks.steps(), *checks.runs(), *checks.mail(), *checks.history()]
    if reads_mail:
        found += checks.mailbox()
    return sorted(found, key=lambda each: list(Fault).index(each.fault))


class _Checks:
    def __init__(self, session: Session, now: datetime, real: datetime, roots: Sequence[str] | None) -> None:
        self._session, self._now, self._real, self._roots = session, now, real, roots

    def clock(self) -> Iterator[Found]:
        beats = pulses(self._session)
        if not beats or beats[0].turned_at < self._real - SILENT:
            yield Found(Fault.CLOCK_SILENT, 1)
        elif beats[0].error:
            yield Found(Fault.CLOCK_FAILING, 1)

    def steps(self) -> Iterator[Found]:
        """What has been due for so long that no flow can be the reason, unless it is paused."""
        yield from self._found(Fault.STEPS_DUE, *steps.overdue(self._now))

    def runs(self) -> Iterator[Found]:
        run, later = Run, aliased(Run)
        paused = sa.exists().where(
            col(FlowPause.root_id) == col(run.root_id), col(FlowPause.flow) == col(run.flow)
        )
        same = (
            col(later.flow) == col(run.flow),
            col(later.subject) == col(run.subject),
            col(later.id) > col(run.id),
        )
        # A retry that fails as well mends nothing: of several failures in a row the last long-standing one.
        mended = sa.exists().where(
            *same,
            sa.or_(
                col(later.state) == RunState.DONE,
                sa.and_(col(later.state) == RunState.FAILED, col(later.ended_at) <= self._now - FAILED),
            ),
        )
        ids = sa.select(col(run.root_id), col(run.id))
        unclaimed = (col(run.state) == RunState.WANTED, col(run.wanted_at) < self._now - UNCLAIMED, ~paused)
        overrun = (col(run.state) == RunState.CLAIMED, col(run.lease_until) < self._real - OVERRUN)
        ended = col(run.ended_at).between(self._now - UNMENDED, self._now - FAILED)
        failed = (col(run.state) == RunState.FAILED, ended, ~mended)
        yield from self._found(Fault.RUNS_UNCLAIMED, ("run", ids.where(UNFINISHED, *unclaimed)))
        yield from self._found(Fault.RUNS_OVERRUN, ("run", ids.where(UNFINISHED, *overrun)))
        yield from self._found(Fault.RUNS_FAILED, ("run", ids.where(*failed)))

    def mail(self) -> Iterator[Found]:
        mail = Message
        ids = sa.select(col(mail.root_id), col(mail.id))
        paused = sa.exists().where(
            col(FlowPause.root_id) == col(mail.root_id), col(FlowPause.flow) == "deliver"
        )
        windowed = col(mail.kind).in_(IN_WINDOW)
        since = sa.or_(
            sa.and_(windowed, sa.or_(*self._windows_ago())),
            sa.and_(~windowed, col(mail.created_at) < self._now - LATE),
        )
        late = (UNSENT, since, ~paused)
        lately = col(mail.next_at) > self._now - UNMENDED
        unknown = (col(mail.state) == MessageState.UNKNOWN, lately)
        yield from self._found(Fault.MAIL_LATE, ("message", ids.where(*late)))
        refused = col(mail.rejected_at) > self._now - self._since_last_check()
        yield from self._found(Fault.MAIL_REJECTED, ("message", ids.where(refused)))
        yield from self._found(Fault.MAIL_UNKNOWN, ("message", ids.where(*unknown)))

    def _since_last_check(self) -> timedelta:
        """How long ago the check before this one was made; what it has told is not told again."""
        checked, before = col(SelfCheck.checked_at), self._real - CHECKED_BEFORE
        last = self._session.scalar(sa.select(sa.func.max(checked)).where(checked <= before))
        return min(self._real - last, UNMENDED) if last is not None else UNMENDED

    def _windows_ago(self) -> Iterator[sa.ColumnElement[bool]]:
        """That so many working days have gone by since, in the calendar of the mail's municipality."""
        yield sa.false()
        for root_id in self._session.scalars(sa.select(col(Message.root_id)).where(UNSENT).distinct()).all():
            calendar = calendar_of_root(self._session, root_id)
            day = calendar.add_working_days(calendar.local_date(self._now), -WINDOWS)
            yield sa.and_(col(Message.root_id) == root_id, col(Message.created_at) < calendar.opening(day))

    def mailbox(self) -> Iterator[Found]:
        """Municipalities with a year whose mailbox cannot be read, or was never."""
        mark, year = MailboxMark, Cycle
        before = self._now - UNREAD
        query = (
            sa.select(col(year.root_id), col(year.root_id))
            .outerjoin(mark, col(mark.root_id) == col(year.root_id))
            .where(sa.or_(col(mark.root_id).is_(None), col(mark.read_until) < before))
            .distinct()
        )
        yield from self._found(Fault.MAILBOX_UNREAD, ("mailbox", query))

    def history(self) -> Iterator[Found]:
        unchained = sa.select(col(History.root_id), col(History.id)).where(
            col(History.hash).is_(None), col(History.at) < self._now - UNCHAINED
        )
        yield from self._found(Fault.HISTORY_UNCHAINED, ("history", unchained))

    def _found(self, fault: Fault, *questions: tuple[str, Any]) -> Iterator[Found]:
        """The fault, when any of these questions for (municipality, id) has answers that may be seen here."""
        count, names = 0, []
        for what, question in questions:
            asked = question.subquery()
            root, *_, id_ = list(asked.c)
            seen = sa.true() if self._roots is None else root.in_(list(self._roots))
            number = self._session.scalar(sa.select(sa.func.count()).select_from(asked).where(seen)) or 0
            if number:
                ids = self._session.scalars(sa.select(id_).where(seen).order_by(id_).limit(SHOWN))
                names += [f"{what}:{id_}" for id_ in ids]
            count += number
        if count:
            yield Found(fault, count, tuple(names[:SHOWN]))
