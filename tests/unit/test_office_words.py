from enum import StrEnum

import pytest

import web.words
from cycle.tasks.listing import FILTERS
from cycle.tasks.overview import Standing, standing_of
from cycle.tasks.rollup import Outcome
from cycle.tasks.states import OccurrenceState
from cycle.tasks.tables import Cycle
from flows.registry import NAMES as FLOWS
from tests.support.municipality import date
from web.secretariat.counts import ACTIVITY
from web.secretariat.wheel import switch
from web.secretariat.words import FILTER_NAMES, NAMES, flow_namer, namer


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)
def test_every_state_kind_and_verdict_has_a_danish_and_an_english_name(kind):
    assert issubclass(kind, StrEnum)
    danish, english = namer("da"), namer("en")
    for member in kind:
        assert danish(member).strip() and english(member).strip()


def test_every_filter_and_every_flow_has_a_name():
    assert set(FILTER_NAMES) == set(FILTERS)
    for language in ("da", "en"):
        assert all("_" not in flow_namer(language)(flow) for flow in FLOWS)


DUE = date(2027, 4, 20)


@pytest.mark.parametrize(
    ("state", "today", "waiting", "overdue", "standing"),
    [
        (OccurrenceState.PLANNED, DUE, 0, 0, Standing.NOT_YET),
        (OccurrenceState.CANCELLED, DUE, 5, 5, Standing.CANCELLED),
        (OccurrenceState.OPEN, date(2027, 4, 14), 5, 0, Standing.ON_TRACK),
        (OccurrenceState.OPEN, date(2027, 4, 15), 5, 0, Standing.DUE_SOON),
        (OccurrenceState.OPEN, DUE, 5, 0, Standing.DUE_SOON),
        (OccurrenceState.OPEN, DUE, 0, 0, Standing.ON_TRACK),
        (OccurrenceState.OPEN, date(2027, 4, 21), 5, 1, Standing.OVERDUE),
        (OccurrenceState.CLOSED, date(2027, 5, 1), 0, 0, Standing.COMPLETE),
        (OccurrenceState.CLOSED, date(2027, 5, 1), 1, 1, Standing.INCOMPLETE),
    ],
)
def test_an_activity_stands_as_its_state_its_counts_and_the_day_say(state, today, waiting, overdue, standing):
    assert standing_of(state, DUE, waiting=waiting, overdue=overdue, today=today) is standing


def test_only_a_cancelled_activity_can_have_been_over_before_the_start():
    for state in OccurrenceState:
        found = standing_of(state, DUE, waiting=0, overdue=0, today=DUE, before_start=True)
        assert (found is Standing.BEFORE_START) is (state is OccurrenceState.CANCELLED)


def test_the_year_switch_shows_years_and_a_title_where_the_year_says_too_little():
    titles = ("Styringsårshjul 2028", "Budget 2027", "Styringsårshjul 2027", "Skoleår 2026/27", "Ny strategi")
    shown = switch([Cycle(root_id="BY", plan_id=t, year=2027, title=t) for t in titles])
    assert [label for _, label in shown] == [
        "Ny strategi",
        "2026/27",
        "Styringsårshjul 2027",
        "Budget 2027",
        "2028",
    ]


def test_a_state_is_called_the_same_in_every_room():
    for language, place in (("da", 0), ("en", 1)):
        name = namer(language)
        for words in (web.words.STATES, web.words.OUTCOMES, web.words.TIMELINESS, web.words.OCCURRENCES):
            assert [name(member) for member in words] == [word[place] for word in words.values()]
        assert ACTIVITY[Outcome.NOT_APPROVED][place] == name(Outcome.NOT_APPROVED).lower()
