"""Replies that a few signs make more or less than they look: signatures, a second colour, blanks, "begge"."""

from types import SimpleNamespace
from typing import cast

import pytest

from notifications.addressed import Addressed
from notifications.nil import is_nil
from notifications.nil_for_all import is_nil_for_all
from notifications.reading.mail import Mail
from notifications.reading.read import read_mail
from notifications.reading.words import own_words
from notifications.replies import Reply, read_reply
from notifications.small_talk import is_small_talk
from notifications.task_words import TaskWords
from tests.support.leaders_replies import FORM
from tests.unit.test_under_the_question import ONE

ANSWER = "Vi mangler to lærere."


def written(text: str) -> Mail:
    return read_mail(f"From: Mette Hansen <mette@skole.example>\nSubject: SV: x\n\n{text}\n".encode())


def about_two(text: str, *forms: object) -> list[Reply]:
    tasks = [
        cast(Addressed, SimpleNamespace(letter=letter, form=form, task=SimpleNamespace(prefill={})))
        for letter, form in zip("ABC", forms or (FORM, FORM), strict=False)
    ]
    return [reply for _, reply in TaskWords(written(text), tasks).replies(lambda _: "da")]


@pytest.mark.parametrize(
    "below",
    [
        "Venligst\n\nMette Hansen\nSkoleleder\n\nEngskolen\nTlf. 33 66 12 34",
        "Venligst\nMette",
        "Venligst Mette",
        "De venligste hilsner\nMette",
        "Mvh\nMette Hansen\nCand.pæd.\nTlf. 33 66 12 34",
        "Mvh\nMette Hansen\nSkoleleder, cand.pæd.\nEngskolen\n\nTlf. 33 66 12 34",
        "Mvh\nMette Hansen, cand.mag., ph.d.\nSkoleleder\nTlf. 33 66 12 34",
        "Med venlig hilsen\nMette Hansen\n\nCand.scient.pol.\nTlf. 33 66 12 34",
        "Med venlig hilsen\nMette Hansen\nMag.art., MPA\nTlf. 33 66 12 34",
    ],
)
def test_a_farewell_in_one_word_and_a_degree_are_no_answer(below: str) -> None:
    assert written(f"{ANSWER}\n\n{below}").own_text == ANSWER


@pytest.mark.parametrize(
    "below",
    [
        "Venligst svar os",
        "Venligst: giv os to lærere",
        "Vi har ansat en cand.pæd.",
        "En cand.mag. mangler i år",
    ],
)
def test_a_sentence_with_such_a_word_stays(below: str) -> None:
    assert own_words(f"{ANSWER}\n\n{below}") == f"{ANSWER}\n\n{below}"


@pytest.mark.parametrize(
    "status",
    [
        "Grøn. Fravær dog rødt.",
        "Grøn, fravær dog rødt",
        "Grøn. Økonomi og fravær dog røde.",
        "Gul. Fraværet desværre stadig rødt",
        "Grøn. SFO er dog stadig gul",
    ],
)
def test_a_second_colour_of_a_part_is_asked_about(status: str) -> None:
    reply = read_reply(FORM, f"Status: {status}\nForventet afvigelse: 0")
    assert [each.where for each in reply.doubts] == ["status"]


@pytest.mark.parametrize(
    "status",
    ["Gul. Fraværet er dog stadig højt", "Grøn. Fravær er også grønt", "Gul, vi er dog på vej mod grøn"],
)
def test_a_comment_without_a_second_colour_is_none(status: str) -> None:
    assert read_reply(FORM, f"Status: {status}\nForventet afvigelse: 0").doubts == ()


def test_a_matter_behind_hello_is_no_greeting() -> None:
    assert not is_small_talk("Hej Lærermangel!") and is_small_talk("Hej Anne. Tak for mailen")
    assert is_nil("Hej Anne\nIntet at bemærke") and not is_nil("Hej Sygefravær\nIntet at bemærke")
    assert read_reply(ONE, written("Hej Lærermangel!").own_text).raw == {"bem": "Hej Lærermangel!"}


@pytest.mark.parametrize(
    "text", ["A1 grøn\nA2 0\nB1 grøn\nB2 -200.000", "A1 grøn\nA2 0 kr.\nB1\tgrøn\nB2 -200.000 kr"]
)
def test_a_blank_behind_letter_and_number_is_enough_for_a_colour_and_for_figures(text: str) -> None:
    first, second = about_two(text)
    assert (first.raw["status"], first.raw["afvigelse"][:1], first.doubts) == ("grøn", "0", ())
    assert second.raw["afvigelse"].startswith("-200.000") and second.doubts == ()


def test_a_blank_behind_a_letter_is_enough_for_nothing_to_report() -> None:
    assert [reply.nil for reply in about_two("A intet at bemærke\nB ingen bemærkninger")] == [True, True]
    (first,) = about_two("A: Vi har to hold\nI 7 B er der\nB2 14 elever", ONE, FORM)
    assert first.raw["bem"] == "Vi har to hold\nI 7 B er der\nB2 14 elever"


@pytest.mark.parametrize(
    "text",
    [
        "Begge: intet at bemærke",
        "Begge opgaver: Intet",
        "Alle: intet",
        "Hej Anne\n\nA og B: intet at bemærke",
        "A+B: Ingen bemærkninger",
        "A/B intet at bemærke",
        "Til begge: Intet at bemærke fra Engskolen",
        "Both: nothing to report",
    ],
)
def test_nothing_to_report_of_all_tasks_is_so_of_each(text: str) -> None:
    assert [reply.nil for reply in about_two(f"{text}\n\nMvh Mette")] == [True, True]


@pytest.mark.parametrize(
    "text",
    [
        "Intet at bemærke",
        "A og C: intet at bemærke",
        "Alle børn: intet",
        "Alle: intet at bemærke ud over fraværet",
        "Begge: intet. Dog mangler vi to lærere",
    ],
)
def test_what_may_not_be_about_all_tasks_is_asked_about(text: str) -> None:
    assert not any(reply.nil for reply in about_two(text))
    assert not is_nil_for_all("Begge: intet at bemærke", ("A", "B", "C"))


def test_a_draft_above_nothing_to_report_is_none() -> None:
    first, second = about_two("UDKAST\n\nA: Intet at bemærke\nB: Intet at bemærke")
    assert not first.nil and not second.nil and "»UDKAST«" in first.doubts[0].what
    assert "UDKAST" in first.unplaced
    assert not read_reply(FORM, "UDKAST\n\nIntet at bemærke").nil
