"""From the outbox to a real mail server, with what is kept of each mail afterwards."""

import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.engine import Engine
from sqlmodel import Session, col, select

from config.settings import Settings, load_settings
from cycle.access.links import read_token
from cycle.calendar import WorkingCalendar
from cycle.errors import FenceLost
from cycle.history import History
from cycle.messages import outbox
from cycle.messages.claiming import BEHIND, LEASE, claim
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Address, AddressHealth, Person, Substitute
from cycle.plan.model import Activity, ReminderKind
from cycle.reminders import ledger
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.runs import queue
from cycle.runs.queue import Work
from cycle.runs.tables import Run
from cycle.store import transaction
from cycle.tasks import change, review, submit
from cycle.tasks.answers import read_answers
from cycle.tasks.states import Channel, SubmissionKind, TaskKind
from cycle.tasks.tables import Occurrence, Task
from flows.deliver import deliver
from flows.runtime import RunContext, Runtime
from notifications.delivery import PAUSE, SUSPECTS, MailHeld
from notifications.gather import Letters, Prepared
from notifications.local_server import CUT, LocalServer, Received, Stage
from notifications.render import BLANK
from tests.support import mail_server, municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.narrow_door import narrow_door

NOON = instant(2027, 4, 6)
SECRET = "k" * 40


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with mail_server.running() as running:
        yield running


@pytest.fixture
def office(server: LocalServer, tmp_path: Path) -> Settings:
    return settings_for(server, tmp_path)


def settings_for(server: LocalServer, folder: Path, **more: object) -> Settings:
    return load_settings(
        data_dir=folder,
        secret_key=SECRET,
        smtp_host=server.host,
        smtp_port=server.port,
        smtp_security="none",
        smtp_timeout=5,
        mail_from="Styringssekretariatet <aarshjul@by.example>",
        reply_domain="svar.by.example",
        base_url="https://aarshjul.by.example",
        **more,
    )


@pytest.fixture
def town(engine: Engine) -> Town:
    with transaction(engine) as session:
        return open_town(session)


def open_town(session: Session, **more: int) -> Town:
    town = municipality.build(session, **more)
    cycle = municipality.start_cycle(session, town)
    occurrence = municipality.add_occurrence(session, town, cycle)
    municipality.add_tasks(session, town, occurrence)
    return town


def tasks_of(session: Session) -> list[Task]:
    return list(session.exec(select(Task).order_by(col(Task.id))))


def person_of(session: Session, town: Town, task: Task) -> tuple[int, str]:
    person_id = town.leaders[task.unit_id]
    address = session.exec(select(Address).where(Address.person_id == person_id)).one()
    return person_id, address.email


def write_daily(
    session: Session,
    town: Town,
    tasks: list[Task],
    *,
    to: Task,
    kind: ReminderKind = ReminderKind.OPENS,
    now: datetime = NOON,
) -> Message:
    """One person's mail of the day about these tasks, as the reminders write it."""
    person_id, address = person_of(session, town, to)
    day = WorkingCalendar().local_date(now)
    message = outbox.queue(
        session,
        key=f"daily:{person_id}:{day.isoformat()}",
        kind=MessageKind.DAILY,
        root_id=ROOT,
        person_id=person_id,
        address=address,
        task_id=None,
        context={},
        now=now,
    )
    assert message is not None
    for task in tasks:
        decision = ReminderDecision(
            task_id=task.id or 0,
            rule_id=kind.value,
            rule_kind=kind.value,
            deadline=task.due_on,
            ordinal=1,
            nominal_on=day,
            decided_at=now,
            verdict=Decided.SENT,
            reason="Besked om ny opgave: sendt i dagens mail.",
            person_id=person_id,
            message_id=message.id,
        )
        session.add(decision)
    session.flush()
    return message


def run(engine: Engine, settings: Settings, now: datetime = NOON) -> RunContext:
    context = RunContext.direct(engine, now, settings, ROOT)
    deliver(context)
    return context


def messages(engine: Engine) -> list[Message]:
    with transaction(engine) as session:
        return list(session.exec(select(Message).order_by(col(Message.id))))


def mail_to(server: LocalServer, address: str) -> Received:
    (found,) = [mail for mail in server.received if mail.recipient == address]
    return found


def test_a_daily_mail_arrives_with_its_link_and_reply_address(engine, town, office, server):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        address = person_of(session, town, task)[1]
        message = write_daily(session, town, [task], to=task)
    context = run(engine, office)

    mail = mail_server.read(mail_to(server, address))
    words = mail_server.words(mail_to(server, address))
    token = words.split("/opgave/")[1].split()[0]
    claims = read_token(SECRET.encode(), token, "task")
    assert (claims.task_id, claims.person_id) == (task.id, message.person_id)
    reply = str(mail["Reply-To"])
    assert reply.startswith("svar+") and reply.endswith("@svar.by.example")
    assert read_token(SECRET.encode(), reply[5:].partition("@")[0], "reply").task_id == task.id
    assert mail["Subject"] == "Kvartalsrapport 1 2027 for Skole 1.1 Ærø: frist 20. april"
    assert mail["From"].addresses[0].display_name == "Styringssekretariatet"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Message-ID"] == outbox.message_id(message.key, "by.example")
    assert mail["Date"].datetime == NOON
    assert mail.get_body(("html",)) is not None
    assert "Du får denne mail, fordi du er registreret som leder for Skole 1.1 Ærø." in words
    assert "Anledning: en opgave er åbnet." in words
    assert "Intet at bemærke" in words
    assert context.counts == {"sent": 1}


def test_what_is_kept_of_a_sent_mail_has_no_working_link(engine, town, office, server):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        write_daily(session, town, [task], to=task)
    run(engine, office)
    (kept,) = messages(engine)
    token = mail_server.words(server.received[0]).split("/opgave/")[1].split()[0]
    assert kept.state is MessageState.SENT and kept.sent_at == NOON
    assert f"https://aarshjul.by.example/opgave/{BLANK}" in kept.text
    assert token not in kept.text
    assert kept.subject == mail_server.read(server.received[0])["Subject"]


def test_a_mail_about_several_tasks_has_one_reply_address_and_a_letter_for_each(engine, town, office, server):
    with transaction(engine) as session:
        one, two, *_ = tasks_of(session)
        write_daily(session, town, [one, two], to=one)
    run(engine, office)
    mail = mail_server.read(server.received[0])
    words = mail_server.words(server.received[0])
    local = str(mail["Reply-To"]).partition("@")[0]
    assert local.startswith("svar+") and len(local) <= 64
    assert "svar+" not in words
    assert all(
        line in words for line in ("A. Kvartalsrapport 1 2027", "A1. Status", "B. ", "B3. Bemærkninger")
    )
    assert str(mail["Subject"]) == "2 opgaver til dig: Kvartalsrapport 1 2027 – frist 20. april"


def test_an_escalation_lists_the_late_units_and_gives_no_links_to_their_answers(engine, town, office, server):
    late = instant(2027, 4, 27)
    with transaction(engine) as session:
        one, two, *_ = tasks_of(session)
        superior = Task(
            **(one.model_dump() | {"id": None, "unit_id": town.districts[0], "role": "distriktschef"})
        )
        write_daily(session, town, [one, two], to=superior, kind=ReminderKind.ESCALATE, now=late)
    run(engine, office, late)
    words = mail_server.words(server.received[0])
    assert "ENHEDER, DER MANGLER SVAR" in words
    assert f"Skole 1.1 Ærø (Leder af {one.unit_id})" in words
    assert "/opgave/" not in words and "svar+" not in words
    assert "fordi du er nærmeste leder for Skole 1.1 Ærø og Skole 1.2 Ærø" in words


def test_a_daily_mail_whose_tasks_are_all_answered_is_withheld(engine, town, office, server):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        write_daily(session, town, [task], to=task)
        municipality.answer(session, task, at=NOON)
    context = run(engine, office)
    (message,) = messages(engine)
    assert message.state is MessageState.WITHHELD
    assert server.received == []
    assert context.counts == {"withheld": 1}
    with transaction(engine) as session:
        assert session.exec(select(ReminderDecision)).one().verdict is Decided.ANSWERED


def test_an_answered_task_is_left_out_of_the_mail_and_its_decision_says_so(engine, town, office, server):
    with transaction(engine) as session:
        one, two, *_ = tasks_of(session)
        write_daily(session, town, [one, two], to=one)
        municipality.answer(session, one, at=NOON)
    run(engine, office)
    words = mail_server.words(server.received[0])
    assert "Skole 1.2 Ærø" in words and "Skole 1.1 Ærø" not in words
    with transaction(engine) as session:
        verdicts = {d.task_id: d.verdict for d in session.exec(select(ReminderDecision))}
    assert verdicts == {one.id: Decided.ANSWERED, two.id: Decided.SENT}


def test_a_receipt_repeats_the_answer_and_goes_to_the_posts_address(engine, town, office, server):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        answers = read_answers(
            municipality.FORM,
            {
                "status": {"light": "gul", "comment": "Fravær"},
                "beloeb": "14,5 mio.",
                "bemaerkning": "Ses i maj",
            },
            rows={},
        )
        submit.submit(
            session,
            task.id or 0,
            answers=answers,
            kind=SubmissionKind.COMPLETE,
            channel=Channel.WEB,
            by="person:1",
            received_at=NOON,
            now=NOON,
            once="t1",
        )
        address = person_of(session, town, task)[1]
    run(engine, office)
    words = mail_server.words(mail_to(server, address))
    for piece in ("gul: Fravær", "14.500.000 kr.", "Ses i maj", "Modtaget: 6. april 2027 kl. 12.00"):
        assert piece in words


def test_every_act_on_a_task_writes_a_mail_that_can_be_read(engine, town, office, server):
    with transaction(engine) as session:
        returned, extended, waived, nudged, *_ = tasks_of(session)
        municipality.answer(session, returned, at=NOON)
        review.return_for_changes(
            session,
            returned.id or 0,
            reason="Tallet mangler.",
            by="account:1",
            now=NOON,
            field_reasons={"beloeb": "Skal være i kroner."},
        )
        change.extend(
            session, extended.id or 0, new_due_on=date(2027, 4, 28), reason="Sygdom", by="account:1", now=NOON
        )
        change.waive(session, waived.id or 0, why="Skolen lukker", by="account:1", now=NOON)
        change.nudge(session, nudged.id or 0, text="Ring gerne.", by="account:1", now=NOON, once="n1")
    run(engine, office)
    assert [message.state for message in messages(engine)] == [MessageState.SENT] * 4
    words = {message.kind: message.text for message in messages(engine)}
    assert "Forventet resultat: Skal være i kroner." in words[MessageKind.RETURNED]
    assert "Ret det senest tirsdag den 20. april 2027" in words[MessageKind.RETURNED]
    assert "Den gamle frist var tirsdag den 20. april 2027." in words[MessageKind.EXTENDED]
    assert "Skolen lukker" in words[MessageKind.WAIVED]
    assert "Ring gerne." in words[MessageKind.NUDGE]


def test_a_substitute_is_told_in_which_capacity(engine, town, office, server):
    with transaction(engine) as session:
        task, other, *_ = tasks_of(session)
        session.add(
            Substitute(
                unit_id=task.unit_id,
                role="leder",
                person_id=town.leaders[other.unit_id],
                valid_from=date(2027, 4, 1),
            )
        )
        write_daily(session, town, [task], to=other)
    run(engine, office)
    assert "fordi du er stedfortræder for Skole 1.1 Ærø (leder)" in mail_server.words(server.received[0])


def test_a_person_who_reads_english_gets_english(engine, town, office, server):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        session.execute(sa.update(Person).values(language="en"))
        occurrence = session.exec(select(Occurrence)).one()
        activity = Activity.model_validate_json(occurrence.activity)
        in_english = activity.model_copy(update={"title_en": "Quarterly report 1"})
        occurrence.activity = in_english.model_dump_json()
        session.add(occurrence)
        write_daily(session, town, [task], to=task)
    run(engine, office)
    mail = server.received[0]
    assert "Due: Tuesday 20 April 2027" in mail_server.words(mail)
    for said in (mail_server.words(mail), mail_server.read(mail)["Subject"]):
        assert "Quarterly report 1 2027" in said and "Kvartalsrapport" not in said


def test_the_same_mail_goes_again_after_a_crash_between_claim_and_settle(engine, town, office, server):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        message = write_daily(session, town, [task], to=task)
    with transaction(engine) as session:
        claim(session, root_id=ROOT, now=NOON, calendar=WorkingCalendar())  # and the process dies here
    run(engine, office, NOON + timedelta(minutes=1))
    assert server.received == []
    run(engine, office, NOON + LEASE + timedelta(seconds=1))
    (mail,) = server.received
    assert mail.message_id == outbox.message_id(message.key, "by.example")
    assert [message.state for message in messages(engine)] == [MessageState.SENT]


def receipts(session: Session, town: Town, many: int, *, now: datetime = NOON) -> list[str]:
    """One mail to each of so many leaders; gives their addresses."""
    addresses = []
    for number, task in enumerate(tasks_of(session)[:many]):
        person_id, address = person_of(session, town, task)
        outbox.queue(
            session,
            key=f"nudge:{number}",
            kind=MessageKind.NUDGE,
            root_id=ROOT,
            person_id=person_id,
            address=address,
            task_id=task.id,
            context={"text": "Hej"},
            now=now,
        )
        addresses.append(address)
    return addresses


def test_a_run_that_was_taken_over_stops_and_the_mail_is_not_counted_as_sent(engine, town, office, server):
    with transaction(engine) as session:
        receipts(session, town, 2)
        queue.want(session, [Work(flow="deliver", subject=ROOT, root_id=ROOT)], now=NOON)
        held = queue.claim(session, worker="w1", now=NOON, real=NOON)
    assert held is not None

    def another_worker_comes(stage: Stage, _address: str) -> None:
        if stage is Stage.ACCEPTED:
            with transaction(engine) as session:
                session.execute(sa.update(Run).values(fence=held.fence + 1))

    server.set_hook(another_worker_comes)
    with pytest.raises(FenceLost):
        deliver(RunContext(Runtime(engine, office), held, NOON))
    assert {m.state for m in messages(engine)} == {MessageState.CLAIMED}
    server.set_hook(None)
    run(engine, office, NOON + LEASE + timedelta(seconds=1))
    assert {m.state for m in messages(engine)} == {MessageState.SENT}
    assert len({mail.message_id for mail in server.received}) == 2


def test_connections_are_used_again(engine, town, office, server):
    with transaction(engine) as session:
        receipts(session, town, 12)
    run(engine, office)
    assert len(server.received) == 12
    assert server.connections <= office.smtp_connections


def test_a_4xx_for_one_recipient_waits_and_the_others_go(engine, town, office, server):
    with transaction(engine) as session:
        addresses = receipts(session, town, 3)
    server.set_hook(mail_server.answer(Stage.RCPT, "450 4.2.1 later", only=addresses[1], times=1))
    context = run(engine, office)
    assert context.counts == {"sent": 2, "waiting": 1}
    waiting = messages(engine)[1]
    assert waiting.state is MessageState.WAITING and "450" in waiting.reason
    run(engine, office, waiting.next_at)
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses)


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        ("550 5.1.1 unknown", AddressHealth.DEAD),
        ("550 unknown", AddressHealth.DOUBTFUL),
        ("550 5.7.1 policy", AddressHealth.OK),
    ],
)
def test_a_5xx_for_one_recipient_marks_that_address_alone(engine, town, office, server, reply, health):
    with transaction(engine) as session:
        addresses = receipts(session, town, 3)
    server.set_hook(mail_server.answer(Stage.RCPT, reply, only=addresses[1]))
    context = run(engine, one_line(office))
    assert context.counts == {"sent": 2, "rejected": 1}
    with transaction(engine) as session:
        marked = {row.email: row.health for row in session.exec(select(Address)) if row.health != "ok"}
        noted = [row.verb for row in session.exec(select(History)) if row.verb.startswith("address_")]
    assert marked == ({addresses[1]: health} if health is not AddressHealth.OK else {})
    assert len(noted) == len(marked)
    assert reply in messages(engine)[1].reason


def test_a_line_cut_after_the_final_dot_leaves_that_mail_uncertain_and_the_rest_go(
    engine, town, office, server
):
    with transaction(engine) as session:
        addresses = receipts(session, town, 3)
    server.set_hook(mail_server.answer(Stage.ACCEPTED, CUT, only=addresses[0], times=1))
    context = run(engine, office)
    assert context.counts["sent"] == 2
    first = messages(engine)[0]
    assert first.unsure == 1 and first.state is not MessageState.SENT


@pytest.mark.parametrize(
    ("stage", "reply"),
    [
        (Stage.MAIL, "550 5.7.1 not you"),
        (Stage.RCPT, "554 5.7.1 Relay access denied"),
        (Stage.RCPT, "550 5.1.8 sender's domain not found"),
        (Stage.RCPT, "530 5.7.0 authentication required"),
        (Stage.RCPT, "554 5.7.1 <host[10.0.0.1]>: Client host rejected: Access denied"),
        (Stage.RCPT, "553 5.7.1 <aarshjul@by.example>: Sender address rejected: not owned by user x"),
        (Stage.RCPT, "550 Administrative prohibition"),
        (Stage.DATA, "550 5.7.60 SMTP; Client does not have permissions to send as this sender"),
        (Stage.DATA, "554 5.3.0 virus scanner not running"),
        (Stage.MAIL, "552 insufficient storage"),
        (Stage.MAIL, CUT),
    ],
)
def test_a_fault_that_is_ours_stops_the_queue_and_marks_nobody(engine, town, office, server, stage, reply):
    with transaction(engine) as session:
        receipts(session, town, 12)
    server.set_hook(mail_server.answer(stage, reply))
    with pytest.raises(MailHeld) as held:
        run(engine, office)
    assert "@" not in str(held.value)
    assert {m.next_at for m in messages(engine)} <= {NOON + PAUSE, NOON + PAUSE + BEHIND}
    refused = [m for m in messages(engine) if m.state is MessageState.WAITING]
    assert {(m.state, m.attempts) for m in messages(engine) if m not in refused} == {(MessageState.READY, 0)}
    assert {(m.attempts, m.suspected_at) for m in refused} <= {(1, NOON)} and len(refused) <= 2 * SUSPECTS
    with transaction(engine) as session:
        assert {row.health for row in session.exec(select(Address))} == {AddressHealth.OK}
    server.set_hook(None)
    run(engine, office, NOON + PAUSE + BEHIND)
    assert len({mail.message_id for mail in server.received}) == 12 == len(server.received)


@pytest.mark.parametrize(
    ("reply", "health"),
    [
        ("550 5.1.1 <x@y>: Recipient address rejected: User unknown in relay recipient table", "dead"),
        ("554 5.7.1 <x@y>: Relay access denied", "doubtful"),
        ("504 5.5.2 <x>: Recipient address rejected: need fully-qualified address", "doubtful"),
        ("550 5.1.8 <a@b>: Sender address rejected: Domain not found", "ok"),
        ("450 4.7.1 relay busy", "ok"),
    ],
)
def test_a_refusal_that_could_be_about_us_holds_nobody_else_up(engine, town, office, server, reply, health):
    """Also when the refused ones come first and are as many as would stop the queue."""
    with transaction(engine) as session:
        addresses = receipts(session, town, 12)
    bad, line = addresses[:SUSPECTS], one_line(office)
    server.set_hook(lambda stage, address: reply if stage is Stage.RCPT and address in bad else None)
    with suppress(MailHeld):
        run(engine, line)
    with suppress(MailHeld):
        run(engine, line, NOON + PAUSE + BEHIND)
    assert {m.address for m in messages(engine) if m.state is MessageState.SENT} == set(addresses) - set(bad)
    late = NOON + timedelta(hours=1)
    nudged(engine, 11, late)
    run(engine, line, late)
    with transaction(engine) as session:
        rows = session.exec(select(Address).where(col(Address.email).in_(addresses))).all()
        assert {row.email for row in rows if row.health == "ok"} >= set(addresses) - set(bad)
        assert {row.health.value for row in rows if row.email in bad} == {health}
    server.set_hook(None)
    run(engine, office, NOON + timedelta(hours=3))
    gone = len(bad) if health != "ok" else 0
    assert len(server.received) == len({mail.message_id for mail in server.received}) == 13 - gone


def one_line(settings: Settings) -> Settings:
    """One mail after the other."""
    return settings.model_copy(update={"smtp_connections": 1})


def nudged(engine: Engine, number: int, at: datetime) -> None:
    """One more mail waits, from this instant on."""
    with transaction(engine) as session:
        task_id = tasks_of(session)[number].id or 0
        change.nudge(session, task_id, text="Hej", by="account:1", now=at, once=f"{number}:{at}")


def test_one_that_is_suspected_is_set_aside_before_the_next_ones_content_goes(engine, town, office, server):
    with transaction(engine) as session:
        (bad, good, *_) = receipts(session, town, 3)
    known: list[int] = []

    def answer(stage: Stage, address: str) -> str | None:
        if stage is Stage.ACCEPTED and address == good:
            known.append(next(m.in_hand for m in messages(engine) if m.address == bad))
        return "550 5.7.1 refused by policy" if stage is Stage.RCPT and address == bad else None

    server.set_hook(answer)
    run(engine, one_line(office))
    assert known == [0]
    states = {m.address: m.state for m in messages(engine)}
    assert states.pop(bad) is MessageState.REJECTED and set(states.values()) == {MessageState.SENT}


def test_a_server_that_begins_to_refuse_us_in_the_middle_loses_nothing(engine, town, office, server):
    with transaction(engine) as session:
        addresses = receipts(session, town, 24)
    refusal = "554 5.7.1 <host[10.0.0.1]>: Client host rejected: Access denied"
    server.set_hook(lambda stage, _: refusal if stage is Stage.RCPT and len(server.received) >= 6 else None)
    assert refusing(engine, office, NOON, [PAUSE + BEHIND] * 4)[:2] == [True, True]
    waits = {MessageState.READY, MessageState.WAITING}
    assert {m.state for m in messages(engine)} <= {MessageState.SENT, *waits}
    server.set_hook(None)
    run(engine, office, NOON + timedelta(hours=1))
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses)
    with transaction(engine) as session:
        assert {row.health for row in session.exec(select(Address))} == {AddressHealth.OK}


def test_a_server_that_takes_so_many_mails_an_hour_has_nobody_marked_who_comes_after_them(
    engine, town, office, server
):
    """Also when what is left is fewer than would stop the queue, and was refused in the hour before."""
    with transaction(engine) as session:
        addresses = receipts(session, town, 8)
    left = [0]

    def quota(stage: Stage, _address: str) -> str | None:
        left[0] -= stage is Stage.RCPT
        return "550 quota exceeded" if stage is Stage.RCPT and left[0] < 0 else None

    server.set_hook(quota)
    for hour in range(12):
        left[0] = 3 - hour % 2
        at = NOON + timedelta(hours=hour)
        refusing(engine, one_line(office), at, [timedelta(minutes=6), timedelta(minutes=12), PAUSE])
        assert MessageState.REJECTED not in {m.state for m in messages(engine)}
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses)
    with transaction(engine) as session:
        assert {row.health for row in session.exec(select(Address))} == {AddressHealth.OK}


def test_one_that_is_refused_with_nothing_after_it_waits_until_the_server_is_known_to_take_others(
    engine, town, office, server
):
    with transaction(engine) as session:
        (bad, *_) = receipts(session, town, 1)
    server.set_hook(mail_server.answer(Stage.RCPT, "550 5.7.1 refused by policy", only=bad))
    run(engine, office)
    (first,) = messages(engine)
    assert first.state is MessageState.WAITING and first.suspected_at == NOON
    nudged(engine, 1, NOON + timedelta(minutes=1))
    run(engine, office, NOON + timedelta(minutes=1))
    run(engine, office, first.next_at)
    again = messages(engine)[0]
    assert again.state is MessageState.WAITING, "what the server took before this says nothing"
    nudged(engine, 2, again.next_at)
    run(engine, one_line(office), again.next_at)
    assert messages(engine)[0].state is MessageState.REJECTED
    assert messages(engine)[0].rejected_at == again.next_at


POLICY = "550 5.7.1 Message rejected by recipient policy"


def refusing(engine: Engine, settings: Settings, at: datetime, pauses: list[timedelta]) -> list[bool]:
    """Whether all mail was held at each of the runs, of which so long a pause follows each."""
    held = []
    for pause in pauses:
        try:
            run(engine, settings, at)
            held.append(False)
        except MailHeld:
            held.append(True)
        at += pause
    return held


@pytest.mark.parametrize(("good", "bad"), [(5, 3), (0, 3), (5, 6)])
def test_refused_mails_that_are_all_that_is_left_are_given_up_after_five_days_and_mark_nobody(
    engine, town, office, server, good, bad
):
    with transaction(engine) as session:
        addresses = receipts(session, town, good + bad)
    refused = set(addresses[good:])
    server.set_hook(lambda stage, address: POLICY if stage is Stage.RCPT and address in refused else None)
    held = refusing(engine, office, NOON, [timedelta(minutes=6)] * 20 + [timedelta(hours=9)] * 20)
    states = {m.address: m.state for m in messages(engine)}
    assert {states.pop(address) for address in refused} == {MessageState.REJECTED}
    assert set(states.values()) <= {MessageState.SENT}
    assert (good or held[0]) and not any(held[-3:])
    with transaction(engine) as session:
        assert {row.health for row in session.exec(select(Address))} == {AddressHealth.OK}


def test_refused_mails_stop_nothing_once_another_has_got_through_and_are_judged_by_the_next(
    engine, town, office, server
):
    with transaction(engine) as session:
        addresses = receipts(session, town, 4)
        session.execute(
            sa.update(Message).where(col(Message.id) == 4).values(next_at=NOON + timedelta(minutes=4))
        )
    bad = set(addresses[:3])
    server.set_hook(lambda stage, address: POLICY if stage is Stage.RCPT and address in bad else None)
    assert refusing(engine, office, NOON, [timedelta(minutes=4)] * 2) == [True, False]
    assert refusing(engine, office, NOON + timedelta(minutes=6), [PAUSE]) == [False]
    assert [m.state for m in messages(engine)] == [MessageState.WAITING] * 3 + [MessageState.SENT]
    later = NOON + timedelta(minutes=30)
    nudged(engine, 3, later)
    assert refusing(engine, one_line(office), later, [PAUSE]) == [False]
    assert [m.state for m in messages(engine)] == [MessageState.REJECTED] * 3 + [MessageState.SENT] * 2


def test_three_that_are_refused_do_not_stop_all_mail_while_another_sender_delivers(
    engine, town, office, server
):
    with transaction(engine) as session:
        addresses = receipts(session, town, 8)
        session.execute(
            sa.update(Message)
            .where(col(Message.id) == 8)
            .values(state=MessageState.SENT, sent_at=NOON + timedelta(seconds=1))
        )
    bad = set(addresses[:3])
    server.set_hook(lambda stage, address: POLICY if stage is Stage.RCPT and address in bad else None)
    run(engine, one_line(office))
    found = [m.state for m in messages(engine)]
    assert found == [MessageState.WAITING] * 3 + [MessageState.SENT] * 5


def test_a_server_that_refuses_us_for_days_stops_the_queue_and_loses_nothing(engine, town, office, server):
    with transaction(engine) as session:
        addresses = receipts(session, town, 12)
    refusal = "554 5.7.1 <host[10.0.0.1]>: Client host rejected: Access denied"
    server.set_hook(mail_server.answer(Stage.RCPT, refusal))
    held = refusing(engine, office, NOON, [timedelta(minutes=6)] * 20 + [timedelta(hours=9)] * 10)
    assert held[0] and held[-1]
    server.set_hook(None)
    run(engine, office, NOON + timedelta(hours=97))
    assert sorted(mail.recipient for mail in server.received) == sorted(addresses)
    with transaction(engine) as session:
        assert {row.health for row in session.exec(select(Address))} == {AddressHealth.OK}


def test_the_ledger_unsays_what_was_rejected_and_says_it_again_when_it_is_sent_again(
    engine, town, office, server
):
    with transaction(engine) as session:
        one, two, *_ = tasks_of(session)
        bad = write_daily(session, town, [one], to=one)
        write_daily(session, town, [two], to=two)
    server.set_hook(mail_server.answer(Stage.RCPT, "550 5.7.1 refused by policy", only=bad.address))
    run(engine, one_line(office))
    with transaction(engine) as session:
        said = {d.task_id: (d.verdict, d.reason) for d in session.exec(select(ReminderDecision))}
        assert said[one.id] == (
            Decided.UNDELIVERED,
            "Besked om ny opgave. Ikke sendt: mailen kunne ikke afleveres.",
        )
        assert said[two.id][0] is Decided.SENT
        ledger.said_again(session, bad.id or 0, on=date(2027, 4, 6))
        again = session.exec(select(ReminderDecision).where(ReminderDecision.task_id == one.id)).one()
        assert (again.verdict, again.reason) == (
            Decided.SENT,
            "Besked om ny opgave: sendt i mailen 6. april 2027.",
        )


@pytest.mark.parametrize("most", [1, 2])
def test_a_server_that_allows_fewer_connections_gets_all_over_those_it_allows(
    engine, town, server, tmp_path, most
):
    with transaction(engine) as session:
        receipts(session, town, 12)
    with narrow_door(server, most=most) as door:
        settings = settings_for(server, tmp_path).model_copy(
            update={"smtp_port": door.port, "smtp_connections": 3}
        )
        context = run(engine, settings)
    assert context.counts == {"sent": 12}
    assert len(server.received) == 12
    assert door.refused == 3 - most


def test_a_wrong_password_stops_the_queue(engine, town, tmp_path):
    with mail_server.running(login=("aarshjul", "rigtig")) as server:
        with transaction(engine) as session:
            receipts(session, town, 2)
        with pytest.raises(MailHeld) as held:
            run(engine, settings_for(server, tmp_path, smtp_user="aarshjul", smtp_password="forkert"))
        assert (held.value.stage, held.value.code) == ("login", "535")
        assert server.connections == 1, "a wrong password is not tried on every connection"
        right = settings_for(server, tmp_path, smtp_user="aarshjul", smtp_password="rigtig")
        run(engine, right, NOON + PAUSE)
        assert len(server.received) == 2


def test_without_a_mail_server_mail_waits_and_nothing_fails(engine, town, tmp_path):
    with transaction(engine) as session:
        receipts(session, town, 2)
    context = run(engine, load_settings(data_dir=tmp_path, secret_key=SECRET))
    assert {m.state for m in messages(engine)} == {MessageState.READY}
    assert min(m.next_at for m in messages(engine)) > NOON
    assert context.counts == {"held_back": 1}


def test_addresses_with_danish_letters_go_where_smtputf8_is_spoken(engine, town, office, server, tmp_path):
    with transaction(engine) as session:
        task = tasks_of(session)[0]
        session.execute(sa.update(Address).values(email="søren.ågård@by.example"))
        receipts(session, town, 1)
    run(engine, office)
    (mail,) = server.received
    assert mail.recipient == "søren.ågård@by.example"
    assert "søren.ågård@by.example" in str(mail_server.read(mail)["To"])
    with mail_server.running(smtputf8=False) as old:
        with transaction(engine) as session:
            change.nudge(session, task.id or 0, text="Hej", by="account:1", now=NOON, once="n9")
        run(engine, settings_for(old, tmp_path))
    last = messages(engine)[-1]
    assert last.state is MessageState.REJECTED and "SMTPUTF8" in last.reason


def test_an_address_with_a_line_break_is_refused_before_any_server_sees_it(engine, town, office, server):
    with transaction(engine) as session:
        receipts(session, town, 2)
        session.execute(
            sa.update(Message)
            .where(col(Message.id) == 1)
            .values(address="a@by.example\r\nRCPT TO:<evil@other.example>")
        )
    run(engine, office)
    first, second = messages(engine)
    assert first.state is MessageState.REJECTED and "linjeskift" in first.reason
    assert second.state is MessageState.SENT
    assert len(server.received) == 1


def test_a_mail_that_cannot_be_written_does_not_keep_the_others(engine, town, office, server):
    with transaction(engine) as session:
        receipts(session, town, 2)
        session.execute(
            sa.update(Message).where(col(Message.id) == 1).values(kind=MessageKind.RECEIPT, context={})
        )
    run(engine, office)
    first, second = messages(engine)
    assert first.state is MessageState.REJECTED and first.reason.startswith("Mailen kunne ikke skrives")
    assert second.state is MessageState.SENT


@pytest.mark.parametrize("fault", [OverflowError, OSError, RuntimeError])
def test_a_fault_in_composing_the_next_mail_neither_doubles_the_last_nor_stops_the_rest(
    engine, town, office, server, monkeypatch, fault
):
    with transaction(engine) as session:
        addresses = receipts(session, town, 6)
    well = Letters.write

    def ill(self: Letters, message: Message) -> Prepared:
        if message.key == "nudge:3":
            raise fault("date value out of range")
        return well(self, message)

    monkeypatch.setattr(Letters, "write", ill)
    run(engine, office)
    unwritten = messages(engine)[3]
    assert unwritten.state is MessageState.REJECTED and fault.__name__ in unwritten.reason
    assert sorted(mail.recipient for mail in server.received) == sorted(set(addresses) - {addresses[3]})
    assert {m.unsure for m in messages(engine)} == {0}


def test_a_review_is_listed_for_approval(engine, town, office, server):
    with transaction(engine) as session:
        occurrence_id = tasks_of(session)[0].occurrence_id
        task = Task(
            occurrence_id=occurrence_id,
            unit_id=town.districts[0],
            role="distriktschef",
            subject="review",
            kind=TaskKind.REVIEW,
            opened_at=NOON,
            due_on=date(2027, 4, 27),
            original_due_on=date(2027, 4, 27),
        )
        session.add(task)
        session.flush()
        write_daily(session, town, [task], to=task)
    run(engine, office)
    words = mail_server.words(server.received[0])
    assert "TIL DIN GODKENDELSE" in words and "Se og godkend: https://" in words
    assert "svar+" not in words


def test_two_thousand_mails_are_delivered(
    sqlite_engine: Engine, tmp_path: Path, record_property: Callable[[str, object], None]
):
    with mail_server.running(folder=tmp_path / "mails") as server:
        with transaction(sqlite_engine) as session:
            town = open_town(session, districts=2, units_per_district=500)
            addresses = receipts(session, town, 2000)
        started = time.perf_counter()
        context = run(sqlite_engine, settings_for(server, tmp_path))
        seconds = time.perf_counter() - started
        assert context.counts == {"sent": 2000}
        assert sorted(mail.recipient for mail in server.received) == sorted(addresses)
        assert server.connections == Settings.model_fields["smtp_connections"].default
    record_property("mails_per_second", round(2000 / seconds))
    assert seconds < 120
