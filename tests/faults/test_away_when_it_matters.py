"""The engine is off over a deadline, the mail server is down at an opening: nothing lost, nothing twice."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.demo.drivers import WorkerDriver
from config.settings import Settings, load_settings
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.plan.model import DEFAULT_REMINDERS
from cycle.runs.tables import Run, RunState
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.standing import timeliness
from cycle.tasks.states import OccurrenceState, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Task
from flows.recording import Recorder
from flows.runtime import DemoClock, Runtime
from flows.worker import Worker
from notifications.local_server import LocalServer, Received
from tests.support import municipality
from tests.support.house import RULES
from tests.support.municipality import ROOT, instant
from tests.support.postgres import free_port
from tests.support.replies import address_of, put, write

IN_TIME = 20


class House:
    """Twenty-four units, a report planned for 1 April, and a worker that carries out what a turn wants."""

    def __init__(self, engine: Engine, folder: Path) -> None:
        self.engine, self.clock = engine, DemoClock(instant(2027, 3, 31))
        self.port = free_port()
        with transaction(engine) as session:
            self.town = municipality.build(session, units_per_district=6)
            cycle = municipality.start_cycle(session, self.town)
            report = municipality.add_occurrence(session, self.town, cycle, state=OccurrenceState.PLANNED)
            report.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
            self.calendar = calendar_of_root(session, ROOT)
        self.settings: Settings = load_settings(
            data_dir=folder,
            secret_key="k" * 40,
            smtp_host="127.0.0.1",
            smtp_port=self.port,
            smtp_security="none",
            mail_from="Aarshjul <aarshjul@by.example>",
            reply_domain="svar.by.example",
            inbox_dir=folder / "ind",
        )
        runtime = Runtime(engine, self.settings, self.clock)
        self._loop = asyncio.new_event_loop()
        self._driver = WorkerDriver(runtime, Worker(runtime, Recorder(folder, "")), self._loop)

    def close(self) -> None:
        """Ends the worker's threads."""
        self._loop.run_until_complete(self._loop.shutdown_default_executor())
        self._loop.close()

    def at(self, *moments: datetime) -> None:
        """Does what is due at each of these times, one after the other."""
        for moment in moments:
            self.clock.set(moment)
            self._driver.settle()

    def rows(self, table: type) -> list:
        with reading(self.engine) as session:
            return list(session.exec(select(table).order_by(col(table.id))))

    def mail_server(self) -> LocalServer:
        """The one the settings name."""
        return LocalServer(self.clock.now, port=self.port)


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> Iterator[House]:
    made = House(engine, tmp_path)
    yield made
    made.close()


def once_each(received: list[Received]) -> Counter[str]:
    """How many mails each address got; none of them twice."""
    assert len({mail.message_id for mail in received}) == len(received)
    return Counter(mail.recipient for mail in received)


def test_off_from_the_day_before_to_a_week_after_a_deadline_twenty_answers_are_on_time(house: House) -> None:
    with house.mail_server() as server:
        for day in (1, 6, 13, 19):
            house.at(instant(2027, 4, day, 6, 30), instant(2027, 4, day, 8))
        before = len(server.received)
        tasks = house.rows(Task)
        for number, task in enumerate(tasks[:IN_TIME]):
            sent = instant(2027, 4, 19, 12) if number < 5 else instant(2027, 4, 20, 23, 30)
            reply = write(house.settings, house.town, task, "Intet at bemærke")
            put(house.settings, reply, sent + timedelta(seconds=number))
        house.at(instant(2027, 4, 27, 9))
        since = server.received[before:]

    report = house.rows(Occurrence)[0]
    today = date(2027, 4, 27)
    standing = [timeliness(task, report, today=today, calendar=house.calendar) for task in house.rows(Task)]
    assert standing == [Timeliness.ON_TIME] * IN_TIME + [Timeliness.OVERDUE] * 4
    assert {task.state for task in house.rows(Task)[:IN_TIME]} == {TaskState.SUBMITTED}
    got = once_each(since)
    units = [address_of(task.unit_id) for task in tasks]
    assert [got[address] for address in units] == [1] * 24, "a receipt, or one reminder for the whole week"
    kinds = Counter(mail.kind for mail in house.rows(Message) if mail.sent_at and mail.sent_at.day == 27)
    assert kinds[MessageKind.RECEIPT] == IN_TIME
    assert got - Counter(units) == {address_of("BY-SK-D2"): 1}, "their superior hears of the four alone"
    late = [task.unit_id for task in tasks[IN_TIME:]]
    assert {unit.rpartition("-")[0] for unit in late} == {"BY-SK-D2"}


def test_mail_that_could_not_leave_goes_once_when_the_server_is_back_and_the_rest_goes_on(
    house: House,
) -> None:
    house.at(instant(2027, 4, 1, 6), instant(2027, 4, 1, 7, 30), instant(2027, 4, 1, 9))
    assert {run.state for run in house.rows(Run) if run.flow == "deliver"} == {RunState.FAILED}
    assert {mail.state for mail in house.rows(Message)} <= {MessageState.READY, MessageState.WAITING}
    tasks = house.rows(Task)
    assert len(tasks) == 24 and house.rows(Occurrence)[0].state is OccurrenceState.OPEN
    put(
        house.settings,
        write(house.settings, house.town, tasks[0], "Intet at bemærke"),
        instant(2027, 4, 1, 10),
    )
    house.at(instant(2027, 4, 1, 10, 30))
    assert house.rows(Task)[0].state is TaskState.SUBMITTED

    with house.mail_server() as server:
        for hour in (11, 12, 13):
            house.at(instant(2027, 4, 1, hour))
        got = once_each(server.received)
    assert got == Counter(address_of(task.unit_id) for task in tasks)
    assert {mail.state for mail in house.rows(Message)} == {MessageState.SENT, MessageState.WITHHELD}
