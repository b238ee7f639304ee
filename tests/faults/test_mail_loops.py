"""Two Aarshjuls that have each other's reply address, and machines that answer every mail: it ends."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import Session, col, select

from cycle.messages.tables import Inbound, InboundVerdict, MessageKind
from cycle.organisation.tables import Address
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.store import make_engine, reading, transaction
from cycle.tables import METADATA
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import TaskState
from cycle.tasks.tables import FormVersion, Submission, Task
from flows.collect import collect
from flows.deliver import deliver
from flows.remind import remind
from flows.runtime import RunContext
from notifications.local_server import LocalServer, Received
from tests.support import mail_server, municipality
from tests.support.house import RULES
from tests.support.municipality import ROOT, instant
from tests.support.outbox import ledger, sending_to
from tests.support.replies import put, reply_to

POLITE, OUTLOOK, RUDE, DESK = "BY-SK-D1-001", "BY-SK-D1-002", "BY-SK-D1-003", "BY-IN-D1-002"
"""Answerers that say they are machines, one that does not but is away, and a desk that numbers its cases."""

TEXT = Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger", required=True)
ONE_TEXT = Form(id="fri", title="Fri", fields=(TEXT,))
STATUS = Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status", required=True)
REPORT = Form(id="rapport", title="Rapport", nil_allowed=True, fields=(STATUS, TEXT))
AWAY = "Tak for din mail. Jeg holder ferie og er tilbage den 1. maj.\n\nMvh. Bo"
CASE = "En kollega har fået jeres sag. Sagsnummer 2027-1234."
OTHER = "BY-IN-D1-001"
"""The unit whose leader's address is the other Aarshjul's reply address."""


class Installation:
    """One Aarshjul with a mail server and a mailbox of its own; six leaders owe it a report."""

    def __init__(self, name: str, folder: Path, living: ExitStack, form: Form) -> None:
        self.name, self.domain = name, f"{name}.example"
        self.at = instant(2027, 4, 1, 6)
        self.engine = make_engine(f"sqlite:///{folder / name}.db")
        living.callback(self.engine.dispose)
        METADATA.create_all(self.engine)
        self.server: LocalServer = living.enter_context(mail_server.running())
        self.settings = sending_to(
            self.server.port,
            folder,
            mail_from=f"Aarshjul <aarshjul@{self.domain}>",
            reply_domain=f"svar.{self.domain}",
            inbox_dir=folder / f"ind-{name}",
        )
        with transaction(self.engine) as session:
            self.town = municipality.build(session, districts=1)
            report = municipality.add_occurrence(
                session, self.town, municipality.start_cycle(session, self.town)
            )
            report.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
            for task in municipality.add_tasks(session, self.town, report):
                task.next_reminder_at = report.opens_at
            session.exec(select(FormVersion)).one().spec = form.model_dump_json()
            for unit in self.town.units:
                self.move(session, unit, f"{unit.lower()}@{self.domain}")
        self.passed_on = 0

    def move(self, session: Session, unit: str, address: str) -> None:
        """The unit's leader is written to at this address from now on."""
        session.execute(
            sa.update(Address)
            .where(col(Address.person_id) == self.town.leaders[unit])
            .values(email=address.lower())
        )

    def task(self, unit: str) -> Task:
        with reading(self.engine) as session:
            return session.exec(select(Task).where(Task.unit_id == unit)).one()

    def turn(self, now: datetime) -> None:
        for body in (collect, remind, deliver):
            body(RunContext.direct(self.engine, now, self.settings, ROOT))

    def new_mail(self) -> list[Received]:
        """What has left since it was last asked."""
        fresh = self.server.received[self.passed_on :]
        self.passed_on += len(fresh)
        return fresh

    def verdicts(self) -> Counter[InboundVerdict]:
        with reading(self.engine) as session:
            return Counter(session.exec(select(Inbound.verdict)))


def away(mail: Received, sender: str, words: str = AWAY, **marks: str) -> bytes:
    """What a machine answers while its owner is away."""
    asked = mail_server.read(mail)
    answer = EmailMessage()
    answer["From"] = sender
    answer["To"] = parseaddr(str(asked["Reply-To"] or asked["From"]))[1]
    answer["Message-ID"] = f"<ferie-{mail.message_id.strip('<>')}>"
    answer["In-Reply-To"] = mail.message_id
    answer["Subject"] = marks.pop("Subject", f"SV: {asked['Subject']}")
    for name, value in marks.items():
        answer[name.replace("_", "-")] = value
    answer.set_content(words)
    return answer.as_bytes()


def answer_of(mail: Received) -> bytes | None:
    """What comes back of itself, if anything."""
    unit = mail.recipient.partition("@")[0].upper()
    if unit == POLITE:
        return away(mail, mail.recipient, Auto_Submitted="auto-replied")
    if unit == OUTLOOK:
        return away(mail, mail.recipient, Subject="Automatisk svar: Årshjul", X_Auto_Response_Suppress="All")
    if unit == DESK:
        return away(mail, mail.recipient, CASE)
    return away(mail, mail.recipient) if unit == RUDE else None


@contextmanager
def two(folder: Path, form: Form) -> Iterator[tuple[Installation, Installation]]:
    """Two that have each other's reply address for one of their leaders."""
    with ExitStack() as living:
        here, there = (Installation(name, folder, living, form) for name in ("her", "der"))
        for one, other in ((here, there), (there, here)):
            theirs = reply_to(other.settings, other.task(OTHER), other.town.leaders[OTHER])
            with transaction(one.engine) as session:
                one.move(session, OTHER, theirs)
        yield here, there


def carry(sender: Installation, houses: tuple[Installation, Installation], now: datetime) -> int:
    """Brings what has left to where it is addressed, and what machines answer back; gives how many mails."""
    carried = 0
    for mail in sender.new_mail():
        for house in houses:
            if mail.recipient.endswith(f"@{house.settings.reply_domain}"):
                put(house.settings, b"Delivered-To: " + mail.recipient.encode() + b"\r\n" + mail.content, now)
                carried += 1
        reply = answer_of(mail)
        if reply is not None:
            put(sender.settings, reply, now)
            carried += 1
    return carried


def mails_a_day(houses: tuple[Installation, Installation], days: int) -> Counter[tuple[str, int]]:
    """Lets them go on; how many mails each address got on each day. Fails when it never ends."""
    found: Counter[tuple[str, int]] = Counter()
    for day in range(days):
        now = instant(2027, 4, 1, 7, 5) + timedelta(days=day)
        before = [len(house.server.received) for house in houses]
        for round_ in range(20):
            at = now + round_ * timedelta(minutes=5)
            for house in houses:
                house.turn(at)
            if not sum(carry(house, houses, at) for house in houses):
                break
        else:
            raise AssertionError("they go on writing to each other")
        for house, already in zip(houses, before, strict=True):
            found.update((mail.recipient, day) for mail in house.server.received[already:])
    return found


def addresses_of(unit: str, houses: tuple[Installation, Installation]) -> set[str]:
    return {f"{unit.lower()}@{house.domain}" for house in houses}


def assert_nothing_is_answered(house: Installation) -> None:
    with reading(house.engine) as session:
        assert session.exec(select(Submission)).all() == [], "no machine has answered a report"
        assert set(session.exec(select(Task.state))) == {TaskState.OPEN}


def test_it_ends_and_nobody_gets_more_than_a_mail_a_day(tmp_path: Path) -> None:
    with two(tmp_path, REPORT) as houses:
        days = mails_a_day(houses, 22)
        desks = addresses_of(DESK, houses)
        assert {count for (address, _), count in days.items() if address not in desks} == {1}
        assert max(days.values()) == 2, "of words that nobody can tell from a person's it hears once a day"
        for house in houses:
            kinds = Counter(row.kind for row in ledger_of(house) if row.sent_at)
            assert kinds[MessageKind.DAILY] > 10 and not kinds[MessageKind.RECEIPT]
            assert house.verdicts()[InboundVerdict.AUTOMATIC] + house.verdicts()[InboundVerdict.OWN] >= 9
            assert_nothing_is_answered(house)


def test_a_machine_answers_no_form_of_one_text(tmp_path: Path) -> None:
    with two(tmp_path, ONE_TEXT) as houses:
        for house in houses:
            with transaction(house.engine) as session:
                house.move(session, DESK, f"ingen@{house.domain}")
        days = mails_a_day(houses, 6)
        assert set(days.values()) == {1}
        for house in houses:
            assert house.verdicts()[InboundVerdict.AUTOMATIC] >= 3
            assert_nothing_is_answered(house)


def ledger_of(house: Installation) -> list:
    return list(ledger(house.engine).values())
