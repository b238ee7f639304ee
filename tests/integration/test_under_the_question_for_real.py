"""Mails as they left, quoted as mail programs do, and the answer typed under the question."""

from datetime import timedelta

import pytest
from sqlmodel import select

from cycle.messages.tables import InboundTask
from cycle.store import transaction
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import Draft, FormVersion, Submission
from notifications.local_server import LocalServer
from tests.integration.test_honest_replies import ONE_TEXT
from tests.integration.test_replies_to_several import NOON, House, small, unit
from tests.support import mail_server
from tests.support.quoting import PROGRAMS, Ours, Typed

__all__ = ["small", "unit"]
ANSWER = "Vi mangler to lærere og har et merforbrug."


def sent(house: House, unit: str, tasks: int) -> Ours:
    """The day's mail about so many tasks of the unit, each of which asks for one text."""
    with transaction(house.engine) as session:
        for version in session.exec(select(FormVersion)):
            version.spec = ONE_TEXT.model_dump_json()
            session.add(version)
    mail = house.send_daily(unit, house.tasks_of(unit)[:tasks])
    rich = mail.get_body(("html",))
    assert rich is not None and isinstance(house.smtp, LocalServer)
    text = mail_server.words_of(mail)
    return Ours(
        str(mail["Subject"]),
        text,
        rich.get_content(),
        str(mail["Reply-To"]),
        str(mail["To"].addresses[0].addr_spec),
    )


def answered(house: House, raw: bytes) -> dict[str, int]:
    house.imap.deliver(raw, NOON + timedelta(minutes=10))
    return house.collect()


@pytest.mark.parametrize("program", ["outlook desktop", "outlook web", "iphone", "gmail web"])
def test_an_answer_under_the_only_question_is_taken(small: House, unit: str, program: str) -> None:
    ours = sent(small, unit, 1)
    assert "1. Bemærkninger:\nSlut på spørgsmålet\n" in ours.text.replace("\r\n", "\n")
    assert answered(small, PROGRAMS[program](ours, Typed("Hermed.", {"1. Bem": ANSWER}))) == {"answer": 1}
    (taken,) = small.rows(Submission)
    assert (taken.kind, taken.answers) == (SubmissionKind.COMPLETE, {"bem": ANSWER})


def test_nothing_to_report_above_an_answer_is_asked_about(small: House, unit: str) -> None:
    raw = PROGRAMS["outlook web"](sent(small, unit, 1), Typed("Intet at bemærke", {"1. Bem": ANSWER}))
    assert answered(small, raw) == {"draft": 1} and small.rows(Submission) == []
    assert ANSWER in small.rows(Draft)[0].answers["bem"]
    small.deliver(NOON + timedelta(hours=2))
    words = mail_server.words(small.smtp.received[-1])
    assert "står »Intet at bemærke«, men der står også et svar" in words and ANSWER in words


def test_in_a_digest_each_answer_goes_to_its_task(small: House, unit: str) -> None:
    typed = Typed("Se nedenfor", {"A1. Bem": "Intet at bemærke", "B1. Bem": ANSWER})
    assert answered(small, PROGRAMS["outlook desktop"](sent(small, unit, 2), typed)) == {"answer": 1}
    assert [each.kind for each in small.rows(Submission)] == [SubmissionKind.NIL, SubmissionKind.COMPLETE]
    assert [each.unplaced for each in small.rows(InboundTask)] == ["", ""]


@pytest.mark.parametrize("program", ["outlook desktop", "gmail web"])
def test_typed_lines_that_look_quoted_are_asked_about_and_stand_in_what_is_told(
    small: House, unit: str, program: str
) -> None:
    words = "> 50 elever er for mange i klassen\nVi beder om flere lokaler"
    assert answered(small, PROGRAMS[program](sent(small, unit, 1), Typed(words))) == {"draft": 1}
    assert small.rows(Draft)[0].answers == {"bem": words.replace("\n", "\n\n")}
    small.deliver(NOON + timedelta(hours=2))
    told = mail_server.words(small.smtp.received[-1])
    assert "står som et citat" in told and "> 50 elever er for mange i klassen" in told


def test_a_pasted_paper_alone_is_no_empty_mail(small: House, unit: str) -> None:
    raw = PROGRAMS["outlook mobile"](
        sent(small, unit, 1), Typed("Fra: Bestyrelsen\nTil: Kommunen\nDato: 1. maj 2027\n\nTaget er utæt.")
    )
    assert answered(small, raw) == {"draft": 1}
    assert "Taget er utæt." in small.rows(Draft)[0].answers["bem"]
