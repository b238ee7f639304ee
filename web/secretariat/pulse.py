"""The engine's pulse: clock, workers, Prefect, mailbox and outbox, as the runs page shows them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from fastapi import Request
from sqlmodel import Session, col, select

from cycle.messages.tables import UNCERTAIN, UNSENT, MailboxMark, Message, MessageState
from cycle.runs.reading import pulses
from cycle.runs.tables import ClockPulse, PrefectAnswer
from cycle.runs.workers import workers
from cycle.tasks.next_up import Waiting, next_up
from web import context

SILENT_AFTER = timedelta(minutes=2)


@dataclass(frozen=True)
class Beat:
    """A clock's last turn, and how long ago that is by the machine's own time."""

    pulse: ClockPulse
    seconds: int
    silent: bool


@dataclass(frozen=True)
class Hands:
    """The workers that live, their runs in hand and for how many they have hands; `seconds`: since the newest
    sign of life, None when there never was one."""

    living: int
    busy: int
    hands: int
    seconds: int | None
    prefect: PrefectAnswer | None


@dataclass(frozen=True)
class Outbox:
    """Mails that wait to leave, those of them that were tried in vain, and those that may have arrived."""

    unsent: int
    tried: int
    uncertain: int


@dataclass(frozen=True)
class Health:
    """Everything the page says of the engine itself. `at_rest`: a demo, whose clock stands still."""

    beats: Sequence[Beat]
    hands: Hands
    reads_mail: bool
    mailboxes: Sequence[MailboxMark]
    outbox: Outbox
    waiting: Sequence[Waiting]
    at_rest: bool


def health(session: Session, request: Request, roots: Sequence[str]) -> Health:
    """The engine as it stands now; mail and mailbox of these municipalities."""
    real = context.browser_now(request)
    marks = select(MailboxMark).where(col(MailboxMark.root_id).in_(list(roots)))
    return Health(
        beats=[_beat(pulse, real) for pulse in pulses(session)],
        hands=_hands(session, real),
        reads_mail=context.settings(request).reads_mail,
        mailboxes=session.exec(marks.order_by(col(MailboxMark.root_id))).all(),
        outbox=_outbox(session, roots),
        waiting=next_up(session, roots),
        at_rest=request.app.state.demo is not None,
    )


def _beat(pulse: ClockPulse, real: datetime) -> Beat:
    age = real - pulse.turned_at
    return Beat(pulse, max(0, int(age.total_seconds())), age > SILENT_AFTER)


def _hands(session: Session, real: datetime) -> Hands:
    known = workers(session)
    living = [each for each in known if real - each.beaten_at <= SILENT_AFTER]
    return Hands(
        living=len(living),
        busy=sum(each.busy for each in living),
        hands=sum(each.hands for each in living),
        seconds=max(0, int((real - known[0].beaten_at).total_seconds())) if known else None,
        prefect=_prefect([each.prefect for each in living]),
    )


def _prefect(heard: Sequence[PrefectAnswer]) -> PrefectAnswer | None:
    """What the workers hear: one that hears nothing is enough to be told of."""
    for answer in (PrefectAnswer.SILENT, PrefectAnswer.ANSWERS, PrefectAnswer.UNUSED):
        if answer in heard:
            return answer
    return None


def _outbox(session: Session, roots: Sequence[str]) -> Outbox:
    """Counted by the indexes of what is unsent and uncertain: the page asks often, most mail is neither."""
    here = col(Message.root_id).in_(list(roots))
    tried = sa.func.sum(sa.case((col(Message.state) == MessageState.WAITING, 1), else_=0))
    unsent = session.execute(sa.select(sa.func.count(), tried).select_from(Message).where(UNSENT, here)).one()
    uncertain = sa.select(sa.func.count()).select_from(Message).where(UNCERTAIN, here)
    return Outbox(unsent[0], unsent[1] or 0, session.scalar(uncertain) or 0)
