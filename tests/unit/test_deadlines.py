"""The year's deadlines as a calendar file that any calendar reads, twice without doubling."""

from datetime import UTC, date, datetime, timedelta

from icalendar import Calendar

from documents.deadlines import Deadline, to_ics

NOW = datetime(2027, 1, 4, 8, tzinfo=UTC)
NASTY = "Kvartals;rapport, 1\nBEGIN:VALARM\\n🎉 " + "æ" * 200


def events(*deadlines, language="da"):
    content = to_ics("Årshjul 2027", deadlines, host="by.example", now=NOW, language=language)
    assert all(len(line) <= 75 for line in content.split(b"\r\n"))
    return Calendar.from_ical(content).walk("VEVENT")


def test_an_activity_is_two_whole_days_that_take_no_time():
    opens, due = events(
        Deadline("occurrence-7", "Rapport", date(2027, 4, 1), date(2027, 4, 20), "Opdigtede svar")
    )
    assert (opens["summary"], due["summary"]) == ("Rapport åbner", "Rapport: frist")
    assert due["dtstart"].dt == date(2027, 4, 20) and due["dtend"].dt - due["dtstart"].dt == timedelta(days=1)
    assert due["uid"] == "occurrence-7-due@by.example" and due["transp"] == "TRANSPARENT"
    assert due["description"] == "Opdigtede svar" and "status" not in due


def test_a_cancelled_one_says_so_and_english_is_english():
    one = Deadline(
        "o-1", "Report", date(2027, 4, 1), date(2027, 4, 20), "", "https://by.example/1", cancelled=True
    )
    opens, due = events(one, language="en")
    assert due["summary"] == "Report: due" and opens["summary"] == "Report: opens"
    assert due["status"] == "CANCELLED" and due["url"] == "https://by.example/1"


def test_a_title_cannot_add_lines_of_its_own():
    found = events(Deadline("o-1", NASTY, date(2027, 4, 1), date(2027, 4, 20), NASTY))
    assert (
        len(found) == 2
        and not found[0].subcomponents
        and str(found[0]["description"]).startswith("Kvartals;rapport, 1")
    )


def test_a_year_without_activities_is_an_empty_calendar():
    assert events() == []
