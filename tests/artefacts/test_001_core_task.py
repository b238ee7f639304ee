"""Seed 001: three questions about the core task, put to three units."""

import pytest

from cycle.tasks.forms import FieldType
from notifications.replies import own_words, read_reply
from tests.support.kerneopgaven import PRINTED, QUESTIONS, SECOND, mail_of
from tests.support.processes import EXAMPLES, example

UNITS = {
    "MAABJERGHUS": ("Måbjerghus Børnehave", "HOLSTEBRO", "Holstebro Kommune"),
    "SABRO": ("Sabro-Korsvejsskolen", "AARHUS", "Aarhus Kommune"),
    "CHARLOTTEHAVEN": ("Charlottehaven Vuggestue", "KBH", "Københavns Kommune"),
}


def test_001_asks_the_three_printed_questions() -> None:
    loaded = example("kerneopgaven")
    assert len(loaded.plan.activities) == 1
    assert [field.label for field in loaded.forms["kerneopgave"].fields] == QUESTIONS
    assert "»Styrk samarbejdet om kerneopgaven« består af fire moduler" in loaded.plan.activities[0].text
    assert {field.type for field in loaded.forms["kerneopgave"].fields} == {FieldType.LONG_TEXT}


def test_the_three_units_lie_in_their_three_municipalities() -> None:
    lines = (EXAMPLES / "kerneopgaven" / "units.csv").read_text(encoding="utf-8").splitlines()[1:]
    rows = {line.split(";")[0]: line.split(";") for line in lines}
    for unit_id, (name, municipality, of) in UNITS.items():
        assert rows[unit_id][1:3] == [municipality, name] and rows[municipality][2] == of
    audience = example("kerneopgaven").plan.activities[0].audience
    assert {unit for unit in rows if rows[unit][3] in audience.kinds} == set(UNITS)


def test_two_of_the_printed_questions_hold_a_no_break_space_and_the_third_has_other_words() -> None:
    assert [("\u00a0" in second) for _, second in SECOND.values()] == [True, True, False]
    assert SECOND["CHARLOTTEHAVEN"][1].startswith("Hvad gør fokus")
    assert example("kerneopgaven").forms["kerneopgave"].field("forskel").also == (
        SECOND["CHARLOTTEHAVEN"][1],
    )


@pytest.mark.parametrize("unit_id", list(PRINTED))
def test_a_reply_is_read_in_any_of_the_printed_wordings(unit_id: str) -> None:
    form = example("kerneopgaven").forms["kerneopgave"]
    reply = read_reply(form, own_words(mail_of(unit_id)))
    assert reply.unplaced == "" and reply.raw == {
        "kerneopgave": f"”{PRINTED[unit_id]}”.",
        "forskel": "Opdigtet: den samler os.\nTo linjer.",
        "tilblivelse": "Opdigtet: på en fælles dag.",
    }
