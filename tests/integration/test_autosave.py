"""The draft kept while it is written: what the page's script sends, and what it is told."""

import json
from datetime import timedelta

import pytest

from cycle.store import transaction
from cycle.tasks.states import Channel, OccurrenceState, SubmissionKind, TaskState
from cycle.tasks.submit import submit
from cycle.tasks.tables import Draft, Occurrence, Submission
from tests.support.leader import World
from tests.support.municipality import ANSWERS
from web.signing_in.visits import LASTS


@pytest.fixture
def world(engine, tmp_path):
    return World(engine, tmp_path)


@pytest.fixture
def small(sqlite_engine, tmp_path):
    return World(sqlite_engine, tmp_path)


def save(world, form, **typed):
    return world.browser.post(f"{world.page}/kladde", data={**form.fields, **typed})


def take(form, answer):
    form.fields.update({name: answer.json()[name] for name in ("edition", "seen", "shown")})


def test_the_draft_is_kept_without_an_answer_and_the_page_goes_on_from_it(world):
    form = world.form()
    first = save(world, form, beloeb="7")
    assert first.status_code == 200 and "Kladden er gemt kl. 12.00." in first.json()["said"]
    take(form, first)
    second = save(world, form, beloeb="8", bemaerkning="Mere")
    assert second.status_code == 200 and second.json()["edition"] == "2"
    (draft,) = world.rows(Draft)
    assert draft.answers == {"beloeb": "8.00", "bemaerkning": "Mere"} and world.rows(Submission) == []
    take(form, second)
    sent = {"beloeb": "9", "status.light": "grøn", "bemaerkning": "Mere"}
    assert form.send(world.browser, act="submit", **sent).status_code == 303
    assert world.state() is TaskState.SUBMITTED and world.rows(Draft) == []


def test_what_cannot_be_kept_as_it_stands_is_named(small):
    kept = save(small, small.form(), beloeb="mange", bemaerkning="Tekst")
    assert (
        kept.status_code == 200
        and "Undtagen det, der skal rettes: Forventet resultat." in kept.json()["said"]
    )
    assert "beloeb" in json.loads(kept.json()["shown"]) and small.rows(Draft)[0].answers == {
        "bemaerkning": "Tekst"
    }
    small.browser.cookies.set("sprog", "en")
    assert "The draft was saved at 12:00." in save(small, small.form(), beloeb="7").json()["said"]


def test_the_older_of_two_tabs_is_told_and_loses_nothing(world):
    older, newer = world.form(), world.form()
    assert save(world, newer, bemaerkning="Ny").status_code == 200
    stale = save(world, older, beloeb="7")
    assert stale.status_code == 409 and stale.json()["stop"] and "andet vindue" in stale.json()["said"]
    assert world.rows(Draft)[0].answers == {"bemaerkning": "Ny"}
    both = older.send(world.browser, act="draft", beloeb="7")
    assert both.status_code == 409 and "Ny" in both.text and 'value="7"' in both.text


def test_what_takes_no_answer_keeps_no_draft_and_says_so(small):
    form = small.form()
    with transaction(small.engine) as session:
        submit(
            session,
            small.task_id,
            answers=ANSWERS,
            kind=SubmissionKind.COMPLETE,
            channel=Channel.MAIL,
            by="x",
            received_at=small.site.clock.at,
            now=small.site.clock.at,
            once="mail",
        )
    assert save(small, form, beloeb="7").status_code == 409
    small.change(Occurrence, state=OccurrenceState.CANCELLED)
    over = save(small, form, beloeb="7")
    assert over.status_code == 410 and over.json()["stop"] and small.rows(Draft) == []


def test_when_the_link_has_ended_the_draft_is_kept_and_the_page_is_no_json(small):
    form = small.form()
    small.site.clock.at += LASTS + timedelta(minutes=1)
    ended = save(small, form, beloeb="7")
    assert ended.status_code == 401 and "application/json" not in ended.headers["content-type"]
    assert small.rows(Draft)[0].answers == {"beloeb": "7.00"}
    small.site.clock.at += timedelta(days=2)
    assert save(small, form, beloeb="8").status_code == 401
    assert small.rows(Draft)[0].answers == {"beloeb": "7.00"}


def test_only_by_the_link_and_without_files(small):
    form = small.form()
    stranger = small.site.stranger()
    assert stranger.post(f"{small.page}/kladde", data=form.fields).status_code == 401
    assert stranger.get(f"{small.page}/kladde").status_code == 405
    chosen = {"bilag": ("a.txt", b"x", "text/plain")}
    sent = small.browser.post(f"{small.page}/kladde", data=form.fields, files=chosen)
    assert sent.status_code == 400 and small.rows(Draft) == []
