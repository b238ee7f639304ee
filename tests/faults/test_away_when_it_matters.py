"""The engine is off over a deadline, the mail server is down at an opening: nothing lost, nothing twice."""

from collections import Counter
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine

from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.runs.tables import Run, RunState
from cycle.tasks.standing import timeliness
from cycle.tasks.states import OccurrenceState, TaskState, Timeliness
from cycle.tasks.tables import Occurrence, Task
from notifications.local_server import Received
from tests.support.month import Month
from tests.support.municipality import instant
from tests.support.replies import address_of, put, write

IN_TIME = 20


@pytest.fixture
def month(engine: Engine, tmp_path: Path) -> Iterator[Month]:
    made = Month(engine, tmp_path)
    yield made
    made.close()


def once_each(received: list[Received]) -> Counter[str]:
    """How many mails each address got; none of them twice."""
    assert len({mail.message_id for mail in received}) == len(received)
    return Counter(mail.recipient for mail in received)


def test_off_from_the_day_before_to_a_week_after_a_deadline_twenty_answers_are_on_time(month: Month) -> None:
    with month.mail_server() as server:
        for day in (1, 6, 13, 19):
            month.at(instant(2027, 4, day, 6, 30), instant(2027, 4, day, 8))
        before = len(server.received)
        tasks = month.rows(Task)
        for number, task in enumerate(tasks[:IN_TIME]):
            sent = instant(2027, 4, 19, 12) if number < 5 else instant(2027, 4, 20, 23, 30)
            reply = write(month.settings, month.town, task, "Intet at bemærke")
            put(month.settings, reply, sent + timedelta(seconds=number))
        month.at(instant(2027, 4, 27, 9))
        since = server.received[before:]

    report = month.rows(Occurrence)[0]
    today = date(2027, 4, 27)
    standing = [timeliness(task, report, today=today, calendar=month.calendar) for task in month.rows(Task)]
    assert standing == [Timeliness.ON_TIME] * IN_TIME + [Timeliness.OVERDUE] * 4
    assert {task.state for task in month.rows(Task)[:IN_TIME]} == {TaskState.SUBMITTED}
    got = once_each(since)
    units = [address_of(task.unit_id) for task in tasks]
    assert [got[address] for address in units] == [1] * 24, "a receipt, or one reminder for the whole week"
    kinds = Counter(mail.kind for mail in month.rows(Message) if mail.sent_at and mail.sent_at.day == 27)
    assert kinds[MessageKind.RECEIPT] == IN_TIME
    assert got - Counter(units) == {address_of("BY-SK-D2"): 1}, "their superior hears of the four alone"
    late = [task.unit_id for task in tasks[IN_TIME:]]
    assert {unit.rpartition("-")[0] for unit in late} == {"BY-SK-D2"}


def test_mail_that_could_not_leave_goes_once_when_the_server_is_back_and_the_rest_goes_on(
    month: Month,
) -> None:
    month.at(instant(2027, 4, 1, 6), instant(2027, 4, 1, 7, 30), instant(2027, 4, 1, 9))
    assert {run.state for run in month.rows(Run) if run.flow == "deliver"} == {RunState.FAILED}
    assert {mail.state for mail in month.rows(Message)} <= {MessageState.READY, MessageState.WAITING}
    tasks = month.rows(Task)
    assert len(tasks) == 24 and month.rows(Occurrence)[0].state is OccurrenceState.OPEN
    put(
        month.settings,
        write(month.settings, month.town, tasks[0], "Intet at bemærke"),
        instant(2027, 4, 1, 10),
    )
    month.at(instant(2027, 4, 1, 10, 30))
    assert month.rows(Task)[0].state is TaskState.SUBMITTED

    with month.mail_server() as server:
        for hour in (11, 12, 13):
            month.at(instant(2027, 4, 1, hour))
        got = once_each(server.received)
    assert got == Counter(address_of(task.unit_id) for task in tasks)
    assert {mail.state for mail in month.rows(Message)} == {MessageState.SENT, MessageState.WITHHELD}
