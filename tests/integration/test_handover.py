"""A post changes hands: the day's mail tells the new one what is open, once, with its deadlines as a file."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy.engine import Engine

from cycle.goals.tables import Agreement, AgreementState
from cycle.messages.claiming import claim
from cycle.organisation.tables import Appointment, Substitute
from cycle.tasks.change import extend, waive
from cycle.tasks.tables import Draft, Task
from flows.remind import sweep
from notifications.gather import Letters
from notifications.letters import Letter
from tests.support import municipality
from tests.support.mailed_town import CALENDAR, OFFICE, OPENED, World, groups
from tests.support.municipality import ROOT, instant

CHANGED = date(2027, 4, 12)
"""A Monday between the opening and the first reminder (the 16th)."""


@pytest.fixture
def world(engine: Engine, tmp_path: Path) -> Iterator[World]:
    made = World(engine, tmp_path)
    yield made
    made.one_mail_a_day()


def new_leader(world: World, unit: str, *, on: date = CHANGED) -> int:
    ida = world.person("Ida Ødegaard", "ida@by.example")
    world.appointed(unit, valid_to=on - timedelta(days=1))
    with world.write() as session:
        session.add(Appointment(unit_id=unit, role="leder", person_id=ida, valid_from=on))
    return ida


def morning(world: World, day: date) -> list[Letter]:
    before = len(world.sent)
    sweep(world.context(instant(day.year, day.month, day.day, 5)))
    world.day(day)
    return [letter for _, _, letter in world.sent[before:]]


def test_the_new_holder_gets_one_mail_with_what_is_open_begun_answered_and_agreed(world: World) -> None:
    unit = world.units[0]
    occurrence_id, (report,) = world.activity(units=[unit])
    _, (budget,) = world.activity("budget", units=[unit])
    _, (answered,) = world.activity("regnskab", units=[unit])
    world.day(OPENED)
    old = world.town.leaders[unit]
    with world.write() as session:
        municipality.answer(session, session.get_one(Task, answered), at=instant(2027, 4, 8))
        session.add(Draft(task_id=report, answers={"a": "b"}, by=f"person:{old}", at=instant(2027, 4, 9)))
        session.add(
            Agreement(
                root_id=ROOT,
                occurrence_id=occurrence_id,
                unit_id=unit,
                year=2027,
                period_from=date(2026, 1, 1),
                period_to=date(2027, 12, 31),
                state=AgreementState.IN_FORCE,
                version=1,
                in_force_version=1,
            )
        )
    new_leader(world, unit)
    (letter,) = morning(world, CHANGED)
    assert letter.to_name == "Ida Ødegaard" and groups(letter) == ["handed", "handed"]
    (post,) = letter.handed
    assert post.before == ("Leder af BY-SK-D1-001",) and post.role == "leder"
    assert post.agreement == "2026–2027"
    assert [(title, at.date()) for title, at in post.answered] == [("regnskab 2027", date(2027, 4, 8))]
    assert {item.title: item.drafted for item in letter.items} == {
        "budget 2027": "",
        "kvartalsrapport-1 2027": "Leder af BY-SK-D1-001",
    }
    uids = {event["UID"] for event in Calendar.from_ical(letter.deadlines).events}
    assert uids == {f"opgave-{report}@by.example", f"opgave-{budget}@by.example"}
    assert letter.calendar_url == f"{letter.items[0].url}/kalender"
    assert morning(world, CHANGED + timedelta(days=1)) == []


@pytest.mark.parametrize(
    ("begins", "told"),
    [
        (date(2027, 4, 14), date(2027, 4, 14)),
        (date(2027, 4, 17), date(2027, 4, 19)),
        (date(2027, 5, 6), date(2027, 5, 7)),
    ],
    ids=["a working day", "a Saturday", "Ascension Day"],
)
def test_one_that_is_dated_later_comes_in_the_mail_of_its_day_or_of_the_next_working_one(
    world: World, begins: date, told: date
) -> None:
    unit, day = world.units[0], CHANGED
    world.activity(units=[unit], due=date(2027, 6, 30))
    world.day(OPENED)
    new_leader(world, unit, on=begins)
    while day < told:
        assert [letter.to_name for letter in morning(world, day)] == []
        day += timedelta(days=1)
    (letter,) = morning(world, told)
    assert letter.to_name == "Ida Ødegaard" and groups(letter) == ["handed"]


def test_a_mail_that_waits_for_the_day_of_the_handover_goes_to_the_new_holder_alone(world: World) -> None:
    """What opened on the Saturday before is decided while the old one still has the post."""
    unit, saturday = world.units[0], date(2027, 4, 10)
    new_leader(world, unit, on=CHANGED)
    world.activity(opens=saturday, units=[unit])
    world.decide(instant(2027, 4, 10, 6))
    letters = morning(world, CHANGED)
    assert [letter.to_name for letter in letters] == ["Ida Ødegaard"]


def test_a_reminder_of_the_same_day_is_the_handover_and_not_a_second_mail(world: World) -> None:
    unit = world.units[0]
    world.activity(units=[unit])
    world.day(OPENED)
    new_leader(world, unit, on=date(2027, 4, 16))
    (letter,) = morning(world, date(2027, 4, 16))
    assert groups(letter) == ["handed"] and letter.deadlines
    (later,) = morning(world, date(2027, 4, 23))
    assert groups(later) == ["reminder"] and not later.handed and not later.deadlines


def test_a_substitute_takes_over_and_the_holder_takes_over_what_was_opened_meanwhile(world: World) -> None:
    unit = world.units[0]
    world.activity(units=[unit])
    world.day(OPENED)
    siv = world.person("Siv Stedfortræder", "siv@by.example")
    with world.write() as session:
        session.add(
            Substitute(
                unit_id=unit, role="leder", person_id=siv, valid_from=CHANGED, valid_to=date(2027, 4, 14)
            )
        )
    (stands_in,) = morning(world, CHANGED)
    assert stands_in.to_name == "Siv Stedfortræder" and groups(stands_in) == ["handed"]
    world.activity("budget", opens=date(2027, 4, 13), due=date(2027, 6, 1), units=[unit])
    assert groups(morning(world, date(2027, 4, 13))[0]) == ["new"]
    (back,) = morning(world, date(2027, 4, 15))
    assert [(item.group, item.title) for item in back.items] == [("handed", "budget 2027")]
    assert back.handed[0].before == ("Siv Stedfortræder",)


def test_a_post_that_had_nobody_before_takes_over_from_nobody(world: World) -> None:
    unit = world.units[0]
    with world.write() as session:
        session.execute(Appointment.__table__.update().values(valid_to=date(2027, 3, 31)))
    world.activity(units=[unit])
    assert world.day(OPENED) == []
    ida = world.person("Ida Ødegaard", "ida@by.example")
    with world.write() as session:
        session.add(Appointment(unit_id=unit, role="leder", person_id=ida, valid_from=CHANGED))
    (letter,) = morning(world, CHANGED)
    assert groups(letter) == ["new"] and letter.handed == ()


def test_what_moves_a_deadline_moves_the_entry_and_what_ends_it_cancels_it(world: World) -> None:
    unit = world.units[0]
    _, (task,) = world.activity(units=[unit])
    world.day(OPENED)
    at = instant(2027, 4, 5)
    with world.write() as session:
        extend(session, task, new_due_on=date(2027, 5, 7), reason="Sygdom", by="account:1", now=at)
    moved = only_letter(world, at)
    with world.write() as session:
        waive(session, task, why="Lukket", by="account:1", now=at)
    ended = only_letter(world, at)
    events = [Calendar.from_ical(letter.deadlines).events[0] for letter in (moved, ended)]
    assert [event.decoded("DTSTART") for event in events] == [date(2027, 5, 7)] * 2
    assert [event["STATUS"] for event in events] == ["CONFIRMED", "CANCELLED"]
    assert events[0]["SEQUENCE"] < events[1]["SEQUENCE"]


def only_letter(world: World, at: datetime) -> Letter:
    """What the one mail says that is ready now, and sends it."""
    with world.write() as session:
        (mail,) = claim(session, root_id=ROOT, now=at, calendar=CALENDAR)
        letter = Letters(session, [mail], office=OFFICE, today=at.date()).write(mail).letter
        world.settle(session, mail, True, at)
    assert letter is not None
    return letter
