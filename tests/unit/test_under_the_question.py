"""Answers typed under the question of a form of one text, in our mail as each mail program quotes it."""

from datetime import date
from functools import cache
from types import SimpleNamespace
from typing import Any, cast

import pytest

from cycle.messages.tables import MessageKind
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import TaskKind
from notifications.addressed import Addressed
from notifications.letters import Group, Item, Letter
from notifications.questions import questions_of
from notifications.reading.read import read_mail
from notifications.render import render
from notifications.replies import Reply
from notifications.task_words import TaskWords
from tests.support.quoting import PROGRAMS, Ours, Typed

LONG = (
    "Hvad vil I gøre for at nå målene om trivsel og fravær inden udgangen af året, og hvad har I brug for "
    "hjælp til fra forvaltningen?"
)
ASKED = "Bemærkninger"
ANSWER = "Vi mangler to lærere og får et merforbrug.\n\nOg en pædagog."
REPLY_TO = "svar+abcdefghij@svar.by.example"


def form(label: str) -> Form:
    return Form(
        id="fri",
        title="Fri",
        nil_allowed=True,
        fields=(Field(id="bem", type=FieldType.LONG_TEXT, label=label, required=True),),
    )


ONE = form(ASKED)
REPORT = Form(
    id="rapport",
    title="Rapport",
    nil_allowed=True,
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),
        Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger"),
    ),
)


@cache
def mail_about(*labels: str, language: str = "da") -> Ours:
    """The mail about tasks that ask for one text each, with these words."""
    return ours(*map(form, labels), language=language)


def ours(*forms: Form, language: str = "da") -> Ours:
    """The mail about a task with each form, as it is sent."""
    letters = ["", "A", "B"][1:] if len(forms) > 1 else [""]
    items = tuple(
        Item(
            group=Group.NEW,
            kind=TaskKind.ANSWER,
            title=f"Kvartalsrapport {number}",
            unit="Engskolen",
            due_on=date(2027, 4, 30),
            days_left=14,
            url="https://aarshjul.by.example/opgave/abc234token",
            reply_to=REPLY_TO,
            nil_allowed=True,
            letter=letter,
            questions=tuple(each.line(letter, language) for each in questions_of(form, {}, language)),
            one_text=len(form.fields) == 1,
        )
        for number, (letter, form) in enumerate(zip(letters, forms, strict=True), 1)
    )
    written = render(
        Letter(
            kind=MessageKind.DAILY,
            language=language,
            to_name="Mette Hansen",
            sender_name="Styringssekretariatet",
            contact="styring@by.example",
            items=items,
            reasons_why=("Du får denne mail, fordi du er leder for Engskolen.",),
            tokens=frozenset({"abc234token"}),
        )
    )
    return Ours(written.subject, written.text, written.html)


BOTH = ours(REPORT, ONE)


def read(program: str, mail: Ours, typed: Typed, *forms: Form, language: str = "da") -> list[Reply]:
    """What is read of each task in the reply of that program."""
    got = read_mail(PROGRAMS[program](mail, typed))
    letters = ("A", "B") if len(forms) > 1 else ("",)
    tasks = [
        cast(Addressed, SimpleNamespace(letter=letter, form=each, task=SimpleNamespace(prefill={})))
        for letter, each in zip(letters, forms, strict=True)
    ]
    words = TaskWords(got, tasks)
    assert got.verdict is None or words.is_written_inline(), got.reason
    return [reply for _, reply in words.replies(lambda _: language)]


def bare(reply: Reply) -> tuple[Any, ...]:
    text = reply.raw.get("bem", "")
    return reply.nil, " ".join(text.split()), reply.unplaced, reply.doubts


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize(
    "above",
    [
        "",
        "Hermed.",
        "Se nedenfor",
        "Hej Anne\n\nSvar indsat nedenfor med blåt.",
        "Se mine svar med rødt i mailen herunder.",
        "Kære Anne, jeg har svaret under spørgsmålet.",
        "Tak for mailen. Svar herunder",
    ],
)
def test_what_stands_under_the_question_is_the_answer(program: str, above: str) -> None:
    (reply,) = read(program, mail_about(ASKED), Typed(above, {"1. Bem": ANSWER}), ONE)
    assert bare(reply) == (False, " ".join(ANSWER.split()), "", ())


@pytest.mark.parametrize("program", PROGRAMS)
def test_few_words_and_nothing_to_report_count_under_the_question(program: str) -> None:
    (short,) = read(program, mail_about(ASKED), Typed("", {"1. Bem": "Det går godt."}), ONE)
    (nil,) = read(program, mail_about(ASKED), Typed("Hermed", {"1. Bem": "Intet at bemærke"}), ONE)
    assert bare(short) == (False, "Det går godt.", "", ()) and nil.nil


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_long_question_that_the_program_breaks_is_no_answer(program: str) -> None:
    asked = form(LONG)
    (reply,) = read(program, mail_about(LONG), Typed("", {"1. Hvad": ANSWER}), asked)
    assert bare(reply) == (False, " ".join(ANSWER.split()), "", ())
    (above,) = read(program, mail_about(LONG), Typed("Vi mangler to lærere."), asked)
    assert bare(above) == (False, "Vi mangler to lærere.", "", ())


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("language", ["da", "en"])
def test_text_above_is_the_answer_as_before(program: str, language: str) -> None:
    mail = mail_about(ASKED, language=language)
    (reply,) = read(program, mail, Typed(ANSWER), ONE, language=language)
    assert bare(reply) == (False, " ".join(ANSWER.split()), "", ())
    assert read(program, mail, Typed("Intet at bemærke"), ONE)[0].nil
    (empty,) = read(program, mail, Typed("Hermed."), ONE)
    assert empty.doubts


@pytest.mark.parametrize("program", PROGRAMS)
def test_above_and_below_are_asked_about_and_nothing_is_lost(program: str) -> None:
    (nil,) = read(program, mail_about(ASKED), Typed("Intet at bemærke", {"1. Bem": ANSWER}), ONE)
    assert "»Intet at bemærke«" in nil.doubts[0].what and nil.unplaced == "Intet at bemærke"
    assert nil.raw["bem"].split() == ANSWER.split()
    (both,) = read(program, mail_about(ASKED), Typed("Taget er utæt.", {"1. Bem": ANSWER}), ONE)
    assert both.raw["bem"].split() == f"Taget er utæt. {ANSWER}".split() and len(both.doubts) == 1
    (same,) = read(program, mail_about(ASKED), Typed("Vi mangler to.", {"1. Bem": "Vi mangler to"}), ONE)
    assert bare(same) == (False, "Vi mangler to", "", ())


@pytest.mark.parametrize("program", PROGRAMS)
def test_in_a_mail_about_two_tasks_each_has_what_stands_under_its_question(program: str) -> None:
    under = {"A2. Bem": "Alt vel", "A1. Sta": "gul, fravær", "B1. Bem": ANSWER}
    first, second = read(program, BOTH, Typed("Se nedenfor", under), REPORT, ONE)
    assert (first.raw, first.unplaced, first.doubts) == ({"status": "gul, fravær", "bem": "Alt vel"}, "", ())
    assert bare(second) == (False, " ".join(ANSWER.split()), "", ())
    above = Typed("A: Intet at bemærke\nB: Vi mangler to lærere.")
    first, second = read(program, BOTH, above, REPORT, ONE)
    assert first.nil and bare(second) == (False, "Vi mangler to lærere.", "", ())


@pytest.mark.parametrize("program", PROGRAMS)
def test_nothing_to_report_above_all_and_an_answer_under_one_is_asked_about(
    program: str,
) -> None:
    typed = Typed("Intet at bemærke", {"B1. Bem": ANSWER})
    (reply,) = read(program, BOTH, typed, REPORT, ONE)
    assert reply.doubts and reply.raw["bem"].split() == ANSWER.split()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("1: Det går godt", "Det går godt"),
        ("1) Vi mangler to", "Vi mangler to"),
        ("A1: Vi mangler to", "Vi mangler to"),
        ("1. Bemærkninger: Vi mangler to", "Vi mangler to"),
        ("1. Bemærkninger:\nVi mangler to", "Vi mangler to"),
        ("Bemærkninger: Vi mangler to", "Vi mangler to"),
        ("1) Vi mangler to\n2) Taget er utæt", "1) Vi mangler to\n2) Taget er utæt"),
        ("1. klasse mangler en lærer", "1. klasse mangler en lærer"),
        ("1. Vi mangler to", "Vi mangler to"),
        ("1. Klasserne har 24 elever", "1. Klasserne har 24 elever"),
        ("1. Vi mangler to. 2. Taget er utæt", "1. Vi mangler to. 2. Taget er utæt"),
    ],
)
def test_the_number_of_the_only_question_is_no_part_of_its_answer(text: str, words: str) -> None:
    (reply,) = read("outlook mobile", mail_about(ASKED), Typed(text), ONE)
    assert (reply.raw, reply.doubts) == ({"bem": words}, ())


@pytest.mark.parametrize(
    "text", ["1. Intet at bemærke", "1. intet at bemærke\n\nMvh Mette", "Svar 1. Ingen bemærkninger"]
)
def test_nothing_to_report_behind_the_number_is_that(text: str) -> None:
    (reply,) = read("outlook mobile", mail_about(ASKED), Typed(text), ONE)
    assert reply.nil and not reply.doubts


@pytest.mark.parametrize(
    "above", ["Vi har det som aftalt", "Det er rødt", "Ring til mig", "Svaret er 2 mio."]
)
def test_only_what_points_below_is_left_out(above: str) -> None:
    (reply,) = read("outlook web", mail_about(ASKED), Typed(above, {"1. Bem": ANSWER}), ONE)
    assert reply.doubts and reply.raw["bem"].startswith(above.rstrip("."))


@pytest.mark.parametrize("above", ["Jeg er ikke enig med Bo om status, den er grøn", "Intet at bemærke"])
@pytest.mark.parametrize("program", ["outlook desktop", "gmail web"])
def test_words_above_answers_to_several_questions_may_correct_them(program: str, above: str) -> None:
    under = {"1. Sta": "Rød, fravær", "2. Bem": "Alt vel"}
    (reply,) = read(program, ours(REPORT), Typed(above, under), REPORT)
    assert [f"»{above}«" in each.what for each in reply.doubts] == [True] and len(reply.raw) == 2
    typed = Typed(above, {f"A{mark}": words for mark, words in under.items()})
    (reply,) = read(program, BOTH, typed, REPORT, ONE)
    assert [f"»{above}«" in each.what for each in reply.doubts] == [True]


@pytest.mark.parametrize("above", ["", "Hej\n\nSvar nedenfor", "Hermed vores svar. God weekend"])
def test_words_that_lead_on_to_answers_to_several_questions_are_left_out(above: str) -> None:
    typed = Typed(above, {"1. Sta": "Rød, fravær", "2. Bem": "Alt vel"})
    (reply,) = read("outlook desktop", ours(REPORT), typed, REPORT)
    assert (reply.doubts, reply.unplaced) == ((), "")
