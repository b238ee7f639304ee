"""What delivery works with, and the commits that say what became of a mail."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.errors import Conflict
from cycle.messages.claiming import LEASE, claim, hold
from cycle.messages.in_hand import take_in_hand
from cycle.messages.lapsed import set_aside
from cycle.messages.outcomes import ALL_ANSWERED, Outcome, Sent, settle, settle_sent
from cycle.messages.suspicion import taken_after
from cycle.messages.tables import Message, MessageState
from cycle.organisation.tables import AddressHealth
from cycle.reminders.decide import Standing
from cycle.reminders.ledger import came_back, take_back, undelivered
from notifications.addresses import mark
from notifications.gather import Letters
from notifications.office import Office
from notifications.smtp_answers import Fate
from notifications.smtp_answers import Outcome as Handed

BATCH = 100

OUTCOMES: Mapping[Fate, Outcome] = {
    Fate.SENT: Outcome.SENT,
    Fate.LATER: Outcome.TEMPORARY,
    Fate.SUSPECTED: Outcome.SUSPECTED,
    Fate.REJECTED: Outcome.REJECTED,
    Fate.ADDRESS_DEAD: Outcome.REJECTED,
    Fate.ADDRESS_DOUBTFUL: Outcome.REJECTED,
    Fate.UNPROTECTED: Outcome.HELD,
    Fate.UNKNOWN: Outcome.UNKNOWN,
}
HEALTH: Mapping[Fate, AddressHealth] = {
    Fate.ADDRESS_DEAD: AddressHealth.DEAD,
    Fate.ADDRESS_DOUBTFUL: AddressHealth.DOUBTFUL,
}


@dataclass(frozen=True)
class Settled:
    """What became of one claimed mail.

    `handed` None: it was not needed any more, and `why` says so. `subject` and `text`
    are kept of what was sent; `left_out` are the decisions it did not speak of after all; `about_task_id`
    is the one task it was about. `aside`: it was refused, and it is settled later what that says.
    """

    message: Message
    handed: Handed | None
    subject: str = ""
    text: str = ""
    left_out: Mapping[int, Standing] = field(default_factory=dict)
    why: str = ALL_ANSWERED
    about_task_id: int | None = None
    aside: bool = False

    @property
    def merely_sent(self) -> bool:
        """Whether it is to be noted that it was sent, and nothing else."""
        return self.handed is not None and self.handed.fate is Fate.SENT and not self.left_out

    def as_sent(self) -> Sent:
        """What is kept of a mail that was sent."""
        return Sent(
            self.message.id or 0,
            self.message.fence,
            self.handed.reason if self.handed else "",
            self.subject,
            self.text,
            self.about_task_id,
        )


@dataclass(frozen=True)
class Desk:
    """One municipality's outbox. `count` adds one to a figure of the run; `clock` tells the instant (UTC).

    `transaction` commits at its end (guarded by the run's fence, when there is one), `reading` does not;
    `plainly` is a transaction for plain statements. `limits` are the mails a minute to a domain.
    """

    root_id: str
    clock: Callable[[], datetime]
    calendar: WorkingCalendar
    office: Office
    transaction: Callable[[], AbstractContextManager[Session]]
    plainly: Callable[[], AbstractContextManager[sa.Connection]]
    reading: Callable[[], AbstractContextManager[Session]]
    count: Callable[[str], None]
    limits: Mapping[str, int] = field(default_factory=dict)

    def claim(self, longest: timedelta, *, in_hand: int) -> list[Message]:
        """The next batch, committed before anything is sent. `longest` is what one mail may take; `in_hand`
        are begun and not settled at a time."""
        with self.transaction() as session:
            return claim(
                session,
                root_id=self.root_id,
                now=self.clock(),
                calendar=self.calendar,
                limit=BATCH,
                lease=max(LEASE, 2 * longest),
                limits=self.limits,
                in_hand=in_hand,
            )

    def may_begin(self, message: Message, longest: timedelta) -> bool:
        """Whether so much of the claim's lease is left that the mail is settled before it runs out."""
        return message.lease_until is not None and self.clock() + longest <= message.lease_until

    def take_in_hand(self, message: Message) -> None:
        """Commits that a mail is begun that senders have died over. Raises Conflict as `in_hand` does."""
        with self.transaction() as session:
            take_in_hand(session, message)

    def letters(self, batch: Sequence[Message]) -> Letters:
        """What the batch says, as of today."""
        with self.reading() as session:
            today = self.calendar.local_date(self.clock())
            letters = Letters(session, batch, office=self.office, today=today)
            session.expunge_all()
        return letters

    def takes_mail(self, since: datetime, *, but: Collection[int] = ()) -> bool:
        """Whether the server has taken a mail of this outbox after the instant, `but` those of these ids."""
        with self.reading() as session:
            return taken_after(session, self.root_id, since, but=but)

    def settle(self, fates: Sequence[Settled]) -> None:
        """Commits what became of mails, and what that says about their addresses.

        Raises Conflict, and commits nothing, when one of several was taken over by another sender.
        """
        sent = [each.as_sent() for each in fates if each.merely_sent]
        states: list[MessageState | None] = [MessageState.SENT for _ in sent]
        try:
            if len(sent) == len(fates):
                with self.plainly() as connection:
                    settle_sent(connection, sent, now=self.clock())
            else:
                with self.transaction() as session:
                    settle_sent(session.connection(), sent, now=self.clock())
                    states += self._keep_all(session, [each for each in fates if not each.merely_sent])
        except Conflict:
            if len(fates) > 1:
                raise
            states = [None]
        for state in states:
            self.count(state.value if state else "taken_over")

    def _keep_all(self, session: Session, fates: Sequence[Settled]) -> list[MessageState | None]:
        for each in fates:
            if each.aside:
                set_aside(session, each.message)
        return [self._keep(session, each) for each in fates if not each.aside]

    def _keep(self, session: Session, settled: Settled) -> MessageState | None:
        message, handed = settled.message, settled.handed
        outcome = OUTCOMES[handed.fate] if handed else Outcome.WITHHELD
        reason = handed.reason if handed else settled.why
        state = self._note(session, message, outcome, reason=reason, settled=settled)
        if state in (MessageState.SENT, MessageState.WITHHELD) and settled.left_out:
            take_back(session, settled.left_out)
        if state is None or handed is None:
            return state
        if handed.fate is Fate.ADDRESS_DEAD:
            came_back(session, message.id or 0)
        elif state is MessageState.REJECTED:
            undelivered(session, message.id or 0)
        if handed.fate in HEALTH:
            health = HEALTH[handed.fate]
            mark(session, message.address, health, root_id=self.root_id, reason=reason, now=self.clock())
        return state

    def hand_back(self, messages: Iterable[Message], *, reason: str) -> None:
        """Commits that these were not tried."""
        with self.transaction() as session:
            for message in messages:
                self._note(session, message, Outcome.HANDED_BACK, reason=reason)

    def hold(
        self, messages: Iterable[Message], *, reason: str, pause: timedelta, last: Sequence[Message] = ()
    ) -> None:
        """Commits that these were not tried, and that all mail waits for `pause`; those of `last`, which are
        settled, longest."""
        now, behind = self.clock(), [message.id or 0 for message in last]
        with self.transaction() as session:
            for message in messages:
                self._note(session, message, Outcome.HANDED_BACK, reason=reason)
            hold(session, self.root_id, now=now, until=now + pause, last=behind)
        self.count("held_back")

    def _note(
        self,
        session: Session,
        message: Message,
        outcome: Outcome,
        *,
        reason: str,
        settled: Settled | None = None,
    ) -> MessageState | None:
        """None when another sender took the mail over, after this one's lease ran out."""
        assert message.id is not None
        try:
            return settle(
                session,
                message.id,
                message.fence,
                outcome,
                now=self.clock(),
                calendar=self.calendar,
                subject=settled.subject if settled else "",
                text=settled.text if settled else "",
                reason=reason,
                about_task_id=settled.about_task_id if settled else None,
            )
        except Conflict:
            return None
