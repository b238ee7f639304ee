"""Working days, closed days, and local dates against instants."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from cycle.calendar import LocalDays, Move, WorkingCalendar, YearlyDay

CALENDAR = WorkingCalendar()
DAYS = st.dates(date(2026, 1, 1), date(2045, 12, 31))
INSTANTS = st.datetimes(
    datetime(2026, 1, 1), datetime(2045, 12, 31), timezones=st.just(UTC)
)  # fmt: skip


@pytest.mark.parametrize(
    "closed",
    [
        date(2027, 3, 25),  # skærtorsdag
        date(2027, 3, 26),  # langfredag
        date(2027, 3, 29),  # anden påskedag
        date(2027, 5, 6),  # Kristi himmelfartsdag
        date(2027, 5, 17),  # anden pinsedag
        date(2026, 5, 1),
        date(2026, 6, 5),
        date(2026, 12, 24),
        date(2026, 12, 25),
        date(2026, 12, 31),
        date(2027, 1, 1),
        date(2027, 5, 8),  # a Saturday
    ],
)
def test_holidays_weekends_and_the_yearly_days_are_closed(closed: date) -> None:
    assert not CALENDAR.is_working_day(closed)


def test_great_prayer_day_is_closed_to_2023_only() -> None:
    assert not CALENDAR.is_working_day(date(2023, 5, 5))
    assert CALENDAR.is_working_day(date(2024, 4, 26))


def test_whit_monday_on_constitution_day_counts_once() -> None:
    assert CALENDAR.name_of(date(2028, 6, 5)) == "Anden pinsedag"
    assert CALENDAR.working_days_between(date(2028, 6, 2), date(2028, 6, 7)) == 2
    assert CALENDAR.add_working_days(date(2028, 6, 2), 1) == date(2028, 6, 6)


def test_leap_day_2028_is_an_ordinary_tuesday() -> None:
    assert CALENDAR.add_working_days(date(2028, 2, 28), 1) == date(2028, 2, 29)


def test_a_move_crosses_the_end_of_the_year() -> None:
    assert CALENDAR.move(date(2027, 1, 1), Move.EARLIER) == date(2026, 12, 30)
    assert CALENDAR.move(date(2026, 12, 31), Move.LATER) == date(2027, 1, 4)
    assert CALENDAR.move(date(2027, 1, 1), Move.KEEP) == date(2027, 1, 1)


def test_a_local_closed_period_is_skipped_and_a_shown_one_is_not() -> None:
    autumn = LocalDays(first=date(2027, 10, 18), last=date(2027, 10, 22), name="Efterårsferie", closed=False)
    shut = LocalDays(first=date(2027, 5, 7), name="Dagen efter Kristi himmelfartsdag")
    calendar = WorkingCalendar(local=(autumn, shut))
    assert calendar.is_working_day(date(2027, 10, 20))
    assert calendar.name_of(date(2027, 10, 20)) == "Efterårsferie"
    assert calendar.add_working_days(date(2027, 5, 5), 1) == date(2027, 5, 10)


def test_a_yearly_leap_day_is_closed_in_leap_years_and_harmless_in_others() -> None:
    calendar = WorkingCalendar(yearly=(YearlyDay(month=2, day=29, name="Skuddag"),))
    assert not calendar.is_working_day(date(2028, 2, 29))
    assert calendar.is_working_day(date(2027, 3, 1))


def test_a_calendar_comes_back_from_json_equal_and_works_alike() -> None:
    local = (LocalDays(first=date(2027, 7, 12), last=date(2027, 7, 30), name="Sommerlukket"),)
    calendar = WorkingCalendar(local=local)
    calendar.is_working_day(date(2027, 1, 1))  # fills the cache, which must not reach the JSON
    again = WorkingCalendar.from_json(calendar.to_json())
    assert again == calendar
    assert again.closed_days(2027) == calendar.closed_days(2027)


@pytest.mark.parametrize(
    "wrong",
    [
        {"timezone": "Europe/Kobenhavn"},
        {"yearly": [{"month": 2, "day": 30, "name": "x"}]},
        {"local": [{"first": "2027-05-02", "last": "2027-05-01", "name": "x"}]},
        {"local": [{"first": "2027-05-02", "last": "2029-05-01", "name": "x"}]},
        {"holliday": []},
    ],
)
def test_a_wrong_calendar_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        WorkingCalendar.model_validate(wrong)


@given(DAYS, st.integers(-60, 60))
def test_counting_undoes_adding(d: date, n: int) -> None:
    assert CALENDAR.working_days_between(d, CALENDAR.add_working_days(d, n)) == n


@given(DAYS, st.integers(1, 60))
def test_adding_back_returns_to_a_working_day(d: date, n: int) -> None:
    start = CALENDAR.move(d, Move.LATER)
    there = CALENDAR.add_working_days(start, n)
    assert CALENDAR.is_working_day(there)
    assert CALENDAR.add_working_days(there, -n) == start
    assert CALENDAR.working_days_between(there, start) == -CALENDAR.working_days_between(start, there)


@given(DAYS, st.sampled_from([Move.EARLIER, Move.LATER]))
def test_a_moved_date_is_the_nearest_working_day_on_its_side(d: date, policy: Move) -> None:
    moved = CALENDAR.move(d, policy)
    assert CALENDAR.is_working_day(moved)
    assert (moved <= d) if policy is Move.EARLIER else (moved >= d)
    between = range(1, abs((moved - d).days))
    assert not any(CALENDAR.is_working_day(min(d, moved) + timedelta(days=n)) for n in between)


@given(DAYS, st.times())
def test_every_local_time_has_an_instant_dst_nights_included(d: date, t: time) -> None:
    instant = CALENDAR.instant(d, t)
    assert instant.tzinfo is UTC
    local = instant.astimezone(CALENDAR.zone)
    shift = local.replace(tzinfo=None) - datetime.combine(d, t)
    assert shift in (timedelta(0), timedelta(hours=1))


@given(INSTANTS)
def test_an_instant_lies_inside_its_own_local_day(at: datetime) -> None:
    day = CALENDAR.local_date(at)
    assert CALENDAR.end_of(day - timedelta(days=1)) <= at < CALENDAR.end_of(day)


@given(INSTANTS)
def test_the_next_send_is_never_earlier_and_always_in_a_window_of_a_working_day(at: datetime) -> None:
    sent = CALENDAR.next_send(at)
    assert sent >= at
    day = CALENDAR.local_date(sent)
    start, end = CALENDAR.send_window(day)
    assert CALENDAR.is_working_day(day)
    assert start <= sent < end
    assert CALENDAR.next_send(sent) == sent


@pytest.mark.parametrize("year", range(2026, 2046))
def test_the_two_dst_nights_of_each_year_have_23_and_25_hours(year: int) -> None:
    spring = max(date(year, 3, d) for d in range(25, 32) if date(year, 3, d).weekday() == 6)
    autumn = max(date(year, 10, d) for d in range(25, 32) if date(year, 10, d).weekday() == 6)
    day = timedelta(days=1)
    assert CALENDAR.end_of(spring) - CALENDAR.end_of(spring - day) == timedelta(hours=23)
    assert CALENDAR.end_of(autumn) - CALENDAR.end_of(autumn - day) == timedelta(hours=25)
    assert CALENDAR.instant(spring, time(2, 30)) == datetime(year, 3, spring.day, 1, 30, tzinfo=UTC)
    assert CALENDAR.instant(autumn, time(2, 30)) == datetime(year, 10, autumn.day, 0, 30, tzinfo=UTC)
    assert CALENDAR.instant(autumn, time(2, 30, fold=1)) == CALENDAR.instant(autumn, time(2, 30))


def test_a_window_is_seven_to_sixteen_local_in_summer_and_winter() -> None:
    summer, winter = date(2027, 7, 1), date(2027, 1, 5)
    assert [at.hour for at in CALENDAR.send_window(summer)] == [5, 14]
    assert [at.hour for at in CALENDAR.send_window(winter)] == [6, 15]
    assert CALENDAR.opening(summer) == datetime(2027, 7, 1, 4, tzinfo=UTC)


def test_the_send_window_ends_at_sixteen_sharp() -> None:
    friday_at_four = datetime(2027, 1, 8, 15, tzinfo=UTC)
    assert CALENDAR.next_send(friday_at_four - timedelta(seconds=1)) == friday_at_four - timedelta(seconds=1)
    assert CALENDAR.next_send(friday_at_four) == datetime(2027, 1, 11, 6, tzinfo=UTC)


def test_an_instant_in_another_zone_is_read_in_ours_and_a_naive_one_refused() -> None:
    assert CALENDAR.local_date(datetime(2027, 1, 1, 23, 30, tzinfo=UTC)) == date(2027, 1, 2)
    assert CALENDAR.local_date(datetime(2027, 1, 2, 8, tzinfo=ZoneInfo("Asia/Tokyo"))) == date(2027, 1, 2)
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.local_date(datetime(2027, 1, 1))
    with pytest.raises(ValueError, match="aware"):
        CALENDAR.next_send(datetime(2027, 1, 1))
