"""The figures at the end of a played year: ledger, outbox and mail server counted against each other."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from cycle import store
from cycle.messages.outbox import message_id
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.runs.tables import Recorded, Run, RunState
from cycle.store import table_of
from cycle.tasks.tables import Submission, Task
from notifications.local_server import Received


@dataclass(frozen=True)
class Figures:
    """What a played year came to.

    `lost`: mails the outbox calls sent that the server never received; `double`: mails it received more
    than once; `unexplained`: mails received that the outbox does not know, and ledger rows that say
    *sent* or *merged* without pointing to a mail that was sent, was withheld or waits. `mails_waiting`
    are those whose time had not come at the end: what somebody did on the last day is told on the next.
    """

    tasks: int
    decisions: int
    mails_decided: int
    mails_sent: int
    mails_received: int
    mails_withheld: int
    mails_waiting: int
    answers: int
    lost: int
    double: int
    unexplained: int
    flow_runs: int
    flow_runs_in_prefect: int
    flow_runs_failed: int
    seconds: float

    @property
    def agree(self) -> bool:
        """Whether ledger, outbox and mail server tell the same story."""
        return not (self.lost or self.double or self.unexplained or self.flow_runs_failed)


def count(engine: Engine, received: list[Received], domain: str, *, now: datetime, seconds: float) -> Figures:
    """Counts a store at `now` against what a mail server received. `domain` is that of the Message-IDs."""
    arrived = Counter(mail.message_id for mail in received)
    with store.reading(engine) as session:
        states = Counter(dict(session.execute(_BY_STATE).all()))
        sent = {message_id(key, domain) for key in session.scalars(_SENT_KEYS)}
        every = {message_id(key, domain) for key in session.scalars(sa.select(col(Message.key)))}
        return Figures(
            tasks=_number(session, sa.select(sa.func.count()).select_from(Task)),
            decisions=_number(session, sa.select(sa.func.count()).select_from(ReminderDecision)),
            mails_decided=sum(states.values()),
            mails_sent=len(sent),
            mails_received=len(received),
            mails_withheld=states[MessageState.WITHHELD],
            mails_waiting=_number(session, _WAITING, now=now),
            answers=_number(session, sa.select(sa.func.count()).select_from(Submission)),
            lost=len(sent - arrived.keys()),
            double=sum(times - 1 for times in arrived.values()),
            unexplained=len(arrived.keys() - every) + _number(session, _LOOSE, now=now),
            flow_runs=_number(session, sa.select(sa.func.count()).select_from(Run)),
            flow_runs_in_prefect=_number(
                session, sa.select(sa.func.count()).where(col(Run.recorded) == Recorded.RECORDED)
            ),
            flow_runs_failed=_number(
                session, sa.select(sa.func.count()).where(col(Run.state) == RunState.FAILED)
            ),
            seconds=round(seconds, 1),
        )


def _number(session: Session, query: sa.Executable, **asked: datetime) -> int:
    return int(session.execute(query, asked).scalar_one())


_BY_STATE = sa.select(col(Message.state), sa.func.count()).group_by(col(Message.state))
_SENT_KEYS = sa.select(col(Message.key)).where(col(Message.state) == MessageState.SENT)
_WAITS = sa.and_(
    col(Message.state).in_([MessageState.READY, MessageState.WAITING]),
    col(Message.next_at) > sa.bindparam("now", type_=table_of(Message).c.next_at.type),
)
_WAITING = sa.select(sa.func.count()).where(_WAITS)
_LOOSE = (
    sa.select(sa.func.count())
    .select_from(ReminderDecision)
    .outerjoin(
        Message,
        sa.and_(
            col(Message.id) == col(ReminderDecision.message_id),
            col(Message.kind) == MessageKind.DAILY,
            sa.or_(col(Message.state).in_([MessageState.SENT, MessageState.WITHHELD]), _WAITS),
        ),
    )
    .where(col(ReminderDecision.verdict).in_([Decided.SENT, Decided.MERGED]), col(Message.id).is_(None))
)
"""Ledger rows that say a mail was sent, without such a mail."""
