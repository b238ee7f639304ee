"""What a person wrote in a reply, without what mail programs put around it."""

import pytest

from cycle.tasks.forms import Field, FieldType, Form
from notifications.nil import is_nil
from notifications.reading.words import own_words
from notifications.replies import place_for_rest, read_reply

QUOTED = (
    "Den tir. 6. apr. 2027 kl. 10.00 skrev Årshjulet <aarshjul@by.example>:\n"
    "> Kære Mette\n> Status: rød\n> Har du ingen bemærkninger? Så skriv bare »Intet at bemærke«.\n"
)
OUTLOOK = (
    "Fra: Årshjulet <aarshjul@by.example>\nSendt: 6. april 2027 10:00\nTil: Mette Ø <mette@by.example>\n"
    "Emne: Kvartalsrapport 1 2027 for Skolen: frist 30. april\n\nKære Mette\nStatus: rød\n"
)
FORM = Form(
    id="rapport",
    title="Rapport",
    nil_allowed=True,
    fields=(
        Field(id="status", type=FieldType.TRAFFIC_LIGHT, label="Status", label_en="State"),
        Field(id="beloeb", type=FieldType.AMOUNT, label="Forventet resultat"),
        Field(id="bem", type=FieldType.LONG_TEXT, label="Bemærkninger", required=False),
    ),
)
FREE = Form(id="fri", title="Fri", fields=(Field(id="tekst", type=FieldType.LONG_TEXT, label="Dit svar"),))


@pytest.mark.parametrize("quote", ["", QUOTED, OUTLOOK, "-----Oprindelig meddelelse-----\n" + OUTLOOK])
@pytest.mark.parametrize(
    "farewell",
    [
        "",
        "Venlig hilsen\nMette Ø\nSkoleleder",
        "Mvh. Mette",
        "-- \nMette",
        "Kind regards,\nMette",
        "Sendt fra min iPhone",
    ],
)
@pytest.mark.parametrize("opening", ["", "Hej Søren,\n\n", "Kære sekretariat\n"])
def test_only_the_newest_words_are_read(opening: str, farewell: str, quote: str):
    text = f"{opening}Det går godt.\n- Vi følger planen\n- Tak for hjælpen\n\n{farewell}\n\n{quote}"
    assert own_words(text) == "Det går godt.\n- Vi følger planen\n- Tak for hjælpen"


@pytest.mark.parametrize(
    "line",
    [
        "Hilsen fra børnene var en god oplevelse.",
        "Tak for mødet: vi gik videre.",
        "Vhs-projektet kører.",
        "Hej-ugen er holdt: 14 børn",
    ],
)
def test_a_sentence_that_looks_like_a_greeting_is_kept(line: str):
    assert own_words(f"Først.\n{line}\nSidst.") == f"Først.\n{line}\nSidst."


@pytest.mark.parametrize(
    "text",
    [
        "Intet at bemærke",
        "Der er ikke noget at bemærke i år.",
        "Vi har ingen bemærkninger i dette kvartal",
        "intet at bemærke.",
        "  Ingen bemærkninger!\n",
        "»Intet at bemærke«",
        "INTET AT BEMÆRKE",
        "Nothing to report",
    ],
)
def test_nothing_to_report_is_understood(text: str):
    assert is_nil(text)
    assert read_reply(FORM, text).nil


@pytest.mark.parametrize(
    "text",
    [
        "Intet at bemærke ud over fraværet",
        "Intet at bemærke i år ud over fraværet",
        "Bemærkninger: ingen",
        "",
    ],
)
def test_more_than_that_is_an_answer(text: str):
    assert not is_nil(text)


def test_lines_with_labels_are_answers_and_following_lines_belong_to_them():
    reply = read_reply(
        FORM,
        "Status: gul, fraværet er steget\nog vi gør noget ved det\n\n"
        "* Forventet resultat : 14,5 mio.\nbem: Første linje\n- anden linje",
    )
    assert reply.raw == {
        "status": "gul, fraværet er steget\nog vi gør noget ved det",
        "beloeb": "14,5 mio.",
        "bem": "Første linje\n- anden linje",
    }
    assert reply.unplaced == ""


def test_an_unknown_label_stays_text_and_words_before_the_first_label_are_kept():
    reply = read_reply(FORM, "Vi har travlt.\nStatus: grøn\nBemærk: dette er vigtigt")
    assert reply.raw == {"status": "grøn\nBemærk: dette er vigtigt"}
    assert reply.unplaced == "Vi har travlt."
    assert place_for_rest(FORM) == "bem"


def test_a_form_with_one_question_takes_the_whole_text_with_or_without_its_label():
    assert read_reply(FREE, "Det går godt.\nKolon: ja").raw == {"tekst": "Det går godt.\nKolon: ja"}
    assert read_reply(FREE, "Dit svar: Det går godt.\nVidere.").raw == {"tekst": "Det går godt.\nVidere."}


def test_twenty_thousand_empty_lines_take_no_time():
    assert own_words("Svar" + "\n" * 20_000 + "Mere") == "Svar\n\nMere"
