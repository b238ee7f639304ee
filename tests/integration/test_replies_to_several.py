"""Replies to real mails of ours: letters, inline answers, files, who wrote, and the same mail twice."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings, load_settings
from cycle.messages import outbox
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict, Message, MessageKind
from cycle.organisation.tables import Address, Appointment, Person
from cycle.plan.model import ReminderKind
from cycle.reminders.tables import Decided, ReminderDecision
from cycle.store import reading, transaction
from cycle.tasks import change, review
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import Channel, SubmissionKind, TaskState
from cycle.tasks.tables import Draft, FormVersion, Submission, Task
from flows.collect import collect
from flows.deliver import deliver
from flows.runtime import RunContext
from notifications.incoming import take
from notifications.local_server import LocalServer
from notifications.mailbox import Delivered, Place
from notifications.office import Office
from notifications.reading.read import read_mail
from notifications.reassigning import reassign
from tests.support import imap_server, mail_server, municipality
from tests.support.municipality import ROOT, Town, instant
from tests.support.replies import address_of

NOON = instant(2027, 4, 6)
LATER = NOON + timedelta(hours=1)
V = InboundVerdict
GREEN = "{0}1: grøn\n{0}2: 14,5 mio.\n"
PDF = b"%PDF-1.7 noget"


class House:
    """A town, its outgoing and its incoming mail server."""

    def __init__(self, engine: Engine, folder: Path, smtp: LocalServer, imap: imap_server.ImapServer) -> None:
        self.engine, self.smtp, self.imap = engine, smtp, imap
        self._folder = folder
        self.settings = self.configured()
        with transaction(engine) as session:
            self.town: Town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town)
            for name in ("kvartalsrapport-1", "budget"):
                occurrence = municipality.add_occurrence(session, self.town, cycle, name, title=name.title())
                municipality.add_tasks(session, self.town, occurrence)
        self._number = 0

    def configured(self, **more: object) -> Settings:
        return load_settings(
            data_dir=self._folder,
            secret_key="k" * 40,
            smtp_host=self.smtp.host,
            smtp_port=self.smtp.port,
            smtp_security="none",
            mail_from="Styringssekretariatet <aarshjul@by.example>",
            reply_domain="svar.by.example",
            imap_host="127.0.0.1",
            imap_port=self.imap.port,
            imap_security="none",
            imap_user="aarshjul",
            imap_password="hemmelig",
            **more,
        )

    def tasks_of(self, unit_id: str) -> list[Task]:
        with reading(self.engine) as session:
            return list(session.exec(select(Task).where(Task.unit_id == unit_id).order_by(col(Task.id))))

    def send_daily(self, unit_id: str, tasks: list[Task] | None = None) -> EmailMessage:
        """The day's mail about the unit's tasks, as its leader's mailbox got it."""
        with transaction(self.engine) as session:
            person = self.town.leaders[unit_id]
            message = outbox.queue(
                session,
                key=f"daily:{person}:{len(self.smtp.received)}",
                kind=MessageKind.DAILY,
                root_id=ROOT,
                person_id=person,
                address=address_of(unit_id),
                task_id=None,
                context={},
                now=NOON,
            )
            assert message is not None
            for task in tasks or self.tasks_of(unit_id):
                session.add(
                    ReminderDecision(
                        task_id=task.id or 0,
                        rule_id=f"aabner-{message.id}",
                        rule_kind=ReminderKind.OPENS.value,
                        deadline=task.due_on,
                        ordinal=0,
                        nominal_on=date(2027, 4, 6),
                        decided_at=NOON,
                        verdict=Decided.SENT,
                        reason="Opgaven åbnede.",
                        person_id=person,
                        message_id=message.id,
                    )
                )
        self.deliver()
        return mail_server.read(self.smtp.received[-1])

    def deliver(self, now: datetime = NOON) -> None:
        deliver(RunContext.direct(self.engine, now, self.settings, ROOT))

    def reply(
        self,
        to: EmailMessage,
        text: str,
        *,
        sender: str = "",
        at: datetime = NOON,
        files: dict[str, bytes] | None = None,
        **headers: str,
    ) -> bytes:
        """A reply as a mail program writes it, laid into the mailbox."""
        self._number += 1
        mail = EmailMessage()
        mail["From"] = sender or str(to["To"].addresses[0].addr_spec)
        mail["To"] = str(to["Reply-To"])
        mail["Subject"] = f"SV: {to['Subject']}"
        mail["Message-ID"] = headers.pop("Message_ID", f"<svar-{self._number}@by.example>")
        mail["In-Reply-To"] = str(to["Message-ID"])
        for name, value in headers.items():
            mail[name.replace("_", "-")] = value
        mail.set_content(text)
        for name, content in (files or {}).items():
            mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=name)
        self.imap.deliver(mail.as_bytes(), at)
        return mail.as_bytes()

    def collect(self, now: datetime = LATER) -> dict[str, int]:
        context = RunContext.direct(self.engine, now, self.settings, ROOT)
        collect(context)
        return context.counts

    def rows(self, table: type) -> list:
        with reading(self.engine) as session:
            return list(
                session.exec(select(table).order_by(table.id if hasattr(table, "id") else table.task_id))
            )


@pytest.fixture
def house(engine: Engine, tmp_path: Path) -> Iterator[House]:
    with mail_server.running() as smtp, imap_server.running() as imap:
        yield House(engine, tmp_path, smtp, imap)


@pytest.fixture
def small(sqlite_engine: Engine, tmp_path: Path) -> Iterator[House]:
    with mail_server.running() as smtp, imap_server.running() as imap:
        yield House(sqlite_engine, tmp_path, smtp, imap)


@pytest.fixture
def unit(small: House) -> str:
    return small.town.units[0]


def quote(mail: EmailMessage, fill: Callable[[str], str] = lambda line: "") -> str:
    """The mail's text with ">" before each line, and below each what `fill` gives for it."""
    lines = []
    for line in mail_server.words_of(mail).splitlines():
        lines.append(f"> {line}")
        lines += [extra] if (extra := fill(line)) else []
    return "Den 6. april 2027 kl. 12.00 skrev Styringssekretariatet <aarshjul@by.example>:\n\n" + "\n".join(
        lines
    )


def test_one_reply_answers_several_tasks_each_by_its_letter(house):
    unit = house.town.units[0]
    mail = house.send_daily(unit)
    house.reply(mail, f"Hej\n\n{GREEN.format('A')}\nB: Intet at bemærke\n\nMvh. Bo\n\n{quote(mail)}")
    assert house.collect() == {"answer": 1}
    assert [(s.kind, s.channel) for s in house.rows(Submission)] == [
        (SubmissionKind.COMPLETE, Channel.MAIL),
        (SubmissionKind.NIL, Channel.MAIL),
    ]
    assert [task.state for task in house.tasks_of(unit)] == [TaskState.SUBMITTED] * 2
    readings = house.rows(InboundTask)
    assert [(each.task_id, each.verdict) for each in readings] == [
        (task.id, V.ANSWER) for task in house.tasks_of(unit)
    ]
    assert [m.kind for m in house.rows(Message)].count(MessageKind.RECEIPT) == 2


def test_the_letters_are_the_same_when_a_task_was_answered_before_the_mail_left(small, unit):
    first, second = small.tasks_of(unit)
    mail = small.send_daily(unit)
    with transaction(small.engine) as session:
        municipality.answer(session, session.get_one(Task, first.id), at=NOON)
    small.reply(mail, GREEN.format("B"))
    small.collect()
    assert [s.task_id for s in small.rows(Submission)] == [first.id, second.id]


def test_a_reply_without_letters_changes_no_task_and_is_asked_about(small, unit):
    mail = small.send_daily(unit)
    small.reply(mail, "Det går godt hos os.")
    assert small.collect() == {"draft": 1}
    assert small.rows(Submission) == small.rows(Draft) == []
    assert [each.unplaced for each in small.rows(InboundTask)] == ["Det går godt hos os."] * 2
    small.deliver(LATER)
    asked = mail_server.read(small.smtp.received[-1])
    words = mail_server.words(small.smtp.received[-1])
    assert asked["Subject"] == "Hvilken opgave svarede du på?"
    assert "Det går godt hos os." in words and "A1. Status" in words and "B1. Status" in words
    small.reply(asked, GREEN.format("B"), at=LATER)
    assert small.collect(LATER + timedelta(hours=1)) == {"answer": 1}
    assert [s.task_id for s in small.rows(Submission)] == [small.tasks_of(unit)[1].id]


def test_a_letter_that_the_mail_did_not_have_is_told_in_the_receipt(small, unit):
    mail = small.send_daily(unit)
    small.reply(mail, f"{GREEN.format('A')}{GREEN.format('B')}C1: gul, vi er bagud\n\nMvh. Bo")
    assert small.collect() == {"answer": 1}
    assert [each.unplaced for each in small.rows(InboundTask)] == ["C1: gul, vi er bagud", ""]
    small.deliver(LATER)
    receipts = [mail_server.words(each) for each in small.smtp.received[1:]]
    assert sum("DET KUNNE VI IKKE PLACERE" in words and "C1: gul" in words for words in receipts) == 1


def test_a_promise_about_several_tasks_asks_nothing(small, unit):
    mail = small.send_daily(unit)
    small.reply(mail, "Tak, vi svarer i næste uge\n\nMvh. Bo")
    small.reply(mail, f"{GREEN.format('A')}\nB: Jeg vender tilbage", at=NOON + timedelta(minutes=1))
    assert small.collect() == {"no_answer": 1, "answer": 1}
    assert [task.state for task in small.tasks_of(unit)] == [TaskState.SUBMITTED, TaskState.OPEN]
    assert [m.kind for m in small.rows(Message)] == [MessageKind.DAILY, MessageKind.RECEIPT]


def test_what_no_question_was_found_for_is_not_told_as_understood(small, unit):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, "Det går godt hos os.")
    assert small.collect() == {"draft": 1}
    assert small.rows(Draft)[0].answers == {"bemaerkning": "Det går godt hos os."}
    small.deliver(LATER)
    words = mail_server.words(small.smtp.received[-1])
    assert "Vi kunne ikke finde et svar i mailen" in words and "DET FORSTOD VI" not in words
    assert "DET KUNNE VI IKKE PLACERE" in words and "Det går godt hos os." in words


def test_a_strangers_mail_thanks_nobody_and_says_what_to_do(small, unit):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, GREEN.format(""), sender="en.anden@by.example")
    small.reply(mail, "Tak, jeg svarer i morgen", sender="en.tredje@by.example")
    assert small.collect() == {"unknown_sender": 1, "no_answer": 1}
    small.deliver(LATER)
    told = mail_server.read(small.smtp.received[-1])
    words = mail_server.words(small.smtp.received[-1])
    assert len(small.smtp.received) == 2 and address_of(unit) in str(told["To"])
    assert told["Subject"].startswith("Et svar, vi ikke kunne tage imod")
    assert "Tak" not in words and "din mail" not in words
    assert "en.anden@by.example" in words and "Er svaret jeres, så send det fra siden." in words


def test_answers_under_the_quoted_questions_go_to_their_tasks(small, unit):
    mail = small.send_daily(unit)
    answers = {"A1. S": "grøn", "A2. F": "14,5 mio.", "B1. S": "gul, vi er bagud", "B2. F": "0"}
    text = quote(mail, lambda line: answers.get(line[:5], ""))
    small.reply(mail, text)
    assert small.collect() == {"answer": 1}, small.rows(Inbound)[0].reason
    assert [s.answers["status"]["light"] for s in small.rows(Submission)] == ["grøn", "gul"]


def test_moved_by_hand_a_strangers_reply_about_several_says_of_each_what_stands_at_its_letter(small, unit):
    second = small.tasks_of(unit)[1]
    mail = small.send_daily(unit)
    small.reply(mail, f"{GREEN.format('A')}B: Intet at bemærke", sender="en.anden@by.example")
    assert small.collect() == {"unknown_sender": 1}
    (inbound,) = small.rows(Inbound)
    with transaction(small.engine) as session:
        reassign(
            session,
            session.get_one(Inbound, inbound.id),
            second.id or 0,
            as_answer=True,
            office=Office.of(small.settings),
            by="account:1",
            now=LATER,
        )
    assert [(s.task_id, s.kind) for s in small.rows(Submission)] == [(second.id, SubmissionKind.NIL)]
    assert [each.unplaced for each in small.rows(InboundTask)] == ["", "", ""]


def test_one_task_with_a_fault_is_a_draft_and_the_other_an_answer(small, unit):
    mail = small.send_daily(unit)
    small.reply(mail, GREEN.format("A") + "B1: lilla\nB2: 12 mio.")
    assert small.collect() == {"draft": 1}
    assert [s.task_id for s in small.rows(Submission)] == [small.tasks_of(unit)[0].id]
    (draft,) = small.rows(Draft)
    assert draft.task_id == small.tasks_of(unit)[1].id and draft.answers == {"beloeb": "12000000.00"}
    small.deliver(LATER)
    words = "\n".join(mail_server.words(each) for each in small.smtp.received[1:])
    assert "1. Status: " in words and "Forventet resultat: 12.000.000 kr." in words


def test_raising_one_tasks_links_revokes_the_address_of_the_mail(small, unit):
    mail = small.send_daily(unit)
    task = small.tasks_of(unit)[1]
    with transaction(small.engine) as session:
        change.renew_links(session, task.id or 0, seen=1, why="Sendt videre", by="account:1", now=NOON)
    small.reply(mail, GREEN.format("A"))
    assert small.collect() == {"unreadable": 1}
    assert small.rows(Submission) == []


def test_an_address_for_one_task_that_was_delivered_before_keeps_working(small, unit):
    task = small.tasks_of(unit)[0]
    alone = small.send_daily(unit, [task])
    assert "1. Status" in mail_server.words_of(alone)
    small.send_daily(unit)
    small.reply(alone, GREEN.format(""))
    assert small.collect() == {"answer": 1}


@pytest.mark.parametrize(
    ("given", "verdict"),
    [
        ("mx.by.example; dmarc=pass header.from=by.example", V.ANSWER),
        ("mx.by.example; dmarc=fail header.from=by.example", V.UNKNOWN_SENDER),
        ("mx.andet.example; dmarc=fail header.from=by.example", V.ANSWER),
    ],
)
def test_what_our_server_does_not_vouch_for_is_a_draft_that_the_leader_confirms(small, unit, given, verdict):
    small.settings = small.configured(imap_authserv_id="mx.by.example")
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, GREEN.format(""), Authentication_Results=given)
    small.collect()
    assert small.rows(Inbound)[0].verdict is verdict
    assert len(small.rows(Submission)) == (verdict is V.ANSWER)
    if verdict is V.UNKNOWN_SENDER:
        assert small.rows(Draft)[0].answers["status"]["light"] == "grøn"
        told = small.rows(Message)[-1]
        assert (told.kind, told.address) == (MessageKind.REPLY_PROBLEM, address_of(unit))


def test_the_substitutes_answer_is_the_substitutes(small, unit):
    other = small.town.units[1]
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    with transaction(small.engine) as session:
        session.add(
            Address(unit_id=unit, role="leder", email="Kontoret@by.example", valid_from=date(2027, 1, 1))
        )
    small.reply(mail, GREEN.format(""), sender="kontoret@by.example")
    small.reply(mail, "Intet at bemærke", sender=address_of(other), at=NOON + timedelta(minutes=1))
    assert small.collect() == {"answer": 1, "unknown_sender": 1}
    assert small.rows(Submission)[0].by == f"person:{small.town.leaders[unit]}"


def test_the_same_words_under_another_message_id_are_received_before_but_not_after_a_return(small, unit):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    for minutes in (0, 5):
        small.reply(mail, GREEN.format(""), at=NOON + timedelta(minutes=minutes))
    assert small.collect() == {"answer": 1, "duplicate": 1}
    task = small.tasks_of(unit)[0]
    with transaction(small.engine) as session:
        review.return_for_changes(session, task.id or 0, reason="Se igen", by="account:1", now=LATER)
    small.reply(mail, GREEN.format(""), at=LATER + timedelta(minutes=1))
    assert small.collect(LATER + timedelta(hours=1)) == {"answer": 1}
    assert [s.version for s in small.rows(Submission)] == [1, 2]


def test_a_file_goes_to_the_one_question_for_files_and_others_are_named_in_the_receipt(small, unit):
    form = Form(
        id="bilag",
        title="Bilag",
        fields=(
            Field(id="t", type=FieldType.LONG_TEXT, label="Svar"),
            Field(id="fil", type=FieldType.FILE, label="Regnskab", required=False),
        ),
    )
    with transaction(small.engine) as session:
        for version in session.exec(select(FormVersion)):
            version.spec = form.model_dump_json()
    another = small.town.units[1]
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, "Svar: Se bilaget.", files={"Regnskab.pdf": PDF, "skema.exe": b"MZ"})
    other = small.send_daily(another, small.tasks_of(another)[:1])
    small.reply(other, "Svar: Se bilagene.", files={"a.pdf": PDF, "b.pdf": PDF + b"2"})
    assert small.collect() == {"answer": 2}
    first, second = small.rows(Submission)
    assert first.answers["fil"]["name"] == "Regnskab.pdf" and "fil" not in second.answers
    small.deliver(LATER)
    words = "\n".join(mail_server.words(each) for each in small.smtp.received[2:])
    assert "- skema.exe: Programmer og filer med makroer tages ikke imod." in words
    assert "- b.pdf: modtaget" in words


@pytest.mark.parametrize(
    ("text", "headers", "verdict", "told"),
    [
        ("", {}, V.EMPTY, True),
        ("Jeg er på ferie", {"Auto_Submitted": "auto-replied"}, V.AUTOMATIC, False),
    ],
)
def test_mails_that_are_no_reply_are_kept_and_only_a_person_is_told(
    small, unit, text, headers, verdict, told
):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, text, **headers)
    assert small.collect() == {verdict.value: 1}
    assert small.rows(Inbound)[0].task_id == small.tasks_of(unit)[0].id
    problems = [m for m in small.rows(Message) if m.kind is MessageKind.REPLY_PROBLEM]
    assert bool(problems) is told and small.rows(Submission) == []
    if told:
        small.deliver(LATER)
        assert "Din mail er tom" in mail_server.words(small.smtp.received[-1])


def test_a_stranger_gets_nothing_told_about_an_empty_mail(small, unit):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, "", sender="en.anden@by.example")
    small.collect()
    assert MessageKind.REPLY_PROBLEM not in [m.kind for m in small.rows(Message)]


def test_text_that_has_no_place_is_in_the_receipt(small, unit):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    small.reply(mail, "Tak for sidst ved mødet.\n\n1: grøn\n2: 14,5 mio.")
    assert small.collect() == {"answer": 1}
    small.deliver(LATER)
    words = mail_server.words(small.smtp.received[-1]).replace("\r\n", "\n")
    assert "DET KUNNE VI IKKE PLACERE\nTak for sidst ved mødet." in words


def test_a_report_round_answered_half_by_mail_and_half_by_web_each_mail_twice(house):
    """Every leader gets the day's mail; one half replies (each reply is delivered twice), the other uses
    the page. All are answered once, and every mail has its verdict."""
    units = house.town.units
    mails = {unit: house.send_daily(unit) for unit in units}
    by_mail, by_web = units[::2], units[1::2]
    for unit in by_mail:
        raw = house.reply(mails[unit], f"{GREEN.format('A')}B: Intet at bemærke")
        house.imap.deliver(raw, NOON + timedelta(minutes=2))
        house.reply(mails[unit], f"{GREEN.format('A')}B: Intet at bemærke", at=NOON + timedelta(minutes=3))
    for unit in by_web:
        with transaction(house.engine) as session:
            for task in house.tasks_of(unit):
                municipality.answer(session, session.get_one(Task, task.id), at=NOON)
    counts = house.collect()
    assert counts == {"answer": len(by_mail), "duplicate": 2 * len(by_mail)}
    house.imap.renumber()
    assert house.collect(LATER + timedelta(minutes=5)) == {"duplicate": 3 * len(by_mail)}
    answered = house.rows(Submission)
    assert len(answered) == 2 * len(units) == len({s.task_id for s in answered})
    assert sum(s.channel is Channel.MAIL for s in answered) == 2 * len(by_mail)
    assert {task.state for unit in units for task in house.tasks_of(unit)} == {TaskState.SUBMITTED}


def test_a_leader_who_no_longer_holds_the_post_leaves_a_draft_for_the_new_one(small, unit):
    mail = small.send_daily(unit, small.tasks_of(unit)[:1])
    with transaction(small.engine) as session:
        post = session.exec(select(Appointment).where(Appointment.unit_id == unit)).one()
        post.valid_to = date(2027, 4, 5)
        person = Person(id=9_001, root_id=ROOT, key="ny", name="Ny Leder")
        session.add(person)
        session.flush()
        session.add(Address(person_id=person.id, email="ny@by.example", valid_from=date(2027, 4, 6)))
        session.add(Appointment(unit_id=unit, role="leder", person_id=9_001, valid_from=date(2027, 4, 6)))
    small.reply(mail, GREEN.format(""))
    assert small.collect() == {"unknown_sender": 1}
    assert small.rows(Submission) == [] and small.rows(Draft)[0].answers["beloeb"] == "14500000.00"
    assert small.rows(Message)[-1].address == "ny@by.example"
    small.reply(mail, GREEN.format(""), sender="ny@by.example", at=NOON + timedelta(minutes=2))
    assert small.collect() == {"answer": 1}
    assert small.rows(Submission)[0].by == "person:9001"


def test_a_run_that_dies_before_its_commit_leaves_nothing_and_the_next_takes_the_mail(small, unit):
    mail = small.send_daily(unit)
    raw = small.reply(mail, f"{GREEN.format('A')}B1: grøn\nB2: 1")
    before = len(small.rows(Message))
    with pytest.raises(ZeroDivisionError), transaction(small.engine) as session:
        delivered = Delivered(Place(7, 1), NOON, raw)
        take(session, delivered, read_mail(raw), root_id=ROOT, office=Office.of(small.settings), now=LATER)
        raise ZeroDivisionError
    assert small.rows(Inbound) == small.rows(InboundTask) == small.rows(Submission) == []
    assert len(small.rows(Message)) == before
    assert small.collect() == {"answer": 1}
    assert len(small.rows(Submission)) == 2
