"""A signed-in superior's own tasks: in the menu, beside the units', and one after the other."""

from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from cycle.access.person_sessions import open_person_session
from cycle.access.roles import Role
from cycle.organisation.tables import Appointment
from cycle.store import transaction
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Task
from tests.support.leader import World
from web.signing_in import person

DISTRICT, HOLDER = "BY-IN-D1", "by-in-d1@by.example"
MENU = 'class="nav-link" href="/mine"'


@pytest.fixture
def world(engine, tmp_path):
    """The district's own post has three agreements to sign and a summary to write."""
    world = World(engine, tmp_path, levels=0)
    with transaction(engine) as session:
        role = session.exec(sa.select(Appointment.role).where(Appointment.unit_id == DISTRICT)).scalar_one()
        for number in range(4):
            task = session.get_one(Task, world.task_id + number)
            task.unit_id, task.role, task.subject = DISTRICT, role, f"signing:{number}"
            task.kind = TaskKind.SIGN if number else TaskKind.CONSOLIDATE
            task.due_on = date(2027, 4, 20 + number)
    return world


def as_superior(world, address=HOLDER):
    return world.site.signed_in(address, Role.SUPERIOR, DISTRICT)


def test_the_menu_leads_a_superior_whose_address_holds_a_post_to_the_own_tasks_without_a_code(world):
    browser = as_superior(world)
    assert browser.get("/").headers["location"] == "/mine-enheder"
    assert MENU in browser.get("/mine-enheder").text
    own = browser.get("/mine").text
    assert f'href="{world.page}"' in own and f'{MENU} aria-current="page"' in own
    assert 'href="/mine-enheder"' in own, "the way back is on the page"
    assert browser.get(world.page).status_code == 200


def test_not_one_without_a_post_nor_one_whose_term_is_over(world):
    assert MENU not in as_superior(world, "ny@by.example").get("/mine-enheder").text
    browser = as_superior(world)
    yesterday = world.site.clock.at.date() - timedelta(days=1)
    with transaction(world.engine) as session:
        session.execute(
            sa.update(Appointment).where(Appointment.unit_id == DISTRICT).values(valid_to=yesterday)
        )
    units = browser.get("/mine-enheder").text
    assert MENU not in units and "Det skylder du selv" not in units


def test_beside_the_units_stands_what_the_superior_owes_by_deadline_with_the_way_to_it(world):
    page = as_superior(world).get("/mine-enheder").text
    panel = page.partition("Det skylder du selv")[2].partition("</section>")[0]
    places = [panel.index(f'href="/opgave/{world.task_id + number}"><strong>') for number in range(4)]
    assert places == sorted(places) and "20. april 2027" in panel
    assert f'href="/opgave/{world.task_id + 1}">Underskriv 3 aftaler efter hinanden</a>' in panel
    assert (
        "Sign 3 agreements in turn" in as_superior(world, HOLDER.upper()).get("/mine-enheder?sprog=en").text
    )


def test_what_is_done_is_not_owed_and_one_agreement_is_no_turn(world):
    browser = as_superior(world)
    with transaction(world.engine) as session:
        done = sa.update(Task).where(Task.id <= world.task_id + 2, Task.id >= world.task_id)
        session.execute(done.values(state=TaskState.APPROVED))
    page = browser.get("/mine-enheder").text
    assert f'href="/opgave/{world.task_id + 3}"' in page and "efter hinanden" not in page
    assert f'href="{world.page}"' not in page
    with transaction(world.engine) as session:
        session.execute(sa.update(Task).values(state=TaskState.APPROVED))
    assert "Det skylder du selv" not in browser.get("/mine-enheder").text


def test_many_are_counted_and_the_rest_is_one_click_away(world):
    with transaction(world.engine) as session:
        kept = session.get_one(Task, world.task_id).model_dump(exclude={"id", "subject"})
        session.add_all([Task(**kept, subject=f"kerne:{number}") for number in range(8)])
    page = as_superior(world).get("/mine-enheder").text
    assert "Se alle 12 på Mine opgaver" in page


def test_the_account_counts_where_somebody_elses_code_was_given_in_the_browser(world):
    browser = as_superior(world)
    with transaction(world.engine) as session:
        token = open_person_session(session, "by-in-d2@by.example", now=world.site.clock.at)
    browser.cookies.set(person.COOKIE, token)
    assert HOLDER in browser.get("/mine").text
    assert browser.get(world.page).status_code == 200
