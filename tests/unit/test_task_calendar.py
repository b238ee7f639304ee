"""Deadlines as iCalendar: what RFC 5545, Outlook and Google ask of a file, and what must not stand in it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from cycle.plan.model import Activity, Audience, FlowName, When, Window
from cycle.tasks.tables import Occurrence, Task
from notifications.deadlines import Deadline, deadline_of, to_ics

OPENED = datetime(2027, 4, 1, 5, tzinfo=UTC)
DEADLINE = Deadline(
    task_id=7,
    title="Kvartalsrapport 1 2027",
    unit="Ærøgades Skole & Fritid; Åboulevarden, København",
    due_on=date(2027, 4, 30),
    changed_at=OPENED,
)
OFFICE = ("Styringssekretariatet, BUF", "hjul@by.example")
TEXT = st.text(st.characters(exclude_categories=("Cs", "Cc")), min_size=1, max_size=200)


def read(deadline: Deadline, **options: object):
    (event,) = Calendar.from_ical(to_ics([deadline], organiser=OFFICE, language="da", **options)).events
    return event


def test_an_entry_is_a_whole_day_that_takes_no_time_and_is_the_same_for_ever():
    event = read(DEADLINE)
    assert (event["UID"], event["SUMMARY"]) == (
        "opgave-7@by.example",
        "Frist: Kvartalsrapport 1 2027 – Ærøgades Skole & Fritid; Åboulevarden, København",
    )
    assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (date(2027, 4, 30), date(2027, 5, 1))
    assert (event["TRANSP"], event["STATUS"], event["CLASS"]) == ("TRANSPARENT", "CONFIRMED", "PUBLIC")
    assert event.decoded("DTSTAMP") == OPENED
    assert (str(event["ORGANIZER"]), "ATTENDEE" in event) == ("mailto:hjul@by.example", False)
    assert not event.alarms.times and not event.walk("VALARM")


def test_a_moved_deadline_is_the_same_entry_with_a_higher_sequence_and_a_waived_one_is_cancelled():
    moved = replace(DEADLINE, due_on=date(2027, 5, 7), changed_at=OPENED + timedelta(days=3))
    waived = replace(moved, cancelled=True)
    first, second, third = read(DEADLINE), read(moved), read(waived)
    assert first["UID"] == second["UID"] == third["UID"]
    assert first["SEQUENCE"] < second["SEQUENCE"] < third["SEQUENCE"] < 2**31
    assert (third["STATUS"], "DESCRIPTION" in third) == ("CANCELLED", False)


@given(title=TEXT, unit=TEXT)
def test_lines_end_in_crlf_and_fold_at_75_octets_whatever_the_words(title: str, unit: str):
    text = to_ics([replace(DEADLINE, title=title, unit=unit)], organiser=OFFICE, language="da")
    assert text.replace("\r\n", "").count("\n") == 0
    assert max(len(line.encode()) for line in text.split("\r\n")) <= 75
    (event,) = Calendar.from_ical(text).events
    assert title.strip() in str(event["SUMMARY"])


def test_a_file_names_its_maker_and_method_and_a_feed_how_often_it_is_fetched():
    mailed = Calendar.from_ical(to_ics([DEADLINE], organiser=OFFICE, language="da"))
    fed = Calendar.from_ical(to_ics([DEADLINE], organiser=OFFICE, language="en", feed=True))
    assert (mailed["METHOD"], mailed["VERSION"], "NAME" in mailed) == ("PUBLISH", "2.0", False)
    assert mailed["PRODID"].startswith("-//Aarshjul//")
    assert (fed["X-WR-CALNAME"], fed["X-PUBLISHED-TTL"]) == ("My deadlines", "PT6H")
    assert fed.decoded("REFRESH-INTERVAL") == timedelta(hours=6)


@pytest.mark.parametrize(
    ("confidential", "shown", "how"),
    [
        (False, "Resultatsamtale 2027: Samtale med Mette Ømose", "PUBLIC"),
        (True, "Resultatsamtale", "PRIVATE"),
    ],
)
def test_a_confidential_activity_shows_neither_whom_it_is_about_nor_itself_to_others(
    confidential, shown, how
):
    activity = Activity(
        id="samtale",
        title="Resultatsamtale",
        flow=FlowName.RESULTS_DIALOGUE,
        window=Window(opens=When(date="1. april"), due=When(date="20. april")),
        audience=Audience(kinds=("skole",)),
        confidential=confidential,
    )
    occurrence = Occurrence(activity=activity.model_dump_json(), title=activity.title, concerns_year=2027)
    task = Task(id=1, opened_at=OPENED, due_on=DEADLINE.due_on, due_since=OPENED + timedelta(days=2))
    made = deadline_of(
        task,
        occurrence,
        "Ø-skolen",
        title="Resultatsamtale 2027: Samtale med Mette Ømose",
        language="da",
    )
    assert made.changed_at == OPENED + timedelta(days=2)
    event = read(made)
    assert (event["SUMMARY"], event["CLASS"]) == (f"Frist: {shown} – Ø-skolen", how)
