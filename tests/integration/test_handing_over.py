"""A leader hands the post over to a colleague for a time: who may, what is recorded, who is mailed."""

from datetime import timedelta

import pytest
from sqlmodel import select

from cycle.history import History
from cycle.organisation.directory import Directory
from cycle.organisation.tables import Address, Substitute
from cycle.store import reading
from cycle.tasks.states import TaskState
from cycle.tasks.tables import Task
from tests.support.leader import World
from tests.support.web import Form


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


def email_of(world, person_id):
    with reading(world.engine) as session:
        return session.exec(select(Address.email).where(Address.person_id == person_id)).one()


def hand_over(world, **changed):
    colleague = email_of(world, world.town.leaders[world.other.unit_id])
    until = (world.site.clock.at.date() + timedelta(days=7)).isoformat()
    form = Form(world.browser.get(world.link + "/overdrag"), world.link + "/overdrag")
    return form, form.send(world.browser, **{"email": colleague, "until": until, "text": "Ferie", **changed})


def test_the_colleague_acts_for_the_post_gets_its_mails_and_it_is_recorded(world):
    colleague = world.town.leaders[world.other.unit_id]
    form, answer = hand_over(world)
    assert (answer.status_code, answer.headers["location"]) == (303, f"{world.page}/overdrag?gjort=1")
    assert "Posten er overdraget" in world.browser.get(answer.headers["location"]).text
    (row,) = world.rows(Substitute)
    assert (row.person_id, row.unit_id, row.role) == (colleague, world.task.unit_id, world.task.role)
    with reading(world.engine) as session:
        on = world.site.clock.at.date()
        mailed = Directory.for_post(session, row.unit_id, on).recipient(row.unit_id, row.role)
        assert mailed and mailed.person_id == colleague
        told = session.exec(select(History).where(History.thing == f"task:{world.task_id}")).all()
        assert [(each.verb, each.actor, each.why) for each in told] == [
            ("reassign", f"person:{world.leader}", "Ferie")
        ]
        assert session.get_one(Task, world.task_id).next_reminder_at == world.site.clock.at
    theirs = world.site.browser()
    assert theirs.get(world.site.link(world.task, colleague) + "/overdrag").text.count('name="email"') == 0
    again = form.send(
        world.browser, email=email_of(world, colleague), until=row.valid_to.isoformat(), text="Ferie"
    )
    assert again.status_code == 303 and len(world.rows(Substitute)) == 1


@pytest.mark.parametrize(
    ("changed", "status", "words", "english"),
    [
        ({"email": "ingen@by.example"}, 422, "Ingen leder eller stedfortræder", "address"),
        ({"until": "2020-01-01"}, 422, "højst et år frem", "year"),
        ({"until": "i morgen"}, 422, "Den sidste dag er ikke en dato", "date"),
        ({"until": "", "text": ""}, 422, "Den sidste dag mangler", "The last day is missing"),
        ({"until": "", "text": ""}, 422, "Begrundelsen mangler", "The reason is missing"),
        ({"text": " "}, 422, "Begrundelsen mangler", "reason"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_done(world, changed, status, words, english):
    _, answer = hand_over(world, **changed)
    assert answer.status_code == status and words in answer.text and 'class="error-summary"' in answer.text
    world.browser.cookies.set("sprog", "en")
    _, answer = hand_over(world, **changed)
    assert words not in answer.text and english in answer.text
    assert world.rows(Substitute) == []


def test_to_oneself_or_when_somebody_stands_in_already_it_is_refused(world):
    _, answer = hand_over(world, email=email_of(world, world.leader))
    assert answer.status_code == 409 and world.rows(Substitute) == []
    hand_over(world)
    _, answer = hand_over(world)
    assert answer.status_code == 409 and len(world.rows(Substitute)) == 1


def test_only_by_the_holder_while_the_task_waits(world):
    assert world.site.stranger().get(f"{world.page}/overdrag").status_code == 401
    assert world.browser.get(f"/opgave/{world.other.id}/overdrag").status_code == 401
    form = Form(world.browser.get(world.link + "/overdrag"), world.link + "/overdrag")
    offered = f'href="{world.page}/overdrag"'
    assert offered in world.browser.get(world.page).text
    world.change(Task, state=TaskState.SUBMITTED)
    assert offered not in world.browser.get(world.page).text
    sent = {"email": "x@by.example", "until": "2027-04-20", "text": "Ferie"}
    assert form.send(world.browser, **sent).status_code == 409 and world.rows(Substitute) == []
    assert 'name="email"' not in world.browser.get(f"{world.page}/overdrag").text
