"""Which numbers are far from last period's."""

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
