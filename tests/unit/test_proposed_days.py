"""On which days a step's meetings are proposed, and when on the day."""

from datetime import date, time

import pytest
from pydantic import ValidationError

from cycle.calendar import WorkingCalendar
from cycle.plan.gatherings import Meetings, proposed_days

CALENDAR = WorkingCalendar()
OPENS, DUE = date(2027, 3, 1), date(2027, 4, 30)


def test_one_meeting_is_on_the_last_day() -> None:
    assert proposed_days(1, OPENS, DUE, CALENDAR) == [DUE]


@pytest.mark.parametrize("count", [2, 3, 10, 40])
def test_several_are_spread_over_working_days_a_week_after_the_opening(count: int) -> None:
    days = proposed_days(count, OPENS, DUE, CALENDAR)
    assert len(days) == count and list(days) == sorted(days)
    assert all(CALENDAR.is_working_day(day) and date(2027, 3, 8) <= day <= DUE for day in days)
    assert not any(date(2027, 3, 25) <= day <= date(2027, 3, 29) for day in days), "Easter"


def test_a_short_step_uses_every_day_it_has_and_some_twice() -> None:
    days = proposed_days(3, date(2027, 4, 8), date(2027, 4, 9), CALENDAR)
    assert set(days) == {date(2027, 4, 8), date(2027, 4, 9)}
    assert proposed_days(2, date(2027, 4, 10), date(2027, 4, 11), CALENDAR) == [date(2027, 4, 11)] * 2


@pytest.mark.parametrize(
    ("begins", "ends", "read"),
    [("9.00", "15.30", (time(9), time(15, 30))), ("09:15", "21:45", (time(9, 15), time(21, 45)))],
)
def test_times_are_read_as_people_write_them(begins: str, ends: str, read: tuple[time, time]) -> None:
    assert Meetings(begins=begins, ends=ends).from_to == read


@pytest.mark.parametrize("wrong", ["9", "24.00", "9.60", "ni", "9.000"])
def test_what_is_no_time_is_refused(wrong: str) -> None:
    with pytest.raises(ValidationError):
        Meetings(begins=wrong)
