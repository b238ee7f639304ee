"""A mail that is moved by hand is read as if it had come to the chosen task's own address."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from config.settings import Settings
from cycle.messages.tables import Inbound, InboundTask, InboundVerdict
from cycle.store import reading, transaction
from cycle.tasks.forms import Form
from cycle.tasks.tables import Draft, Submission, Task
from notifications.incoming import take
from notifications.mailbox import Delivered, Place
from notifications.office import Office
from notifications.questions import ENDS, questions_of
from notifications.reading.read import read_mail
from notifications.reassigning import reassign
from tests.support import municipality, replies
from tests.support.municipality import ROOT, instant
from tests.support.outbox import sending_to

V = InboundVerdict
NOON = instant(2027, 4, 6)
STRANGER = "sekretaer@andet.example"
GIVEN = {1: "gul, fraværet er steget", 2: "14,5 mio. kr.", 3: "Vi følger op."}
QUOTED = "Den 6. april 2027 kl. 12.00 skrev Årshjulet <svar@by.example>:\n\n"


def inline(above: str, given: dict[int, str] = GIVEN) -> str:
    """A reply with words above our quoted questions, and an answer below each that has one."""
    lines = [above, "", QUOTED]
    for question in questions_of(municipality.FORM, {}):
        lines += [f"> {question.line()}", "", given.get(question.number, ""), ""]
    return "\n".join([*lines, f"> {ENDS[0]}", "> Styringssekretariatet"])


class Desk:
    """A town with one open report of several units."""

    def __init__(self, engine: Engine, folder: Path, form: Form = municipality.FORM) -> None:
        self.engine, self.settings = engine, settings_of(folder)
        self.office = Office.of(self.settings)
        with transaction(engine) as session:
            self.town = municipality.build(session)
            cycle = municipality.start_cycle(session, self.town, form=form)
            occurrence = municipality.add_occurrence(session, self.town, cycle)
            self.tasks = municipality.add_tasks(session, self.town, occurrence)

    def receive(self, task: Task, text: str, **headers: str) -> int:
        """Takes a reply about the task; gives the mail's id."""
        raw = replies.write(
            self.settings, self.town, task, text, Message_ID=f"<{task.id}@by.example>", **headers
        )
        with transaction(self.engine) as session:
            delivered = Delivered(Place(1, task.id or 0), NOON, raw)
            take(session, delivered, read_mail(raw), root_id=ROOT, office=self.office, now=NOON)
            return session.exec(select(Inbound.id).order_by(col(Inbound.id).desc())).first() or 0

    def move(self, mail: int, task: Task, *, as_answer: bool = True) -> InboundTask:
        """Reads the mail as this task's; gives what it was for it."""
        with transaction(self.engine) as session:
            reassign(
                session,
                session.get_one(Inbound, mail),
                task.id or 0,
                as_answer=as_answer,
                office=self.office,
                by="account:1",
                now=NOON + timedelta(hours=1),
            )
        return self.read_as(task)

    def read_as(self, task: Task) -> InboundTask:
        """What the newest mail about it was for the task."""
        with reading(self.engine) as session:
            of_it = select(InboundTask).where(InboundTask.task_id == task.id)
            return session.exec(of_it.order_by(col(InboundTask.id).desc())).first()

    def kept(self, task: Task) -> Any:
        """The answer, or the draft, that the task has."""
        with reading(self.engine) as session:
            for table in (Submission, Draft):
                if row := session.exec(select(table).where(table.task_id == task.id)).first():
                    return table.__name__, row.answers
        return None


def settings_of(folder: Path) -> Settings:
    return sending_to(25, folder, reply_domain="svar.by.example")


@pytest.fixture
def desk(sqlite_engine: Engine, tmp_path: Path) -> Desk:
    return Desk(sqlite_engine, tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        inline("Hej sekretariat\nSvarene står inde i mailen."),
        inline("", {1: "gul, fraværet er steget", 2: "14,5 mio. kr."}),
        inline("2. 13 mio. kr."),
        inline("Intet at bemærke"),
        inline("Intet at bemærke", {}),
        inline("1. grøn\n2. 12 mio.", {}),
    ],
)
def test_it_is_read_as_a_mail_to_that_address_is(desk, text):
    by_its_leader, moved, other = desk.tasks[:3]
    desk.receive(by_its_leader, text)
    mail = desk.receive(other, text, From=STRANGER)
    assert desk.read_as(other).verdict is V.UNKNOWN_SENDER
    own, hand = desk.read_as(by_its_leader), desk.move(mail, moved)
    assert (hand.verdict, hand.reason, hand.answers, hand.unplaced) == (
        own.verdict,
        own.reason,
        own.answers,
        own.unplaced,
    )
    assert desk.kept(moved) == desk.kept(by_its_leader)


def test_words_that_only_point_elsewhere_are_no_answer_by_hand_either(sqlite_engine, tmp_path):
    one_text = municipality.FORM.model_copy(update={"fields": municipality.FORM.fields[-1:]})
    desk = Desk(sqlite_engine, tmp_path, one_text)
    mail = desk.receive(desk.tasks[0], "Se mit svar nedenfor", From=STRANGER)
    assert desk.move(mail, desk.tasks[1]).verdict is V.DRAFT
    away = desk.receive(desk.tasks[2], "Jeg er på ferie, og vi mangler to lærere.", From=STRANGER)
    assert desk.move(away, desk.tasks[3]).verdict is V.ANSWER, "the secretariat says that it is one"
