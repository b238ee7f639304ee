"""A person's calendar feed: what is in it, who can fetch it, and how its address is ended."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from icalendar import Calendar, Event
from sqlalchemy.engine import Engine
from sqlmodel import col, select

from cycle.access.links import task_token
from cycle.access.person_sessions import open_person_session
from cycle.access.roles import Role
from cycle.history import History
from cycle.organisation.tables import Address, Appointment, Person, Substitute, Unit
from cycle.plan.model import Activity, Audience, FlowName, Ring, Stage, When, Window
from cycle.store import transaction
from cycle.tasks.change import extend
from cycle.tasks.opening import NewTask, open_tasks
from cycle.tasks.states import OccurrenceState, TaskKind, TaskState
from cycle.tasks.tables import Cycle, Occurrence, Task
from tests.support import municipality
from tests.support.gatherings import MeetingRoom
from tests.support.leader import World
from tests.support.municipality import ROOT, instant
from tests.support.web import BASE, Form, Site
from web.signing_in.person import COOKIE

DAY = timedelta(days=1)


@pytest.fixture
def world(sqlite_engine: Engine, tmp_path: Path) -> World:
    return World(sqlite_engine, tmp_path)


def address(world: World, person_id: int, *, generation: int = 1, purpose: str = "calendar") -> str:
    secret = world.site.settings.secret
    token = task_token(secret, purpose=purpose, task_id=0, person_id=person_id, generation=generation)
    return f"/kalender/{token}.ics"


def titles(world: World, person_id: int) -> list[str]:
    found = world.browser.get(address(world, person_id))
    assert (found.status_code, found.headers["content-type"]) == (200, "text/calendar; charset=utf-8")
    return [str(event["SUMMARY"]) for event in Calendar.from_ical(found.text).events]


def test_the_feed_has_the_deadlines_of_the_own_posts_alone(engine: Engine, tmp_path: Path) -> None:
    world = World(engine, tmp_path)
    before = world.site.row_counts()
    assert titles(world, world.leader) == ["Frist: Kvartalsrapport 1 2027 – Daginstitution 1.1 Ærø"]
    with transaction(engine) as session:
        session.add(
            Substitute(
                unit_id=world.other.unit_id,
                role="leder",
                person_id=world.leader,
                valid_from=date(2027, 4, 10),
                valid_to=date(2027, 4, 12),
            )
        )
    assert len(titles(world, world.leader)) == 2
    world.site.clock.at += DAY
    assert len(titles(world, world.leader)) == 1
    after = world.site.row_counts()
    assert after == {**before, "substitute": before["substitute"] + 1}


def test_answers_show_as_answered_and_what_is_not_owed_or_long_past_is_gone(world: World) -> None:
    world.change(Task, state=TaskState.SUBMITTED)
    assert titles(world, world.leader)[0].startswith("Besvaret: Kvartalsrapport 1 2027")
    world.change(Task, state=TaskState.WAIVED)
    assert titles(world, world.leader) == []
    world.change(Task, state=TaskState.OPEN, due_on=date(2026, 4, 1))
    assert titles(world, world.leader) == []
    world.change(Task, due_on=date(2026, 5, 1))
    assert len(titles(world, world.leader)) == 1


def test_nothing_but_titles_and_dates_leaves(world: World) -> None:
    with transaction(world.engine) as session:
        municipality.answer(
            session, session.get_one(Task, world.task_id), at=instant(2027, 4, 2), answers={"a": "HEMMELIGT"}
        )
        session.execute(sa.update(Task).values(prefill={"homework": "HEMMELIGT"}))
    text = world.browser.get(address(world, world.leader)).text
    assert "HEMMELIGT" not in text and "/opgave/" not in text and "@by.example" not in text
    assert "ATTENDEE" not in text and "URL" not in text


def test_a_confidential_activity_is_private_in_the_calendar(world: World) -> None:
    with transaction(world.engine) as session:
        occurrence = session.get_one(Occurrence, world.occurrence_id)
        occurrence.activity = occurrence.activity.replace('"confidential":false', '"confidential":true')
        session.add(occurrence)
        session.execute(sa.update(Task).values(title="Samtale med Mette Ømose"))
    (event,) = Calendar.from_ical(world.browser.get(address(world, world.leader)).text).events
    assert (event["CLASS"], event["SUMMARY"]) == (
        "PRIVATE",
        "Frist: Kvartalsrapport 1 – Daginstitution 1.1 Ærø",
    )


def test_whoever_has_left_the_post_has_an_empty_calendar(world: World) -> None:
    """An error would leave the old entries standing in their program."""
    with transaction(world.engine) as session:
        ended = sa.update(Appointment).where(col(Appointment.person_id) == world.leader)
        session.execute(ended.values(valid_to=date(2027, 4, 11)))
    assert titles(world, world.leader) == []


@pytest.mark.parametrize("changed", ["generation", "purpose", "stranger", "broken"])
def test_a_stranger_a_revoked_and_a_wrong_address_show_nothing(world: World, changed: str) -> None:
    wrong = {
        "generation": address(world, world.leader, generation=2),
        "purpose": address(world, world.leader, purpose="task"),
        "stranger": address(world, 4711),
        "broken": address(world, world.leader)[:-6] + "aa.ics",
    }[changed]
    found = world.browser.get(wrong)
    assert found.status_code in (403, 404, 410)
    assert "BEGIN:VCALENDAR" not in found.text and "Kvartalsrapport" not in found.text


def test_the_feeds_address_opens_no_task_and_a_tasks_link_is_no_feed(world: World) -> None:
    feed = address(world, world.leader)
    assert world.browser.get(feed.replace("/kalender/", "/opgave/").removesuffix(".ics")).status_code != 200
    assert world.browser.get(world.link.replace("/opgave/", "/kalender/") + ".ics").status_code != 200


def test_it_is_fetched_anew_only_when_something_changed_and_kept_by_nobody_between(world: World) -> None:
    first = world.browser.get(address(world, world.leader))
    assert first.headers["cache-control"] == "private, max-age=3600"
    assert first.headers["referrer-policy"] == "no-referrer"
    assert first.headers["x-robots-tag"] == "noindex, nofollow"
    asked = {"If-None-Match": f"W/{first.headers['etag']}"}
    again = world.browser.get(address(world, world.leader), headers=asked)
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    assert world.browser.head(address(world, world.leader)).headers["etag"] == first.headers["etag"]
    with transaction(world.engine) as session:
        moved = {"new_due_on": date(2027, 5, 7), "reason": "Sygdom", "by": "account:1"}
        extend(session, world.task_id, now=instant(2027, 4, 12), **moved)
    later = world.browser.get(address(world, world.leader), headers=asked)
    events = [Calendar.from_ical(page.text).events[0] for page in (first, later)]
    assert later.status_code == 200 and events[0]["UID"] == events[1]["UID"]
    assert events[0]["SEQUENCE"] < events[1]["SEQUENCE"]


def confirmed(world: World) -> None:
    """The leader types a mailed code in the browser."""
    with transaction(world.engine) as session:
        mailed = session.exec(select(Address.email).where(Address.person_id == world.leader)).one()
        token = open_person_session(session, mailed, now=world.site.clock.at)
    world.browser.cookies.set(COOKIE, token)


def test_the_tasks_link_alone_gives_its_own_deadline_and_not_the_address_of_all(world: World) -> None:
    page = world.browser.get(f"{world.link}/kalender")
    assert page.status_code == 200 and "/kalender/" not in page.text and "webcal" not in page.text
    assert f'href="/mine/log-ind?videre={world.page}/kalender"' in page.text
    refused = world.browser.post(f"{world.page}/kalender", data={"seen": "1"})
    assert refused.status_code == 403 and "Adressen er ikke ændret" in refused.text
    assert f"/mine/log-ind?videre={world.page}/kalender" in refused.text
    assert titles(world, world.leader), "the address there was is as good as before"
    with transaction(world.engine) as session:
        session.add(
            Substitute(
                unit_id=world.other.unit_id, role="leder", person_id=world.leader,
                valid_from=date(2027, 4, 10), valid_to=date(2027, 5, 12),
            )
        )  # fmt: skip
    assert len(titles(world, world.leader)) == 2
    found = world.browser.get(f"{world.page}/frist.ics")
    assert found.headers["content-type"] == "text/calendar; charset=utf-8"
    assert "frist.ics" in found.headers["content-disposition"]
    (alone,) = Calendar.from_ical(found.text).events
    fed = Calendar.from_ical(world.browser.get(address(world, world.leader)).text).events
    assert alone.to_ical() in [each.to_ical() for each in fed] and str(world.task_id) in alone["UID"]
    assert world.site.stranger().get(f"{world.page}/frist.ics").status_code == 401
    confirmed(world)
    assert address(world, world.leader) in world.browser.get(f"{world.page}/kalender").text


def test_the_page_of_a_task_leads_to_the_address_and_can_end_it(engine: Engine, tmp_path: Path) -> None:
    world = World(engine, tmp_path)
    assert f"{world.page}/kalender" in world.browser.get(world.link).text
    confirmed(world)
    page = Form(world.browser.get(f"{world.link}/kalender"), f"{world.link}/kalender")
    old = address(world, world.leader)
    assert f"{BASE}{old}" in page.page.text and f'href="webcal://127.0.0.1:8000{old}"' in page.page.text
    assert page.send(world.browser).status_code == 303
    assert page.send(world.browser).status_code == 409
    assert world.browser.get(old).status_code != 200
    assert world.browser.get(address(world, world.leader, generation=2)).status_code == 200
    with transaction(engine) as session:
        (row,) = session.exec(select(History).where(History.verb == "renew_calendar")).all()
        assert (row.actor, row.thing) == (f"person:{world.leader}", f"person:{world.leader}")


def test_whoever_has_left_the_post_is_not_shown_an_address(world: World) -> None:
    with transaction(world.engine) as session:
        session.execute(sa.update(Appointment).values(valid_to=date(2027, 4, 11)))
    page = world.browser.get(f"{world.link}/kalender")
    assert page.status_code == 403 and "/kalender/" not in page.text


@pytest.mark.parametrize(("role", "expected"), [(Role.SECRETARIAT, 303), (Role.OPERATOR, 403)])
def test_the_secretariat_ends_an_address_from_the_persons_page(
    world: World, role: Role, expected: int
) -> None:
    browser, path = world.site.signed_in("sif@by.example", role, ROOT), f"/mail/person/{world.leader}"
    page = browser.get(path)
    assert page.status_code == 200
    assert (f'action="{path}/kalender"' in page.text) is (expected == 303)
    sent = {"seen": "1"}
    if expected == 303:
        sent = Form(page, f"{path}/kalender").fields
    else:
        sent["csrf"] = Form(page, "/log-ud").fields["csrf"]
    assert browser.post(f"{path}/kalender", data=sent).status_code == expected
    with transaction(world.engine) as session:
        generation = session.get_one(Person, world.leader).calendar_generation
    assert generation == (2 if expected == 303 else 1)


def entries(world: World, person_id: int) -> dict[str, Event]:
    text = world.browser.get(address(world, person_id)).text
    return {str(event["UID"]): event for event in Calendar.from_ical(text).events}


def plan(world: World, *, audience: Audience, stage: Audience | None = None) -> int:
    """An activity that opens in the autumn."""
    held = Activity(
        id="efteraar",
        title="Kvartalsrapport 3",
        flow=FlowName.QUARTERLY_REPORT,
        ring=Ring.FOLLOW_UP,
        window=Window(opens=When(date="1. september"), due=When(date="20. september")),
        audience=audience,
        form="kvartalsrapport",
        stages=(Stage(id="distrikt", title="Distrikt", audience=stage, due=When(date="25. september")),)
        if stage
        else (),
    )
    with transaction(world.engine) as session:
        town = municipality.Town(ROOT)
        cycle = session.exec(select(Cycle)).one()
        made = municipality.add_occurrence(
            session,
            town,
            cycle,
            activity=held,
            opens_on=date(2027, 9, 1),
            due_on=date(2027, 9, 20),
            closes_on=date(2027, 9, 30),
            state=OccurrenceState.PLANNED,
        )
        made.stage_due = {"distrikt": "2027-09-25"} if stage else {}
        session.add(made)
        return made.id or 0


def test_what_is_yet_to_open_stands_there_as_tentative_for_the_posts_it_will_ask(
    engine: Engine, tmp_path: Path
) -> None:
    world = World(engine, tmp_path)
    before = entries(world, world.leader)
    occurrence_id = plan(world, audience=Audience(kinds=("daginstitution",)))
    later = {uid: event for uid, event in entries(world, world.leader).items() if uid not in before}
    ((uid, event),) = later.items()
    assert uid.startswith(f"kommende-{occurrence_id}-")
    assert event["STATUS"] == "TENTATIVE" and event.decoded("DTSTART") == date(2027, 9, 20)
    assert event["SUMMARY"] == "Kommende frist: Kvartalsrapport 3 – Daginstitution 1.1 Ærø"
    first, again = (world.browser.get(address(world, world.leader)).headers["etag"] for _ in range(2))
    assert first == again, "nothing changes by being fetched"
    world.change(Occurrence, state=OccurrenceState.OPEN)
    assert set(entries(world, world.leader)) == set(before), "it is a task's deadline from then on"


def test_who_puts_together_sees_the_stages_own_date_and_nobody_what_asks_others(world: World) -> None:
    plan(
        world, audience=Audience(kinds=("skole",)), stage=Audience(kinds=("distrikt",), role="distriktschef")
    )
    assert len(entries(world, world.leader)) == 1
    with transaction(world.engine) as session:
        held = select(Appointment).where(Appointment.role == "distriktschef").order_by(col(Appointment.id))
        chief = session.exec(held).first()
        assert chief is not None
        person_id = chief.person_id
    coming = [event for event in entries(world, person_id).values() if event["STATUS"] == "TENTATIVE"]
    assert [event.decoded("DTSTART") for event in coming] == [date(2027, 9, 25)]


def test_a_stage_of_what_has_opened_stands_there_until_it_is_a_task(engine: Engine, tmp_path: Path) -> None:
    world = World(engine, tmp_path)
    occurrence_id = plan(
        world, audience=Audience(kinds=("skole",)), stage=Audience(kinds=("distrikt",), role="distriktschef")
    )
    with transaction(world.engine) as session:
        session.get_one(Occurrence, occurrence_id).state = OccurrenceState.OPEN
        school = session.exec(select(Unit).where(Unit.kind == "skole").order_by(col(Unit.id))).first()
        district = session.get_one(Unit, school.parent_id)
        asked = NewTask(unit_id=school.id, role="leder", due_on=date(2027, 9, 20))
        occurrence = session.get_one(Occurrence, occurrence_id)
        open_tasks(session, occurrence, [asked], now=instant(2027, 4, 12))
        chiefs = {each.unit_id: each.person_id for each in session.exec(select(Appointment))}
        other = session.exec(select(Unit).where(Unit.kind == "distrikt", Unit.id != district.id)).first()
        chief, elsewhere = chiefs[district.id], chiefs[other.id]

    def autumn(person_id: int) -> list[tuple[str, str, date]]:
        found = entries(world, person_id).values()
        told = [(str(each["STATUS"]), str(each["SUMMARY"]), each.decoded("DTSTART")) for each in found]
        return [each for each in told if "Kvartalsrapport 3" in each[1]]

    (coming,) = autumn(chief)
    assert coming == (
        "TENTATIVE", f"Kommende frist: Kvartalsrapport 3: Distrikt – {district.name}", date(2027, 9, 25)
    )  # fmt: skip
    assert autumn(elsewhere) == [], "nothing below is owed"
    with transaction(world.engine) as session:
        occurrence = session.get_one(Occurrence, occurrence_id)
        opened = NewTask(
            unit_id=district.id, role="distriktschef", due_on=date(2027, 9, 25), subject="distrikt",
            kind=TaskKind.CONSOLIDATE, title="Distrikt",
        )  # fmt: skip
        open_tasks(session, occurrence, [opened], now=instant(2027, 4, 12))
    assert [status for status, *_ in autumn(chief)] == ["CONFIRMED"]


def test_meetings_stand_there_under_the_invitations_key_once_they_are_called(
    sqlite_engine: Engine, tmp_path: Path
) -> None:
    room = MeetingRoom(sqlite_engine)
    site = Site(sqlite_engine, tmp_path, at=room.now)
    seat = next(each for each in room.participants() if each.unit_id)
    with transaction(sqlite_engine) as session:
        held = select(Appointment.person_id).where(
            Appointment.unit_id == seat.unit_id, Appointment.role == seat.role
        )
        person_id = session.exec(held).one()
    token = task_token(site.settings.secret, purpose="calendar", task_id=0, person_id=person_id, generation=1)
    browser = site.browser()

    def meetings() -> list[Event]:
        text = browser.get(f"/kalender/{token}.ics").text
        return [each for each in Calendar.from_ical(text).events if each["UID"].startswith("moede-")]

    assert meetings() == [], "nobody has been told of a proposal"
    room.call(place="Rådhuset", link="https://moede.example/hemmeligt")
    (called,) = meetings()
    assert called["UID"].startswith(f"moede-{room.id}@") and called["LOCATION"] == "Rådhuset"
    assert called.decoded("DTSTART") == room.gathering().starts_at and "DESCRIPTION" not in called
    assert "hemmeligt" not in browser.get(f"/kalender/{token}.ics").text
    room.call(place="Kulturhuset")
    (moved,) = meetings()
    assert moved["UID"] == called["UID"] and moved["SEQUENCE"] > called["SEQUENCE"]
    room.cancel("Aflyst")
    assert meetings() == []
