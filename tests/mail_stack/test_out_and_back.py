"""Mail out through Postfix, and what comes back of it: answers, reports, answers in other orders."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import col

from cycle.messages.tables import Inbound, InboundVerdict, MailboxMark, Message, MessageState
from cycle.organisation.tables import Address, AddressHealth
from cycle.store import reading, transaction
from cycle.tasks.states import Channel, TaskState
from cycle.tasks.tables import Submission, Task
from flows.collect import collect
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.delivery import MailHeld
from notifications.office import Office
from tests.support.mail_round import FULL, MailTown, settings_for, trusting
from tests.support.mail_stack import ENGINE, HOST, until
from tests.support.municipality import ROOT

V = InboundVerdict
LEADER, NOBODY = "by-in-d1-001@by.example", "findes-ikke@by.example"


def task_of(town: MailTown, address: str = LEADER) -> Task:
    (task,) = [task for task in town.rows(Task) if task.unit_id.lower() == address.split("@")[0]]
    return task


def answer(town: MailTown, text: str = FULL, **headers: str) -> bytes:
    """The leader has got the mail and answers it; the answer has reached the engine's mailbox."""
    until(lambda: bool(town.letters(LEADER)), 20, town.stack.log)
    raw = town.reply(town.letters(LEADER)[0], text, **headers)
    before = len(town.stack.mails(ENGINE))
    town.send(LEADER, raw)
    until(lambda: len(town.stack.mails(ENGINE)) == before + 1, 20, town.stack.log)
    return raw


def test_mail_goes_out_encrypted_to_a_server_that_knows_us(town: MailTown) -> None:
    town.open()
    messages = town.rows(Message)
    assert len(messages) == 4 and {message.state for message in messages} == {MessageState.SENT}
    until(lambda: all(len(town.letters(message.address)) == 1 for message in messages), 20, town.stack.log)
    letter = town.letters(LEADER)[0]
    assert LEADER in str(letter["To"]) and str(letter["Reply-To"]).startswith("svar+")
    trace = str(letter.get_all("Received")[-1])
    assert "with ESMTPSA" in trace, "TLS and login"


@pytest.mark.parametrize("wrong", [{"smtp_password": "forkert"}, {}], ids=["password", "certificate"])
def test_a_wrong_password_or_a_server_we_cannot_trust_stops_the_queue_and_blames_nobody(
    town: MailTown, wrong: dict[str, str]
) -> None:
    town.at(town.calendar.opening(town.opens_on) + timedelta(minutes=30))
    settings = settings_for(town.stack, town.settings.data_dir, **wrong)
    at = town.calendar.send_window(town.opens_on)[0] + timedelta(hours=1)
    context = RunContext.direct(town.engine, at, settings, ROOT)
    if wrong:
        with trusting(town.stack), pytest.raises(MailHeld) as held:
            deliver(context)
    else:
        with pytest.raises(MailHeld) as held:
            deliver(context)
    assert held.value.stage == ("login" if wrong else "forbindelse")
    assert [(m.sent_at, held.value.stage in m.reason) for m in town.rows(Message)] == [(None, True)] * 4
    assert {address.health for address in town.rows(Address)} == {AddressHealth.OK}
    town.at(at + timedelta(minutes=10))
    assert {message.state for message in town.rows(Message)} == {MessageState.SENT}


def test_an_answer_by_mail_counts_from_when_our_server_took_it_and_is_marked_after_the_commit(
    town: MailTown,
) -> None:
    town.open()
    began = datetime.now(UTC).replace(microsecond=0)
    answer(town)
    assert town.stack.seen() == [False]
    now = town.now()
    (submission,) = town.rows(Submission)
    assert submission.channel is Channel.MAIL and began <= submission.received_at <= now
    assert submission.answers["beloeb"] == "14500000.00"
    assert task_of(town).state is TaskState.SUBMITTED
    (inbound,) = town.rows(Inbound)
    assert inbound.verdict is V.ANSWER and b"Delivered-To: svar+" in inbound.raw
    assert f"by {HOST} (Postfix)".encode() in inbound.raw
    assert town.stack.seen() == [True]
    until(lambda: len(town.letters(LEADER)) == 2, 20, town.stack.log)
    assert "14.500.000" in town.letters(LEADER)[1].get_body(("plain",)).get_content()


def test_what_was_not_committed_is_not_marked_and_read_again(town: MailTown) -> None:
    town.open()
    answer(town)

    class Dies(RunContext):
        def count(self, **counts: int) -> None:  # after the commit, before the mark
            raise SystemExit

    dying = Dies.direct(town.engine, datetime.now(UTC), town.settings, ROOT)
    with trusting(town.stack), pytest.raises(SystemExit):
        collect(dying)
    assert town.stack.seen() == [False] and len(town.rows(Submission)) == 1
    town.now()
    assert len(town.rows(Submission)) == 1 and town.stack.seen() == [True]


def test_a_server_that_numbers_anew_is_read_from_the_start_without_a_second_answer(town: MailTown) -> None:
    town.open()
    answer(town)
    answer(town, FULL.replace("14,5", "15"), Message_ID="<rettet@by.example>")
    town.now()

    def marks() -> tuple[int, int]:
        with reading(town.engine) as session:
            mark = session.get_one(MailboxMark, ROOT)
            return mark.uid_validity, mark.last_uid

    before = marks()
    assert before[1] == 2 and len(town.rows(Submission)) == 2
    town.stack.renumber()
    answer(town, FULL.replace("14,5", "16"), Message_ID="<rettet-igen@by.example>")
    town.at(datetime.now(UTC) + timedelta(minutes=3))
    after = marks()
    assert after[0] != before[0] and after[1] == 3
    assert [s.answers["beloeb"][:2] for s in town.rows(Submission)] == ["14", "15", "16"]
    assert [i.verdict for i in town.rows(Inbound)] == [V.ANSWER] * 3


def test_postfix_says_that_nobody_is_there_and_its_report_is_read(town: MailTown) -> None:
    with transaction(town.engine) as session:
        session.execute(sa.update(Address).where(col(Address.email) == LEADER).values(email=NOBODY))
    town.open()
    until(lambda: len(town.stack.mails(ENGINE)) == 1, 20, town.stack.log)
    report = town.stack.mails(ENGINE)[0]
    assert b"report-type=delivery-status" in report and b"Status: 5.1.1" in report
    town.now()
    (inbound,) = town.rows(Inbound)
    assert inbound.verdict is V.BOUNCE and town.rows(Submission) == []
    (message,) = [message for message in town.rows(Message) if message.address == NOBODY]
    returned_to = Office.of(town.settings).return_address(message.id or 0)
    assert f"Delivered-To: {returned_to}\n".encode() in inbound.raw.replace(b"\r\n", b"\n")
    health = {address.email: address.health for address in town.rows(Address)}
    assert health.pop(NOBODY) is AddressHealth.DEAD and set(health.values()) == {AddressHealth.OK}
