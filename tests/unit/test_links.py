import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.access.links import LinkClaims, read_token, task_token
from cycle.errors import LinkInvalid

SECRET = b"not a secret, a test"
IDS = st.integers(min_value=0, max_value=2**31 - 1)


def token(purpose="task", task_id=41, person_id=7, generation=1):
    return task_token(SECRET, purpose=purpose, task_id=task_id, person_id=person_id, generation=generation)


def refused(text, purpose="task", secret=SECRET):
    with pytest.raises(LinkInvalid) as caught:
        read_token(secret, text, purpose)
    return caught.value.reason


@given(IDS, IDS, IDS)
def test_a_token_says_what_it_was_made_from_and_fits_a_reply_address(task_id, person_id, generation):
    made = token("reply", task_id, person_id, generation)
    assert read_token(SECRET, made, "reply") == LinkClaims(task_id, person_id, generation)
    assert len(f"svar+{made}") <= 64
    assert re.fullmatch("[a-z2-7]+", made)


def test_the_same_facts_give_the_same_token_so_that_a_retry_renders_the_same_mail():
    assert token() == token()
    assert len({token(), token(task_id=42), token(person_id=8), token(generation=2), token("reply")}) == 5


def test_a_token_survives_a_gateway_that_changes_case():
    assert read_token(SECRET, f" {token().upper()} ", "task").task_id == 41


@pytest.mark.parametrize("stuck", [".", ")", ",", ">", ").", "'", '"', ";", "]"])
def test_what_a_mail_program_took_into_the_link_behind_it_does_not_break_it(stuck):
    assert read_token(SECRET, token() + stuck, "task").task_id == 41
    assert refused(token()[:-1] + stuck) == "broken"


def test_a_token_for_another_purpose_or_of_another_secret_is_broken():
    assert refused(token("reply")) == "broken"
    assert refused(token(), secret=b"another installation") == "broken"


def test_every_single_changed_or_missing_character_breaks_a_token():
    made = token()
    for place, letter in enumerate(made):
        other = "a" if letter != "a" else "b"
        assert refused(made[:place] + other + made[place + 1 :]) == "broken"
        assert refused(made[:place]) == "broken"
    assert refused(made + "a") == "broken"


@given(st.text(max_size=200))
def test_garbage_is_broken_and_nothing_worse(text):
    assert refused(text) == "broken"


def test_a_token_of_an_older_generation_is_revoked():
    claims = read_token(SECRET, token(generation=1), "task")
    claims.require_generation(1)
    with pytest.raises(LinkInvalid) as caught:
        claims.require_generation(2)
    assert caught.value.reason == "revoked"
