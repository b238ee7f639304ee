"""Words beside the answers to several questions: what may change the answers is asked about."""

from types import SimpleNamespace

import pytest

from notifications.reading.mail import Mail
from notifications.replies import read_parts, read_reply
from notifications.task_words import TaskWords
from tests.unit.test_labelled_replies import FORM

ANSWERS = "Status: grøn\nForventet resultat: 1.500\nSygefravær: 4,2"


@pytest.mark.parametrize(
    "words",
    [
        "Alle beløb i t.kr.",
        "Beløb er i hele tusinde.",
        "Tal i 1.000 kr.",
        "(i 1.000 kr.)",
        "Altså et underskud.",
        "NB: det er et merforbrug!",
        "UDKAST - ikke færdig",
        "Vent med at registrere, jeg skal have det godkendt.",
        "Ikke mit svar, kun Bos bud:",
        "Skal der stå sådan her?",
    ],
)
def test_words_that_may_change_the_answers_are_asked_about_and_the_answers_kept(words):
    for text in (f"{words}\n\n{ANSWERS}", f"{ANSWERS}\n\n{words}"):
        reply = read_reply(FORM, text)
        assert [words.rstrip(".") in each.what for each in reply.doubts] == [True]
        assert reply.unplaced == words and len(reply.raw) == 3
        assert read_parts(FORM, text, "", rows={}, chosen=True).doubts == ()


@pytest.mark.parametrize(
    "words",
    ["Hermed vores tal.", "Vi mangler i alt 2 mio.", "Tak for et godt møde", "Merforbruget nedbringes"],
)
def test_other_words_beside_the_answers_change_nothing(words):
    reply = read_reply(FORM, f"{words}\n\n{ANSWERS}")
    assert (reply.doubts, reply.unplaced) == ((), words)


def test_what_stands_above_all_letters_is_about_every_task():
    addressed = [SimpleNamespace(letter=each, form=FORM, task=SimpleNamespace(prefill={})) for each in "AB"]
    text = "Alle beløb i t.kr.\n\nA1: grøn\nA2: 1.500\nB1: gul, fravær\nB2: 100"
    mail = Mail(message_id="<a@b>", text=text, own_text=text, own_above=text)
    replies = TaskWords(mail, addressed).replies(lambda found: "da")
    assert [len(reply.doubts) for _, reply in replies] == [1, 1]
    told = TaskWords(mail, addressed, chosen=True).replies(lambda found: "da")
    assert [reply.doubts for _, reply in told] == [(), ()]


@pytest.mark.parametrize(
    "words", ["OBS: tallene er i tusinde kr.", "Beløbet er angivet i t.kr.", "Alt er i mio."]
)
def test_a_scale_inside_a_comment_is_asked_about(words):
    said = f"Status: gul, vi er bagud\n{words}\nForventet resultat: 200\nSygefravær: 4,2"
    reply = read_reply(FORM, said)
    assert [words.rstrip(".") in each.what for each in reply.doubts] == [True] and len(reply.raw) == 3


@pytest.mark.parametrize("words", ["Beløbet på 2 mio. er brugt", "Tallene fra MED er gode", "Vi er tusinder"])
def test_other_words_of_a_comment_change_nothing(words):
    said = f"Status: gul, {words}\nForventet resultat: 200\nSygefravær: 4,2"
    assert read_reply(FORM, said).doubts == ()


@pytest.mark.parametrize("amount", ["2 %", "5 pct.", "14,5 procent", "100.000 (2 %)"])
def test_per_cent_is_no_amount(amount):
    (doubt,) = read_reply(FORM, f"Status: grøn\nForventet resultat: {amount}\nSygefravær: 4,2 %").doubts
    assert f"»{amount}" in doubt.what and "ikke procent" in doubt.what
