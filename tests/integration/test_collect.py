"""Mails in the mailbox become answers, drafts, or are kept and left alone."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings, load_settings
from cycle.calendar import WorkingCalendar
from cycle.messages.tables import Inbound, InboundVerdict, MailboxMark, Message, MessageKind
from cycle.organisation.tables import Address, Substitute
from cycle.store import transaction
from cycle.tasks import change
from cycle.tasks.closing import close_occurrence
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.standing import timeliness
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskState, Timeliness
from cycle.tasks.tables import Draft, FormVersion, Occurrence, Submission, Task
from flows.collect import MOST_REFUSALS, MailboxUnread, collect
from flows.due_work import due_work
from flows.runtime import RunContext
from notifications.mailbox import FolderMailbox, Place
from tests.support import imap_server, municipality, replies
from tests.support.municipality import ROOT, Town, instant
from tests.support.replies import address_of, write

NOON = instant(2027, 4, 6)
V = InboundVerdict


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(
        data_dir=tmp_path, secret_key="k" * 40, reply_domain="svar.by.example", inbox_dir=tmp_path / "ind"
    )


@pytest.fixture
def town(engine: Engine) -> Town:
    with transaction(engine) as session:
        town = municipality.build(session, units_per_district=5)
        cycle = municipality.start_cycle(session, town)
        occurrence = municipality.add_occurrence(session, town, cycle)
        municipality.add_tasks(session, town, occurrence)
    return town


def first_task(engine: Engine) -> Task:
    with transaction(engine) as session:
        return session.exec(select(Task).order_by(col(Task.id))).first()


def put(settings: Settings, raw: bytes, at: datetime = NOON) -> None:
    replies.put(settings, raw, at)


def run(engine: Engine, settings: Settings, now: datetime = NOON + timedelta(minutes=5)) -> RunContext:
    context = RunContext.direct(engine, now, settings, ROOT)
    collect(context)
    return context


def rows(engine: Engine, table: type) -> list:
    with transaction(engine) as session:
        return list(session.exec(select(table)))


FULL = (
    "Status: gul, fraværet er steget\nForventet resultat: 14,5 mio. kr.\n"
    "Bemærkninger: Vi følger op.\n\nMvh. Bo"
)


def test_labelled_lines_are_a_full_answer_received_when_the_server_got_it(engine, town, settings):
    task = first_task(engine)
    put(settings, write(settings, town, task, FULL))
    context = run(engine, settings, NOON + timedelta(hours=3))
    (submission,) = rows(engine, Submission)
    assert submission.answers == {
        "status": {"light": "gul", "comment": "fraværet er steget"},
        "beloeb": "14500000.00",
        "bemaerkning": "Vi følger op.",
    }
    assert submission.channel is Channel.MAIL and submission.received_at == NOON
    assert submission.by == f"person:{town.leaders[task.unit_id]}"
    assert first_task(engine).state is TaskState.SUBMITTED
    (inbound,) = rows(engine, Inbound)
    assert (inbound.verdict, inbound.task_id, inbound.sender) == (V.ANSWER, task.id, address_of(task.unit_id))
    assert b"Forventet resultat" in inbound.raw
    assert [m.kind for m in rows(engine, Message)] == [MessageKind.RECEIPT]
    (mark,) = rows(engine, MailboxMark)
    assert mark.read_until == NOON + timedelta(hours=3) and mark.failing_since is None
    assert context.counts == {"answer": 1}


def test_nothing_to_report_is_a_nil_return(engine, town, settings):
    put(settings, write(settings, town, first_task(engine), "Intet at bemærke.\n\nVenlig hilsen\nBo\n"))
    run(engine, settings)
    assert [(s.kind, s.answers) for s in rows(engine, Submission)] == [(SubmissionKind.NIL, {})]


def test_a_form_with_one_question_takes_the_whole_text(engine, town, settings):
    form = Form(id="fri", title="Fri", fields=(Field(id="t", type=FieldType.LONG_TEXT, label="Svar"),))
    with transaction(engine) as session:
        session.exec(select(FormVersion)).one().spec = form.model_dump_json()
    put(settings, write(settings, town, first_task(engine), "Hej\n\nEleverne trives.\nTak.\n"))
    run(engine, settings)
    assert [s.answers for s in rows(engine, Submission)] == [{"t": "Eleverne trives.\nTak."}]


def test_what_does_not_fit_the_form_is_kept_as_a_draft_and_the_post_is_told_why(engine, town, settings):
    task = first_task(engine)
    put(settings, write(settings, town, task, "Vi har travlt.\nStatus: lilla\nForventet resultat: 12 mio."))
    run(engine, settings)
    assert rows(engine, Submission) == []
    assert first_task(engine).state is TaskState.OPEN
    (draft,) = rows(engine, Draft)
    assert draft.answers == {"beloeb": "12000000.00", "bemaerkning": "Vi har travlt."}
    (inbound,) = rows(engine, Inbound)
    assert inbound.verdict is V.DRAFT and inbound.reason.startswith("Status: ")
    (told,) = rows(engine, Message)
    assert (told.kind, told.address) == (MessageKind.REPLY_PROBLEM, address_of(task.unit_id))
    assert [where for where, _ in told.context["problems"]] == ["status"]


def test_a_draft_on_the_page_is_not_overwritten_by_a_mail(engine, town, settings):
    task = first_task(engine)
    with transaction(engine) as session:
        session.add(Draft(task_id=task.id, answers={"beloeb": "1.00"}, by="person:1", at=NOON))
    put(settings, write(settings, town, task, "Forventet resultat: 12 mio.\nBemærkninger: ny"))
    run(engine, settings)
    (draft,) = rows(engine, Draft)
    assert draft.answers == {"beloeb": "1.00", "bemaerkning": "ny"}


def test_a_stranger_with_the_reply_address_leaves_a_draft_and_the_post_is_told(engine, town, settings):
    task = first_task(engine)
    put(settings, write(settings, town, task, FULL, From="en.anden@by.example"))
    run(engine, settings)
    assert rows(engine, Submission) == []
    assert [i.verdict for i in rows(engine, Inbound)] == [V.UNKNOWN_SENDER]
    (told,) = rows(engine, Message)
    assert told.address == address_of(task.unit_id)
    assert "en.anden@by.example" in told.context["problems"][0][1]
    assert rows(engine, Draft)[0].answers["beloeb"] == "14500000.00"


def test_a_substitute_and_a_shared_mailbox_answer_for_the_post(engine, town, settings):
    one, two = town.units[:2]
    with transaction(engine) as session:
        tasks = {task.unit_id: task for task in session.exec(select(Task))}
        session.add(
            Substitute(unit_id=one, role="leder", person_id=town.leaders[two], valid_from=date(2027, 4, 1))
        )
        session.add(
            Address(unit_id=two, role="leder", email="Skolen@by.example", valid_from=date(2027, 1, 1))
        )
    put(settings, write(settings, town, tasks[one], FULL, From=address_of(two)))
    put(settings, write(settings, town, tasks[two], FULL, From="skolen@by.example"))
    run(engine, settings)
    assert [i.verdict for i in rows(engine, Inbound)] == [V.ANSWER, V.ANSWER]


@pytest.mark.parametrize(
    ("headers", "verdict"),
    [
        ({"Auto_Submitted": "auto-replied"}, V.AUTOMATIC),
        ({"Return_Path": "<>"}, V.AUTOMATIC),
        ({"From": "MAILER-DAEMON@by.example"}, V.BOUNCE),
        ({"To": "aarshjul@by.example"}, V.UNREADABLE),
        ({"To": "svar+abcdefghijklmnopqrst@svar.by.example"}, V.UNREADABLE),
    ],
)
def test_what_is_no_answer_is_kept_and_nobody_is_written_to(engine, town, settings, headers, verdict):
    put(settings, write(settings, town, first_task(engine), "Jeg er på ferie", **headers))
    run(engine, settings)
    (inbound,) = rows(engine, Inbound)
    assert inbound.verdict is verdict and inbound.reason
    assert rows(engine, Submission) == rows(engine, Draft) == rows(engine, Message) == []


def test_a_revoked_reply_address_answers_nothing(engine, town, settings):
    task = first_task(engine)
    raw = write(settings, town, task, FULL)
    with transaction(engine) as session:
        change.renew_links(session, task.id or 0, seen=1, why="Sendt videre", by="account:1", now=NOON)
    put(settings, raw)
    run(engine, settings)
    assert [i.verdict for i in rows(engine, Inbound)] == [V.UNREADABLE]
    assert rows(engine, Submission) == []


def test_the_same_mail_twice_is_one_answer(engine, town, settings):
    raw = write(settings, town, first_task(engine), FULL)
    put(settings, raw)
    put(settings, raw, NOON + timedelta(minutes=1))
    context = run(engine, settings)
    assert context.counts == {"answer": 1, "duplicate": 1}
    assert len(rows(engine, Submission)) == len(rows(engine, Inbound)) == 1


def test_a_mail_read_after_a_later_answer_does_not_take_its_place(engine, town, settings):
    task = first_task(engine)
    put(settings, write(settings, town, task, FULL))
    with transaction(engine) as session:
        municipality.answer(session, session.get_one(Task, task.id), at=NOON + timedelta(minutes=1))
    run(engine, settings)
    assert [s.version for s in rows(engine, Submission)] == [1]
    assert [i.verdict for i in rows(engine, Inbound)] == [V.DUPLICATE]


def test_a_mail_after_the_close_is_told_so_and_one_before_it_still_counts(engine, town, settings):
    with transaction(engine) as session:
        early, late, *_ = session.exec(select(Task).order_by(col(Task.id)))
        occurrence = session.exec(select(Occurrence)).one()
        occurrence.state, closes_at = OccurrenceState.CLOSED, occurrence.closes_at
    put(settings, write(settings, town, early, FULL), closes_at - timedelta(seconds=1))
    put(settings, write(settings, town, late, FULL), closes_at + timedelta(seconds=1))
    run(engine, settings, closes_at + timedelta(hours=1))
    assert [i.verdict for i in rows(engine, Inbound)] == [V.ANSWER, V.CLOSED]
    assert [s.task_id for s in rows(engine, Submission)] == [early.id]
    assert [m.kind for m in rows(engine, Message)] == [MessageKind.RECEIPT, MessageKind.REPLY_PROBLEM]


def test_a_mail_too_large_to_read_is_noted(engine, town, settings):
    raw = write(settings, town, first_task(engine), "x" * 80)
    put(settings, raw + b"y" * 26_000_000)
    run(engine, settings)
    (inbound,) = rows(engine, Inbound)
    assert inbound.verdict is V.UNREADABLE and "for stor" in inbound.reason


def test_twenty_answers_in_time_are_on_time_though_the_server_was_off_for_a_week(engine, town, settings):
    deadline = date(2027, 4, 20)
    with transaction(engine) as session:
        tasks = list(session.exec(select(Task).order_by(col(Task.id))))
    assert len(tasks) == 20
    evening = instant(2027, 4, 20, 23, 30)
    for number, task in enumerate(tasks):
        text = "Intet at bemærke" if number % 2 else FULL
        put(settings, write(settings, town, task, text), evening + timedelta(seconds=number))
    back = instant(2027, 5, 1, 8)
    calendar = WorkingCalendar()
    with transaction(engine) as session:
        flows = [work.flow for work in due_work(session, now=back, settings=settings)]
    assert flows[0] == "collect" and "quarterly_report" not in flows, "closing waits for the mailbox"

    run(engine, settings, back)
    with transaction(engine) as session:
        occurrence = session.exec(select(Occurrence)).one()
        again = [work.subject for work in due_work(session, now=back, settings=settings)]
        assert f"close:{occurrence.id}" in again
        close_occurrence(session, occurrence, now=back)
        standing = [
            timeliness(task, occurrence, today=calendar.local_date(back), calendar=calendar)
            for task in session.exec(select(Task))
        ]
    assert standing == [Timeliness.ON_TIME] * 20
    assert deadline == tasks[0].due_on


@pytest.fixture
def imap(settings: Settings) -> Iterator[tuple[imap_server.ImapServer, Settings]]:
    with imap_server.running() as server:
        facts = settings.model_dump() | {
            "inbox_dir": None,
            "base_url": "",
            "database_url": "",
            "imap_host": "127.0.0.1",
            "imap_port": server.port,
            "imap_security": "none",
            "imap_user": "aarshjul",
            "imap_password": "hemmelig",
        }
        yield server, load_settings(**facts)


def test_an_imap_mailbox_is_read_once_and_marked_after_the_commit(engine, town, imap):
    server, settings = imap
    task = first_task(engine)
    stored = server.deliver(write(settings, town, task, FULL), NOON)
    run(engine, settings)
    assert stored.flags == {"\\Seen"}
    (submission,) = rows(engine, Submission)
    assert submission.received_at == NOON
    (mark,) = rows(engine, MailboxMark)
    assert (mark.uid_validity, mark.last_uid) == (7, 1)
    assert run(engine, settings).counts == {}
    server.deliver(write(settings, town, task, "Intet at bemærke", Message_ID="<2@by.example>"), NOON)
    assert run(engine, settings).counts == {"answer": 1}


def test_a_server_that_numbers_anew_is_read_from_the_start_without_a_second_answer(engine, town, imap):
    server, settings = imap
    server.deliver(write(settings, town, first_task(engine), FULL), NOON)
    run(engine, settings)
    server.renumber()
    assert run(engine, settings).counts == {"duplicate": 1}
    assert len(rows(engine, Submission)) == 1
    assert rows(engine, MailboxMark)[0].uid_validity == 8


def test_a_mailbox_that_cannot_be_read_is_noted_and_waited_for(engine, town, imap):
    server, settings = imap
    server.deaf = True
    for minutes in (0, 10):
        with pytest.raises(MailboxUnread) as unread:
            run(engine, settings, NOON + timedelta(minutes=minutes))
        assert "@" not in str(unread.value)
    (mark,) = rows(engine, MailboxMark)
    assert mark.failing_since == NOON and mark.next_at == NOON + timedelta(minutes=15) and mark.error
    with transaction(engine) as session:
        at = NOON + timedelta(minutes=12)
        assert "collect" not in [work.flow for work in due_work(session, now=at, settings=settings)]
        assert "collect" in [work.flow for work in due_work(session, now=mark.next_at, settings=settings)]
    server.deaf = False
    run(engine, settings, NOON + timedelta(minutes=20))
    (mark,) = rows(engine, MailboxMark)
    assert mark.failing_since is None and mark.next_at is None and mark.error == ""


@pytest.mark.parametrize(
    ("said", "headed"), [("NO [SERVERBUG] not to be had", False), ("NO not now", True), ("OK done", False)]
)
def test_a_mail_that_the_server_does_not_give_stops_no_other(engine, town, imap, said, headed):
    server, settings = imap
    poison = server.deliver(b"From: x@by.example\r\nMessage-ID: <x@by.example>\r\n\r\nhej", NOON)
    server.refused = {poison.uid: said}
    server.headed = {poison.uid} if headed else set()
    server.deliver(write(settings, town, first_task(engine), FULL), NOON)
    for times in range(1, MOST_REFUSALS + 1):
        with pytest.raises(MailboxUnread):
            run(engine, settings, NOON + timedelta(minutes=6 * times))
        assert rows(engine, Inbound) == [] and rows(engine, MailboxMark)[0].refused_times == times
    run(engine, settings, NOON + timedelta(hours=1))
    refused, answer = rows(engine, Inbound)
    assert (refused.verdict, answer.verdict) == (V.UNREADABLE, V.ANSWER)
    assert "udlevere" in refused.reason and refused.received_at == (
        NOON if headed else NOON + timedelta(hours=1)
    )
    assert (refused.message_id == "<x@by.example>") is headed
    (mark,) = rows(engine, MailboxMark)
    assert (mark.last_uid, mark.refused_times, mark.failing_since) == (2, 0, None)


def test_a_mail_that_the_server_gives_later_is_read_whole(engine, town, imap):
    server, settings = imap
    answer = server.deliver(write(settings, town, first_task(engine), FULL), NOON)
    server.refused = {answer.uid: "NO [INUSE] later"}
    with pytest.raises(MailboxUnread):
        run(engine, settings)
    server.refused = {}
    run(engine, settings, NOON + timedelta(minutes=10))
    assert [row.verdict for row in rows(engine, Inbound)] == [V.ANSWER]


def test_a_mail_that_is_gone_between_the_list_and_the_fetch_is_passed(engine, town, imap):
    server, settings = imap
    gone = server.deliver(b"From: x@by.example\r\n\r\nhej", NOON)
    server.deliver(write(settings, town, first_task(engine), FULL), NOON)
    server.watch = lambda name, _: (
        server.mails.remove(gone) if name == "UID_FETCH" and gone in server.mails else None
    )
    run(engine, settings)
    assert [row.verdict for row in rows(engine, Inbound)] == [V.ANSWER]


def test_a_wrong_password_for_the_mailbox_is_noted(engine, town, imap):
    _, settings = imap
    wrong = load_settings(
        **(settings.model_dump() | {"imap_password": "forkert", "base_url": "", "database_url": ""})
    )
    with pytest.raises(MailboxUnread):
        run(engine, wrong)
    assert rows(engine, MailboxMark)[0].failing_since is not None


def test_without_a_mailbox_nothing_is_read_and_nothing_fails(engine, town, tmp_path):
    run(engine, load_settings(data_dir=tmp_path, secret_key="k" * 40))
    assert rows(engine, MailboxMark) == []


def test_two_municipalities_that_share_a_folder_do_not_stumble_over_each_other(settings):
    for number in (1, 2):
        put(settings, b"From: bo@by.example\r\nMessage-ID: <%d@by.example>\r\n\r\nHej\r\n" % number)
    assert settings.inbox_dir is not None
    with FolderMailbox(settings.inbox_dir) as one, FolderMailbox(settings.inbox_dir) as other:
        seen_by_one = one.new(Place())
        first = next(seen_by_one)
        for mail in list(other.new(Place())):
            other.done(mail)
        one.done(first)
        assert list(seen_by_one) == []
    assert len(list((settings.inbox_dir / "laest").iterdir())) == 2


@pytest.mark.parametrize(
    "words", ["Tak, jeg svarer i morgen", "Modtaget, tak", "Jeg vender tilbage\n\nMvh. Bo"]
)
def test_a_promise_is_no_answer_and_nobody_is_told(sqlite_engine, settings, words):
    with transaction(sqlite_engine) as session:
        town = municipality.build(session, units_per_district=1)
        occurrence = municipality.add_occurrence(session, town, municipality.start_cycle(session, town))
        municipality.add_tasks(session, town, occurrence)
    put(settings, write(settings, town, first_task(sqlite_engine), words))
    run(sqlite_engine, settings)
    assert first_task(sqlite_engine).state is TaskState.OPEN
    assert rows(sqlite_engine, Draft) == rows(sqlite_engine, Submission) == rows(sqlite_engine, Message) == []
    (inbound,) = rows(sqlite_engine, Inbound)
    assert inbound.verdict is V.NO_ANSWER and inbound.task_id and "svaret kommer" in inbound.reason


def test_two_colours_are_asked_back_and_none_is_kept_as_the_status(engine, town, settings):
    task = first_task(engine)
    put(settings, write(settings, town, task, "Status: gul nej rød\nForventet resultat: ca. 1,5 mio."))
    run(engine, settings)
    assert rows(engine, Submission) == []
    (draft,) = rows(engine, Draft)
    assert draft.answers == {"beloeb": "1500000.00", "bemaerkning": "Status: gul nej rød"}
    (told,) = rows(engine, Message)
    assert told.context["problems"][0][0] == "status" and "to farver" in told.context["problems"][0][1]
