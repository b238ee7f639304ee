from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.organisation.names import might_be_one
from cycle.organisation.people import (
    Asked,
    Choice,
    Choices,
    FilePerson,
    StoredPerson,
    match_people,
    person_key,
)
from cycle.organisation.terms import StoredTerm, WantedTerm, term_changes

POST = ("S1", "leder")
TODAY = date(2027, 4, 1)


def person(name="Ida Eg", email="ida@by.example", person_id="", post=POST, row=2):
    key = person_key(person_id, email, post, name)
    return FilePerson("BY", key, name, email, "da", (post,), row)


def stored(name="Ida Eg", email="ida@by.example", person_id="", key=None, posts=(POST,), number=1):
    key = key or person_key(person_id, email, POST, name)
    address = 7 if email else None
    return StoredPerson(number, "BY", key, name, "da", email, address, frozenset(posts))


def match(file, known, choices=None):
    return match_people([file], [known], choices or Choices())


def is_same(matches):
    return bool(matches.found) and not matches.questions


def test_an_id_is_a_person_whatever_name_and_address():
    assert is_same(match(person("Ida Bro", "ny@by.example", "77"), stored(person_id="77")))
    other = match(person(person_id="78"), stored(person_id="77"))
    assert not other.found
    assert not other.questions


def test_without_an_id_an_address_is_a_person_in_any_spelling():
    assert is_same(match(person(email="IDA@by.example"), stored()))
    assert is_same(match(person(), stored(person_id="77")))
    assert is_same(match(person(person_id="77"), stored()))


def test_the_same_name_on_the_same_post_with_a_new_address_is_asked():
    new = person(email="ny@by.example")
    asked = match(new, stored()).questions[0]
    assert (asked.asked, asked.old, asked.new) == (Asked.CHANGED_ADDRESS, "ida@by.example", "ny@by.example")
    assert match(new, stored(), Choices(default=Choice.SAME)).found
    assert not match(new, stored(), Choices(by_row={2: Choice.NEW})).found
    assert match(new, stored(), Choices(by_row={3: Choice.NEW})).questions


def test_the_same_name_elsewhere_with_another_address_is_someone_else():
    found = match(person(email="ny@by.example", post=("S2", "leder")), stored())
    assert not found.found
    assert not found.questions


def test_gaining_or_losing_an_address_is_not_a_question():
    assert is_same(match(person(), stored(email=None)))
    assert is_same(match(person(email=None), stored()))


def test_another_name_at_a_known_address_is_asked():
    asked = match(person("Ole Ø"), stored()).questions[0]
    assert (asked.asked, asked.name, asked.new) == (Asked.CHANGED_NAME, "Ida Eg", "Ole Ø")
    replaced = match(person("Ole Ø"), stored(), Choices(default=Choice.NEW))
    assert replaced.replaced == [stored()]
    assert not replaced.found


IN_DOUBT = [
    ("Mette Nielsen", "Mette Holmgaard"),
    ("Mette Nielsen", "Metta Nielsson"),
    ("Mette Nielsen", "Mette Nilsen"),
    ("Mette Nielsen", "Mette Holm Nielsen"),
    ("Mette Holm Nielsen", "Mette Nielsen"),
    ("Mette Nielsen", "M. Nielsen"),
    ("Mette Nielsen", "Mette N."),
    ("Mette Nielsen", "Nielsen Mette"),
    ("Mette Nielsen", "Mette"),
]
PLAIN = [
    ("Mette Nielsen", "mette  NIELSEN"),
    ("Mette Nielsen", "Nielsen, Mette"),
    ("Anne-Mette Kjær Åby", "Kjaer Aaby, Anne Mette"),
]


@pytest.mark.parametrize(("before", "now"), IN_DOUBT)
def test_a_name_that_is_not_plainly_the_same_at_a_known_address_is_asked(before, now):
    for number in ("", "77"):
        (asked,) = match(person(now, person_id=number), stored(before)).questions
        assert (asked.asked, asked.name, asked.new) == (Asked.CHANGED_NAME, before, now)


@pytest.mark.parametrize(("before", "now"), PLAIN)
def test_a_name_written_otherwise_is_the_same(before, now):
    assert is_same(match(person(now), stored(before)))
    assert match(person(now, "ny@by.example"), stored(before)).questions[0].asked is Asked.CHANGED_ADDRESS
    assert is_same(match(person(now, None), stored(before)))


@pytest.mark.parametrize("email", [None, "ny@by.example"])
@pytest.mark.parametrize("now", ["Mette Holmgaard", "Metta Nielsen", "Mette Holm Nielsen"])
def test_a_name_like_that_of_whoever_had_the_post_is_asked(now, email):
    new, before = person(now, email), stored("Mette Nielsen")
    (asked,) = match(new, before).questions
    assert (asked.asked, asked.name, asked.old, asked.new) == (
        Asked.CHANGED_HOLDER,
        "Mette Nielsen",
        "S1, leder",
        now,
    )
    assert match(new, before, Choices(default=Choice.SAME)).found
    other = match(new, before, Choices(default=Choice.NEW))
    assert not other.found
    assert not other.replaced


def test_whoever_follows_somebody_that_the_file_still_has_is_not_asked_about():
    rows = [person("Mette Holmgaard", "ny@by.example"), person("Mette Nielsen", row=3)]
    found = match_people(rows, [stored("Mette Nielsen")], Choices())
    assert not found.questions
    assert [key for _, key in found.found] == ["ida@by.example"]


def test_a_plainly_other_name_at_a_post_is_a_change_of_leader():
    found = match(person("Ole Ø", "ole@by.example"), stored())
    assert not found.questions
    assert not found.found


def test_an_address_that_stays_with_its_person_elsewhere_in_the_file_makes_the_other_row_a_new_person():
    both = match_people(
        [person(email="ny@by.example"), person(post=("S2", "leder"), row=3)], [stored()], Choices()
    )
    assert [key for _, key in both.found] == ["ida@by.example"]
    assert not both.questions


@pytest.mark.parametrize(
    ("one", "other", "might"),
    [
        ("Ida Eg", "Ida Holm", True),
        ("Holm, Ida", "Ida Eg", True),
        ("Kirsten Møller", "Kirstn Møller", True),
        ("Peter Jensen", "Anne Jensen", False),
        ("Ida Eg", "Ole Ø", False),
    ],
)
def test_names_that_might_be_one_persons(one, other, might):
    assert might_be_one(one, other) is might


def wanted(who=1, since=date(2026, 8, 1), until=None):
    return WantedTerm(who, since, until, 2)


def term(who=1, since=date(2026, 8, 1), until=None, number=1):
    return StoredTerm(number, who, since, until)


def test_a_term_missing_from_the_file_ends_the_day_before_the_import():
    changes = term_changes([], [term()], TODAY)
    assert [ended.valid_to for ended in changes.ended] == [date(2027, 3, 31)]


def test_a_term_to_come_that_is_missing_is_taken_back_and_one_that_is_over_stays():
    to_come, over = term(since=date(2027, 8, 1)), term(until=date(2027, 1, 1), number=2)
    changes = term_changes([], [to_come, over], TODAY)
    assert changes.removed == [to_come]
    assert not changes.ended


def test_the_files_dates_are_kept_and_a_changed_end_is_the_same_term():
    changes = term_changes([wanted(until=date(2027, 6, 30)), wanted(2, date(2027, 7, 1))], [term()], TODAY)
    assert [(new.person, new.valid_from) for new in changes.added] == [(2, date(2027, 7, 1))]
    assert [(each.term.id, each.valid_to) for each in changes.changed] == [(1, date(2027, 6, 30))]


def test_a_file_without_dates_leaves_the_term_in_force_alone_and_begins_new_ones_today():
    assert not term_changes([wanted(since=None)], [term()], TODAY)
    assert term_changes([wanted(since=None)], [], TODAY).added[0].valid_from == TODAY


def test_someone_who_comes_back_gets_a_new_term():
    changes = term_changes([wanted(since=None)], [term(until=date(2027, 1, 1))], TODAY)
    assert not changes.changed
    assert len(changes.added) == 1


DAYS = st.dates(date(2026, 1, 1), date(2028, 12, 31))


@st.composite
def periods(draw):
    """Periods of one person that do not overlap, some without a known start."""
    days = sorted(draw(st.sets(DAYS, max_size=6)))
    found = [(days[i], days[i + 1]) for i in range(0, len(days) - 1, 2)]
    if found and draw(st.booleans()):
        found[-1] = (found[-1][0], None)
    if found and draw(st.booleans()):
        found[0] = (None, found[0][1])
    return found


@given(st.dictionaries(st.integers(1, 3), periods()), st.dictionaries(st.integers(1, 3), periods()), DAYS)
def test_applying_the_changes_of_a_post_makes_the_file_true_and_then_nothing_changes(first, then, today):
    terms = []
    for file in (first, then, then):
        want = [WantedTerm(who, *period, 2) for who, found in file.items() for period in found]
        changes = term_changes(want, terms, today)
        terms = applied(terms, changes)
        assert not term_changes(want, terms, today)
        current = {term.person_id for term in terms if in_force(term, today)}
        dated = [each for each in want if each.valid_from]
        told = {each.person for each in dated if each.valid_from <= today <= (each.valid_to or today)}
        assert told <= current
        assert current <= told | {each.person for each in want if each.valid_from is None}


def in_force(term, today):
    return term.valid_from <= today <= (term.valid_to or today)


def applied(terms, changes):
    gone = {each.term.id for each in (*changes.changed, *changes.ended)} | {
        each.id for each in changes.removed
    }
    kept = [each for each in terms if each.id not in gone]
    dated = [
        StoredTerm(each.term.id, each.term.person_id, each.valid_from, each.valid_to)
        for each in (*changes.changed, *changes.ended)
    ]
    number = max((each.id for each in terms), default=0)
    added = [
        StoredTerm(number + i, new.person, new.valid_from, new.valid_to)
        for i, new in enumerate(changes.added, 1)
    ]
    assert all(
        each.valid_to is None or each.valid_from <= each.valid_to + timedelta(1) for each in (*dated, *added)
    )
    return [*kept, *dated, *added]
