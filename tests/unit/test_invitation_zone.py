"""The time zone that stands in an invitation: rules of its own, since Outlook looks nothing up."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from icalendar import Calendar, Timezone

from notifications.invitation_ics import ZONE, Entry, to_ics

COPENHAGEN = ZoneInfo("Europe/Copenhagen")
FIRST, LAST = 2026, 2045


def invitation(starts_at: datetime) -> Calendar:
    entry = Entry(
        key="moede-1@by.example",
        sequence=0,
        cancelled=False,
        title="Dialogmøde",
        starts_at=starts_at,
        ends_at=starts_at + timedelta(hours=1),
        place="Rådhuset",
        link="",
        agenda=(),
        organiser=("Sekretariatet", "aarshjul@by.example"),
        attendee=("Anne Bo", "anne@by.example"),
        changed_at=datetime(2026, 1, 1, tzinfo=UTC),
    )
    text = to_ics(entry)
    assert "\n" not in text.replace("\r\n", "")
    made = Calendar.from_ical(text)
    assert isinstance(made, Calendar)
    return made


@pytest.mark.parametrize("year", range(FIRST, LAST + 1))
def test_its_rules_change_the_clock_in_the_hours_in_which_denmark_does(year: int) -> None:
    zone = Timezone.from_ical(ZONE).to_tz(lookup_tzid=False)
    noons = [datetime(year, month, 1, 12, tzinfo=UTC) for month in range(1, 13)]
    hours = [
        datetime(year, month, 24, tzinfo=UTC) + timedelta(hours=n) for month in (3, 10) for n in range(192)
    ]
    for at in noons + hours:
        assert at.astimezone(COPENHAGEN).replace(tzinfo=None) == at.astimezone(zone).replace(tzinfo=None), at
    offsets = [at.astimezone(COPENHAGEN).utcoffset() for at in hours]
    assert sum(a != b for a, b in pairwise(offsets)) == 2


@pytest.mark.parametrize("month", [1, 7])
def test_the_entry_names_the_zone_that_stands_before_it(month: int) -> None:
    starts_at = datetime(2027, month, 12, 9, tzinfo=COPENHAGEN)
    calendar = invitation(starts_at)
    zone, event = calendar.subcomponents
    assert (zone.name, event.name) == ("VTIMEZONE", "VEVENT")
    assert event["DTSTART"].params["TZID"] == event["DTEND"].params["TZID"] == zone["TZID"]
    assert event["DTSTART"].to_ical() == f"2027{month:02}12T090000".encode()
    assert {part.name for part in zone.subcomponents} == {"STANDARD", "DAYLIGHT"}
    assert all("RRULE" in part for part in zone.subcomponents)
