"""What a mail carries out: its thread, its return path, its pace; and several senders at once."""

import asyncio
import threading
from collections import Counter
from collections.abc import Sequence
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings, load_settings
from cycle.access.links import read_token
from cycle.calendar import WorkingCalendar
from cycle.errors import PlanInvalid
from cycle.messages import outbox, resending
from cycle.messages.claiming import LEASE, claim
from cycle.messages.outbox import message_id
from cycle.messages.tables import DomainPace, Message, MessageKind, MessageState
from cycle.plan.model import Activity, ReminderKind
from cycle.store import reading, transaction
from cycle.tasks import change
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import SubmissionKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from flows.deliver import deliver
from flows.due_work import MAILS_EACH, due_work
from flows.runtime import DemoClock, RunContext, Runtime
from notifications.answers import HIDDEN, HIDDEN_FAULT, shown_answers, shown_faults
from notifications.delivery import PAUSE, MailHeld
from notifications.desk import BATCH, Desk
from notifications.gather import Letters
from notifications.local_server import CUT, LocalServer, Stage
from notifications.office import Office
from notifications.smtp import Server, _enter, is_protected
from notifications.smtp_answers import UNENCRYPTED_ONWARD, QueueStopped
from tests.integration.test_delivery import (
    NOON,
    ROOT,
    SECRET,
    messages,
    open_town,
    person_of,
    receipts,
    run,
    settings_for,
    tasks_of,
    write_daily,
)
from tests.support import mail_server, municipality
from tests.support.municipality import Town, instant

BEFORE = ReminderKind.BEFORE


@pytest.fixture
def server():
    with mail_server.running() as running:
        yield running


@pytest.fixture
def town(engine: Engine) -> Town:
    with transaction(engine) as session:
        return open_town(session)


def headers(server: LocalServer) -> dict[str, tuple[str | None, str | None]]:
    """What each mail answers, by its own Message-ID."""
    read = [mail_server.read(mail) for mail in server.received]
    return {str(mail["Message-ID"]): (mail["In-Reply-To"], mail["References"]) for mail in read}


def nudge(engine: Engine, task: Task, number: int, now=NOON) -> str:
    with transaction(engine) as session:
        change.nudge(session, task.id or 0, text="Ring gerne.", by="account:1", now=now, once=f"n{number}")
        newest = session.exec(select(Message).order_by(col(Message.id).desc())).first()
        assert newest is not None
        return message_id(newest.key, "by.example")


def test_a_mail_about_a_task_goes_under_the_first_mail_about_it(engine, town, server, tmp_path):
    office = settings_for(server, tmp_path)
    with transaction(engine) as session:
        task, other, *_ = tasks_of(session)
        opening = message_id(write_daily(session, town, [task], to=task).key, "by.example")
    run(engine, office)
    later = [NOON + timedelta(days=days) for days in (1, 2)]
    second, third = (nudge(engine, task, n, at) for n, at in enumerate(later))
    apart = nudge(engine, other, 9, later[0])
    run(engine, office, later[1])
    assert headers(server) == {
        opening: (None, None),
        second: (opening, opening),
        third: (opening, opening),
        apart: (None, None),
    }


def test_a_mail_about_several_tasks_begins_no_thread_and_is_in_none(engine, town, server, tmp_path):
    office = settings_for(server, tmp_path)
    with transaction(engine) as session:
        one, two, *_ = tasks_of(session)
        digest = message_id(write_daily(session, town, [one, two], to=one).key, "by.example")
    run(engine, office)
    first = nudge(engine, one, 1, NOON + timedelta(hours=1))
    run(engine, office, NOON + timedelta(hours=1))
    tomorrow = instant(2027, 4, 7)
    with transaction(engine) as session:
        again = message_id(
            write_daily(session, town, [one, two], to=one, kind=BEFORE, now=tomorrow).key, "by.example"
        )
    run(engine, office, tomorrow)
    assert headers(server) == {digest: (None, None), first: (None, None), again: (None, None)}


def test_a_mail_goes_again_with_the_same_headers_whatever_went_in_between(engine, town, server, tmp_path):
    office = settings_for(server, tmp_path)
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        address = person_of(session, town, task)[1]
    first = nudge(engine, task, 1)
    server.set_hook(mail_server.answer(Stage.ACCEPTED, CUT, only=address, times=1))
    run(engine, office)
    nudge(engine, task, 2, NOON + timedelta(minutes=1))
    run(engine, office, NOON + timedelta(minutes=1))
    run(engine, office, NOON + timedelta(hours=1))
    copies = [mail for mail in server.received if mail.message_id == first]
    assert len(copies) == 2
    assert [mail_server.read(copy)["In-Reply-To"] for copy in copies] == [None, None]


def test_each_mail_has_a_return_path_that_names_it(engine, town, server, tmp_path):
    with transaction(engine) as session:
        receipts(session, town, 2)
    run(engine, settings_for(server, tmp_path))
    by_path = {mail.sender: mail.recipient for mail in server.received}
    assert len(by_path) == 2
    for path, recipient in by_path.items():
        local, _, domain = path.partition("@")
        assert domain == "svar.by.example" and local.startswith("retur+")
        number = read_token(SECRET.encode(), local.removeprefix("retur+"), "return").task_id
        with reading(engine) as session:
            assert session.get_one(Message, number).address == recipient
    assert {str(mail_server.read(mail)["From"].addresses[0].addr_spec) for mail in server.received} == {
        "aarshjul@by.example"
    }


def test_a_return_path_names_the_try_when_a_mail_may_have_come_and_stays_while_it_is_put_off(
    engine, town, server, tmp_path
):
    with transaction(engine) as session:
        receipts(session, town, 1)
    office, tried = settings_for(server, tmp_path, smtp_connections=1), []

    def answer(stage: Stage, address: str) -> str | None:
        if stage is Stage.MAIL:
            tried.append(read_token(SECRET.encode(), address[6:].partition("@")[0], "return"))
        if stage is Stage.RCPT and len(tried) == 1:
            return "450 4.7.1 greylisted"
        return CUT if stage is Stage.ACCEPTED and len(tried) == 3 else None

    server.set_hook(answer)
    for minutes in (0, 5):
        run(engine, office, NOON + timedelta(minutes=minutes))
    with transaction(engine) as session:
        session.execute(sa.update(Message).values(returned_at=NOON))
        resending.send_again(session, 1, by="account:1", now=NOON)
    for minutes in (10, 25):
        run(engine, office, NOON + timedelta(minutes=minutes))
    assert [(each.person_id, each.generation) for each in tried] == [(0, 0), (0, 0), (1, 0), (1, 1)]
    assert [message.state for message in messages(engine)] == [MessageState.SENT]


def test_return_paths_can_be_switched_off(engine, town, server, tmp_path):
    with transaction(engine) as session:
        receipts(session, town, 1)
    run(engine, settings_for(server, tmp_path, smtp_return_paths=False))
    assert [mail.sender for mail in server.received] == ["aarshjul@by.example"]


def test_no_kind_of_mail_is_optional_so_none_offers_to_unsubscribe(engine, town, server, tmp_path):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        write_daily(session, town, [task], to=task)
        receipts(session, town, 2)
    run(engine, settings_for(server, tmp_path))
    read = [mail_server.read(mail) for mail in server.received]
    assert len(read) == 3
    assert {(mail["Auto-Submitted"], mail["X-Auto-Response-Suppress"]) for mail in read} == {
        ("auto-generated", "All")
    }
    assert not any(name.lower().startswith("list-") for mail in read for name in mail)


@pytest.mark.parametrize("workers", [2, 5])
def test_senders_at_the_same_time_send_every_mail_once_and_one_daily_mail_to_an_address(
    engine, server, tmp_path, workers
):
    with transaction(engine) as session:
        town = open_town(session, units_per_district=30)
        receipts(session, town, 120)
        tasks = tasks_of(session)
        for task in tasks[:60]:
            write_daily(session, town, [task], to=task)
        session.flush()
        session.execute(
            sa.update(Message)
            .where(col(Message.kind) == MessageKind.DAILY, col(Message.id) % 2 == 0)
            .values(address="delt@by.example")
        )
    office = settings_for(server, tmp_path)
    together = threading.Barrier(workers)

    def work() -> None:
        together.wait()
        run(engine, office)

    threads = [threading.Thread(target=work) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sent = Counter(mail.message_id for mail in server.received)
    assert len(sent) == 120 + 30 + 1 and set(sent.values()) == {1}
    assert [mail.recipient for mail in server.received].count("delt@by.example") == 1
    states = Counter(message.state for message in messages(engine))
    assert states == {MessageState.SENT: 151, MessageState.READY: 29}


def test_a_second_daily_mail_waits_also_while_the_first_is_in_a_senders_hands(engine, town):
    calendar = WorkingCalendar()
    with transaction(engine) as session:
        for number in (1, 2):
            outbox.queue(
                session,
                key=f"daily:{number}",
                kind=MessageKind.DAILY,
                root_id=ROOT,
                person_id=None,
                address="delt@by.example",
                task_id=None,
                context={},
                now=NOON,
                not_before=NOON + timedelta(seconds=2 - number),
            )
    with transaction(engine) as session:
        assert [m.key for m in claim(session, root_id=ROOT, now=NOON, calendar=calendar)] == ["daily:2"]
    with transaction(engine) as session:
        second = NOON + timedelta(seconds=1)
        assert claim(session, root_id=ROOT, now=second, calendar=calendar) == []
    with transaction(engine) as session:
        lost = NOON + LEASE
        assert [m.key for m in claim(session, root_id=ROOT, now=lost, calendar=calendar)] == ["daily:2"]


def test_a_domain_gets_so_many_mails_a_minute_and_the_others_do_not_wait(engine, town, server, tmp_path):
    with transaction(engine) as session:
        receipts(session, town, 8)
        session.execute(
            sa.update(Message)
            .where(col(Message.id) <= 5)
            .values(address=sa.text("'p' || id || '@stor.example'"))
        )
    office = settings_for(server, tmp_path, smtp_per_minute="stor.example=2, *=100")
    gone = []
    for minute in range(3):
        run(engine, office, NOON + timedelta(minutes=minute))
        gone.append(Counter(mail.recipient.partition("@")[2] for mail in server.received))
    assert gone == [
        {"stor.example": 2, "by.example": 3},
        {"stor.example": 4, "by.example": 3},
        {"stor.example": 5, "by.example": 3},
    ]
    with reading(engine) as session:
        assert session.get_one(DomainPace, "stor.example").taken == 1
    assert {message.attempts for message in messages(engine)} == {1}


def test_a_clock_set_back_does_not_hold_a_domain_up(engine, town, server, tmp_path):
    office = settings_for(server, tmp_path, smtp_per_minute="*=1")
    with transaction(engine) as session:
        session.add(DomainPace(domain="by.example", since=NOON + timedelta(days=365), taken=1))
        receipts(session, town, 1)
    run(engine, office)
    assert len(server.received) == 1


@pytest.mark.parametrize("text", ["gmail.com", "gmail.com=mange", "=5", "gmail.com=0"])
def test_a_limit_that_is_none_is_refused_by_name(text):
    with pytest.raises(PlanInvalid, match="er ikke en grænse"):
        load_settings(smtp_per_minute=text)


def test_a_batch_that_takes_longer_than_its_lease_allows_is_handed_back_untried(
    engine, town, server, tmp_path
):
    with transaction(engine) as session:
        receipts(session, town, 6)
    office, clock = settings_for(server, tmp_path, smtp_connections=1), DemoClock(NOON)
    runtime = Runtime(engine, office, clock)

    def slow(stage: Stage, _address: str) -> None:
        if stage is Stage.DATA:
            clock.advance(timedelta(minutes=2))

    server.set_hook(slow)
    held = RunContext.direct(engine, NOON, office, ROOT).run
    deliver(RunContext(runtime, held, NOON))
    # Every mail was begun while its claim was good, so no other sender could have taken it.
    assert sorted(Counter(mail.message_id for mail in server.received).values()) == [1] * 6
    assert {message.unsure for message in messages(engine)} == {0}
    assert max(message.fence for message in messages(engine)) > 1, "some were claimed anew"


@pytest.mark.parametrize("connections", [1, 3])
def test_what_is_answered_while_the_batch_goes_out_is_withheld(engine, server, tmp_path, connections):
    with transaction(engine) as session:
        addresses = receipts(session, open_town(session, units_per_district=10), 40)
        last = tasks_of(session)[39].id
    office, clock = settings_for(server, tmp_path, smtp_connections=connections), DemoClock(NOON)

    def slow(stage: Stage, _address: str) -> None:
        if stage is Stage.DATA:
            clock.advance(timedelta(seconds=1))
        if stage is Stage.ACCEPTED and len(server.received) == 1:
            with transaction(engine) as session:
                answered = sa.update(Task).where(col(Task.id) == last)
                session.execute(answered.values(state=TaskState.SUBMITTED))

    server.set_hook(slow)
    held = RunContext.direct(engine, NOON, office, ROOT).run
    deliver(RunContext(Runtime(engine, office, clock), held, NOON))
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses[:39])
    assert messages(engine)[39].state is MessageState.WITHHELD


def test_a_store_that_cannot_be_read_again_leaves_what_was_sent_noted(
    engine, town, server, tmp_path, monkeypatch
):
    with transaction(engine) as session:
        receipts(session, town, 4)
    office, clock = settings_for(server, tmp_path, smtp_connections=1), DemoClock(NOON)
    well, read = Desk.letters, []

    def ill(self: Desk, batch: Sequence[Message]) -> Letters:
        read.append(len(batch))
        if len(read) > 1:
            raise OSError("the store is away")
        return well(self, batch)

    def slow(stage: Stage, _address: str) -> None:
        if stage is Stage.RCPT:
            clock.advance(timedelta(seconds=6))

    monkeypatch.setattr(Desk, "letters", ill)
    server.set_hook(slow)
    held = RunContext.direct(engine, NOON, office, ROOT).run
    with pytest.raises(OSError, match="away"):
        deliver(RunContext(Runtime(engine, office, clock), held, NOON))
    assert read == [4, 3] and len(server.received) == 1
    assert [m.state for m in messages(engine)] == [MessageState.SENT] + [MessageState.CLAIMED] * 3


def test_a_line_that_breaks_at_one_mail_does_not_stop_there_for_ever(engine, town, server, tmp_path):
    with transaction(engine) as session:
        addresses = receipts(session, town, 4)
    office = settings_for(server, tmp_path, smtp_connections=1)
    server.set_hook(mail_server.answer(Stage.RCPT, CUT, only=addresses[0]))
    at, got = NOON, []
    for _ in range(3):
        with suppress(MailHeld):
            run(engine, office, at)
        at += PAUSE
        got.append(len(server.received))
    assert got[-1] == 3
    first = messages(engine)[0]
    assert first.state is MessageState.WAITING and first.attempts == 2


class _Line:
    """A connection to somewhere."""

    def __init__(self, peer: str, encrypted: bool) -> None:
        self._facts = {"peername": (peer, 25), "sslcontext": object() if encrypted else None}

    def get_transport_info(self, name: str) -> object:
        return self._facts[name]


@pytest.mark.parametrize(
    ("peer", "encrypted", "good"),
    [
        ("192.0.2.7", False, False),
        ("192.0.2.7", True, True),
        ("127.0.0.1", False, True),
        ("::1", False, True),
    ],
)
def test_mail_leaves_the_machine_encrypted_or_not_at_all(peer, encrypted, good):
    assert is_protected(_Line(peer, encrypted)) is good  # type: ignore[arg-type]  # what is asked of a client


class _Asked(_Line):
    """A server elsewhere that takes a password."""

    passwords: tuple[str, ...] = ()

    async def connect(self) -> None: ...

    async def ehlo(self) -> None: ...

    async def login(self, _user: str, password: str) -> None:
        self.passwords += (password,)


@pytest.mark.parametrize(
    ("peer", "encrypted", "told"), [("192.0.2.7", False, ()), ("192.0.2.7", True, ("x",))]
)
def test_a_password_leaves_the_machine_encrypted_or_not_at_all(peer, encrypted, told):
    line = _Asked(peer, encrypted)
    with nullcontext() if told else pytest.raises(QueueStopped, match="login: Adgangskoden sendes ikke"):
        asyncio.run(_enter(line, Server(peer, 587, user="aarshjul", password="x")))  # type: ignore[arg-type]  # as above
    assert line.passwords == told


def test_a_mail_that_cannot_go_encrypted_waits_for_as_long_as_it_takes(engine, town, tmp_path):
    with transaction(engine) as session:
        receipts(session, town, 1)
    at = NOON
    with mail_server.scripted({"RCPT": "550 5.7.30 REQUIRETLS support required"}) as strict:
        for _ in range(20):
            run(engine, _settings(strict.port, tmp_path), at)
            at += timedelta(hours=1)
    (message,) = messages(engine)
    assert (message.state, message.attempts) == (MessageState.WAITING, 0)
    assert "5.7.30" in message.reason and message.next_at == at


def test_domains_may_be_excepted_from_encryption(tmp_path):
    def must(domains: str) -> list[bool]:
        office = Office.of(_settings(1, tmp_path, smtp_plain_domains=domains))
        return [office.must_be_encrypted(address) for address in ("a@By.example", "b@anden.example")]

    assert (must(""), must("by.example"), must("*")) == ([True, True], [False, True], [False, False])


def _settings(port: int, folder: Path, **more: object) -> Settings:
    given: dict[str, object] = {"smtp_host": "127.0.0.1", "smtp_port": port, "smtp_security": "none"}
    return load_settings(data_dir=folder, secret_key=SECRET, mail_from="a@by.example", **{**given, **more})


def test_several_senders_are_wanted_when_much_waits(engine, tmp_path):
    with transaction(engine) as session:
        municipality.build(session)
        rows = [
            {"root_id": ROOT, "key": f"k{n}", "kind": MessageKind.NUDGE, "address": "a@by.example"}
            for n in range(3 * MAILS_EACH)
        ]
        session.execute(sa.insert(Message), [{**row, "created_at": NOON, "next_at": NOON} for row in rows])

    def wanted(workers: int) -> list[str]:
        settings = load_settings(data_dir=tmp_path, smtp_workers=workers)
        with reading(engine) as session:
            found = due_work(session, now=NOON, settings=settings)
        return [work.subject for work in found if work.flow == "deliver"]

    assert wanted(1) == [ROOT]
    assert wanted(8) == [ROOT, f"sender-2:{ROOT}", f"sender-3:{ROOT}"]
    assert BATCH <= MAILS_EACH


SENSITIVE = Form(
    id="personale",
    title="Personale",
    fields=(
        Field(id="antal", type=FieldType.NUMBER, label="Antal samtaler"),
        Field(id="sag", type=FieldType.TEXT, label="Personalesag", sensitive=True),
        Field(
            id="raekker",
            type=FieldType.REPEAT,
            label="Pr. team",
            rows_from="team",
            fields=(
                Field(id="hold", type=FieldType.TEXT, label="Hold"),
                Field(id="navn", type=FieldType.TEXT, label="Navn", sensitive=True),
            ),
        ),
    ),
)
GIVEN = {"antal": "4", "sag": "Advarsel", "raekker": [{"row": "a", "hold": "Blåt", "navn": "Ida"}]}


def test_a_sensitive_answer_and_all_of_a_confidential_activity_stay_out_of_mails(engine, town):
    with transaction(engine) as session:
        occurrence = session.exec(select(Occurrence)).one()
        said = dict(shown_answers(SENSITIVE, GIVEN, occurrence, "da"))
        assert (said["Antal samtaler"], said["Personalesag"]) == ("4", HIDDEN["da"])
        assert "Blåt" in said["Pr. team"] and "Ida" not in said["Pr. team"]
        faults = [("antal", "»x« er ikke et tal."), ("sag", "»Advarsel« er for lang."), ("", "Intet svar.")]
        assert [what for _, what in shown_faults(SENSITIVE, faults, occurrence, "da")] == [
            "»x« er ikke et tal.",
            HIDDEN_FAULT["da"],
            "Intet svar.",
        ]
        activity = Activity.model_validate_json(occurrence.activity).model_copy(update={"confidential": True})
        occurrence.activity = activity.model_dump_json()
        assert set(dict(shown_answers(SENSITIVE, GIVEN, occurrence, "en")).values()) == {HIDDEN["en"]}


def test_the_receipt_of_a_confidential_activity_quotes_nothing(engine, town, server, tmp_path):
    with transaction(engine) as session:
        occurrence = session.exec(select(Occurrence)).one()
        activity = Activity.model_validate_json(occurrence.activity).model_copy(update={"confidential": True})
        occurrence.activity = activity.model_dump_json()
        session.add(occurrence)
        task = tasks_of(session)[0]
        submission = municipality.answer(session, task, at=NOON, kind=SubmissionKind.COMPLETE)
        person_id, address = person_of(session, town, task)
        outbox.queue(
            session,
            key="receipt:1",
            kind=MessageKind.RECEIPT,
            root_id=ROOT,
            person_id=person_id,
            address=address,
            task_id=task.id,
            context={"submission": submission.id},
            now=NOON,
        )
    run(engine, settings_for(server, tmp_path))
    words = mail_server.words(server.received[0])
    assert "Sygefraværet" not in words and words.count(HIDDEN["da"]) == 3
    assert "Sygefraværet" not in messages(engine)[0].text


def test_an_uncertain_mail_is_sent_again_as_the_same_mail_or_noted_as_arrived(engine, town, server, tmp_path):
    office = settings_for(server, tmp_path)
    with transaction(engine) as session:
        receipts(session, town, 2)
        session.execute(sa.update(Message).values(state=MessageState.UNKNOWN, unsure=2, attempts=2))
    with transaction(engine) as session:
        resending.send_again(session, 1, by="account:1", now=NOON)
        resending.mark_arrived(session, 2, by="account:1", now=NOON)
    run(engine, office)
    first, second = messages(engine)
    assert [mail.message_id for mail in server.received] == [message_id(first.key, "by.example")]
    assert (first.state, first.attempts) == (MessageState.SENT, 1)
    assert first.unsure == 2, "it may have come twice now, and stays marked so"
    assert (second.state, second.reason) == (MessageState.SENT, resending.ARRIVED)


def test_what_came_back_for_lack_of_encryption_is_not_handed_over_again_before_it_may_go_in_the_open(
    engine, town, server, tmp_path
):
    office = settings_for(server, tmp_path)
    with transaction(engine) as session:
        receipts(session, town, 1)
        session.execute(sa.update(Message).values(state=MessageState.SENT, sent_at=NOON))
    with transaction(engine) as session:
        resending.wait_for_encryption(session, 1, reason="Venter.", now=NOON)
    for hours in (2, 4, 6):
        run(engine, office, NOON + timedelta(hours=hours))
    (waiting,) = messages(engine)
    assert (waiting.state, waiting.reason) == (MessageState.WAITING, UNENCRYPTED_ONWARD)
    assert server.received == []
    in_the_open = office.model_copy(update={"smtp_plain_domains": "*"})
    run(engine, in_the_open, NOON + timedelta(hours=8))
    assert len(server.received) == 1 and messages(engine)[0].state is MessageState.SENT


def test_a_person_may_try_once_more_what_waits_for_encryption(engine, town, server, tmp_path):
    with transaction(engine) as session:
        receipts(session, town, 1)
        session.execute(sa.update(Message).values(state=MessageState.SENT, sent_at=NOON))
        resending.wait_for_encryption(session, 1, reason="Venter.", now=NOON)
        resending.send_again(session, 1, by="account:1", now=NOON)
    run(engine, settings_for(server, tmp_path))
    assert len(server.received) == 1 and messages(engine)[0].state is MessageState.SENT
