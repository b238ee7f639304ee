"""Meeting calendars read from CSV and ICS."""

from datetime import date

import pytest

from cycle.errors import ImportInvalid
from cycle.plan.meeting_files import read_meetings
from cycle.plan.meetings import MeetingDay

MAY = MeetingDay("BUU", date(2027, 5, 12), date(2027, 4, 28), "Ordinært møde")


def problems(data: bytes, body: str = "") -> list[str]:
    with pytest.raises(ImportInvalid) as caught:
        read_meetings(data, body=body)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_csv_is_read_in_the_usual_encodings_and_with_the_usual_separators(
    encoding: str, delimiter: str, newline: str
) -> None:
    rows = ["body;date;agenda_deadline;title", "BUU;2027-05-12;28. april 2027;Ordinært møde", ";;;", ""]
    text = newline.join(rows).replace(";", delimiter)
    assert read_meetings(text.encode(encoding)) == [MAY]


def test_danish_headings_in_any_order_are_understood_and_meetings_come_by_date() -> None:
    text = "Dato;Udvalg\n16/6-2027;BUU\n12.5.2027;BUU\n2027-05-12;BR\n"
    assert read_meetings(text.encode()) == [
        MeetingDay("BR", date(2027, 5, 12)),
        MeetingDay("BUU", date(2027, 5, 12)),
        MeetingDay("BUU", date(2027, 6, 16)),
    ]


def test_the_body_can_be_given_when_the_file_names_none() -> None:
    assert read_meetings(b"date\n2027-05-12\n", body="BUU") == [MeetingDay("BUU", date(2027, 5, 12))]


def test_every_faulty_row_is_named_at_once() -> None:
    text = "body;date;agenda_deadline\nBUU;2027-05-12;\nBUU;12. maj 2027;\nBUU;13/5;\n;2027-01-01;\n"
    text += "BR;2027-02-01;2027-02-02\nBR;31. april 2027;\nBR;;\n"
    assert problems(text.encode()) == [
        "række 3: BUU har allerede et møde 12. maj 2027 i filen. Slet den ene række.",
        "række 4: »13/5« kan ikke læses som en dato med årstal. Skriv fx 2027-05-12 eller 12. maj 2027.",
        "række 5: Det fremgår ikke, hvilket udvalg mødet er i. "
        "Udfyld kolonnen body, eller vælg udvalget ved indlæsningen.",
        "række 6: Dagsordensfristen ligger efter mødet. Ret en af datoerne.",
        "række 7: »31. april 2027« kan ikke læses som en dato med årstal. "
        "Skriv fx 2027-05-12 eller 12. maj 2027.",
        "række 8: Mødets dato mangler. Skriv fx 2027-05-12 eller 12. maj 2027.",
    ]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Kolonnen date mangler"),
        (b"body;datoo\nBUU;2027-05-12\n", "Kolonnen »datoo« kendes ikke"),
        (b"body;date\n", "ingen møder"),
        (b"\x81\x8d", "tegnsæt"),
        (b"date\n" + b"x" * 200_000, "ikke en CSV-fil"),
        (b" " * 5_000_001, "for stor"),
        (b"BEGIN:VCALENDAR\nfoo", "ikke en gyldig ICS"),
        (b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", "ingen møder"),
    ],
)
def test_a_file_that_is_no_meeting_calendar_is_refused(data: bytes, said: str) -> None:
    assert any(said in line for line in problems(data))


def ics(*events: str, name: str = "BUU") -> bytes:
    blocks = "".join(f"BEGIN:VEVENT\n{event}\nEND:VEVENT\n" for event in events)
    text = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//x//y//DA\nX-WR-CALNAME:{name}\n{blocks}END:VCALENDAR\n"
    return text.replace("\n", "\r\n").encode()


def test_an_ics_calendar_gives_the_meetings_with_the_deadline_of_the_description() -> None:
    event = (
        "UID:1\nDTSTART:20270512T120000Z\nSUMMARY:Ordinært møde\nDESCRIPTION:Mødet\\nDagsordensfrist: "
        "28. april 2027\\nSted: Rådhuset"
    )
    assert read_meetings(ics(event)) == [MAY]


def test_a_late_evening_in_utc_is_the_local_day_and_a_whole_day_is_itself() -> None:
    found = read_meetings(
        ics(
            "UID:1\nDTSTART:20270511T223000Z",
            "UID:2\nDTSTART;VALUE=DATE:20270602",
            "UID:3\nDTSTART:20270603T180000",
        )
    )
    assert [meeting.held_on for meeting in found] == [date(2027, 5, 12), date(2027, 6, 2), date(2027, 6, 3)]


def test_the_category_names_the_body_before_the_calendar_and_the_caller_before_both() -> None:
    event = "UID:1\nDTSTART;VALUE=DATE:20270602\nCATEGORIES:BR,Offentlig"
    assert read_meetings(ics(event))[0].body == "BR"
    assert read_meetings(ics(event), body="ØU")[0].body == "ØU"


def test_a_cancelled_meeting_is_left_out() -> None:
    kept, gone = "UID:1\nDTSTART;VALUE=DATE:20270602", "UID:2\nDTSTART;VALUE=DATE:20270603\nSTATUS:CANCELLED"
    assert [meeting.held_on for meeting in read_meetings(ics(kept, gone))] == [date(2027, 6, 2)]


def test_a_repeating_event_and_one_without_a_date_are_named_with_all_others() -> None:
    repeated = "UID:1\nDTSTART;VALUE=DATE:20270602\nRRULE:FREQ=MONTHLY"
    found = problems(ics(repeated, "UID:2\nDTSTART:2027xx", "UID:3\nSUMMARY:Uden dato"))
    assert found == [
        "begivenhed 1: Mødet gentages efter en regel. Eksportér hvert møde for sig, eller brug CSV.",
        "begivenhed 2: Mødets dato mangler. Skriv fx 2027-05-12 eller 12. maj 2027.",
        "begivenhed 3: Mødets dato mangler. Skriv fx 2027-05-12 eller 12. maj 2027.",
    ]
