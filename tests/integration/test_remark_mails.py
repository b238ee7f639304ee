"""The other parties of an agreement hear of remarks on its goals: together, once, and without their words."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.goals.remarks import remarks_of, resolve
from cycle.goals.tables import Agreement
from cycle.messages.claiming import claim
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of_root
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Task
from cycle.tasks.told import why
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.local_server import LocalServer
from tests.support import mail_server
from tests.support.municipality import ROOT, instant
from tests.support.negotiating import Table

MONDAY = instant(2027, 4, 12)
HALF_AN_HOUR = timedelta(minutes=30)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with mail_server.running() as running:
        yield running


@pytest.fixture
def table(engine: Engine, tmp_path: Path, server: LocalServer) -> Table:
    mail = {"smtp_host": server.host, "smtp_port": str(server.port), "smtp_security": "none"}
    return Table(engine, tmp_path, mail_from="Sekretariatet <aarshjul@by.example>", **mail)


def say(table: Table, link: str, code: str, text: str, at: datetime = MONDAY) -> None:
    table.site.clock.at = at
    address = f"{link}/bemaerkninger"
    posted = table.site.browser().post(address, data={"code": code, "text": text, "once": f"{code}{text}"})
    assert posted.status_code == 303


def mails(table: Table) -> list[Message]:
    with reading(table.engine) as session:
        query = select(Message).where(Message.kind == MessageKind.REMARKS).order_by(col(Message.id))
        return list(session.exec(query))


def send(table: Table, at: datetime) -> None:
    deliver(RunContext.direct(table.engine, at, table.site.settings, ROOT))


def test_one_mail_for_one_sitting_and_only_to_the_other_party(table: Table, server: LocalServer) -> None:
    say(table, table.superior, "A", "Hvad er målet i tal?")
    say(table, table.superior, "A", "Hvad er målet i tal?")  # the button pressed twice
    say(table, table.superior, "", "Det ser godt ud.", MONDAY + timedelta(minutes=20))
    send(table, MONDAY + timedelta(minutes=29))
    assert server.received == [], "it waits for more"
    send(table, MONDAY + HALF_AN_HOUR)
    send(table, MONDAY + 2 * HALF_AN_HOUR)
    (mail,) = mails(table)
    (received,) = server.received
    assert (mail.state, mail.person_id, mail.task_id) == (
        MessageState.SENT,
        table.holders[0],
        table.draft.id,
    )
    assert "2 bemærkninger (mål A, aftalen som helhed)" in mail.text and "distriktschef, " in mail.text
    assert "Hvad er målet" not in mail.text and b"Hvad er m" not in received.content, "its words stay"
    assert "/bemaerkninger" in mail.text
    with reading(table.engine) as session:
        told = [each for each in why(session, table.draft.id or 0) if each.message_kind == "remarks"]
    assert [each.message_id for each in told] == [mail.id], "the task's page says who was told, and when"
    say(table, table.leader, "A", "95 procent.", MONDAY + 2 * HALF_AN_HOUR)
    say(table, table.superior, "G", "Og G?", MONDAY + 3 * HALF_AN_HOUR)
    later = mails(table)[1:]
    assert [each.person_id for each in later] == [table.holders[1], table.holders[0]]
    assert [len(each.context["remarks"]) for each in later] == [1, 1], "what was told is not told again"


def test_what_is_said_while_the_mail_is_being_sent_begins_the_next(table: Table) -> None:
    say(table, table.superior, "A", "Et")
    with transaction(table.engine) as session:
        taken = claim(
            session, root_id=ROOT, now=MONDAY + HALF_AN_HOUR, calendar=calendar_of_root(session, ROOT)
        )
        assert len(taken) == 1
    say(table, table.superior, "A", "To", MONDAY + HALF_AN_HOUR)
    assert [each.context["remarks"] for each in mails(table)] == [[1], [2]]


def test_nobody_is_written_to_at_night_or_about_what_is_resolved(table: Table) -> None:
    say(table, table.leader, "A", "Sent fredag", instant(2027, 4, 16, 18))
    (mail,) = mails(table)
    assert mail.next_at == instant(2027, 4, 19, 7), "the next working day"
    with transaction(table.engine) as session:
        agreement = session.get_one(Agreement, table.agreement)
        (said,) = remarks_of(session, table.agreement)
        resolve(session, agreement, said.id or 0, by="person:1", now=MONDAY)
    send(table, instant(2027, 4, 19, 8))
    (mail,) = mails(table)
    assert (mail.state, mail.reason) == (MessageState.WITHHELD, "Ikke sendt: bemærkningerne er afklaret.")


def test_a_party_whose_step_is_off_hears_nothing(
    table: Table,
) -> None:
    with transaction(table.engine) as session:
        talk = session.get_one(Task, table.talk.id)
        talk.state = TaskState.CANCELLED
        session.add(talk)
    say(table, table.leader, "A", "Er her nogen?")
    assert mails(table) == []
