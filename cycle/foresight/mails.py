"""The mails of the coming months: the reminders' own decisions, taken ahead of their time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from heapq import heapify, heappop, heappush
from typing import NamedTuple

from cycle.foresight.owed import Key, Known, Owed
from cycle.messages.outbox import mailbox
from cycle.plan.model import ReminderKind
from cycle.reminders.decide import Decision, decide
from cycle.reminders.tables import Decided
from cycle.tasks.reminder_facts import Reader
from cycle.tasks.reminding import look_at
from cycle.tasks.states import OccurrenceState

Step = tuple[Key, str, int]
"""A task, a rule's id and an ordinal: what of the mails is the same before and after a change."""

EVERYTHING = -1


class Line(NamedTuple):
    """One thing a mail says. `what` is the ledger's Danish sentence, `title` the activity's with its year."""

    step: Step
    kind: ReminderKind
    what: str
    title: str
    unit: str


@dataclass
class Mail:
    """The one mail of a mailbox on a local date."""

    address: str
    on: date
    name: str
    lines: list[Line] = field(default_factory=list)

    @property
    def steps(self) -> frozenset[Step]:
        """What it says, without the words."""
        return frozenset(line.step for line in self.lines)


def foresee(known: Known, *, until: datetime) -> list[Mail]:
    """Every daily mail that leaves before `until` (UTC) if nobody answers, by day and mailbox.

    Holders and substitutes are those that are known now for each day; `known` is used up.
    """
    return sorted(_Seer(known, until).mails(), key=lambda mail: (mail.on, mail.address))


class _Seer:
    """Goes from look to look, as the clock will."""

    def __init__(self, known: Known, until: datetime) -> None:
        self._known, self._until = known, until
        self._mails: dict[tuple[str, date], Mail] = {}
        self._today = known.calendar.local_date(known.now)

    def mails(self) -> Iterable[Mail]:
        queue = [(max(self._known.now, each.look), n) for n, each in enumerate(self._owed) if each.look]
        queue += [(at, EVERYTHING) for at in self._sweeps()]
        heapify(queue)
        while queue and queue[0][0] < self._until:
            at, due = queue[0][0], set[int]()
            while queue and queue[0][0] == at:
                due.add(heappop(queue)[1])
            numbers = range(len(self._owed)) if EVERYTHING in due else sorted(due)
            for number, look in self._look(numbers, at):
                heappush(queue, (look, number))
        return self._mails.values()

    @property
    def _owed(self) -> list[Owed]:
        return self._known.owed

    def _sweeps(self) -> Iterator[datetime]:
        """When the nightly sweep will find that other people hold the posts."""
        calendar = self._known.calendar
        for day in self._known.directory.changes():
            if self._today < day < self._until.date() + timedelta(days=1):
                yield calendar.opening(day)

    def _look(self, numbers: Iterable[int], at: datetime) -> Iterator[tuple[int, datetime]]:
        """Decides what is due of these tasks; gives when to look at each again."""
        calendar = self._known.calendar
        reader = Reader(self._known.directory.at(calendar.local_date(at)), calendar, at)
        mail_on = calendar.local_date(calendar.next_send(at))
        for number in numbers:
            owed = self._owed[number]
            if owed.row.opened_at > at:
                continue
            if owed.row.occurrence_state is OccurrenceState.OPEN and at >= owed.row.closes_at:
                owed.row = owed.row._replace(occurrence_state=OccurrenceState.CLOSED)
            fact = reader.fact(owed.row, owed.past, None)
            decisions = decide(fact, now=at, mail_on=mail_on)
            look = look_at(fact, decisions)
            for decision in decisions:
                self._take(owed, decision, at, mail_on)
            if look is not None and look != owed.look:
                owed.look = look
                yield number, max(look, at)

    def _take(self, owed: Owed, decision: Decision, at: datetime, mail_on: date) -> None:
        """Keeps a decision as the ledger would, and puts what is to be said into the mailbox's mail."""
        past, rule = owed.past, decision.rule
        if rule.kind is ReminderKind.OPENS:
            past.openings.append(at)
        else:
            past.steps.setdefault(owed.row.due_on, set()).add((rule.id, decision.ordinal))
        to = decision.to
        if decision.verdict is not Decided.SENT or to is None or not to.address:
            return
        if rule.kind is not ReminderKind.ESCALATE:
            past.told.append((to.person_id, at))
        address = mailbox(to.address)
        key = address, self._day(address, mail_on)
        mail = self._mails.setdefault(key, Mail(*key, to.name))
        title = self._known.titles[owed.key.occurrence_id]
        unit = self._known.directory.units[owed.key.unit_id].name
        mail.lines.append(Line((owed.key, rule.id, decision.ordinal), rule.kind, decision.what, title, unit))

    def _day(self, address: str, mail_on: date) -> date:
        """The local day of the mail: a pending one's, else the first on which it has had none."""
        pending = self._known.on_their_way.get(address)
        if pending is not None and pending >= mail_on:
            return pending
        if mail_on == self._today and address in self._known.had_today:
            return self._known.calendar.add_working_days(mail_on, 1)
        return mail_on
