"""The author's own words, found in replies of the usual mail programs."""

import pytest

from notifications.reading.read import read_mail
from notifications.reading.words import own_words
from tests.support.danish_replies import Reply, replies

ALL = list(replies())


def test_there_are_more_than_a_hundred_of_them() -> None:
    assert len(ALL) == len({reply.name for reply in ALL}) >= 100


@pytest.mark.parametrize("reply", ALL, ids=lambda reply: reply.name)
def test_what_the_author_typed_is_read_and_nothing_else(reply: Reply) -> None:
    mail = read_mail(reply.raw)
    assert mail.verdict is None, mail.reason
    if reply.wrapped:
        assert mail.own_text.split() == reply.expected.split()
    else:
        assert mail.own_text == reply.expected
    assert "Kvartalsrapport 1 2027" in mail.text, "the answered mail is kept for answers between its lines"
    assert mail.references == ("<0123@by.example>",)
    assert mail.files == (), "a logo is no attachment"


CARD = """Mette Østergaard
Skoleleder

Københavns Kommune
Havneskolen

Havnegade 1
1058 København K

Mobil 23 45 67 89"""
TOWN = """KØBENHAVNS KOMMUNE
Børne- og Ungdomsforvaltningen

Telefon 33 66 33 66
www.kk.dk"""
ANSWER = "Status: grøn\nForventet resultat: 0\nBemærkninger: alt vel"


@pytest.mark.parametrize(
    "below",
    [
        CARD,
        TOWN,
        "God weekend\nMette",
        "Ha' en god dag\nMette",
        "På forhånd tak\nMette Østergaard",
        "Fortsat god dag\nMette",
        "Bedste hilsener\nMette",
        "Hilsen fra os på Havneskolen\nMette",
        "Mvh\nMette Hansen\n\nTræffetid: man-tors 8-15",
        "Mvh\nMette Hansen\n\nÅbningstider:\nMandag-torsdag 6.30-17.00\nFredag: 6.30 - 16.30",
        "Mvh\nMette Hansen\nSkoleleder\n\nEngskolen\nVestergade 1\nEAN-nummer 5798009371034",
        "Mvh\nMette Hansen\nSkoleleder\n\nCVR: 64942212\nP-nr. 1003265412",
        "Mvh\nMette Hansen\n\nJeg holder fri om fredagen",
        "Mvh\nMette Hansen\n\nSkriv sikkert til os via borger.dk",
        "Mvh\nMette Hansen\n\nLæs om vores behandling af personoplysninger her: https://www.by.example/gdpr",
        "Mvh\nMette Hansen\n\nHusk: Send aldrig personfølsomme oplysninger i en almindelig mail. "
        "Brug Digital Post.",
        "Mvh\nMette Hansen\n\n[Et billede, der indeholder tekst\n\nAutomatisk genereret beskrivelse]",
        "Mvh\nMette Hansen\n\n[Logo, company name Description automatically generated]\n\nTlf. 12 34 56 78",
        "Mvh\nMette Hansen\n\n[Engskolens logo]\n\n[cid:image001.png@01DB1234.56789ABC]",
    ],
)
def test_a_card_of_several_paragraphs_and_a_good_wish_are_no_answer(below: str) -> None:
    assert own_words(f"{ANSWER}\n\n{below}\n") == ANSWER


@pytest.mark.parametrize(
    "words",
    [
        "Mette Jensen\n1058 København ansættes 1. maj",
        "God dag for skolen: alle mødte op\nVi fejrer det.",
        "På forhånd tak\nBemærkninger: se venligst budgettet",
        "Mette Jensen\nStatus: grøn",
        "Åbningstiderne er udvidet",
        "[Vi mangler to]",
        "Jeg holder fri om fredagen, så vi mangler en vikar",
        "Vi behandler oplysninger fortroligt: 3 sager",
    ],
)
def test_words_that_only_look_like_a_signature_stay(words: str) -> None:
    assert own_words(f"{ANSWER}\n\n{words}\n") == f"{ANSWER}\n\n{words}"


def test_a_card_is_left_out_though_unknown_words_stand_below_it() -> None:
    assert own_words(f"{ANSWER}\n\nMvh\n{CARD}\n\nSkolen, hvor alle trives") == (
        f"{ANSWER}\n\nSkolen, hvor alle trives"
    )
    below = "Mobil 23 45 67 89\nVi mangler to\n\nHavneskolen er lukket"
    card = CARD.removesuffix("Mobil 23 45 67 89")
    assert own_words(f"{ANSWER}\n\nMvh\n{card}{below}") == f"{ANSWER}\n\n{below}"
