"""Brackets behind a question's name: ours are dropped, a stranger's are asked about or kept."""

import pytest

from cycle.tasks.forms import Field, FieldType, Form
from notifications.replies import read_reply
from tests.unit.test_labelled_replies import FORM, GOALS, ROWS


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("Forventet resultat (underskud): 500.000", "beloeb"),
        ("Forventet resultat (mio. kr.): 1,5", "beloeb"),
        ("Forventet resultat (t.kr.): 1.500", "beloeb"),
        ("Forventet resultat (2028): 500.000", "beloeb"),
        ("Forventet resultat (-): 500.000", "beloeb"),
        ("2. Forventet resultat (i mio.): 2", "beloeb"),
        ("Status (kun SFO, skolen er rød): grøn", "status"),
        ("Status (sidste kvartal): grøn", "status"),
        ("1. Status (kun SFO): grøn", "status"),
        ("Status (grøn): gul", "status"),
        ("Sygefravær (2026) 4,2", "fravaer"),
    ],
)
def test_words_in_brackets_before_an_answer_are_asked_about(text, where):
    reply = read_reply(FORM, text)
    assert ([each.where for each in reply.doubts], dict(reply.raw)) == ([where], {})
    assert reply.unplaced == text and text in reply.doubts[0].what


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        ("Status (grøn, gul eller rød): grøn", {"status": "grøn"}),
        ("Status (Green, yellow  or red): grøn", {"status": "grøn"}),
        ("Forventet resultat (kr): -500.000", {"beloeb": "-500.000"}),
        ("Forventet resultat (i kr.): 1", {"beloeb": "1"}),
        ("Sygefravær (%): 4,2", {"fravaer": "4,2"}),
        ("Bemærkninger (kan udelades): Alt vel", {"bem": "Alt vel"}),
        ("Bemærkninger (kun SFO): Alt vel", {"bem": "(kun SFO) Alt vel"}),
        ("Status: gul (SFO er rød)", {"status": "gul (SFO er rød)"}),
    ],
)
def test_our_own_hints_are_dropped_and_a_text_keeps_what_stands_in_brackets(text, raw):
    reply = read_reply(FORM, text)
    assert (dict(reply.raw), reply.unplaced, reply.doubts) == (raw, "", ())


def test_brackets_of_a_label_or_a_unit_are_its_own():
    form = Form(
        id="f",
        title="F",
        fields=(
            Field(id="a", type=FieldType.AMOUNT, label="Resultat (hele året)"),
            Field(id="b", type=FieldType.NUMBER, label="Ramme", unit="mio. kr."),
        ),
    )
    assert read_reply(form, "Resultat (hele året): 5\nRamme (mio. kr.): 2").raw == {"a": "5", "b": "2"}
    assert [each.where for each in read_reply(form, "Ramme (kr.): 2000000").doubts] == ["b"]


def test_a_row_s_answer_has_no_strange_brackets_either():
    told = read_reply(GOALS, "1.2 Status (indskoling): grøn", rows=ROWS)
    assert (told.raw, [each.where for each in told.doubts]) == ({}, ["goals.1.2.status"])
