"""Numbers, amounts, dates and times in Danish form."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.danish import (
    format_amount,
    format_date,
    format_datetime,
    format_decimal,
    format_near,
    format_weekday_date,
    month_name,
    parse_decimal,
)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("-2.093,8", "-2093.8"),
        ("1,5 mio.", "1500000"),
        ("14,5 mio. kr.", "14500000"),
        ("1.5 mio", "1500000"),
        ("2 mia.", "2000000000"),
        ("25 tusind kr.", "25000"),
        ("12 t.kr.", "12000"),
        ("12 tkr.", "12000"),
        ("12 %", "12"),
        ("12,5 procent", "12.5"),
        ("12.5", "12.5"),
        ("1.234", "1234"),
        ("0.125", "0.125"),
        ("1.250.000", "1250000"),
        ("1 250 000,50 kr.", "1250000.50"),
        ("1\u00a0250\u202f000", "1250000"),
        ("\u2212 5", "-5"),
        ("–5", "-5"),
        ("kr. 1.250,-", "1250"),
        ("+5", "5"),
        ("  7 ", "7"),
        ("1250,00", "1250.00"),
    ],
)
def test_numbers_are_read_as_a_dane_writes_them(text: str, value: str) -> None:
    assert parse_decimal(text) == Decimal(value)


@pytest.mark.parametrize(
    "text",
    [
        "abc",
        "1,250.50",
        "1.23.4",
        "1234.567",
        "0.123.456",
        "1e5",
        "NaN",
        "Infinity",
        "٣",
        "12,",
        ",5",
        "--5",
        "5 % 6",
        "mio.",
        "12 12",
        "0x10",
        "1_000",
    ],
)
def test_what_is_not_surely_a_number_is_refused_in_danish(text: str) -> None:
    with pytest.raises(ValueError, match=r"kan ikke læses som et tal\. Skriv fx 1\.250,50"):
        parse_decimal(text)


def test_an_endless_number_is_refused_and_shown_cut() -> None:
    with pytest.raises(ValueError, match="1…« kan ikke"):
        parse_decimal("1" * 10_000)


def test_nothing_is_not_a_number() -> None:
    with pytest.raises(ValueError, match="mangler"):
        parse_decimal(" \u00a0 ")


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**12), max_value=10**12, places=4))
def test_a_number_written_in_danish_is_read_back_the_same(value: Decimal) -> None:
    assert parse_decimal(format_decimal(value)) == value


@given(st.text(max_size=80))
def test_any_text_is_a_number_or_a_danish_error(text: str) -> None:
    try:
        assert parse_decimal(text).is_finite()
    except ValueError as error:
        assert "tal" in str(error)


@pytest.mark.parametrize(
    ("value", "places", "danish", "english"),
    [
        ("1250000", None, "1.250.000", "1,250,000"),
        ("-2093.8", None, "-2.093,8", "-2,093.8"),
        ("12.50", None, "12,5", "12.5"),
        ("12.5", 2, "12,50", "12.50"),
        ("1E+6", None, "1.000.000", "1,000,000"),
        ("-0.001", 2, "0,00", "0.00"),
        ("100", None, "100", "100"),
    ],
)
def test_numbers_are_written_in_both_languages(
    value: str, places: int | None, danish: str, english: str
) -> None:
    assert format_decimal(Decimal(value), places) == danish
    assert format_decimal(Decimal(value), places, "en") == english


def test_amounts_show_ore_only_when_there_are_any() -> None:
    assert format_amount(Decimal("1250000.00")) == "1.250.000 kr."
    assert format_amount(Decimal("1250.5")) == "1.250,50 kr."
    assert format_amount(Decimal("-1250000"), "en") == "DKK -1,250,000"


def test_dates_and_times_are_written_in_both_languages() -> None:
    day, at = date(2027, 4, 20), datetime(2027, 4, 20, 12, 30, tzinfo=UTC)
    assert (format_date(day), format_date(day, "en")) == ("20. april 2027", "20 April 2027")
    assert format_weekday_date(day) == "tirsdag den 20. april 2027"
    assert format_weekday_date(day, "en") == "Tuesday 20 April 2027"
    assert format_datetime(at) == "20. april 2027 kl. 14.30"
    assert format_datetime(at, "en") == "20 April 2027 at 14:30"
    assert month_name(12) == "december"
    with pytest.raises(ValueError, match="aware"):
        format_datetime(datetime(2027, 4, 20))


def test_a_deadline_is_said_as_one_says_it():
    friday = date(2027, 4, 16)
    said = {days: format_near(friday + timedelta(days=days), friday) for days in (-3, -1, 0, 1, 2, 6, 7)}
    assert said == {
        -3: "for 3 dage siden",
        -1: "i går",
        0: "i dag",
        1: "i morgen",
        2: "på søndag",
        6: "på torsdag",
        7: "fredag den 23. april 2027",
    }
    english = [format_near(friday + timedelta(days=days), friday, "en") for days in (-3, -1, 0, 1, 2)]
    assert english == ["3 days ago", "yesterday", "today", "tomorrow", "on Sunday"]
