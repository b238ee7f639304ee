"""A small municipality whose mail really leaves, day by day: what is decided at 06:00 is sent at 07:00."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from pydantic import TypeAdapter
from sqlalchemy.engine import Engine
from sqlmodel import Session, col

from config.settings import Settings
from cycle.calendar import WorkingCalendar
from cycle.messages.claiming import claim
from cycle.messages.outcomes import ALL_ANSWERED, Outcome, settle
from cycle.messages.tables import Message, MessageKind
from cycle.organisation.tables import Address, Appointment, Person
from cycle.plan.model import DEFAULT_REMINDERS, ReminderRule
from cycle.reminders import ledger
from cycle.store import transaction
from cycle.tasks import told
from cycle.tasks.tables import Task
from flows.remind import remind
from flows.runtime import RunContext
from notifications.gather import Letters
from notifications.letters import Letter
from notifications.office import Office
from tests.support import municipality
from tests.support.municipality import ROOT, Town, instant

RULES = TypeAdapter(tuple[ReminderRule, ...])
CALENDAR = WorkingCalendar()
SECRET = b"s" * 32
OFFICE = Office("https://by.example", "", "Årshjulet <hjul@by.example>", "hjul@by.example", SECRET)
OPENED, DUE = date(2027, 4, 1), date(2027, 4, 30)


class World:
    """A small municipality whose mail really leaves: `day` decides at 06:00 and sends at 07:00."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine = engine
        self.settings = Settings(data_dir=folder)
        with self.write() as session:
            self.town: Town = municipality.build(session, districts=1, units_per_district=3)
            self.cycle_id = municipality.start_cycle(session, self.town).id
        self.units = self.town.units
        self.sent: list[tuple[date, str, Letter]] = []

    def write(self):
        return transaction(self.engine)

    def activity(self, name: str = "kvartalsrapport-1", *, opens=OPENED, due=DUE, units=None, **more):
        with self.write() as session:
            cycle = session.get_one(municipality.Cycle, self.cycle_id)
            occurrence = municipality.add_occurrence(
                session, self.town, cycle, name, title=name, opens_on=opens, due_on=due, closes_on=due
            )
            occurrence.closes_at = municipality.end_of(due + timedelta(days=60))
            occurrence.rules = RULES.dump_json(more.pop("rules", DEFAULT_REMINDERS)).decode()
            session.add(occurrence)
            tasks = municipality.add_tasks(session, self.town, occurrence, units=units, **more)
            for task in tasks:
                task.next_reminder_at = occurrence.opens_at
                session.add(task)
            return occurrence.id, [task.id or 0 for task in tasks]

    def context(self, now: datetime) -> RunContext:
        return RunContext.direct(self.engine, now, self.settings, ROOT)

    def decide(self, now: datetime) -> dict[str, int]:
        context = self.context(now)
        remind(context)
        return context.counts

    def deliver(self, now: datetime) -> None:
        """What the flow `deliver` does, with a mail server that takes everything."""
        with self.write() as session:
            mails = claim(session, root_id=ROOT, now=now, calendar=CALENDAR, limit=500)
            letters = Letters(session, mails, office=OFFICE, today=CALENDAR.local_date(now))
            for mail in mails:
                prepared = letters.write(mail)
                ledger.take_back(session, prepared.left_out)
                self.settle(session, mail, prepared.letter is not None, now)
                if prepared.letter is not None and mail.kind is MessageKind.DAILY:
                    self.sent.append((CALENDAR.local_date(now), mail.address, prepared.letter))

    def settle(self, session: Session, mail: Message, sent: bool, now: datetime) -> None:
        outcome, reason = (Outcome.SENT, "") if sent else (Outcome.WITHHELD, ALL_ANSWERED)
        settle(session, mail.id or 0, mail.fence, outcome, now=now, calendar=CALENDAR, reason=reason)

    def day(self, day: date) -> list[tuple[str, list[str]]]:
        """One day's turns; gives (address, group of each of its items) of every mail that left."""
        before = len(self.sent)
        for hour in (6, 7):
            now = instant(day.year, day.month, day.day, hour)
            self.decide(now)
            self.deliver(now)
        return [(address, groups(letter)) for _, address, letter in self.sent[before:]]

    def play(self, first: date, last: date) -> list[tuple[str, list[str]]]:
        """Every day from `first` to `last` on which the store says that something is due."""
        found, day = [], first
        while True:
            with self.write() as session:
                hints = session.execute(sa.select(sa.func.min(col(Task.next_reminder_at)))).scalar_one()
            day = max(day, CALENDAR.local_date(hints)) if hints else last + timedelta(days=1)
            if day > last:
                return found
            found += self.day(day)
            day += timedelta(days=1)

    def verdicts(self, task_id: int) -> list[tuple[str, str]]:
        with self.write() as session:
            return [(r.rule_kind, r.verdict.value) for r in told.why(session, task_id) if r.verdict]

    def reasons(self, task_id: int) -> list[str]:
        with self.write() as session:
            return [row.reason for row in told.why(session, task_id)]

    def person(self, name: str, address: str | None = None) -> int:
        with self.write() as session:
            person = Person(root_id=ROOT, key=name, name=name)
            session.add(person)
            session.flush()
            if address:
                session.add(Address(person_id=person.id, email=address, valid_from=OPENED))
            return person.id or 0

    def address_of(self, unit: str) -> str:
        return f"{unit.lower()}@by.example"

    def appointed(self, unit: str, **values) -> None:
        with self.write() as session:
            session.execute(sa.update(Appointment).where(col(Appointment.unit_id) == unit).values(**values))

    def one_mail_a_day(self) -> None:
        by_day: dict[tuple[date, str], int] = defaultdict(int)
        for day, address, _ in self.sent:
            by_day[day, address] += 1
        assert set(by_day.values()) <= {1}


def groups(letter: Letter) -> list[str]:
    return [item.group.value for item in letter.items]
