"""Another task's letter inside what is said of one task is asked about, where all words are the answer."""

from types import SimpleNamespace

import pytest

from cycle.tasks.forms import Field, FieldType, Form
from notifications.letters_within import another_letter
from notifications.reading.mail import Mail
from notifications.task_words import TaskWords

ONE = Form(id="r", title="R", fields=(Field(id="t", type=FieldType.LONG_TEXT, label="Bemærkninger"),))
TWO = Form(
    id="r",
    title="R",
    fields=(
        Field(id="t", type=FieldType.LONG_TEXT, label="Bemærkninger"),
        Field(id="u", type=FieldType.TEXT, label="Andet"),
    ),
)


@pytest.mark.parametrize(
    ("own", "line"),
    [
        ("Taget er utæt.\nB svarer Bo på.", "B svarer Bo på."),
        ("Intet at bemærke\n\nOg til B har jeg, at taget er utæt.", "Og til B har jeg, at taget er utæt."),
        ("Vi mangler 2 mio. Opgave B venter.", "Vi mangler 2 mio. Opgave B venter."),
    ],
)
def test_another_task_s_letter_is_asked_about(own, line):
    asked = another_letter(ONE, own, ["B", "C"], "da")
    assert asked is not None and f"»{line}«" in asked.what and "opgave B" in asked.what
    assert "task B" in another_letter(ONE, own, ["B", "C"], "en").what
    assert another_letter(ONE, own, ["C"], "da") is None
    assert another_letter(TWO, own, ["B"], "da") is None


@pytest.mark.parametrize(
    "own",
    [
        "B-holdet mangler en leder",
        "Taget på bygning B er utæt",
        "I skal vide, at vi mangler to",
        "Vi er flyttet til B-bygningen",
        "Udgiften er flyttet til B.2",
        "b er delt",
    ],
)
def test_words_that_only_hold_a_letter_are_the_answer(own):
    assert another_letter(ONE, own, ["B", "I"], "da") is None


@pytest.mark.parametrize(
    ("text", "taken"),
    [
        ("B: Intet at bemærke. A: vender jeg tilbage med.", {"A": False, "B": True}),
        ("A: er sendt\nB: kommer i morgen", {"A": False, "B": False}),
        ("A: Kender jeg ikke noget til\nB: Hører under Bo", {"A": False, "B": False}),
        ("A: Vi mangler 2 mio.\nB svarer Bo på.", {"A": False}),
        ("A: Vi mangler 2 mio.\nB: Taget er utæt.", {"A": True, "B": True}),
    ],
)
def test_each_task_s_words_are_asked_about_by_themselves(text, taken):
    addressed = [SimpleNamespace(letter=each, form=ONE, task=SimpleNamespace(prefill={})) for each in "AB"]
    mail = Mail(message_id="<a@b>", text=text, own_text=text, own_above=text)
    replies = TaskWords(mail, addressed).replies(lambda found: "da")
    assert {found.letter: not (reply.doubts or reply.talk) for found, reply in replies} == taken
