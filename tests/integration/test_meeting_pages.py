"""The meetings' pages: for the secretariat, for those who only read, and for participants by their link."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from icalendar import Calendar
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.links import task_token
from cycle.access.roles import Role
from cycle.cases.gathering import case_of_occurrence
from cycle.cases.handout import hand_out
from cycle.cases.model import ItemKind
from cycle.cases.search import Wish
from cycle.gatherings.states import Attendance, Coming, GatheringState
from cycle.gatherings.tables import GatheringParticipant
from cycle.organisation.tables import Appointment, Unit
from cycle.plan.gatherings import Meetings
from cycle.plan.model import Plan, PlanKind
from cycle.store import reading, transaction
from cycle.tasks.states import TaskKind
from cycle.tasks.tables import Cycle, CycleRevision, Occurrence, Task
from documents.case_papers import CasePress
from documents.minutes_parts import minutes_parts
from notifications.office import MEETING
from tests.support import municipality
from tests.support.gatherings import HELD, NOW, MeetingRoom, activity
from tests.support.municipality import COPENHAGEN, instant
from tests.support.web import Form, Site


@pytest.fixture
def room(engine: Engine) -> MeetingRoom:
    return MeetingRoom(engine)


@pytest.fixture
def site(room: MeetingRoom, tmp_path: Path) -> Site:
    return Site(room.engine, tmp_path, at=NOW, secret_key="k" * 40)


def office(site: Site, email: str = "sekretariat@by.example") -> Any:
    return site.signed_in(email, Role.SECRETARIAT, "BY")


def later(site: Site) -> Any:
    """The office after the meeting: the first session has ended."""
    site.clock.at = HELD
    return office(site, "senere@by.example")


def words(response: Any) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.text).split())


def invitation(site: Site, participant: GatheringParticipant, person_id: int, generation: int = 1) -> str:
    token = task_token(
        site.settings.secret,
        purpose=MEETING,
        task_id=participant.id or 0,
        person_id=person_id,
        generation=generation,
    )
    return f"/indkaldelse/{token}"


def called(site: Site, room: MeetingRoom, browser: Any, **changed: str) -> Any:
    """Calls the meeting by its page: the form, the preview, the button."""
    form = Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/indkald/vis")
    preview = form.send(browser, **changed)
    assert preview.status_code == 200, words(preview)
    return Form(preview, f"/moeder/{room.id}/indkald").send(browser)


# ---- the secretariat


def test_a_meeting_is_called_moved_and_cancelled_after_seeing_who_is_told(
    site: Site, room: MeetingRoom
) -> None:
    browser = office(site)
    assert "Møde for skolelederne" in words(browser.get("/moeder"))
    page = browser.get(f"/moeder/{room.id}")
    assert "Ingen er indkaldt endnu" in page.text and "kl. 09.00–15.00" in page.text
    form = Form(page, f"/moeder/{room.id}/indkald/vis")
    assert (form.fields["day"], form.fields["begins"], form.fields["agenda"]) == (
        "2027-04-20",
        "09.00",
        "Velkomst\nØkonomi",
    )
    preview = form.send(browser, place="Rådhuset", begins="9.30")
    shown = words(preview)
    assert "6 mails" in shown and "by-sk-d1-001@by.example" in shown and "Der er ikke sket noget" in shown
    assert "Indkaldelse: Møde for skolelederne, 20. april" in shown and "Sted: Rådhuset" in shown
    assert room.messages() == [] and room.gathering().state is GatheringState.PROPOSED
    confirm = Form(preview, f"/moeder/{room.id}/indkald")
    assert confirm.send(browser).status_code == 303
    assert len(room.messages()) == 6 and room.gathering().starts_at == instant(2027, 4, 20, 9, 30)
    assert room.gathering().agenda == ["Velkomst", "Økonomi"]
    assert confirm.send(browser).status_code == 303, "the same button twice is one call"
    assert len(room.messages()) == 6
    assert called(site, room, browser, day="2027-04-21").status_code == 303
    assert room.gathering().sequence == 1 and len(room.messages()) == 12
    off = Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/aflys/vis")
    sure = off.send(browser, why="Lokalet er optaget")
    assert "Begrundelse: Lokalet er optaget" in words(sure) and "6 mails" in words(sure)
    assert Form(sure, f"/moeder/{room.id}/aflys").send(browser).status_code == 303
    last = browser.get(f"/moeder/{room.id}?gjort=aflyst")
    assert "Mødet er aflyst: Lokalet er optaget" in words(last) and "indkald/vis" not in last.text
    assert len(room.messages()) == 18


def test_participants_minutes_and_homework_are_written_on_the_page(site: Site, room: MeetingRoom) -> None:
    browser = office(site)
    called(site, room, browser)
    add = Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/deltager")
    assert add.send(browser, name="Ida Gæst", email="ida@gaest.example").status_code == 303
    assert called(site, room, browser).status_code == 303
    assert len(room.messages()) == 7
    browser = later(site)
    page = browser.get(f"/moeder/{room.id}")
    assert "ida@gaest.example" in page.text
    minutes = Form(page, f"/moeder/{room.id}/referat")
    kept = minutes.send(
        browser,
        files={"file": ("referat.txt", b"Alt om det.", "text/plain")},
        minutes="Opdigtet: vi blev enige.",
        **{"attended.deltager-1": "present", "attended.deltager-2": "apologies"},
    )
    assert kept.status_code == 303
    page = browser.get(f"/moeder/{room.id}")
    assert "Opdigtet: vi blev enige." in page.text and "referat.txt" in page.text
    assert browser.get(f"/moeder/{room.id}/fil").content == b"Alt om det."
    assert [each.attendance for each in room.participants()][:2] == [
        Attendance.PRESENT,
        Attendance.APOLOGIES,
    ]
    homework = Form(page, f"/moeder/{room.id}/hjemmeopgave")
    chosen = {"who": ["deltager-1", "deltager-2"], "text": "Prøv det af.", "due_on": "2027-05-11"}
    assert browser.post(homework.action, data={**homework.fields, **chosen}).status_code == 303
    with reading(room.engine) as session:
        tasks = session.exec(select(Task).where(Task.kind == TaskKind.HOMEWORK)).all()
    assert len(tasks) == 2
    page = browser.get(f"/moeder/{room.id}")
    assert "Prøv det af." in page.text and f"/opgave-historik/{tasks[0].id}" in page.text


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"ends": "8.00"}, "Mødet skal slutte, efter at det begynder."),
        ({"begins": "ni"}, "Begyndelsen er ikke et klokkeslæt."),
        ({"day": "20-24-2027"}, "Dagen er ikke en dato."),
        ({"day": "2026-04-20"}, "Mødets tid er allerede gået."),
        ({"title": "\u200e "}, "Mødet mangler en overskrift."),
        ({"link": "javascript:alert(1)"}, "Linket begynder ikke med https://."),
        ({"agenda": "x" * 4001}, "Teksten er for lang"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_kept(
    site: Site, room: MeetingRoom, changed: dict[str, str], told: str
) -> None:
    browser = office(site)
    form = Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/indkald/vis")
    answer = form.send(browser, **changed)
    assert answer.status_code == 422 and told in words(answer)
    assert room.messages() == []


def test_hostile_words_are_shown_as_words(site: Site, room: MeetingRoom) -> None:
    browser = office(site)
    called(
        site, room, browser, title="<script>alert(1)</script>", place="=HYPERLINK(1) 😀", agenda="{{ 7*7 }}"
    )
    page = browser.get(f"/moeder/{room.id}").text
    assert "<script>alert" not in page and "&lt;script&gt;alert(1)" in page and "{{ 7*7 }}" in page


def test_who_saw_an_older_edition_changes_nothing(site: Site, room: MeetingRoom) -> None:
    browser = office(site)
    form = Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/indkald/vis")
    preview = Form(form.send(browser, place="Sal 1"), f"/moeder/{room.id}/indkald")
    room.call(place="Sal 2")
    answer = preview.send(browser)
    assert answer.status_code == 409 and "Sal 1" in answer.text
    assert room.gathering().place == "Sal 2" and len(room.messages()) == 6


def test_a_round_of_workshops_is_called_at_once_or_not_at_all(engine: Engine, tmp_path: Path) -> None:
    room = MeetingRoom(engine, activity(meetings=Meetings(title="Workshop", count=4)))
    site = Site(engine, tmp_path, at=NOW, secret_key="k" * 40)
    browser, page = office(site), f"/aktivitet/{room.occurrence_id}"
    form = Form(browser.get(page), f"{page}/moeder/vis")
    preview = form.send(browser, place="Kælderen")
    assert "4 møder, 24 mails" in words(preview) and "Kælderen" in preview.text and not room.messages()
    confirm = Form(preview, f"{page}/moeder")
    room.call(id_=room.ids[2], place="Taget")
    assert confirm.send(browser).status_code == 303, "what was called meanwhile is left as it is"
    assert {room.gathering(id_).state for id_ in room.ids} == {GatheringState.CALLED}
    assert [room.gathering(id_).place for id_ in room.ids] == ["Kælderen", "Kælderen", "Taget", "Kælderen"]
    assert len(room.messages()) == 24
    assert confirm.send(browser).status_code == 303 and len(room.messages()) == 24
    assert "moeder/vis" not in browser.get(page).text
    reader = site.signed_in("d@by.example", Role.DIRECTION, "BY")
    csrf = Form(reader.get("/moeder"), "/log-ud").fields["csrf"]
    for address in (f"{page}/moeder/vis", f"{page}/moeder"):
        assert reader.post(address, data={"csrf": csrf}).status_code == 403


def test_meetings_and_their_process_lead_to_one_another(engine: Engine, tmp_path: Path) -> None:
    room = MeetingRoom(engine, activity(meetings=Meetings(title="Workshop", count=4)))
    with transaction(engine) as session:
        occurrence = session.get_one(Occurrence, room.occurrence_id)
        cycle = session.get_one(Cycle, occurrence.cycle_id)
        cycle.kind, number = PlanKind.PROCESS, cycle.id
        plan = Plan(
            kind="process", id="p", title="Proces", municipality="BY", activities=(activity(),)
        ).model_dump_json()
        session.execute(sa.update(CycleRevision).values(plan=plan))
    browser = office(Site(engine, tmp_path, at=NOW, secret_key="k" * 40))
    assert f'href="/aarshjul/{number}"' in browser.get("/moeder").text
    process = browser.get(f"/aarshjul/{number}").text
    assert f'href="/aktivitet/{room.occurrence_id}#moeder">4 møder</a>' in process
    assert 'href="/moeder">Alle møder</a>' in process and "Resultat</th>" not in process


# ---- others


def test_a_superior_sees_the_meetings_of_own_units_and_no_others(site: Site, room: MeetingRoom) -> None:
    """Only leaders of the schools take part: their line of superiors sees it, the one beside does not."""
    own = site.signed_in("skoler@by.example", Role.SUPERIOR, "BY-SK")
    below = site.signed_in("distrikt@by.example", Role.SUPERIOR, "BY-SK-D1")
    other = site.signed_in("institutioner@by.example", Role.SUPERIOR, "BY-IN")
    everybody = site.signed_in("direktion@by.example", Role.DIRECTION, "BY")
    page, title = f"/moeder/{room.id}", "Møde for skolelederne"
    with reading(room.engine) as session:
        activity_page = f"/aktivitet/{room.gathering().occurrence_id}"
        parts = session.exec(select(Unit.path).join(GatheringParticipant)).all()
    assert parts and all("/BY-SK/" in path for path in parts)
    for browser in (own, below, everybody, office(site)):
        assert title in words(browser.get("/moeder")) and browser.get(page).status_code == 200
        assert page in browser.get(activity_page).text
    assert title not in words(other.get("/moeder")) and other.get("/moeder").status_code == 200
    assert other.get(page).status_code == 403 and other.get(f"{page}/fil").status_code == 403
    assert page not in other.get(activity_page).text
    for role in (Role.COMMITTEE, Role.OPERATOR):
        nobody = site.signed_in(f"{role.value}@by.example", role, "BY")
        assert nobody.get("/moeder").status_code == 403 == nobody.get(page).status_code
    with transaction(room.engine) as session:
        for each in session.exec(select(GatheringParticipant).where(col(GatheringParticipant.key) != "x")):
            unit = session.get(Unit, each.unit_id) if each.unit_id else None
            each.removed = unit is not None and "/BY-SK-D1/" in unit.path
            session.add(each)
    assert below.get(page).status_code == 403, "who was taken off the meeting makes it nobody's"
    assert own.get(page).status_code == 200


@pytest.mark.parametrize("role", [Role.SUPERIOR, Role.DIRECTION])
def test_who_only_reads_sees_the_meeting_without_addresses_or_buttons(
    site: Site, room: MeetingRoom, role: Role
) -> None:
    room.call()
    browser = site.signed_in(f"{role.value}@by.example", role, "BY-SK" if role is Role.SUPERIOR else "BY")
    page = browser.get(f"/moeder/{room.id}")
    assert page.status_code == 200 and "Velkomst" in page.text
    assert "@by.example" not in words(page).replace(f"{role.value}@by.example", "")
    assert "<textarea" not in page.text and "/indkald" not in page.text
    csrf = Form(browser.get("/moeder"), "/log-ud").fields["csrf"]
    sent = {"csrf": csrf, "edition": "2", "why": "Nej", "name": "x", "participant": "deltager-1", "text": "x"}
    for act in ("indkald", "indkald/vis", "aflys", "aflys/vis", "deltager", "deltager/fjern", "referat"):
        assert browser.post(f"/moeder/{room.id}/{act}", data=sent).status_code == 403, act
    sent |= {"due_on": "2027-05-11", "who": "deltager-1"}
    assert browser.post(f"/moeder/{room.id}/hjemmeopgave", data=sent).status_code == 403
    assert len(room.messages()) == 6 and room.gathering().state is GatheringState.CALLED


def test_the_committee_the_operator_and_another_municipality_see_nothing(
    site: Site, room: MeetingRoom
) -> None:
    with transaction(room.engine) as session:
        municipality.build(session, root_id="NY")
    for role, unit in ((Role.COMMITTEE, "BY"), (Role.OPERATOR, "BY"), (Role.SECRETARIAT, "NY")):
        browser = site.signed_in(f"{role.value}@{unit}.example", role, unit)
        assert browser.get(f"/moeder/{room.id}").status_code in (403, 404)
        assert "skolelederne" not in browser.get("/moeder").text
    assert site.browser().get(f"/moeder/{room.id}").status_code == 303


# ---- participants


def test_a_participant_reads_answers_and_fetches_the_entry(site: Site, room: MeetingRoom) -> None:
    room.call(place="Rådhuset")
    participant = room.participants()[0]
    link = invitation(site, participant, room.town.leaders[participant.unit_id or ""])
    browser, before = site.browser(), site.row_counts()
    page = browser.get(link)
    assert page.status_code == 200 and "Velkomst" in page.text and "Rådhuset" in page.text
    assert "@by.example" not in page.text, "nobody's address is shown"
    assert browser.head(link).status_code == 200 and site.row_counts() == before
    event = next(iter(Calendar.from_ical(browser.get(f"{link}/moede.ics").text).walk("VEVENT")))
    assert event.decoded("DTSTART") == instant(2027, 4, 20, 9)
    assert "ORGANIZER" in event and "ATTENDEE" not in event, (
        "RFC 5546, 3.2.1: a published entry invites nobody"
    )
    for answer in ("ja", "ja"):
        assert browser.post(link, data={"coming": answer}).status_code == 303
    assert room.participants()[0].coming is Coming.YES
    assert "Du har svaret, at du kommer." in browser.get(link).text
    assert browser.post(link, data={"coming": "måske"}).status_code == 400
    assert "1 kommer" in words(office(site).get("/moeder"))


def test_minutes_are_read_behind_the_link_and_no_answer_is_taken_after_the_meeting(
    site: Site, room: MeetingRoom
) -> None:
    room.call()
    participant = room.participants()[0]
    link = invitation(site, participant, room.town.leaders[participant.unit_id or ""])
    browser = later(site)
    Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/referat").send(
        browser, minutes="Enige.", files={"file": ("r.txt", b"R", "text/plain")}
    )
    stranger = site.browser()
    page = stranger.get(link)
    assert "Enige." in page.text and "Jeg kommer" not in page.text
    assert stranger.get(f"{link}/fil").content == b"R"
    assert stranger.post(link, data={"coming": "ja"}).status_code == 409


def test_a_link_is_good_only_for_who_takes_part_today(site: Site, room: MeetingRoom) -> None:
    room.call()
    participant = room.participants()[0]
    school = participant.unit_id or ""
    holder = room.town.leaders[school]
    browser = site.browser()
    assert browser.get(invitation(site, participant, room.town.leaders["BY-BU"])).status_code == 403
    assert browser.get(invitation(site, participant, holder, generation=2)).status_code == 410
    assert browser.get("/indkaldelse/abc").status_code == 404
    task_link = site.link(Task(id=participant.id or 0, occurrence_id=1, unit_id="", role=""), holder)
    assert browser.get(task_link.replace("/opgave/", "/indkaldelse/")).status_code == 404
    with transaction(room.engine) as session:
        session.execute(
            sa.update(Appointment)
            .where(col(Appointment.unit_id) == school)
            .values(valid_to=municipality.date(2027, 3, 31))
        )
    assert browser.get(invitation(site, participant, holder)).status_code == 403


def test_homework_is_a_task_from_which_the_meeting_is_seen(site: Site, room: MeetingRoom) -> None:
    browser = office(site)
    called(site, room, browser, place="Sal 4")
    homework = Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/hjemmeopgave")
    chosen = {"who": ["deltager-1"], "text": "Prøv det af.", "due_on": "2027-05-11"}
    assert browser.post(homework.action, data={**homework.fields, **chosen}).status_code == 303
    with reading(room.engine) as session:
        task = session.exec(select(Task).where(Task.kind == TaskKind.HOMEWORK)).one()
    link = site.link(task, room.town.leaders[task.unit_id])
    leader = site.browser()
    page = leader.get(link)
    assert "<h1>Hjemmeopgave</h1>" in page.text and "Prøv det af." in page.text
    assert f"/opgave/{task.id}/moede" in page.text
    meeting = leader.get(f"{link}/moede")
    assert meeting.status_code == 200 and "Sal 4" in meeting.text and "Velkomst" in meeting.text
    form = Form(leader.get(link), link)
    assert form.send(leader, svar="Vi har prøvet.", act="submit").status_code == 303
    assert "Besvaret" in words(browser.get(f"/moeder/{room.id}"))


# ---- the case


def test_minutes_are_a_document_of_the_case_and_corrected_ones_another(site: Site, room: MeetingRoom) -> None:
    room.call(place="Rådhuset")
    browser = later(site)
    for minutes, there in (("Enige.", "present"), ("Enige om to ting.", "apologies")):
        Form(browser.get(f"/moeder/{room.id}"), f"/moeder/{room.id}/referat").send(
            browser,
            minutes=minutes,
            files={"file": ("r.txt", b"R", "text/plain")},
            **{"attended.deltager-1": there},
        )
        with reading(room.engine) as session:
            case = case_of_occurrence(session, room.occurrence_id)
            (item,) = [each for each in case.items if each.kind is ItemKind.MINUTES]
            assert item.title == "Referat: Møde for skolelederne" and len(item.files) == 1
            told = dict(minutes_parts(session, room.gathering(), "da", COPENHAGEN))
            wish = Wish(unit=session.get_one(Unit, room.town.units[0]))
            handed = hand_out(session, "BY", wish, COPENHAGEN).items
            other = hand_out(session, "BY", Wish(unit=session.get_one(Unit, "BY-IN")), COPENHAGEN).items
        assert told["Referat"] == minutes and told["Sted"] == "Rådhuset"
        assert told["Til stede" if there == "present" else "Afbud"] == "Skole 1.1 Ærø, leder"
        assert [each.key for each in handed if each.kind is ItemKind.MINUTES] == [item.key]
        assert not [each for each in other if each.kind is ItemKind.MINUTES]
    assert item.key != f"minutes:{room.id}:1"
    page = browser.get(f"/sag/aktivitet/{room.occurrence_id}")
    assert page.status_code == 200 and "Referat: Møde for skolelederne" in page.text
    mails = browser.get("/mail")
    assert mails.status_code == 200 and "Mødeindkaldelse" in mails.text
    with reading(room.engine) as session, CasePress(session, site.settings, "Byby", "da") as press:
        (paper, file) = press.papers(item)
    assert paper.content.startswith(b"%PDF") and file.content == b"R"
