"""What a goal of an agreement says otherwise in later years is told as that, and nothing twice."""

from documents.goal_words import Words, goal_words

FIRST = {
    "key": "A",
    "label": "A. Sygefravær",
    "description": "Højst 6 %",
    "signs": ["Færre dage"],
    "source": "BUU",
}


def test_a_later_year_tells_what_it_says_otherwise_than_the_year_before() -> None:
    second = {**FIRST, "from": 2029, "label": "A. Trivsel", "description": "Højst 5 %", "signs": []}
    third = {**second, "from": 2030, "source": "BR"}
    *_, of_second, of_third = goal_words({**FIRST, "later": [second, third]}, "da")
    assert of_second == Words(
        "Fra 2029",
        (
            "A. Trivsel",
            "Beskrivelse: Højst 5 %",
            "Tegn på, at det lykkes: –",
            "I øvrigt som før",
        ),
    )
    assert of_third == Words("Fra 2030", ("A. Trivsel", "Sat af: BR", "I øvrigt som før"))
    assert goal_words(second, "en")[0] == Words("Holds from", ("2029",))


def test_two_goals_that_take_over_in_one_year_are_each_told_against_the_year_before() -> None:
    one, other = (
        {**FIRST, "from": 2029, "key": key, "label": f"{key}. Ny", "source": source}
        for key, source in (("B", "BR"), ("C", "BUU"))
    )
    *_, told = goal_words({**FIRST, "later": [one, other]}, "en")
    assert told == Words("From 2029", ("B. Ny", "Set by: BR", "C. Ny", "Otherwise as before"))
