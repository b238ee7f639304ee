"""An answer sent back with reasons to single questions: those alone reopen, on the page and in a reply."""

from dataclasses import replace
from datetime import date

import pytest
from sqlmodel import select

from cycle.messages.tables import Inbound, InboundVerdict, Message, MessageKind
from cycle.store import reading, transaction
from cycle.tasks.review import return_for_changes
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Draft, Submission, Task
from notifications.gather import Letters
from notifications.incoming import take
from notifications.mailbox import Delivered, Place
from notifications.office import REPLY, Office
from notifications.reading.read import read_mail
from tests.integration.test_honest_replies import ONE_TEXT
from tests.support import municipality
from tests.support.leader import CANONICAL, EVERY_TYPE, FILLED, GOALS, World
from tests.support.municipality import ANSWERS

SAID = {"beloeb": "Er det tusinder?"}


def sent_back(engine, folder, reasons, **world):
    """A leader's answer, sent back with these reasons."""
    found = World(engine, folder, **world)
    if world:
        found.form().send(found.browser, act="submit", **FILLED)
    else:
        with transaction(engine) as session:
            municipality.answer(
                session, session.get_one(Task, found.task_id), at=found.site.clock.at, answers=ANSWERS
            )
    with transaction(engine) as session:
        return_for_changes(
            session,
            found.task_id,
            reason="Se tallene",
            field_reasons=reasons,
            by="account:1",
            now=found.site.clock.at,
        )
    return found


def every_type(engine, folder, reasons):
    return sent_back(engine, folder, reasons, form=EVERY_TYPE, prefill={"goals": GOALS})


def newest(world):
    return world.answers()[-1]


def mark(world):
    with reading(world.engine) as session:
        task = session.get_one(Task, world.task_id)
        return task.received_at, task.due_when_received


def test_only_the_questions_with_a_reason_are_asked_and_the_rest_stands(sqlite_engine, tmp_path):
    world = every_type(sqlite_engine, tmp_path, {"beloeb": "Tusinder?", "maal.B.status": "Hvorfor?"})
    form = world.form()
    page = form.page.text
    asked = set(form.fields) - {"once", "edition", "seen", "shown", "words", "bekraeft"}
    assert asked == {"beloeb", "maal.B.status.light", "maal.B.status.comment"}
    assert "Det, der ikke skal rettes" in page and "Et godt år" in page and "Vi er bagud" in page
    assert 'value="nil"' not in page and "Kun de spørgsmål, der er sendt retur" in page
    before = mark(world)
    sent = {"beloeb": "-1.500", "maal.B.status.light": "gul", "maal.B.status.comment": "På vej"}
    forged = {"overskrift": "Noget andet", "maal.A.tal": "99"}
    answer = form.send(world.browser, act="submit", **sent, **forged)
    assert answer.status_code == 303 and world.state() is TaskState.SUBMITTED
    second = {"row": "B", "status": {"light": "gul", "comment": "På vej"}}
    assert newest(world) == {**CANONICAL, "beloeb": "-1500.00", "maal": [CANONICAL["maal"][0], second]}
    assert mark(world) == before and before[0] is not None


def test_a_draft_of_a_correction_keeps_what_was_typed_and_loses_nothing(sqlite_engine, tmp_path):
    world = every_type(sqlite_engine, tmp_path, {"beloeb": "Tusinder?"})
    assert world.form().send(world.browser, act="draft", beloeb="7").status_code == 303
    form = world.form()
    assert form.fields["beloeb"] == "7" and "Et godt år" in form.page.text
    wrong = form.send(world.browser, act="submit", beloeb="mange")
    assert wrong.status_code == 422 and "Et godt år" in wrong.text
    assert form.send(world.browser, act="submit", beloeb="8").status_code == 303
    assert newest(world) == {**CANONICAL, "beloeb": "8.00"} and world.rows(Draft) == []


def test_what_depends_on_an_open_question_is_open_too(sqlite_engine, tmp_path):
    world = every_type(sqlite_engine, tmp_path, {"valg": "Er det sikkert?"})
    form = world.form()
    assert {"valg", "hvorfor"} <= set(form.fields) and "beloeb" not in form.fields
    assert form.send(world.browser, act="submit", valg="nej").status_code == 422
    assert form.send(world.browser, act="submit", valg="nej", hvorfor="Fordi").status_code == 303
    assert newest(world) == {**CANONICAL, "valg": "nej", "hvorfor": "Fordi"}


@pytest.mark.parametrize("reasons", [{}, {"findes-ikke": "Hvad?"}])
def test_without_a_reason_to_a_question_everything_is_open(sqlite_engine, tmp_path, reasons):
    world = sent_back(sqlite_engine, tmp_path, reasons)
    form = world.form()
    assert {"beloeb", "status.light", "bemaerkning"} <= set(form.fields)
    assert "ikke skal rettes" not in form.page.text and ("act", "nil") in form.buttons


def test_nothing_to_report_is_no_correction(sqlite_engine, tmp_path):
    world = sent_back(sqlite_engine, tmp_path, SAID)
    form = world.form()
    assert ("act", "nil") not in form.buttons
    assert form.send(world.browser, act="nil", beloeb="").status_code == 422
    assert world.state() is TaskState.RETURNED


def reply(world, text, number=1):
    office = replace(Office.of(world.site.settings), reply_domain="svar.by.example")
    with reading(world.engine) as session:
        generation = session.get_one(Task, world.task_id).link_generation
    address = office.reply_address(office.token(REPLY, world.task_id, world.leader, generation))
    raw = (
        f"From: {world.task.unit_id.lower()}@by.example\r\nTo: {address}\r\n"
        f"Message-ID: <{number}@by.example>\r\n"
        f"Subject: SV: Kvartalsrapport\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n{text}\r\n"
    ).encode()
    now = world.site.clock.at
    with transaction(world.engine) as session:
        take(session, Delivered(Place(), now, raw), read_mail(raw), root_id="BY", office=office, now=now)
        return session.exec(select(Inbound).order_by(Inbound.id.desc())).first().verdict


def test_a_reply_with_the_one_correction_is_the_whole_answer(engine, tmp_path):
    world = sent_back(engine, tmp_path, SAID)
    assert reply(world, "2: 14,6 mio.") is InboundVerdict.ANSWER
    assert newest(world) == {**ANSWERS, "beloeb": "14600000.00"} and world.state() is TaskState.SUBMITTED


def test_a_reply_that_changes_a_closed_question_is_asked_about_and_one_that_repeats_it_is_not(
    sqlite_engine, tmp_path
):
    world = sent_back(sqlite_engine, tmp_path, SAID)
    assert reply(world, "1: grøn\n2: 14,6 mio.") is InboundVerdict.DRAFT
    assert world.state() is TaskState.RETURNED and len(world.rows(Submission)) == 1
    (told,) = [each for each in world.rows(Message) if each.kind is MessageKind.REPLY_PROBLEM]
    assert "ikke sendt retur" in str(told.context["problems"])
    assert world.form().fields["beloeb"] == "14.600.000"
    repeated = "1: gul: Sygefraværet er steget.\n2: 14,7 mio."
    assert reply(world, repeated, number=2) is InboundVerdict.ANSWER
    assert newest(world) == {**ANSWERS, "beloeb": "14700000.00"}


def test_a_reply_without_the_correction_is_told_what_lacks(sqlite_engine, tmp_path):
    world = sent_back(sqlite_engine, tmp_path, SAID)
    assert reply(world, "1: gul: Sygefraværet er steget.") is InboundVerdict.DRAFT
    assert reply(world, "Intet at bemærke", number=2) is not InboundVerdict.ANSWER
    assert world.state() is TaskState.RETURNED


def test_the_mail_asks_only_what_is_to_be_corrected(sqlite_engine, tmp_path):
    world = sent_back(sqlite_engine, tmp_path, SAID)
    (mail,) = [each for each in world.rows(Message) if each.kind is MessageKind.RETURNED]
    office = replace(Office.of(world.site.settings), reply_domain="svar.by.example")
    with reading(world.engine) as session:
        letter = Letters(session, [mail], office=office, today=date(2027, 4, 12)).write(mail).letter
    assert letter and letter.items[0].questions == ("2. Forventet resultat (kr.):",)
    assert not letter.items[0].nil_allowed


def test_a_short_answer_is_confirmed_by_one_press_behind_the_link_of_what_is_told(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path, form=ONE_TEXT)
    assert reply(world, "Det går godt.") is InboundVerdict.DRAFT
    (told,) = [each for each in world.rows(Message) if each.kind is MessageKind.REPLY_PROBLEM]
    office = Office.of(world.site.settings)
    with reading(world.engine) as session:
        letter = Letters(session, [told], office=office, today=date(2027, 4, 12)).write(told).letter
    assert letter and letter.asks_only and letter.items[0].url.endswith(world.link)
    form = world.form()
    assert form.fields["bem"] == "Det går godt." and "Her er din kladde" in form.page.text
    assert form.send(world.browser, act="submit").status_code == 303
    assert world.answers() == [{"bem": "Det går godt."}] and world.state() is TaskState.SUBMITTED
