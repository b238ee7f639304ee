"""A superior's own tasks: those of vacant posts below, and agreements signed one after the other."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cycle.access.person_sessions import open_person_session
from cycle.organisation.tables import Appointment, Substitute
from cycle.store import transaction
from cycle.tasks.forms import Field, FieldType, Form
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Task
from tests.support.leader import World
from web.signing_in import person

ONE = Form(id="ja", title="Ja", fields=(Field(id="svar", type=FieldType.TEXT, label="Svar"),))


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


def as_holder_of(world, unit_id):
    """A browser known by the mailbox of whoever leads the unit."""
    with transaction(world.engine) as session:
        address = f"{unit_id.lower()}@by.example"
        token = open_person_session(session, address, now=world.site.clock.at)
    browser = world.site.browser()
    browser.cookies.set(person.COOKIE, token)
    return browser


def above(world, levels=1):
    return world.task.unit_id.rsplit("-", levels)[0]


def vacate(world, unit_id):
    yesterday = world.site.clock.at.date() - timedelta(days=1)
    with transaction(world.engine) as session:
        session.execute(
            sa.update(Appointment).where(Appointment.unit_id == unit_id).values(valid_to=yesterday)
        )


def test_a_vacant_posts_task_is_on_the_nearest_superiors_page_and_can_be_answered(world):
    browser = as_holder_of(world, above(world))
    assert world.page not in browser.get("/mine").text
    vacate(world, world.task.unit_id)
    listed = browser.get("/mine").text
    assert f'href="{world.page}"' in listed and "posten er ubesat, og du er nærmeste leder" in listed
    assert "the post is vacant" in browser.get("/mine?sprog=en").text
    assert browser.get(world.page).status_code == 200
    area = as_holder_of(world, above(world, 2))
    assert world.page not in area.get("/mine").text and area.get(world.page).status_code == 401
    vacate(world, above(world))
    assert f'href="{world.page}"' in area.get("/mine").text
    assert "Daginstitution 1.2" not in area.get("/mine").text, "its own leader has the post"


def test_not_while_somebody_stands_in_nor_to_be_signed(world):
    vacate(world, world.task.unit_id)
    browser = as_holder_of(world, above(world))
    world.change(Task, kind=TaskKind.SIGN)
    assert world.page not in browser.get("/mine").text
    world.change(Task, kind=TaskKind.ANSWER)
    today = world.site.clock.at.date()
    with transaction(world.engine) as session:
        session.add(
            Substitute(
                unit_id=world.task.unit_id,
                role=world.task.role,
                person_id=world.town.leaders[world.other.unit_id],
                valid_from=today,
                valid_to=today,
            )
        )
    assert world.page not in browser.get("/mine").text


def test_many_vacant_posts_fall_to_the_same_superior(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    units = [unit for unit in world.town.units if unit.startswith(above(world, 2))]
    for unit in (*units, *{unit.rpartition("-")[0] for unit in units}):
        vacate(world, unit)
    assert as_holder_of(world, above(world, 2)).get("/mine").text.count("posten er ubesat") == len(units)


def two_to_sign(engine, folder):
    """One person has two agreements to sign; a third is signed."""
    world = World(engine, folder, ONE, levels=0)
    with transaction(engine) as session:
        tasks = [session.get_one(Task, world.task_id + number) for number in range(3)]
        for number, task in enumerate(tasks):
            task.unit_id, task.kind = tasks[0].unit_id, TaskKind.SIGN
            task.subject, task.due_on = f"signing:{number}", date(2027, 4, 20 + number)
        tasks[2].state = TaskState.APPROVED
    return world


def test_after_one_agreement_the_next_is_offered_until_none_waits(sqlite_engine, tmp_path):
    world = two_to_sign(sqlite_engine, tmp_path)
    browser = as_holder_of(world, world.task.unit_id)
    following = f"/opgave/{world.task_id + 1}"
    for page, left in ((world.page, following), (following, "")):
        fields = {"act": "submit", "svar": "Ja", "once": page, "edition": "0", "seen": "0"}
        sent = browser.post(page, data=fields)
        assert sent.headers["location"] == f"{page}/kvittering", sent.text
        told = browser.get(sent.headers["location"]).text
        assert ("Den næste aftale venter på dig" in told) == bool(left)
        assert not left or f'href="{left}"' in told
    assert "næste aftale" not in browser.get(f"/opgave/{world.task_id + 2}").text


def test_whoever_came_by_a_link_alone_is_led_to_the_list(sqlite_engine, tmp_path):
    world = two_to_sign(sqlite_engine, tmp_path)
    world.form().send(world.browser, act="submit", svar="Ja")
    told = world.browser.get(f"{world.page}/kvittering").text
    assert 'href="/mine">Gå til den næste' in told and f'href="/opgave/{world.task_id + 1}"' not in told


def test_other_tasks_lead_nowhere(sqlite_engine, tmp_path):
    world = two_to_sign(sqlite_engine, tmp_path)
    world.change(Task, kind=TaskKind.ANSWER)
    world.form().send(world.browser, act="submit", svar="Ja")
    assert "næste aftale" not in world.browser.get(f"{world.page}/kvittering").text
