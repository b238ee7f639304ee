"""Which numbers are far from last period's."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.tasks.forms import Field, FieldType
from cycle.tasks.jumps import jumps

NUMBER = (Field(id="tal", type=FieldType.NUMBER, label="Tal"),)


@pytest.mark.parametrize(
    ("before", "now", "share"),
    [
        ("100", "151", 51),
        ("100", "49", -51),
        ("100", "150", None),
        ("100", "50", None),
        ("-100", "100", 200),
        ("100", "-100", -200),
        ("0", "0", None),
    ],
)
def test_more_than_half_of_last_time_is_a_jump(before, now, share):
    found = jumps(NUMBER, {"tal": now}, {"tal": before})
    assert [each.share for each in found] == ([share] if share is not None else [])


FRAVAER = {"label": "Fravær i fjor", "amount": "5.70", "field": "tal", "unit": "%"}
PERCENT = (Field(id="tal", type=FieldType.PERCENT, label="Sygefravær"),)


def test_without_a_last_answer_the_key_figure_beside_the_question_is_compared_with():
    (found,) = jumps(PERCENT, {"tal": "42"}, {}, [FRAVAER])
    assert (found.before, found.figure, found.share) == (Decimal("5.70"), "Fravær i fjor", 637)
    assert jumps(PERCENT, {"tal": "6.1"}, {}, [FRAVAER]) == []
    assert jumps(PERCENT, {"tal": "42"}, {"tal": "41"}, [FRAVAER]) == [], "last time's answer counts first"


@pytest.mark.parametrize(
    ("fields", "figures"),
    [
        (NUMBER, [FRAVAER]),
        (PERCENT, [{**FRAVAER, "field": "andet"}]),
        (PERCENT, [FRAVAER, {**FRAVAER, "label": "Hele året"}]),
        ((Field(id="tal", type=FieldType.AMOUNT, label="Afvigelse"),), [{**FRAVAER, "unit": ""}]),
    ],
)
def test_a_figure_of_another_kind_place_or_meaning_is_not_compared_with(fields, figures):
    assert jumps(fields, {"tal": "42"}, {}, figures) == []


def test_from_nothing_to_something_is_a_jump_without_a_share():
    (found,) = jumps(NUMBER, {"tal": "3"}, {"tal": "0"})
    assert found.share is None


@given(
    st.one_of(st.none(), st.text(), st.integers(), st.lists(st.text()), st.dictionaries(st.text(), st.text()))
)
def test_whatever_an_older_form_kept_there_is_borne(kept):
    jumps(NUMBER, {"tal": "3"}, {"tal": kept})
    jumps(NUMBER, {"tal": kept}, {"tal": "3"})
    jumps(
        (Field(id="g", type=FieldType.REPEAT, label="G", rows_from="x", fields=NUMBER),),
        {"g": kept},
        {"g": kept},
    )
