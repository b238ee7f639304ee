"""Why there is no answer is asked about, whatever of the unit it names; news of the unit is its answer."""

import pytest

from notifications.short_words import ASKS, doubted_words


@pytest.mark.parametrize(
    "words",
    [
        "Jeg har ikke fået tallene fra økonomi, så jeg kan desværre ikke udfylde budgettet for skolen",
        "Jeg har bedt vores administrative medarbejder om at svare på budgettet. Hun vender tilbage",
        "Jeg forstår ikke spørgsmålet. Er det økonomien eller eleverne, I tænker på",
        "Det er Bo Bosen, der er leder på skolen nu, både for personale og budget",
        "Jeg er enig i det, som pædagogerne skriver om personalet",
        "Mette Hansen er på barsel fra budgettet, og Bo Bosen der er leder på skolen nu",
    ],
)
def test_a_refusal_is_asked_about_though_it_names_the_unit(words):
    doubted = doubted_words(words)
    assert doubted is not None and doubted[0] is ASKS and words.startswith(doubted[1][:60])


@pytest.mark.parametrize(
    "words",
    [
        "Vi har fået ny leder, og budgettet holder med 24 elever i hver klasse",
        "Eleverne forstår ikke altid, hvad de skal i matematik, og tre lærere er i gang",
        "Vi har bedt forældrene om at lukke vinduerne, og det har sænket udgiften til varme",
        "Vi er enige med bestyrelsen om målene, og budgettet holder",
        "Vi kan ikke finde vikarer, og sygefraværet stiger",
    ],
)
def test_news_of_the_unit_is_its_answer(words):
    assert doubted_words(words) is None
