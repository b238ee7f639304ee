"""Danish date phrases and relations: what they mean, and what is said about those that mean nothing."""

import re
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cycle.calendar import WorkingCalendar
from cycle.errors import PlanInvalid
from cycle.plan.moments import Day, Span, place
from cycle.plan.reading import parse, parse_moment
from cycle.plan.relations import MeetingDate, MeetingPoint, NamedDate, OwnDate, Point, Relation, Unit
from cycle.plan.words import in_danish

CALENDAR = WorkingCalendar()


def days(text: str, year: int, starts: int = 1) -> tuple[str, str]:
    """First and last day of a phrase in the cycle of `year`, as ISO texts."""
    moment = parse_moment(text)
    assert moment is not None, text
    first, last = place(moment, year, starts, CALENDAR)
    return first.isoformat(), last.isoformat()


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("20. april", "2027-04-20", "2027-04-20"),
        ("20 april", "2027-04-20", "2027-04-20"),
        ("den 20. April", "2027-04-20", "2027-04-20"),
        ("d. 3. marts", "2027-03-03", "2027-03-03"),
        ("20. apr.", "2027-04-20", "2027-04-20"),
        ("20. april 2029", "2029-04-20", "2029-04-20"),
        ("1/11", "2027-11-01", "2027-11-01"),
        ("1/11-2007", "2007-11-01", "2007-11-01"),
        ("20.4.2027", "2027-04-20", "2027-04-20"),
        ("2027-04-20", "2027-04-20", "2027-04-20"),
        ("primo maj", "2027-05-01", "2027-05-10"),
        ("medio maj", "2027-05-11", "2027-05-20"),
        ("ultimo maj", "2027-05-21", "2027-05-31"),
        ("ultimo februar", "2027-02-21", "2027-02-28"),
        ("ultimo februar 2028", "2028-02-21", "2028-02-29"),
        ("uge 39", "2027-09-27", "2027-10-03"),
        ("uge39 2007", "2007-09-24", "2007-09-30"),
        ("uge 1", "2027-01-04", "2027-01-10"),
        ("1. halvår", "2027-01-01", "2027-06-30"),
        ("andet halvår", "2027-07-01", "2027-12-31"),
        ("2. halvår 2007", "2007-07-01", "2007-12-31"),
        ("2. kvartal", "2027-04-01", "2027-06-30"),
        ("fjerde kvartal", "2027-10-01", "2027-12-31"),
        ("april", "2027-04-01", "2027-04-30"),
        ("Sept.", "2027-09-01", "2027-09-30"),
        ("sidste arbejdsdag i april", "2027-04-30", "2027-04-30"),
        ("næstsidste arbejdsdag i december", "2027-12-29", "2027-12-29"),
        ("første arbejdsdag i maj", "2027-05-03", "2027-05-03"),
        ("3. hverdag i januar", "2027-01-06", "2027-01-06"),
        ("2. mandag i marts", "2027-03-08", "2027-03-08"),
        ("sidste fredag i juni", "2027-06-25", "2027-06-25"),
        ("ultimo juni–medio august", "2027-06-21", "2027-08-20"),
        ("medio november - ultimo december", "2027-11-11", "2027-12-31"),
        ("24/9-28/9", "2027-09-24", "2027-09-28"),
        ("15.-20. april", "2027-04-15", "2027-04-20"),
        ("primo-medio maj", "2027-05-01", "2027-05-20"),
        ("april til juni", "2027-04-01", "2027-06-30"),
        ("1. april til og med 3. april", "2027-04-01", "2027-04-03"),
        ("uge 42-43", "2027-10-18", "2027-10-31"),
        ("december-januar", "2027-12-01", "2028-01-31"),
        ("uge 52-1", "2027-12-27", "2028-01-09"),
        ("20.\u00a0april", "2027-04-20", "2027-04-20"),
        ("1. halva\u030ar", "2027-01-01", "2027-06-30"),  # å as two code points, as some editors write it
    ],
)
def test_a_phrase_is_a_span_of_days(text: str, first: str, last: str) -> None:
    assert days(text, 2027) == (first, last)


PUBLISHED = [
    # (phrase as a municipality published it, year of the cycle, first day, last day)
    ("19. januar", 2024, "2024-01-19", "2024-01-19"),
    ("31. januar", 2024, "2024-01-31", "2024-01-31"),
    ("17. maj", 2024, "2024-05-17", "2024-05-17"),
    ("10. juni", 2024, "2024-06-10", "2024-06-10"),
    ("Ultimo juni", 2024, "2024-06-21", "2024-06-30"),
    ("16. september", 2024, "2024-09-16", "2024-09-16"),
    ("Medio oktober", 2024, "2024-10-11", "2024-10-20"),
    ("Primo november", 2024, "2024-11-01", "2024-11-10"),
    ("Medio november-ultimo december", 2024, "2024-11-11", "2024-12-31"),
    ("31. marts", 2024, "2024-03-31", "2024-03-31"),
    ("31. maj", 2024, "2024-05-31", "2024-05-31"),
    ("30. september", 2024, "2024-09-30", "2024-09-30"),
    ("12. august 2014", 2014, "2014-08-12", "2014-08-12"),
    ("15. august-15. november 2014", 2014, "2014-08-15", "2014-11-15"),
    ("16. november-7. januar 2015", 2014, "2014-11-16", "2015-01-07"),
    ("8. januar-5. februar 2015", 2014, "2015-01-08", "2015-02-05"),
    ("Ultimo januar 2015", 2014, "2015-01-21", "2015-01-31"),
    ("3. marts 2015", 2014, "2015-03-03", "2015-03-03"),
    ("9. marts 2015", 2014, "2015-03-09", "2015-03-09"),
]


@pytest.mark.parametrize(("text", "year", "first", "last"), PUBLISHED)
def test_phrases_that_municipalities_published_are_understood(
    text: str, year: int, first: str, last: str
) -> None:
    assert days(text, year) == (first, last)


def test_a_date_the_source_itself_doubts_is_read_and_marked() -> None:
    phrase = parse("16. marts 2015 (?)")
    assert phrase.doubtful
    assert phrase.text == "16. marts 2015"
    assert phrase.meaning == Day(16, 3, 2015)
    assert not parse("16. marts 2015").doubtful


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("15. august", "2027-08-15"),
        ("31. juli", "2028-07-31"),
        ("primo marts", "2028-03-01"),
        ("uge 30", "2028-07-24"),
        ("uge 32", "2027-08-09"),
        ("29. februar", "2028-02-29"),
        ("1. halvår", "2028-01-01"),
        ("juni-august", "2028-06-01"),
    ],
)
def test_months_before_the_start_of_a_school_year_belong_to_the_next_calendar_year(
    text: str, first: str
) -> None:
    assert days(text, 2027, starts=8)[0] == first


def test_week_53_is_there_in_2026_and_not_in_2027() -> None:
    assert days("uge 53", 2026) == ("2026-12-28", "2027-01-03")
    with pytest.raises(PlanInvalid, match=r"2027 har ingen uge 53\. Skriv uge 52 eller uge 1\."):
        days("uge 53", 2027)


def test_leap_day_is_there_in_2028_and_not_in_2027() -> None:
    assert days("29. februar", 2028) == ("2028-02-29", "2028-02-29")
    with pytest.raises(PlanInvalid, match=r"2027 har ingen 29\. februar"):
        days("29. februar", 2027)


def test_a_month_without_a_fifth_monday_says_so() -> None:
    with pytest.raises(
        PlanInvalid, match=r"April 2027 har ingen 5\. mandag\. Skriv fx »sidste mandag i april«"
    ):
        days("5. mandag i april", 2027)


def test_a_range_that_ends_before_it_begins_is_refused() -> None:
    with pytest.raises(PlanInvalid, match=r"slutter 1\. maj 2026, før den begynder"):
        days("1. maj 2027-1. maj 2026", 2027)


@pytest.mark.parametrize(
    ("text", "count", "unit", "anchor"),
    [
        (
            "10 arbejdsdage efter kvartalsrapport-1 due",
            10,
            Unit.WORKING_DAYS,
            NamedDate("kvartalsrapport-1", Point.DUE),
        ),
        (
            "10 working days after kvartalsrapport-1 due",
            10,
            Unit.WORKING_DAYS,
            NamedDate("kvartalsrapport-1", Point.DUE),
        ),
        (
            "Ti hverdage efter Kvartalsrapport-1 frist",
            10,
            Unit.WORKING_DAYS,
            NamedDate("kvartalsrapport-1", Point.DUE),
        ),
        (
            "10 arbejdsdage efter kvartalsrapport-1 frist",
            10,
            Unit.WORKING_DAYS,
            NamedDate("kvartalsrapport-1", Point.DUE),
        ),
        ("3 uger efter åbningen", 3, Unit.WEEKS, OwnDate(Point.OPENS)),
        ("2 dage før budget closes", -2, Unit.DAYS, NamedDate("budget", Point.CLOSES)),
        ("3 uger efter opens", 3, Unit.WEEKS, OwnDate(Point.OPENS)),
        ("5 arbejdsdage efter due", 5, Unit.WORKING_DAYS, OwnDate(Point.DUE)),
        ("en måned før lukning", -1, Unit.MONTHS, OwnDate(Point.CLOSES)),
        ("dagen efter budget åbner", 1, Unit.DAYS, NamedDate("budget", Point.OPENS)),
        ("efter budget opens", 1, Unit.DAYS, NamedDate("budget", Point.OPENS)),
        ("før budget", -1, Unit.DAYS, NamedDate("budget", Point.DUE)),
        ("budget due", 0, Unit.DAYS, NamedDate("budget", Point.DUE)),
        (
            "8 arbejdsdage før dagsorden BUU 2027-05-12",
            -8,
            Unit.WORKING_DAYS,
            MeetingDate("BUU", Day(12, 5, 2027), MeetingPoint.AGENDA),
        ),
        (
            "8 working days before the agenda deadline of BUU 2027-05-12",
            -8,
            Unit.WORKING_DAYS,
            MeetingDate("BUU", Day(12, 5, 2027), MeetingPoint.AGENDA),
        ),
        ("2 uger før møde BUU 1", -2, Unit.WEEKS, MeetingDate("BUU", 1, MeetingPoint.HELD)),
        ("mødet i Børne- og Ungdomsudvalget 12. maj", 0, Unit.DAYS, None),
        ("møde BUU sidste", 0, Unit.DAYS, MeetingDate("BUU", -1, MeetingPoint.HELD)),
    ],
)
def test_relations_are_read_in_danish_and_as_the_english_spelling(
    text: str, count: int, unit: Unit, anchor: object
) -> None:
    meaning = parse(text).meaning
    expected = anchor or MeetingDate("Børne- og Ungdomsudvalget", Day(12, 5), MeetingPoint.HELD)
    assert isinstance(meaning, Relation)
    assert (meaning.count, meaning.unit, meaning.anchor) == (count, unit, expected)


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("3 uger efter opens", "3 uger efter åbningen"),
        ("5 arbejdsdage efter due", "5 arbejdsdage efter fristen"),
        ("dagen før closes", "dagen før lukningen"),
        ("kvartalsrapport-1 due", "kvartalsrapport-1 frist"),
        ("dagen efter klynge-1.due opens", "dagen efter klynge-1.due åbner"),
        ("2 uger efter rapport closes", "2 uger efter rapport lukker"),
        ("due", "fristen"),
        ("5 arbejdsdage efter fristen", "5 arbejdsdage efter fristen"),
        ("sidste arbejdsdag i april", "sidste arbejdsdag i april"),
        ("dagen efter overdue", "dagen efter overdue"),
    ],
)
def test_a_date_that_is_counted_from_is_named_in_danish_and_means_the_same(written: str, said: str) -> None:
    assert in_danish(written) == said
    assert replace(parse(said), text="") == replace(parse(written), text="")


def test_a_distance_from_a_phrase_is_read() -> None:
    meaning = parse("2 arbejdsdage før ultimo maj").meaning
    assert isinstance(meaning, Relation)
    assert meaning.from_day(date(2027, 5, 21), CALENDAR) == date(2027, 5, 19)


def test_months_are_cut_to_the_length_of_the_month() -> None:
    month_later = parse("1 måned efter due").meaning
    assert isinstance(month_later, Relation)
    assert month_later.from_day(date(2027, 1, 31), CALENDAR) == date(2027, 2, 28)
    assert month_later.from_day(date(2027, 12, 31), CALENDAR) == date(2028, 1, 31)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("ultimo febuar", "»ultimo febuar« kan ikke læses som en dato. Mente du »ultimo februar«?"),
        ("20. apirl", "Mente du »20. april«?"),
        ("10 arbejsdage eftr budget due", "Mente du »10 arbejdsdage efter budget due«?"),
        ("sidste abejdsdag i april", "Mente du »sidste arbejdsdag i april«?"),
        ("pinse", "»pinse« kan ikke læses som en dato. Skriv fx »20. april«"),
        ("31. april", "April har kun 30 dage. Skriv fx »30. april«"),
        ("1. april-31. juni", "Juni har kun 30 dage."),
        ("30. februar", "Februar har kun 29 dage."),
        ("møde BUU 31. april", "April har kun 30 dage."),
        ("uge 54", "kan ikke læses som en dato"),
        ("uge 0", "kan ikke læses som en dato"),
        ("5. kvartal", "kan ikke læses som en dato"),
        ("3. halvår", "kan ikke læses som en dato"),
        ("0. mandag i maj", "kan ikke læses som en dato"),
        ("13/13", "kan ikke læses som en dato"),
        ("budget", "kan ikke læses som en dato"),
        ("mange uger efter opens", "kan ikke læses som en dato"),
        ("  ", "Datoen mangler"),
        ("x" * 500, "for lang"),
    ],
)
def test_an_unreadable_phrase_is_answered_with_the_nearest_right_one(text: str, said: str) -> None:
    with pytest.raises(PlanInvalid) as caught:
        parse(text, "wheel.yaml:14")
    assert len(caught.value.problems) == 1
    assert str(caught.value).startswith("wheel.yaml:14: ")
    assert said in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_phrase_or_one_named_problem(text: str) -> None:
    try:
        parse(text)
    except PlanInvalid as error:
        assert len(error.problems) == 1


_WORDS = ["primo", "uge", "39", "1.", "-", "til", "maj", "sidste", "mandag", "i", "efter", "2027", "opens"]
_WORDS += ["dagsorden", "BUU", "arbejdsdage", "10", "/", "halvår", "due"]


@given(st.lists(st.sampled_from(_WORDS), max_size=9), st.integers(1900, 2100), st.integers(1, 12))
def test_whatever_can_be_read_can_be_placed_or_says_why_not(words: list[str], year: int, starts: int) -> None:
    moment = parse_moment(" ".join(words))
    if moment is None:
        return
    try:
        span = place(moment, year, starts, CALENDAR)
    except PlanInvalid as error:
        assert error.problems[0].cure
    else:
        assert span.first <= span.last


@given(st.dates(date(2026, 1, 1), date(2045, 12, 31)))
def test_every_day_can_be_written_in_each_way(day: date) -> None:
    months = ["januar", "februar", "marts", "april", "maj", "juni", "juli", "august", "september"]
    name = [*months, "oktober", "november", "december"][day.month - 1]
    for text in (f"{day.day}. {name} {day.year}", day.isoformat(), f"{day.day}/{day.month}-{day.year}"):
        moment = parse_moment(text)
        assert moment is not None
        assert place(moment, 2000, 1, CALENDAR) == Span(day, day)


@given(st.integers(2026, 2045), st.integers(1, 12))
def test_the_three_parts_of_a_month_are_the_month(year: int, month: int) -> None:
    name = ["jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec"][month - 1]
    spans = [days(f"{part} {name}", year) for part in ("primo", "medio", "ultimo")]
    whole = days(name, year)
    assert (spans[0][0], spans[2][1]) == whole
    for (_, end), (begin, _) in pairwise(spans):
        assert date.fromisoformat(end) + timedelta(days=1) == date.fromisoformat(begin)


def test_every_phrase_of_the_documentation_is_understood() -> None:
    text = (Path(__file__).parents[2] / "docs" / "dates.md").read_text(encoding="utf-8")
    phrases = re.findall(r"^\| `([^`]+)` \|", text, re.MULTILINE)
    assert len(phrases) >= 25
    assert [parse(phrase).text for phrase in phrases] == [phrase.removesuffix(" (?)") for phrase in phrases]
