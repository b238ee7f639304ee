"""A mail about a form of several questions (A) and one of one text (B), and two styles of label."""

from datetime import timedelta
from typing import Any

import pytest

from cycle.messages.tables import InboundTask, InboundVerdict
from cycle.store import transaction
from cycle.tasks.states import SubmissionKind
from cycle.tasks.tables import Draft, FormVersion, Submission, Task
from tests.integration.test_honest_replies import ONE_TEXT
from tests.integration.test_replies_to_several import GREEN, NOON, House, small, unit
from tests.support import mail_server

__all__ = ["small", "unit"]
WORDS = "Vi mangler to lærere og en pædagog."
A = f"{GREEN.format('A')}A3: Eleverne trives.\n"


def answered(house: House, unit: str, text: str, texts: tuple[int, ...] = (1,)) -> dict[str, int]:
    """What comes of the reply; the unit's tasks at these places ask for one text."""
    with transaction(house.engine) as session:
        tasks = house.tasks_of(unit)
        kept = session.get_one(FormVersion, tasks[1].form_version_id).model_dump(
            exclude={"id", "form_id", "spec"}
        )
        version = FormVersion(**kept, form_id="fri", spec=ONE_TEXT.model_dump_json())
        session.add(version)
        session.flush()
        for place in texts:
            session.get_one(Task, tasks[place].id).form_version_id = version.id
    house.reply(house.send_daily(unit), text, at=NOON + timedelta(minutes=10))
    return house.collect()


def submitted(house: House) -> list[tuple[int, dict[str, Any]]]:
    return [(each.task_id, each.answers) for each in house.rows(Submission)]


@pytest.mark.parametrize(
    "b",
    [
        f"\nB: {WORDS}",
        f"*B:* {WORDS}",
        f"Til B: {WORDS}",
        f"opgave b: {WORDS}",
        f"B1: {WORDS}",
        f"B\n1: {WORDS}",
        f"B:\n{WORDS}",
    ],
)
def test_the_one_text_is_its_own_task_s_beside_numbered_answers(small: House, unit: str, b: str) -> None:
    first, second = (task.id for task in small.tasks_of(unit))
    assert answered(small, unit, A + b) == {"answer": 1}
    (one, answers), (other, text) = submitted(small)
    assert (one, answers["bemaerkning"]) == (first, "Eleverne trives.")
    assert other == second and text == {"bem": WORDS}


def test_the_one_text_may_follow_on_the_line(small: House, unit: str) -> None:
    assert answered(small, unit, f"{GREEN.format('A')}A3: intet. B: {WORDS}") == {"answer": 1}
    assert [each["bemaerkning"] for _, each in submitted(small)[:1]] == ["intet."]
    assert submitted(small)[1][1] == {"bem": WORDS}


@pytest.mark.parametrize("b", [f"B. {WORDS}", f"B) {WORDS}", f"B - {WORDS}", f"B {WORDS}", f"b: {WORDS}"])
def test_an_unsure_letter_is_asked_about_and_goes_to_neither(small: House, unit: str, b: str) -> None:
    assert answered(small, unit, A + b) == {"draft": 1}
    assert small.rows(Submission) == []
    assert [each.answers["bemaerkning"] for each in small.rows(Draft)] == ["Eleverne trives."]
    assert [each.unplaced for each in small.rows(InboundTask)] == [b]
    small.deliver(NOON + timedelta(hours=2))
    told = mail_server.words(small.smtp.received[-1])
    assert "kan handle om opgave B. Skriv »B:« foran" in told and WORDS in told


def test_a_letter_of_several_questions_is_asked_about_and_its_number_told(small: House, unit: str) -> None:
    assert answered(small, unit, f"{A}B: grøn", texts=()) == {"draft": 1}
    small.deliver(NOON + timedelta(hours=2))
    assert "opgave B. Skriv »B1:« foran" in mail_server.words(small.smtp.received[-1])


def test_an_own_list_in_letters_is_asked_about(small: House, unit: str) -> None:
    text = f"{GREEN.format('A')}A3: Vi vil\nA: spare på vikarer i indskolingen\nB: ansætte to lærere"
    assert answered(small, unit, text) == {"draft": 1} and small.rows(Submission) == []


@pytest.mark.parametrize("b", ["B1: grøn\nB2: 0", "B\n1: grøn\n2: 0"])
def test_the_one_text_may_be_the_first_task(small: House, unit: str, b: str) -> None:
    first, second = (task.id for task in small.tasks_of(unit))
    assert answered(small, unit, f"A: {WORDS}\n{b}", texts=(0,)) == {"answer": 1}
    (one, text), (other, answers) = submitted(small)
    assert (one, text) == (first, {"bem": WORDS})
    assert other == second and answers["status"]["light"] == "grøn"


def test_nothing_to_report_beside_an_unsure_letter_is_asked_about(small: House, unit: str) -> None:
    assert answered(small, unit, f"B: Intet at bemærke\nA {WORDS}") == {"draft": 1}
    assert SubmissionKind.NIL not in [each.kind for each in small.rows(Submission)]
    (reading,) = small.rows(InboundTask)
    assert reading.verdict is InboundVerdict.DRAFT and reading.unplaced.startswith("Intet at bemærke")


def test_the_number_we_print_before_the_only_question_is_no_word_of_the_answer(
    small: House, unit: str
) -> None:
    said = "A1: Intet at bemærke\nB1: vi mangler to lærere og en pædagog"
    assert answered(small, unit, said, texts=(0, 1)) == {"answer": 1}
    assert [(each.kind, each.answers) for each in small.rows(Submission)] == [
        (SubmissionKind.NIL, {}),
        (SubmissionKind.COMPLETE, {"bem": "vi mangler to lærere og en pædagog"}),
    ]


ADDED = "Jeg glemte: vi mangler også to pædagoger i indskolingen."


@pytest.mark.parametrize(
    ("second", "is_asked"), [(ADDED, True), (f"Rettelse: {WORDS} Budgettet holder.", False)]
)
def test_a_second_mail_that_adds_to_the_answer_is_asked_about(
    small: House, unit: str, second: str, is_asked: bool
) -> None:
    assert answered(small, unit, f"B: {WORDS}") == {"answer": 1}
    mail = mail_server.read(small.smtp.received[0])
    small.reply(mail, f"B: {second}", at=NOON + timedelta(minutes=20))
    assert small.collect() == {"draft" if is_asked else "answer": 1}
    assert len(small.rows(Submission)) == (1 if is_asked else 2)
    if is_asked:
        assert [each.answers["bem"] for each in small.rows(Draft)] == [f"{WORDS}\n\n{ADDED}"]
