"""What delivery works with, and the commits that say what became of a mail."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session

from cycle.calendar import WorkingCalendar
from cycle.errors import Conflict
from cycle.messages.claiming import ALL_ANSWERED, Outcome, claim, hold, settle
from cycle.messages.tables import Message, MessageState
from cycle.organisation.tables import AddressHealth
from cycle.reminders.ledger import came_back
from notifications.addresses import mark
from notifications.gather import Letters
from notifications.left_out import leave_out
from notifications.office import Office
from notifications.smtp import Fate
from notifications.smtp import Outcome as Handed

BATCH = 100

OUTCOMES: Mapping[Fate, Outcome] = {
    Fate.SENT: Outcome.SENT,
    Fate.LATER: Outcome.TEMPORARY,
    Fate.REJECTED: Outcome.REJECTED,
    Fate.ADDRESS_DEAD: Outcome.REJECTED,
    Fate.ADDRESS_DOUBTFUL: Outcome.REJECTED,
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
    are kept of what was sent; `left_out` are the decisions it did not speak of after all.
    """

    message: Message
    handed: Handed | None
    subject: str = ""
    text: str = ""
    left_out: Sequence[int] = ()
    why: str = ALL_ANSWERED


@dataclass(frozen=True)
class Desk:
    """One municipality's outbox at one instant. `count` adds one to a figure of the run.

    `transaction` commits at its end (guarded by the run's fence, when there is one), `reading` does not.
    """

    root_id: str
    now: datetime
    calendar: WorkingCalendar
    office: Office
    transaction: Callable[[], AbstractContextManager[Session]]
    reading: Callable[[], AbstractContextManager[Session]]
    count: Callable[[str], None]

    def claim(self) -> list[Message]:
        """The next batch, committed before anything is sent."""
        with self.transaction() as session:
            return claim(session, root_id=self.root_id, now=self.now, calendar=self.calendar, limit=BATCH)

    def letters(self, batch: Sequence[Message]) -> Letters:
        """What the batch says, as of today."""
        with self.reading() as session:
            letters = Letters(session, batch, office=self.office, today=self.calendar.local_date(self.now))
            session.expunge_all()
        return letters

    def settle(self, fates: Sequence[Settled]) -> None:
        """Commits what became of mails, and what that says about their addresses."""
        with self.transaction() as session:
            states = [self._keep(session, each) for each in fates]
        for state in states:
            self.count(state.value if state else "taken_over")

    def _keep(self, session: Session, settled: Settled) -> MessageState | None:
        message, handed = settled.message, settled.handed
        outcome = OUTCOMES[handed.fate] if handed else Outcome.WITHHELD
        reason = handed.reason if handed else settled.why
        state = self._note(
            session, message, outcome, subject=settled.subject, text=settled.text, reason=reason
        )
        if state in (MessageState.SENT, MessageState.WITHHELD) and settled.left_out:
            leave_out(session, settled.left_out)
        if state is None or handed is None:
            return state
        if handed.fate is Fate.ADDRESS_DEAD:
            came_back(session, message.id or 0)
        if handed.fate in HEALTH:
            health = HEALTH[handed.fate]
            mark(session, message.address, health, root_id=self.root_id, reason=reason, now=self.now)
        return state

    def hand_back(self, messages: Iterable[Message], *, reason: str, pause: timedelta) -> None:
        """Commits that these were not tried, and that all mail waits for `pause`."""
        with self.transaction() as session:
            for message in messages:
                self._note(session, message, Outcome.HANDED_BACK, reason=reason)
            hold(session, self.root_id, now=self.now, until=self.now + pause)
        self.count("held_back")

    def _note(
        self,
        session: Session,
        message: Message,
        outcome: Outcome,
        *,
        subject: str = "",
        text: str = "",
        reason: str = "",
    ) -> MessageState | None:
        """None when another sender took the mail over, after this one's lease ran out."""
        assert message.id is not None
        try:
            return settle(
                session,
                message.id,
                message.fence,
                outcome,
                now=self.now,
                calendar=self.calendar,
                subject=subject,
                text=text,
                reason=reason,
            )
        except Conflict:
            return None
