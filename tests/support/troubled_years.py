"""Years of a small municipality in which everything goes wrong: clock, machine, mail server, people.

    years = TroubledYears(first=2026, last=2027, seed=1)
    with years: years.play()
    years.decisions(), years.answered, years.received, years.looked …

The engine is the real one, from the turn through the queue to SMTP; only time is ours. What is kept here
beside it (who answered when, who held which post, what the server received) is what a proof compares the
ledger with.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import NamedTuple, Self

import sqlalchemy as sa
from sqlmodel import Session, col, select

from config.settings import load_settings
from cycle.messages.outbox import message_id
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Address, AddressHealth, Appointment, Person, Substitute
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.reminders.tables import ReminderDecision
from cycle.runs import queue
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import Occurrence, Task
from flows import registry
from flows.runtime import RunContext, Runtime
from flows.turn import turn
from notifications.delivery import MailHeld
from notifications.local_server import CUT, LocalServer, Received, Stage
from tests.support import municipality
from tests.support.house import RULES
from tests.support.municipality import COPENHAGEN, ROOT

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
DOWN = (HOUR, 5 * HOUR, DAY, 3 * DAY, 10 * DAY, 30 * DAY)
FORWARD = 365 * DAY
DEADLINES = ((2, 28), (3, 28), (6, 5), (9, 15), (10, 31), (12, 24))
"""Month and day of the year's deadlines: leap day (when there is one), about when clocks change, holidays."""

WINDOW, GRACE = 24, 25
"""Days from opening to deadline, and on to the close."""

LOOKS = (time(5, 10), time(6, 5), time(6, 30), time(7, 5), time(12), time(15, 50))
ANSWERED_AT = (time(6, 30), time(12))
"""Local: the first lies between the decision of a mail and the mail."""

FORWARD_FOR = (time(9), time(11))


class Term(NamedTuple):
    """A person at a post, or standing in for one; dates inclusive."""

    unit_id: str
    person_id: int
    first: date
    last: date


class SetClock:
    """The machine's clock: true time and how wrong it is."""

    def __init__(self, at: datetime) -> None:
        self.true, self.wrong = at, timedelta(0)

    def now(self) -> datetime:
        """What the machine believes (UTC)."""
        return self.true + self.wrong


@dataclass
class TroubledYears:
    """`forward`: the days on which the clock is a year ahead for two hours.

    `holders` and `substitutes` are the terms as they were, `answered` the true time of each answer by task,
    `dead` and `mended` the days on which a person's address died and was mended,
    `received` what the server got with true time and clock, `looked` true time and clock at every look.
    """

    first: int
    last: int
    seed: int
    forward: Sequence[date] = ()
    holders: list[Term] = field(default_factory=list)
    substitutes: list[Term] = field(default_factory=list)
    answered: dict[int, datetime] = field(default_factory=dict)
    dead: dict[int, list[date]] = field(default_factory=dict)
    mended: dict[int, list[date]] = field(default_factory=dict)
    received: list[tuple[datetime, datetime, Received]] = field(default_factory=list)
    looked: list[tuple[datetime, datetime]] = field(default_factory=list)
    troubles: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __enter__(self) -> Self:
        self._random = Random(self.seed)
        self.clock = SetClock(datetime(self.first, 1, 1, 3, tzinfo=UTC))
        self.engine = make_engine("sqlite://")
        METADATA.create_all(self.engine)
        self._open = ExitStack()
        self._server = self._open.enter_context(LocalServer(self.clock.now, note=self._note))
        settings = load_settings(
            data_dir=Path("/nonexistent"),
            secret_key="k" * 40,
            smtp_host=self._server.host,
            smtp_port=self._server.port,
            smtp_security="none",
            mail_from="Aarshjul <aarshjul@by.example>",
        )
        self._runtime = Runtime(self.engine, settings, self.clock, self.clock, makes_documents=False)
        with transaction(self.engine) as session:
            self._build(session)
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()
        self.engine.dispose()

    def play(self) -> None:
        """From New Year to New Year, and on until the last deadline's reminders are over."""
        day, until = date(self.first, 1, 1), date(self.last + 1, 3, 1)
        up_again = self.clock.true
        while day < until:
            self._people(day)
            up_again = max(up_again, self._stops(day))
            self._mail_server(day)
            for at in self._moments(day):
                self.clock.true = at
                self._answers(at)
                self._set_wrong(at)
                if at >= up_again:
                    self._settle()
            day += DAY
        self.clock.wrong = timedelta(0)

    def is_dead(self, person_id: int, day: date) -> bool:
        """Whether the person's address was dead on the day."""
        died = [each for each in self.dead.get(person_id, ()) if each <= day]
        mended = [each for each in self.mended.get(person_id, ()) if each <= day]
        return bool(died) and (not mended or max(died) >= max(mended))

    def decisions(self) -> list[ReminderDecision]:
        """The ledger."""
        return self._rows(ReminderDecision)

    def tasks(self) -> list[Task]:
        """Every task."""
        return self._rows(Task)

    def occurrences(self) -> dict[int, Occurrence]:
        """Every activity of every year."""
        return {row.id or 0: row for row in self._rows(Occurrence)}

    def messages(self) -> dict[str, Message]:
        """The outbox by Message-ID."""
        return {message_id(row.key, "by.example"): row for row in self._rows(Message)}

    def _rows(self, table: type) -> list:
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def _build(self, session: Session) -> None:
        self.town = municipality.build(session, districts=1, units_per_district=3)
        since, forever = date(self.first, 1, 1), date.max
        session.execute(sa.update(Appointment).values(valid_from=since))
        session.execute(sa.update(Address).values(valid_from=since))
        self.holders = [Term(unit, person, since, forever) for unit, person in self.town.leaders.items()]
        for year in range(self.first, self.last + 1):
            cycle = municipality.start_cycle(session, self.town, year)
            for number, (month, day) in enumerate(DEADLINES):
                due = date(year, month, day)
                if (month, day) == (2, 28):
                    due = date(year, 3, 1) - DAY
                occurrence = municipality.add_occurrence(
                    session,
                    self.town,
                    cycle,
                    f"rapport-{number}",
                    title=f"Rapport {number} {year}",
                    opens_on=due - WINDOW * DAY,
                    due_on=due,
                    closes_on=due + GRACE * DAY,
                    state=OccurrenceState.PLANNED,
                )
                occurrence.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()

    def _moments(self, day: date) -> Iterator[datetime]:
        """When somebody looks: some times a day, and all through the nights in which clocks are changed."""
        looks = (*LOOKS, *FORWARD_FOR, time(10)) if day in self.forward else LOOKS
        moments = {datetime.combine(day, at, COPENHAGEN).astimezone(UTC) for at in looks}
        midnight = datetime.combine(day, time.min, COPENHAGEN)
        if midnight.utcoffset() != datetime.combine(day + DAY, time.min, COPENHAGEN).utcoffset():
            self.troubles["nights the clocks are changed"] += 1
            moments |= {midnight.astimezone(UTC) + n * HOUR / 2 for n in range(12)}
        self.troubles["leap days"] += (day.month, day.day) == (2, 29)
        return iter(sorted(moments))

    def _settle(self) -> None:
        """What a clock and a worker do until nothing is due."""
        self.looked.append((self.clock.true, self.clock.now()))
        for _ in range(30):
            if not turn(self._runtime).wanted:
                return
            self._work()
        raise AssertionError("the engine wants the same work again and again")

    def _work(self) -> None:
        while True:
            now = self.clock.now()
            with transaction(self.engine) as session:
                claim = queue.claim(session, worker="one", now=now, real=now)
            if claim is None:
                return
            error = ""
            context = RunContext(self._runtime, claim, now)
            try:
                registry.body(claim.flow, claim.subject)(context)
            except MailHeld as held:
                error = str(held)
            with transaction(self.engine) as session:
                if error:
                    queue.fail(session, claim, now=now, milliseconds=0, error=error)
                else:
                    queue.finish(session, claim, now=now, milliseconds=0, counts=context.counts)

    def _note(self, mail: Received) -> None:
        self.received.append((self.clock.true, self.clock.now(), mail))

    def _stops(self, day: date) -> datetime:
        """Until when the machine stands still that stops today, if it does."""
        if self._random.random() > 1 / 50:
            return self.clock.true
        length = self._random.choice(DOWN)
        self.troubles[f"downtime of {length}"] += 1
        return datetime.combine(day, time(self._random.randint(0, 17)), COPENHAGEN).astimezone(UTC) + length

    def _mail_server(self, day: date) -> None:
        down = self._random.random() < 1 / 30
        self.troubles["days without the mail server"] += down
        self._server.set_hook((lambda stage, _: CUT if stage is Stage.MAIL else None) if down else None)

    def _set_wrong(self, at: datetime) -> None:
        """An hour back for a day or two, some times a year; a year forward on the days given."""
        local = at.astimezone(COPENHAGEN)
        ahead = local.date() in self.forward and FORWARD_FOR[0] <= local.time() < FORWARD_FOR[1]
        if ahead or self.clock.wrong == FORWARD:
            self.troubles["clock set forward a year"] += self.clock.wrong != FORWARD
            self.clock.wrong = FORWARD if ahead else timedelta(0)
        elif self.clock.wrong and self._random.random() < 0.1:
            self.clock.wrong = timedelta(0)
        elif not self.clock.wrong and self._random.random() < 1 / 600:
            self.clock.wrong = -HOUR
            self.troubles["clock set back an hour"] += 1

    def _answers(self, at: datetime) -> None:
        """Three of four leaders answer, on a day of their own, some of them between decision and mail."""
        local = at.astimezone(COPENHAGEN)
        if local.time() not in ANSWERED_AT:
            return
        with transaction(self.engine) as session:
            waiting = session.exec(select(Task).where(Task.state == TaskState.OPEN)).all()
            for task in waiting:
                own = Random(f"{self.seed}:{task.id}")
                answers, hour = own.random() < 0.75, own.choice(ANSWERED_AT)
                day = task.due_on + (own.randint(0, WINDOW + GRACE) - WINDOW) * DAY
                if answers and hour == local.time() and day <= local.date():
                    self._answer(session, task, at)

    def _answer(self, session: Session, task: Task, at: datetime) -> None:
        occurrence = session.get_one(Occurrence, task.occurrence_id)
        if occurrence.state is not OccurrenceState.OPEN or occurrence.closes_at <= self.clock.now():
            return
        submit(
            session,
            task.id or 0,
            answers={},
            kind=SubmissionKind.NIL,
            channel=Channel.WEB,
            by=f"post:{task.unit_id}",
            received_at=self.clock.now(),
            now=self.clock.now(),
            once=f"played:{task.id}",
        )
        self.answered[task.id or 0] = at

    def _people(self, day: date) -> None:
        """Holders leave and come, some after a while; others stand in; addresses die and are mended."""
        random = self._random
        with transaction(self.engine) as session:
            if random.random() < 1 / 60:
                vacant = random.choice((0, 0, 12, 40))
                self._change_holder(session, random.choice(self.town.units), day, vacant)
            if random.random() < 1 / 45:
                self._stand_in(session, random.choice(self.town.units), day, random.choice((3, 10, 20)))
            if random.random() < 1 / 90:
                self.troubles["addresses that died"] += 1
                newest = session.exec(select(Address).order_by(col(Address.id).desc()).limit(1)).one()
                newest.health = AddressHealth.DEAD
                self.dead.setdefault(newest.person_id or 0, []).append(day)
            if random.random() < 1 / 60:
                for address in session.exec(select(Address).where(Address.health == AddressHealth.DEAD)):
                    address.health = AddressHealth.OK
                    self.mended.setdefault(address.person_id or 0, []).append(day)

    def _change_holder(self, session: Session, unit: str, day: date, vacant: int) -> None:
        self.troubles["changes of holder"] += 1
        now_held = [term for term in self.holders if term.unit_id == unit and term.last >= day]
        if len(now_held) != 1 or now_held[0].first >= day:
            return  # one is leaving or coming already
        old, begins = now_held[0], day + vacant * DAY
        session.execute(
            sa.update(Appointment)
            .where(col(Appointment.unit_id) == unit, col(Appointment.valid_to).is_(None))
            .values(valid_to=day - DAY)
        )
        person_id = self._person(session, day)
        session.add(Appointment(unit_id=unit, role="leder", person_id=person_id, valid_from=begins))
        self.holders[self.holders.index(old)] = old._replace(last=day - DAY)
        self.holders.append(Term(unit, person_id, begins, date.max))

    def _stand_in(self, session: Session, unit: str, day: date, days: int) -> None:
        self.troubles["substitutes"] += 1
        if any(term.unit_id == unit and term.last >= day for term in self.substitutes):
            return
        person_id, last = self._person(session, day), day + days * DAY
        session.add(
            Substitute(unit_id=unit, role="leder", person_id=person_id, valid_from=day, valid_to=last)
        )
        self.substitutes.append(Term(unit, person_id, day, last))

    def _person(self, session: Session, day: date) -> int:
        number = self.troubles["persons"] = self.troubles["persons"] + 1
        person = Person(root_id=ROOT, key=f"ny-{number}", name=f"Ny Person {number}")
        session.add(person)
        session.flush()
        session.add(Address(person_id=person.id, email=f"ny-{number}@by.example", valid_from=day))
        return person.id or 0

    def daily(self) -> dict[str, Message]:
        """The mails that the engine starts on its own, by Message-ID."""
        return {id_: row for id_, row in self.messages().items() if row.kind is MessageKind.DAILY}
