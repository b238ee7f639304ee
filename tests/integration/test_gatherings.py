"""Meetings that steps hold: called, moved, cancelled, held, with homework; told once by mail and calendar."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cli.installation import open_installation
from cli.main import run
from config.settings import load_settings
from cycle.errors import AnswerInvalid, Conflict, NotNow
from cycle.gatherings.calling import cancel_all, invite_named, mailings, take_off
from cycle.gatherings.homework import give_homework, suggested_deadline
from cycle.gatherings.reading import get_gathering, homework_of, list_meetings, of_occurrence
from cycle.gatherings.recording import answer_invitation, hold
from cycle.gatherings.states import Attendance, Coming, GatheringState, Told
from cycle.history import History
from cycle.messages.tables import Message, MessageKind, MessageState
from cycle.organisation.tables import Appointment
from cycle.plan.gatherings import Meetings
from cycle.plan.model import DEFAULT_REMINDERS, Audience
from cycle.store import reading, transaction
from cycle.tasks.calendars import calendar_of
from cycle.tasks.cycles import RULES
from cycle.tasks.forms import HOMEWORK
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Task
from flows import meeting_series
from flows.deliver import deliver
from flows.remind import remind
from flows.runtime import RunContext
from notifications.gather import Letters
from notifications.local_server import LocalServer
from notifications.office import Office
from notifications.render import render
from tests.support import mail_server, municipality
from tests.support.gatherings import HELD, NOW, MeetingRoom, activity
from tests.support.municipality import ROOT, date, instant

SCHOOLS = 6


@pytest.fixture
def room(engine: Engine) -> MeetingRoom:
    return MeetingRoom(engine)


@pytest.fixture
def server() -> Iterator[LocalServer]:
    with mail_server.running() as running:
        yield running


def send(room: MeetingRoom, server: LocalServer, folder: Path) -> list[EmailMessage]:
    """Sends what is due; gives every mail the server has, oldest first."""
    settings = load_settings(
        data_dir=folder,
        secret_key="k" * 40,
        smtp_host=server.host,
        smtp_port=server.port,
        smtp_security="none",
        mail_from="Årshjulet, BUF <aarshjul@by.example>",
        base_url="https://aarshjul.by.example",
    )
    deliver(RunContext.direct(room.engine, room.now, settings, ROOT))
    return [mail_server.read(each) for each in server.received]


def entry(mail: EmailMessage) -> tuple[str, Any]:
    """(method, event) of a mail's calendar part, read by the library."""
    (part,) = [each for each in mail.walk() if each.get_content_type() == "text/calendar"]
    calendar = Calendar.from_ical(part.get_content())
    assert part.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


# ---- proposed and called


def test_a_meeting_is_proposed_with_the_plans_participants_and_nobody_is_told(room: MeetingRoom) -> None:
    found = room.gathering()
    assert (found.state, found.title) == (GatheringState.PROPOSED, "Møde for skolelederne")
    assert (found.starts_at, found.ends_at) == (instant(2027, 4, 20, 9), instant(2027, 4, 20, 15))
    assert found.agenda == ["Velkomst", "Økonomi"]
    names = [each.name for each in room.participants()]
    assert len(names) == SCHOOLS + 1 and names[-1] == "Styregruppen"
    assert room.messages() == []


def test_calling_invites_every_post_once_however_often_it_is_done(room: MeetingRoom) -> None:
    assert len(room.call(place="Rådhuset, sal 1")) == SCHOOLS
    assert room.call() == [] and room.call() == []
    assert Counter(told for told, _ in room.mails()) == {"invited": SCHOOLS}
    found = room.gathering()
    assert (found.state, found.sequence, found.place) == (GatheringState.CALLED, 0, "Rådhuset, sal 1")


def test_a_change_is_told_to_all_under_a_higher_sequence(room: MeetingRoom) -> None:
    room.call()
    moved = {"starts_at": instant(2027, 4, 21, 9), "ends_at": instant(2027, 4, 21, 15)}
    assert {each.told for each in room.call(**moved)} == {Told.CHANGED}
    assert room.call(**moved) == []
    assert room.gathering().sequence == 1 and len(room.messages()) == 2 * SCHOOLS


def test_who_would_be_told_is_known_before_anything_is_written(room: MeetingRoom) -> None:
    with reading(room.engine) as session:
        found = mailings(session, get_gathering(session, room.id), None, now=NOW)
    assert {each.told for each in found} == {None} and len(found) == SCHOOLS + 1
    room.call()
    with reading(room.engine) as session:
        found = mailings(session, get_gathering(session, room.id), None, now=NOW)
    assert Counter(each.told for each in found) == {Told.CANCELLED: SCHOOLS, None: 1}
    assert len(room.messages()) == SCHOOLS


def test_a_posts_new_holder_is_invited_and_the_one_before_is_told_it_is_off(room: MeetingRoom) -> None:
    room.call()
    school = room.town.units[0]
    with transaction(room.engine) as session:
        session.execute(
            sa.update(Appointment)
            .where(col(Appointment.unit_id) == school)
            .values(person_id=room.town.leaders[room.town.units[1]])
        )
    told = room.call()
    assert [(each.told, each.address) for each in told] == [
        (Told.CANCELLED, f"{school.lower()}@by.example"),
        (Told.INVITED, f"{room.town.units[1].lower()}@by.example"),
    ]
    assert room.gathering().sequence == 0 and room.call() == []


def test_a_named_person_is_added_invited_and_taken_off_again(room: MeetingRoom) -> None:
    room.call()
    with transaction(room.engine) as session:
        found = get_gathering(session, room.id)
        added = invite_named(
            session, found, "Ida Gæst", "Ida@Gaest.example", seen=found.edition, by="account:1", now=NOW
        )
    assert [(each.told, each.address) for each in room.call()] == [(Told.INVITED, "ida@gaest.example")]
    for expected in (Told.CANCELLED, None):
        with transaction(room.engine) as session:
            found = get_gathering(session, room.id)
            told = take_off(session, found, added.key, seen=found.edition, by="account:1", now=NOW)
        assert (told.told if told else None) is expected
    assert room.call() == [] and room.mails()[-1] == ("cancelled", "ida@gaest.example")


def test_a_cancelled_meeting_is_told_to_the_invited_and_cannot_be_called_again(room: MeetingRoom) -> None:
    room.call()
    assert len(room.cancel("Lokalet er optaget")) == SCHOOLS
    found = room.gathering()
    assert (found.state, found.sequence, found.why) == (GatheringState.CANCELLED, 1, "Lokalet er optaget")
    with pytest.raises(NotNow):
        room.call()
    with pytest.raises(NotNow):
        room.cancel()


def test_a_proposal_is_cancelled_without_a_mail_and_a_steps_end_cancels_its_meetings(engine: Engine) -> None:
    room = MeetingRoom(engine, activity(meetings=Meetings(count=3)))
    room.call(id_=room.ids[1])
    with transaction(engine) as session:
        every = of_occurrence(session, room.occurrence_id)
        assert cancel_all(session, every, why="Udgår", by="cli", now=NOW) == SCHOOLS
    assert {room.gathering(id_).state for id_ in room.ids} == {GatheringState.CANCELLED}
    assert Counter(told for told, _ in room.mails()) == {"invited": SCHOOLS, "cancelled": SCHOOLS}


def test_two_at_once_cannot_both_change_it(room: MeetingRoom) -> None:
    room.call()
    seen = room.gathering().edition

    def change(place: str) -> str:
        try:
            room.call(seen=seen, place=place)
        except Conflict:
            return "conflict"
        return "done"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(change, ["Sal 1", "Sal 2"])) == ["conflict", "done"]
    assert Counter(told for told, _ in room.mails()) == {"invited": SCHOOLS, "changed": SCHOOLS}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"ends_at": instant(2027, 4, 20, 9)}, "Mødet skal slutte, efter at det begynder."),
        (
            {"starts_at": instant(2027, 3, 1), "ends_at": instant(2027, 3, 1, 14)},
            "Mødets tid er allerede gået.",
        ),
        (
            {"starts_at": instant(2072, 4, 20), "ends_at": instant(2072, 4, 20, 14)},
            "Mødet ligger mere end to år ude i fremtiden.",
        ),
        ({"title": " "}, "Mødet mangler en overskrift."),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_done(room: MeetingRoom, wrong: Any, told: str) -> None:
    with pytest.raises(AnswerInvalid, match=told):
        room.call(**wrong)
    assert room.gathering().state is GatheringState.PROPOSED and room.messages() == []


# ---- the mail


def test_the_invitation_is_a_mail_with_an_entry_for_the_calendar(
    room: MeetingRoom, server: LocalServer, tmp_path: Path
) -> None:
    room.call(place="Rådhuset", link="https://video.example/1")
    mails = send(room, server, tmp_path)
    assert len(mails) == SCHOOLS
    mail = next(each for each in mails if each["To"].addresses[0].addr_spec == "by-sk-d1-001@by.example")
    assert mail["Subject"] == "Indkaldelse: Møde for skolelederne, 20. april"
    text = mail_server.words(bytes(mail))
    assert "Tid: tirsdag den 20. april 2027 kl. 09.00–15.00" in text and "1. Velkomst" in text
    assert "Sted: Rådhuset" in text and "https://aarshjul.by.example/indkaldelse/" in text
    method, event = entry(mail)
    assert (method, event["UID"], event["SEQUENCE"]) == ("REQUEST", f"moede-{room.id}@by.example", 0)
    assert event.decoded("DTSTART") == instant(2027, 4, 20, 9)
    assert event["DTSTART"].params["TZID"] == "Europe/Copenhagen"
    assert event["ORGANIZER"] == "mailto:aarshjul@by.example"
    assert event["ORGANIZER"].params["CN"] == "Årshjulet, BUF"
    assert event["ATTENDEE"] == "mailto:by-sk-d1-001@by.example" and event["STATUS"] == "CONFIRMED"
    with reading(room.engine) as session:
        kept = session.exec(select(Message)).all()
    assert {each.state for each in kept} == {MessageState.SENT}
    assert all("/indkaldelse/•••" in each.text for each in kept)


def test_a_move_across_the_night_clocks_change_keeps_the_local_time(
    room: MeetingRoom, server: LocalServer, tmp_path: Path
) -> None:
    room.call(starts_at=instant(2027, 10, 29, 9), ends_at=instant(2027, 10, 29, 15))
    room.call(starts_at=instant(2027, 11, 1, 9), ends_at=instant(2027, 11, 1, 15))
    room.cancel()
    mails = send(room, server, tmp_path)
    assert len(mails) == SCHOOLS, "what was overtaken before it left is not sent"
    method, event = entry(mails[0])
    assert (method, event["SEQUENCE"], event["STATUS"]) == ("CANCEL", 2, "CANCELLED")
    assert event.decoded("DTSTART") == instant(2027, 11, 1, 9)
    assert event.decoded("DTSTART").hour == 9
    assert "Begrundelse: Sygdom" in mail_server.words(bytes(mails[0]))
    withheld = [each for each in room.messages() if each.state is MessageState.WITHHELD]
    assert len(withheld) == 2 * SCHOOLS
    assert {each.reason for each in withheld} == {"Ikke sendt: mødet er ændret siden."}


def test_the_same_entry_is_changed_and_taken_back(
    room: MeetingRoom, server: LocalServer, tmp_path: Path
) -> None:
    room.call()
    send(room, server, tmp_path)
    room.call(place="Sal 2")
    send(room, server, tmp_path)
    room.cancel()
    mails = send(room, server, tmp_path)
    own = [each for each in mails if each["To"].addresses[0].addr_spec == "by-sk-d1-001@by.example"]
    entries = [entry(each) for each in own]
    assert [(method, int(event["SEQUENCE"])) for method, event in entries] == [
        ("REQUEST", 0),
        ("REQUEST", 1),
        ("CANCEL", 2),
    ]
    assert len({event["UID"] for _, event in entries}) == 1
    assert [str(each["Subject"]).partition(":")[0] for each in own] == [
        "Indkaldelse",
        "Ændret møde",
        "Aflyst",
    ]


def test_who_is_taken_off_hears_of_it_last_whatever_changes_or_comes_late(
    room: MeetingRoom, server: LocalServer, tmp_path: Path
) -> None:
    """The meeting changes before that mail leaves; and another's invitation was put off by a server."""
    room.call()
    first, second = (each for each in room.participants() if each.key in room_keys(room)[:2])
    put_off = sa.update(Message).where(col(Message.address) == second.invited_address)
    with transaction(room.engine) as session:
        session.execute(put_off.values(next_at=NOW + timedelta(hours=1)))
    send(room, server, tmp_path)
    with transaction(room.engine) as session:
        for each in (first, second):
            found = get_gathering(session, room.id)
            take_off(session, found, each.key, seen=found.edition, by="account:1", now=NOW)
    room.call(place="Sal 2")
    send(room, server, tmp_path)
    with transaction(room.engine) as session:
        session.execute(put_off.values(next_at=NOW))
    mails = send(room, server, tmp_path)
    got = {
        who.key: [
            (method, int(event["SEQUENCE"]))
            for method, event in map(entry, mails_to(mails, who.invited_address))
        ]
        for who in (first, second)
    }
    assert got == {first.key: [("REQUEST", 0), ("CANCEL", 1)], second.key: [("CANCEL", 1)]}


def room_keys(room: MeetingRoom) -> list[str]:
    return [each.key for each in room.participants() if each.invited_address]


def mails_to(mails: list[EmailMessage], address: str) -> list[EmailMessage]:
    return [each for each in mails if each["To"].addresses[0].addr_spec == address]


# ---- held, minutes, homework


def test_a_meeting_is_held_with_attendance_and_minutes_which_may_be_corrected(room: MeetingRoom) -> None:
    room.call()
    with pytest.raises(NotNow), transaction(room.engine) as session:
        found = get_gathering(session, room.id)
        hold(session, found, attendance={}, minutes="For tidligt", seen=found.edition, by="a", now=NOW)
    room.now = HELD
    for minutes, there in (("Første udgave", Attendance.ABSENT), ("Rettet", Attendance.PRESENT)):
        with transaction(room.engine) as session:
            found = get_gathering(session, room.id)
            attendance = {"deltager-1": there, "deltager-2": Attendance.APOLOGIES}
            hold(session, found, attendance=attendance, minutes=minutes, seen=found.edition, by="a", now=HELD)
    assert (room.gathering().state, room.gathering().minutes) == (GatheringState.HELD, "Rettet")
    assert [each.attendance for each in room.participants()][:3] == [
        Attendance.PRESENT,
        Attendance.APOLOGIES,
        Attendance.UNKNOWN,
    ]
    with reading(room.engine) as session:
        (line,) = list_meetings(session, [ROOT])
        told = select(History.verb).where(History.thing == f"gathering:{room.id}")
        verbs = session.exec(told.order_by(col(History.id))).all()
    assert (line.participants, line.present) == (SCHOOLS + 1, 1)
    assert list(verbs) == ["call", "hold", "hold"]


def test_a_participant_answers_and_is_asked_again_when_the_time_changes(room: MeetingRoom) -> None:
    room.call()
    with transaction(room.engine) as session:
        answer_invitation(session, room.participants()[0], Coming.YES, by="person:1", now=NOW)
    assert room.participants()[0].coming is Coming.YES
    room.call(place="Sal 3")
    assert room.participants()[0].coming is Coming.YES
    room.call(starts_at=instant(2027, 4, 22, 9), ends_at=instant(2027, 4, 22, 12))
    assert room.participants()[0].coming is Coming.UNKNOWN
    with pytest.raises(NotNow), transaction(room.engine) as session:
        answer_invitation(
            session, room.participants()[0], Coming.NO, by="person:1", now=instant(2027, 4, 22, 12)
        )


def test_homework_becomes_a_task_of_each_chosen_post_with_its_deadline(room: MeetingRoom) -> None:
    room.call()
    with transaction(room.engine) as session:
        found = get_gathering(session, room.id)
        give_homework(
            session,
            found,
            text="Tal med jeres medarbejdere om data.",
            due_on=date(2027, 5, 11),
            keys={"deltager-1", "deltager-2", "deltager-7"},
            seen=found.edition,
            by="account:1",
            now=HELD,
        )
    with reading(room.engine) as session:
        tasks = session.exec(select(Task).where(Task.kind == TaskKind.HOMEWORK)).all()
        ((homework, owed),) = homework_of(session, get_gathering(session, room.id))
    assert {task.unit_id for task in tasks} == set(room.town.units[:2]), "a body without a post owes nothing"
    assert {task.due_on for task in tasks} == {date(2027, 5, 11)}
    assert {task.title for task in tasks} == {"Hjemmeopgave"}
    assert all(task.next_reminder_at == HELD for task in tasks), "reminded as other tasks are"
    assert homework.text == "Tal med jeres medarbejdere om data."
    assert [each.state for each in owed] == [TaskState.OPEN, TaskState.OPEN]


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"text": " "}, "Hjemmeopgaven mangler."),
        ({"due_on": date(2027, 4, 19)}, "Den nye frist ligger før i dag."),
        ({"keys": {"deltager-7"}}, "Ingen post er valgt."),
    ],
)
def test_homework_that_cannot_be_is_refused(room: MeetingRoom, wrong: Any, told: str) -> None:
    given: dict[str, Any] = {"text": "Læs", "due_on": date(2027, 5, 11), "keys": {"deltager-1"}, **wrong}
    with pytest.raises(AnswerInvalid, match=told), transaction(room.engine) as session:
        found = get_gathering(session, room.id)
        give_homework(session, found, **given, seen=found.edition, by="account:1", now=HELD)


def test_the_same_homework_sent_twice_is_given_once(room: MeetingRoom) -> None:
    seen = room.gathering().edition
    for expected in (1, None):
        try:
            with transaction(room.engine) as session:
                found = get_gathering(session, room.id)
                give_homework(
                    session,
                    found,
                    text="Læs",
                    due_on=date(2027, 5, 11),
                    keys={"deltager-1"},
                    seen=seen,
                    by="account:1",
                    now=HELD,
                )
        except Conflict:
            assert expected is None
    with reading(room.engine) as session:
        assert len(session.exec(select(Task)).all()) == 1


def test_the_suggested_deadline_lies_a_week_before_the_next_meeting(engine: Engine) -> None:
    room = MeetingRoom(engine, activity(meetings=Meetings(count=2), members=Audience(kinds=("skole",))))
    with reading(engine) as session:
        calendar = calendar_of(session, room.occurrence(session))
        first, last = (get_gathering(session, id_) for id_ in room.ids)
        assert first.starts_at < last.starts_at and last.title == "2. møde for skolelederne"
        today = date(2027, 3, 1)
        wanted = suggested_deadline(session, first, today=today, calendar=calendar)
        assert wanted == calendar.add_working_days(calendar.local_date(last.starts_at), -5)
        after = suggested_deadline(session, last, today=today, calendar=calendar)
        assert after == calendar.add_working_days(today, 10)
    assert last.ends_at - last.starts_at == timedelta(hours=6)


# ---- by the engine, and when the step is cancelled


def test_a_step_that_says_so_calls_its_meeting_when_it_opens_once(engine: Engine, tmp_path: Path) -> None:
    planned = activity(meetings=Meetings(begins="9.00", ends="12.00", call=True))
    with transaction(engine) as session:
        town = municipality.build(session)
        cycle = municipality.start_cycle(session, town)
        found = municipality.add_occurrence(
            session, town, cycle, activity=planned, state=OccurrenceState.PLANNED
        )
        occurrence_id = found.id or 0
    settings = load_settings(data_dir=tmp_path)
    for _ in range(2):
        meeting_series.open(RunContext.direct(engine, NOW, settings, ROOT), occurrence_id)
    with reading(engine) as session:
        (meeting,) = of_occurrence(session, occurrence_id)
        mails = session.exec(select(Message)).all()
        (task,) = session.exec(select(Task)).all()
    assert (meeting.state, meeting.sequence) == (GatheringState.CALLED, 0) and len(mails) == SCHOOLS
    assert [row["label"] for row in task.prefill["participants"]][-1] == "Styregruppen"


def test_a_step_that_is_cancelled_by_command_takes_its_meetings_with_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AARSHJUL_DATA_DIR", str(tmp_path))
    room = MeetingRoom(open_installation().engine)
    room.call()
    assert run("cycle", ["cancel", str(room.occurrence_id), "--why", "Udgår i år"]) == 0
    assert room.gathering().state is GatheringState.CANCELLED and room.gathering().why == "Udgår i år"
    assert Counter(told for told, _ in room.mails()) == {"invited": SCHOOLS, "cancelled": SCHOOLS}


def test_homework_comes_in_the_days_mail_with_its_words_and_takes_a_reply(
    room: MeetingRoom, tmp_path: Path
) -> None:
    settings = load_settings(
        data_dir=tmp_path, secret_key="k" * 40, reply_domain="svar.by.example", smtp_host="mail.by.example"
    )
    with transaction(room.engine) as session:
        occurrence = room.occurrence(session)
        occurrence.rules = RULES.dump_json(DEFAULT_REMINDERS).decode()
        occurrence.stage_forms = {HOMEWORK: occurrence.form_version_id or 0}
        session.add(occurrence)
        found = get_gathering(session, room.id)
        given: dict[str, Any] = {"text": "Prøv det af.", "due_on": date(2027, 5, 11), "keys": {"deltager-1"}}
        give_homework(session, found, **given, seen=found.edition, by="account:1", now=NOW)
    remind(RunContext.direct(room.engine, NOW, settings, ROOT))
    with reading(room.engine) as session:
        (mail,) = session.exec(select(Message).where(Message.kind == MessageKind.DAILY)).all()
        letters = Letters(session, [mail], office=Office.of(settings), today=date(2027, 4, 1))
        letter = letters.write(mail).letter
    assert letter is not None
    said = render(letter)
    assert "Møde for skolelederne 2027: Hjemmeopgave" in said.subject and "Prøv det af." in said.text
    assert "11. maj" in said.subject and "Du kan også svare ved at besvare denne mail." in said.text
    assert letter.items[0].reply_to.endswith("@svar.by.example")
