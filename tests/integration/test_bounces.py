"""Mails that come back: which address is marked, and which report is not believed."""

from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtplib import SMTPResponse
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.english import in_english
from config.settings import Settings, load_settings
from cycle.history import History
from cycle.messages.resending import send_again
from cycle.messages.tables import Inbound, InboundVerdict, Message, MessageKind, MessageState
from cycle.organisation.tables import Address, AddressHealth
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import transaction
from flows.collect import collect
from flows.runtime import RunContext
from notifications.addresses import health_after
from notifications.office import Office
from notifications.reading.mail import FailedAddress
from notifications.smtp_answers import GONE, UNENCRYPTED_ONWARD, Fate, of_recipient
from tests.support import municipality, replies
from tests.support.municipality import ROOT, instant

NOON = instant(2027, 4, 6)
EMAIL = "Mette.Ø@by.example"
H = AddressHealth


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        data_dir=tmp_path, secret_key="k" * 40, reply_domain="svar.by.example", inbox_dir=tmp_path / "ind"
    )


@pytest.fixture
def sent(engine: Engine) -> list[int]:
    """Four mails that were sent to one address."""
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=1)
        person = town.leaders[town.units[0]]
        for row in session.exec(select(Address).where(col(Address.person_id) == person)):
            row.email = EMAIL
        mails = [
            Message(
                root_id=ROOT,
                key=f"receipt:{number}",
                kind=MessageKind.RECEIPT,
                person_id=person,
                address=EMAIL,
                state=MessageState.SENT,
                created_at=NOON,
                next_at=NOON,
                sent_at=NOON,
            )
            for number in range(4)
        ]
        session.add_all(mails)
        session.flush()
        return [mail.id or 0 for mail in mails]


def report(to: str, *, status: str = "5.1.1", action: str = "failed", address: str = EMAIL) -> bytes:
    """A delivery report as Postfix writes it, with the address in UTF-8 (RFC 6533)."""
    return (
        f"Return-Path: <>\r\nDelivered-To: {to}\r\nFrom: MAILER-DAEMON@mx.by.example\r\nTo: {to}\r\n"
        f"Message-ID: <{to}>\r\nSubject: Undelivered Mail Returned to Sender\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nI'm sorry.\r\n"
        "--b\r\nContent-Type: message/global-delivery-status\r\n\r\nReporting-MTA: dns; mx.by.example\r\n\r\n"
        f"Original-Recipient: utf-8;{address}\r\nFinal-Recipient: utf-8;{address}\r\nAction: {action}\r\n"
        f"Status: {status}\r\nDiagnostic-Code: smtp; 550 {status} no\r\n\r\n--b--\r\n"
    ).encode()


def collected(engine: Engine, settings: Settings, raw: bytes, days: int = 0) -> tuple[AddressHealth, Inbound]:
    at = NOON + timedelta(days=days)
    replies.put(settings, raw, at)
    collect(RunContext.direct(engine, at + timedelta(minutes=1), settings, ROOT))
    with transaction(engine) as session:
        health = session.exec(select(Address.health).where(col(Address.email) == EMAIL)).one()
        inbound = session.exec(select(Inbound).order_by(col(Inbound.id).desc())).first()
        assert inbound is not None
        return health, inbound


def returned_to(settings: Settings, message_id: int) -> str:
    return Office.of(settings).return_address(message_id)


def test_a_final_refusal_that_names_the_address_makes_it_dead_once_and_is_in_the_history(
    engine, settings, sent
):
    health, inbound = collected(engine, settings, report(returned_to(settings, sent[0])))
    assert health is H.DEAD
    assert inbound.verdict is InboundVerdict.BOUNCE and EMAIL in inbound.reason and "5.1.1" in inbound.reason
    with transaction(engine) as session:
        message = session.get_one(Message, sent[0])
        assert message.returned_at == NOON
        kept = session.exec(select(Address.health_reason).where(col(Address.email) == EMAIL)).one()
        assert "kom ikke frem" in kept and "5.1.1" in kept
        marks = session.exec(select(History.verb).where(col(History.thing).startswith("address:"))).all()
    assert list(marks) == ["address_dead"]
    collected(engine, settings, report(returned_to(settings, sent[1])))
    with transaction(engine) as session:
        marks = session.exec(select(History.verb).where(col(History.thing).startswith("address:"))).all()
    assert list(marks) == ["address_dead"]


@pytest.mark.parametrize(
    ("status", "address", "expected"),
    [
        ("5.7.1", EMAIL, H.DOUBTFUL),
        ("5.2.2", EMAIL, H.OK),
        ("4.4.7", EMAIL, H.OK),
        ("5.1.1", "videre@andet.example", H.DOUBTFUL),
    ],
    ids=["refused for another reason", "mailbox full", "for now", "the forwarded address is gone"],
)
def test_how_bad_it_is_depends_on_the_code(engine, settings, sent, status, address, expected):
    raw = report(returned_to(settings, sent[0]), status=status, address=address)
    assert collected(engine, settings, raw)[0] is expected


def test_the_third_day_of_refusals_for_now_makes_an_address_doubtful(engine, settings, sent):
    found = []
    for days, message_id in zip((0, 0, 5, 13), sent, strict=True):
        raw = report(returned_to(settings, message_id), status="4.2.2")
        found.append(collected(engine, settings, raw, days)[0])
    assert found == [H.OK, H.OK, H.OK, H.DOUBTFUL]


@pytest.mark.parametrize(
    ("action", "status", "verdict"),
    [
        ("delayed", "4.4.1", InboundVerdict.BOUNCE),
        ("delivered", "2.0.0", InboundVerdict.AUTOMATIC),
        ("relayed", "2.1.5", InboundVerdict.AUTOMATIC),
    ],
)
def test_a_report_that_says_that_a_mail_is_under_way_or_has_arrived_brings_nothing_back(
    engine, settings, sent, action, status, verdict
):
    health, inbound = collected(
        engine, settings, report(returned_to(settings, sent[0]), status=status, action=action)
    )
    assert (health, inbound.verdict) == (H.OK, verdict)
    with transaction(engine) as session:
        assert session.get_one(Message, sent[0]).returned_at is None


@pytest.mark.parametrize("status", ["5.2.2", "4.4.7"], ids=["mailbox full", "tried long enough"])
def test_the_ledger_unsays_what_came_back(engine, settings, sent, status):
    with transaction(engine) as session:
        message = session.get_one(Message, sent[0])
        town = municipality.build(session, root_id="NY", units_per_district=1)
        occurrence = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
        task = municipality.add_tasks(session, town, occurrence)[0]
        session.add(
            ReminderDecision(
                task_id=task.id,
                rule_id="opens",
                rule_kind="opens",
                deadline=task.due_on,
                ordinal=1,
                nominal_on=NOON.date(),
                decided_at=NOON,
                verdict=Decided.SENT,
                reason="Besked om ny opgave: sendt i dagens mail.",
                message_id=message.id,
            )
        )
    collected(engine, settings, report(returned_to(settings, sent[0]), status=status))
    with transaction(engine) as session:
        assert session.get_one(Message, sent[0]).returned_at == NOON
        said = session.exec(select(ReminderDecision)).one()
    assert said.verdict is Decided.UNDELIVERED
    assert said.reason == "Besked om ny opgave. Ikke sendt: mailen kunne ikke afleveres."


def test_refusals_for_now_that_lie_weeks_apart_make_nothing_of_an_address(engine, settings, sent):
    for days, message_id in zip((0, 10, 20, 30), sent, strict=True):
        raw = report(returned_to(settings, message_id), status="4.2.2")
        assert collected(engine, settings, raw, days)[0] is H.OK


@pytest.mark.parametrize(
    "to",
    ["retur+abcdefghijklmnopqrst@svar.by.example", "aarshjul@by.example", "svar+{reply}@svar.by.example"],
)
def test_a_report_without_a_genuine_return_path_changes_nothing(engine, settings, sent, to):
    genuine = returned_to(settings, sent[0]).partition("+")[2].partition("@")[0]
    health, inbound = collected(engine, settings, report(to.format(reply=genuine)))
    assert health is H.OK
    assert inbound.verdict is InboundVerdict.BOUNCE and "ikke til en af vores returadresser" in inbound.reason
    with transaction(engine) as session:
        assert session.get_one(Message, sent[0]).returned_at is None


def test_whatever_else_comes_to_a_return_path_tells_that_the_mail_came_back(engine, settings, sent):
    to = returned_to(settings, sent[0]).upper().replace("@SVAR.BY.EXAMPLE", "@svar.by.example")
    raw = (
        f"From: system@by.example\r\nTo: {to}\r\nMessage-ID: <x@by.example>\r\n\r\nKonto lukket.\r\n".encode()
    )
    health, inbound = collected(engine, settings, raw)
    assert (health, inbound.verdict) == (H.OK, InboundVerdict.BOUNCE)
    with transaction(engine) as session:
        assert session.get_one(Message, sent[0]).returned_at == NOON


def test_an_absence_that_answers_to_the_return_path_is_no_bounce(engine, settings, sent):
    raw = (
        f"From: mette@by.example\r\nTo: {returned_to(settings, sent[0])}\r\nAuto-Submitted: auto-replied\r\n"
        "Subject: Automatisk svar: Kvittering\r\nMessage-ID: <y@by.example>\r\n\r\nJeg er på ferie.\r\n"
    ).encode()
    health, inbound = collected(engine, settings, raw)
    assert (health, inbound.verdict) == (H.OK, InboundVerdict.AUTOMATIC)


@pytest.mark.parametrize(
    ("status", "words"),
    [("5.7.30", "no"), ("5.7.10", "no"), ("5.7.0", "550 5.7.30 REQUIRETLS support required")],
)
def test_what_came_back_for_lack_of_encryption_waits_for_it_and_marks_no_address(
    engine, settings, sent, status, words
):
    raw = report(returned_to(settings, sent[0]), status=status).replace(
        f"550 {status} no".encode(), words.encode()
    )
    health, inbound = collected(engine, settings, raw)
    assert health is H.OK and inbound.verdict is InboundVerdict.BOUNCE
    with transaction(engine) as session:
        waiting = session.get_one(Message, sent[0])
        assert (waiting.state, waiting.reason) == (MessageState.WAITING, UNENCRYPTED_ONWARD)
        assert (waiting.returned_at, waiting.sent_at) == (None, None)
        assert waiting.unencrypted_at == NOON + timedelta(minutes=1)
        assert session.get_one(Message, sent[1]).state is MessageState.SENT
        assert not session.exec(select(History.verb).where(col(History.thing).startswith("address:"))).all()


def test_two_rules_of_gone_addresses_are_one():
    told = [health_after(FailedAddress("a@x", code), to="a@x", days=1) for code in sorted(GONE)]
    assert told == [H.DEAD] * len(GONE)
    assert [of_recipient(SMTPResponse(550, f"{code} no")).fate for code in sorted(GONE)] == [
        Fate.ADDRESS_DEAD
    ] * len(GONE)


def again(engine: Engine, message_id: int, state: MessageState, **values: object) -> None:
    """A person has sent it again; `state` is what became of that."""
    with transaction(engine) as session:
        session.get_one(Message, message_id).returned_at = NOON
        session.flush()
        send_again(session, message_id, by="account:1", now=NOON, **values)  # type: ignore[arg-type]
        message = session.get_one(Message, message_id)
        session.refresh(message)
        message.state, message.reason = state, "250 OK"
        message.sent_at = NOON if state is MessageState.SENT else None


def kept(engine: Engine, message_id: int) -> tuple[object, ...]:
    with transaction(engine) as session:
        message = session.get_one(Message, message_id)
        return message.state, message.returned_at, message.unencrypted_at, message.reason


@pytest.mark.parametrize(
    ("status", "expected", "state"),
    [
        ("5.1.1", H.DEAD, MessageState.SENT),
        ("5.7.1", H.OK, MessageState.SENT),
        ("5.7.30", H.OK, MessageState.SENT),
        ("5.2.2", H.OK, MessageState.READY),
        ("5.7.30", H.OK, MessageState.WAITING),
    ],
)
def test_a_report_about_an_earlier_try_is_kept_and_says_only_of_an_address_that_it_is_gone(
    engine, settings, sent, state, status, expected
):
    again(engine, sent[0], state)
    before = kept(engine, sent[0])
    health, inbound = collected(engine, settings, report(returned_to(settings, sent[0]), status=status))
    assert health is expected and inbound.verdict is InboundVerdict.BOUNCE
    assert inbound.reason.startswith(f"Om et tidligere forsøg: Mailen til {EMAIL.lower()} kom ikke frem")
    assert "About an earlier try: The mail to" in in_english(inbound.reason)
    assert kept(engine, sent[0]) == before
    with transaction(engine) as session:
        resent = session.get_one(Message, sent[0]).resent
    assert resent == 1
    if state is MessageState.SENT:
        of_the_last = report(Office.of(settings).return_address(sent[0], resent), status="5.2.2")
        collected(engine, settings, of_the_last.replace(b"Undelivered", b"Second"))
        assert kept(engine, sent[0])[1] == NOON, "the newest try's own report counts"


def test_a_report_about_a_try_to_another_address_marks_neither(engine, settings, sent):
    again(engine, sent[0], MessageState.SENT, address="ny@by.example")
    with transaction(engine) as session:
        before = session.exec(select(Address.email, Address.health)).all()
    collected(engine, settings, report(returned_to(settings, sent[0])))
    with transaction(engine) as session:
        assert session.exec(select(Address.email, Address.health)).all() == before
    assert kept(engine, sent[0])[1] is None


def test_a_report_about_the_uncertain_first_try_does_not_undo_the_second(engine, settings, sent):
    with transaction(engine) as session:
        message = session.get_one(Message, sent[0])
        message.unsure = 1  # and the second was taken
    collected(engine, settings, report(returned_to(settings, sent[0]), status="5.2.2"))
    assert kept(engine, sent[0])[:2] == (MessageState.SENT, None)
    second = report(Office.of(settings).return_address(sent[0], 0, 1), status="5.2.2")
    collected(engine, settings, second)
    assert kept(engine, sent[0])[:2] == (MessageState.SENT, NOON)


def test_what_nobody_knew_the_fate_of_has_come_back_once_a_report_says_so(engine, settings, sent):
    with transaction(engine) as session:
        message = session.get_one(Message, sent[0])
        message.state, message.unsure, message.sent_at = MessageState.UNKNOWN, 3, None
    lost = report(Office.of(settings).return_address(sent[0], 0, 2), status="5.2.2")
    collected(engine, settings, lost)
    assert kept(engine, sent[0])[:2] == (MessageState.SENT, NOON)


@pytest.mark.parametrize(("lease", "comes_back"), [(timedelta(minutes=5), True), (timedelta(), False)])
def test_a_mail_that_a_sender_holds_comes_back_unless_the_sender_is_gone_and_it_goes_again(
    engine, settings, sent, lease, comes_back
):
    with transaction(engine) as session:
        message = session.get_one(Message, sent[0])
        message.state, message.sent_at, message.lease_until = MessageState.CLAIMED, None, NOON + lease
    collected(engine, settings, report(returned_to(settings, sent[0]), status="5.2.2"))
    assert (kept(engine, sent[0])[1] is not None) == comes_back
