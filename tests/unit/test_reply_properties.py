"""Whatever a reply says, nothing of it is lost, nothing is taken twice, and a megabyte is read in time."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.tasks.forms import Field, FieldType, Form
from notifications.letters_of_tasks import sections
from notifications.questions import questions_of
from notifications.replies import read_parts, read_reply

FORM = Form(
    id="rapport",
    title="Rapport",
    nil_allowed=True,
    fields=(
        Field(
            id="goals",
            type=FieldType.REPEAT,
            label="Mål",
            rows_from="goals",
            fields=(Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status"),),
        ),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Forventet resultat"),
        Field(
            id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger", also=("Hvad … sige?",), required=False
        ),
    ),
)
ROWS = {"goals": [{"row": code, "label": f"{code}. Mål {code}"} for code in ("A", "B", "1.2")]}
STARTS = [
    "",
    "1. ",
    "2: ",
    "4) ",
    "9. ",
    "Status: ",
    "A: ",
    "B Status: ",
    "1.2 Status: ",
    "Forventet resultat: ",
    "Bemærkninger: ",
    "bem:",
    "Hvad vil I sige? ",
    "- ",
    "> ",
    "> 1. A. Mål A – Status (grøn, gul eller rød): ",
    "3. maj ",
    "20. ",
    "Ad 1: ",
    "2 - ",
    "3 gul, ",
    "Status grøn ",
    "Forventet resultat -",
    "*Status:* ",
    "C1: ",
    "Opgave B: ",
]
LINES = st.lists(st.sampled_from(STARTS), min_size=1, max_size=12)


def texts_in(value: object) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    return [str(value)]


@given(LINES)
def test_every_word_is_an_answer_or_stands_apart_and_never_both(starts):
    marks = [f"ord{number}x" for number in range(len(starts))]
    text = "\n".join(start + mark for start, mark in zip(starts, marks, strict=True))
    reply = read_parts(FORM, text, "", rows=ROWS)
    found = [*texts_in(dict(reply.raw)), reply.unplaced]
    for mark in marks:
        assert sum(mark in each for each in found) == 1, (mark, reply)


@given(LINES)
def test_every_line_goes_to_one_task_or_before_all(starts):
    lines = [f"{start}{'AB1: '[: number % 5]}ord{number}x" for number, start in enumerate(starts)]
    cut = sections("\n".join(lines), ["A", "B"])
    found = [*cut.by_letter.values(), cut.before, cut.unknown]
    for number in range(len(starts)):
        assert sum(f"ord{number}x" in each for each in found) == 1


@given(st.text(max_size=300), st.text(max_size=300))
def test_no_text_is_too_strange(own, quoted):
    read_reply(FORM, own, whole=quoted, rows=ROWS)
    read_parts(FORM, own, quoted, rows=ROWS, language="en")
    sections(own, ["A", "B", "C"])


MEGABYTE = 1_000_000
SHAPES = {
    "one line": "x" * MEGABYTE,
    "blanks": "A1" + " " * MEGABYTE + "x",
    "quote signs": "> " * (MEGABYTE // 2) + "x",
    "dashes": "--a" + "-" * MEGABYTE + "b",
    "brackets": "Status " + "(" * MEGABYTE,
    "a name and blanks": "1. Forventet resultat" + " " * MEGABYTE + "x",
    "labels": "Status: x\n" * (MEGABYTE // 10),
    "numbers": "1. x\n" * (MEGABYTE // 5),
    "colons": "a:\n" * (MEGABYTE // 3),
    "question marks": "Hvad " + "sige " * (MEGABYTE // 5) + "?",
    "a word for a number and blanks": "ad" + " " * MEGABYTE,
    "an overspending": "2: merforbrug" + " i" * (MEGABYTE // 2),
    "an amount in brackets": "2: (" + "1 " * (MEGABYTE // 2),
    "a light and blanks": "Status grøn" + " " * MEGABYTE + "gul",
    "lights": "Status: grøn " + "🟢 " * (MEGABYTE // 2),
    "thanks": "Tak, " * (MEGABYTE // 5),
    "short lines": "x\n" * (MEGABYTE // 2),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_megabyte_of_any_shape_is_read_within_a_second_or_two(shape):
    """The limit of the bench is a second; here twice that, for a machine with other work."""
    text = SHAPES[shape]
    assert questions_of(FORM, ROWS)
    began = time.process_time()
    read_parts(FORM, text, text, rows=ROWS)
    sections(text, ["A", "B"])
    assert time.process_time() - began < 2
