"""Two tabs on a draft agreement: when one has sent it, the other hears that it has gone on, and where to."""

import json

import pytest

from cycle.organisation.tables import Person
from cycle.tasks.states import TaskKind, TaskState
from cycle.tasks.tables import Occurrence, Task
from tests.support.leader import World

NEGOTIATE = {
    "id": "forhandling",
    "title": "Forhandling",
    "kind": "negotiate",
    "by": "nærmeste leder",
    "due": {"date": "15. maj"},
}
TYPED = {
    "status__light": "gul",
    "status__comment": "Bagud",
    "beloeb": "7",
    "bemaerkning": "Skrevet i den anden fane",
}


@pytest.fixture
def world(sqlite_engine, tmp_path):
    world = World(sqlite_engine, tmp_path)
    world.change(Task, kind=TaskKind.DRAFT)
    return world


def with_a_step(world):
    activity = json.loads(world.rows(Occurrence)[0].activity)
    world.change(Occurrence, activity=json.dumps({**activity, "stages": [NEGOTIATE]}))


def leader_of(world):
    (person,) = (each for each in world.rows(Person) if each.id == world.leader)
    return person.name


@pytest.mark.parametrize("act", ["draft", "submit"])
def test_the_second_tab_is_told_where_the_agreement_is_and_keeps_its_text(world, act):
    with_a_step(world)
    first, second = world.form(), world.form()
    assert first.send(world.browser, act="submit", status__light="grøn", beloeb="5").status_code == 303
    world.change(Task, state=TaskState.APPROVED)  # as the next turn leaves it
    page = second.send(world.browser, act=act, **TYPED)
    assert page.status_code == 409 and "Svaret er allerede sendt" in page.text
    assert "gem eller send igen" not in page.text and "går videre til »Forhandling«" in page.text
    assert f" af {leader_of(world)}. " in page.text and "Skrevet i den anden fane" in page.text
    assert f'href="{world.page}"' in page.text and len(world.answers()) == 1


def test_a_report_that_was_approved_meanwhile_says_so_and_one_that_may_be_corrected_is_put_together(world):
    world.change(Task, kind=TaskKind.ANSWER)
    first, second, third = world.form(), world.form(), world.form()
    assert "svar fra sidst" not in first.page.text
    assert first.send(world.browser, act="submit", status__light="grøn", beloeb="5").status_code == 303
    both = second.send(world.browser, act="submit", **TYPED)
    assert both.status_code == 409 and "gem eller send igen" in both.text
    world.change(Task, state=TaskState.APPROVED)
    page = third.send(world.browser, act="submit", **TYPED)
    assert page.status_code == 409 and "Det er godkendt." in page.text
    assert "Skrevet i den anden fane" in page.text
