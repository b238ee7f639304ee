"""For how long an agreement is made."""

from datetime import date

import pytest

from cycle.goals.tables import Agreement
from cycle.plan.period import Period
from documents.agreement_text import period, years

D = date


@pytest.mark.parametrize(
    ("given", "year", "begins", "ends", "short"),
    [
        (Period(), 2028, D(2028, 1, 1), D(2028, 12, 31), "2028"),
        (Period(starts=8), 2027, D(2027, 8, 1), D(2028, 7, 31), "2027/28"),
        (Period(years=2), 2027, D(2027, 1, 1), D(2028, 12, 31), "2027–2028"),
        (Period(years=2, starts=8), 2027, D(2027, 8, 1), D(2029, 7, 31), "2027–2029"),
        (Period(years=4, first=2026), 2026, D(2026, 1, 1), D(2029, 12, 31), "2026–2029"),
        (Period(years=4, first=2026), 2028, D(2028, 1, 1), D(2029, 12, 31), "2028–2029"),
        (Period(years=4, first=2026), 2030, D(2030, 1, 1), D(2033, 12, 31), "2030–2033"),
    ],
)
def test_calendar_year_school_year_two_years_and_a_councils_period(
    given: Period, year: int, begins: date, ends: date, short: str
) -> None:
    assert given.dates(year) == (begins, ends)
    made = Agreement(
        root_id="KBH", occurrence_id=1, unit_id="1", year=year, period_from=begins, period_to=ends
    )
    assert years(made) == short


def test_the_period_in_words() -> None:
    made = Agreement(root_id="KBH", occurrence_id=1, unit_id="1", year=2027)
    made.period_from, made.period_to = Period(starts=8).dates(2027)
    assert period(made, "da") == "1. august 2027 – 31. juli 2028"
    assert period(made, "en") == "1 August 2027 – 31 July 2028"
