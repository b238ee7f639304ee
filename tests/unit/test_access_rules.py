"""The whole access table, role by role: alice's own municipality, her subtree, and a stranger's."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from cycle.access.roles import KnownBy, Role
from cycle.access.rules import (
    OWN,
    PERMISSIONS,
    Granted,
    OwnVerb,
    Thing,
    Verb,
    acting_as,
    allowed,
    own_allowed,
    seen_as,
    visible_paths,
    within,
)

REPOSITORY = Path(__file__).parents[2]
ROOT, AREA, SCHOOL = "/BY/", "/BY/SK/", "/BY/SK/S1/"
BESIDE = "/BY/IN/"
STRANGER = "/NY/SK/"
V, T = Verb, Thing

WHEEL = {V.SEE_WHEEL}
EVERY = set(Verb)

EXPECTED: dict[Role, dict[str, set[Verb]]] = {
    # a role granted at AREA: what it may do there, below, beside, at the top and to strangers
    Role.LEADER: {place: set() for place in (AREA, SCHOOL, BESIDE, ROOT)},
    Role.SUPERIOR: {
        AREA: {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.SEE_MEETING, V.REVIEW, V.EXTEND, V.EXPORT},
        SCHOOL: {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.SEE_MEETING, V.REVIEW, V.EXTEND, V.EXPORT},
        BESIDE: {V.SEE_WHEEL, V.SEE_ACTIVITY},
        ROOT: {V.SEE_WHEEL, V.SEE_ACTIVITY},
    },
    Role.SECRETARIAT: {place: EVERY for place in (AREA, SCHOOL, BESIDE, ROOT)},
    Role.DIRECTION: {
        AREA: {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.SEE_MEETING, V.EXPORT},
        SCHOOL: {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.SEE_MEETING, V.EXPORT},
        BESIDE: {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.SEE_MEETING, V.EXPORT},
        ROOT: {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.SEE_MEETING, V.EXPORT},
    },
    Role.COMMITTEE: {place: WHEEL for place in (AREA, SCHOOL, BESIDE, ROOT)},
    Role.OPERATOR: {
        place: {V.SEE_RUNS, V.RETRY_RUN, V.PAUSE_FLOW, V.SEE_MAIL} for place in (AREA, SCHOOL, BESIDE, ROOT)
    },
}


def grant(role, path=AREA):
    return (Granted(role, path.split("/")[-2], path),)


@pytest.mark.parametrize("role", Role)
@pytest.mark.parametrize("place", [AREA, SCHOOL, BESIDE, ROOT, STRANGER])
def test_each_role_may_do_exactly_what_the_table_says_where_it_says(role, place):
    may = {verb for verb in Verb if allowed(grant(role), verb, T.ORDINARY, place)}
    assert may == EXPECTED[role].get(place, set())


def test_the_committee_sees_what_is_released_and_nothing_else():
    may = {verb for verb in Verb if allowed(grant(Role.COMMITTEE, ROOT), verb, T.RELEASED, SCHOOL)}
    assert may == {V.SEE_WHEEL, V.SEE_ACTIVITY, V.SEE_UNIT, V.EXPORT}
    assert not any(allowed(grant(Role.COMMITTEE, ROOT), verb, T.CONFIDENTIAL, SCHOOL) for verb in Verb)


def test_confidential_answers_are_for_the_line_of_superiors_the_direction_and_the_secretariat():
    readers = {role for role in Role if allowed(grant(role, ROOT), V.SEE_UNIT, T.CONFIDENTIAL, ROOT)}
    assert readers == {Role.SUPERIOR, Role.SECRETARIAT, Role.DIRECTION}
    assert not allowed(grant(Role.SUPERIOR), V.SEE_UNIT, T.CONFIDENTIAL, BESIDE)
    assert not allowed(grant(Role.SUPERIOR), V.EXPORT, T.CONFIDENTIAL, SCHOOL)


def test_an_operator_sees_no_answers():
    for thing in Thing:
        for verb in (V.SEE_UNIT, V.SEE_ACTIVITY, V.EXPORT):
            assert not allowed(grant(Role.OPERATOR, ROOT), verb, thing, ROOT)


def test_nobody_without_a_grant_may_do_anything_and_every_role_is_in_the_table():
    assert not any(allowed((), verb, thing, ROOT) for verb in Verb for thing in Thing)
    assert set(PERMISSIONS) == set(Role)


def test_two_grants_give_both():
    both = (*grant(Role.SUPERIOR), *grant(Role.SUPERIOR, BESIDE))
    assert visible_paths(both, V.SEE_UNIT) == (BESIDE, AREA)
    assert visible_paths((*both, *grant(Role.DIRECTION)), V.SEE_UNIT) == (ROOT,)
    assert visible_paths(both, V.SEE_WHEEL) == (ROOT,)
    assert visible_paths(both, V.WAIVE) == ()


PATHS = [ROOT, AREA, SCHOOL, BESIDE, STRANGER, "/BY/SK_1/", "/BY/SKX1/", "/by/sk/", "/B%/", "/BY/SK/S10/"]
GRANTS = st.lists(st.builds(Granted, st.sampled_from(Role), st.just("x"), st.sampled_from(PATHS)), max_size=3)


@given(GRANTS, st.sampled_from(Verb), st.sampled_from(Thing))
def test_the_filter_of_a_query_and_the_question_about_one_unit_agree(grants, verb, thing):
    unit = sa.table("unit", sa.column("path", sa.String))
    engine = sa.create_engine("sqlite://")
    with engine.connect() as connection:
        connection.execute(sa.text("CREATE TABLE unit (path TEXT)"))
        connection.execute(sa.insert(unit), [{"path": path} for path in PATHS])
        seen = set(
            connection.scalars(
                sa.select(unit.c.path).where(within(unit.c.path, visible_paths(grants, verb, thing)))
            )
        )
    engine.dispose()
    assert seen == {path for path in PATHS if allowed(grants, verb, thing, path)}


def test_every_verb_of_the_table_is_asked_for_somewhere():
    asked = "".join(
        file.read_text(encoding="utf-8")
        for room in ("web", "cli")
        for file in (REPOSITORY / room).rglob("*.py")
    )
    assert [verb for verb in Verb if f"Verb.{verb.name}" not in asked] == []


def test_a_leader_answers_by_mail_link_code_or_account_and_signs_where_the_text_is_shown():
    assert set(OWN) == set(OwnVerb)
    may = {verb: {way for way in KnownBy if own_allowed(verb, way)} for verb in OwnVerb}
    assert may[OwnVerb.ANSWER] == may[OwnVerb.DRAFT] == set(KnownBy)
    assert may[OwnVerb.SIGN] == may[OwnVerb.SEE] == set(KnownBy) - {KnownBy.MAIL}
    beyond_one_task = may[OwnVerb.HAND_OVER], may[OwnVerb.SUBSCRIBE]
    assert beyond_one_task == (set(KnownBy) - {KnownBy.MAIL, KnownBy.LINK},) * 2, "a link is one task's"
    strict = {way for way in KnownBy if own_allowed(OwnVerb.SIGN, way, signing_needs_account=True)}
    assert strict == {KnownBy.PASSWORD, KnownBy.TWO_STEPS, KnownBy.LOGIN}
    assert own_allowed(OwnVerb.ANSWER, KnownBy.LINK, signing_needs_account=True)


def test_one_role_puts_the_others_aside_and_a_leader_all_of_them():
    both = (*grant(Role.SECRETARIAT, ROOT), *grant(Role.SUPERIOR, AREA))
    assert acting_as(both, None) == both
    assert acting_as(both, Role.SUPERIOR) == grant(Role.SUPERIOR, AREA)
    assert acting_as(both, Role.LEADER) == acting_as(both, Role.DIRECTION) == ()


@pytest.mark.parametrize("role", Role)
def test_the_secretariat_alone_sees_as_others_do_and_in_its_own_municipality(role):
    viewed = (*grant(Role.SUPERIOR, AREA), *grant(Role.SUPERIOR, STRANGER))
    expected = grant(Role.SUPERIOR, AREA) if role is Role.SECRETARIAT else ()
    assert seen_as(grant(role, ROOT), viewed) == expected
